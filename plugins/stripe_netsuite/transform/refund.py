"""Refund with a balance transaction → credit memo and customer refund (ACCOUNTING E1 to E3).

A refund that came back is a second movement: a customer payment that is applied to nothing, because we owe the customer
again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.domain.identity import Role
from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.stripe_object import BalanceTransaction, Charge, Refund
from stripe_netsuite.transform.booking import header, hold
from stripe_netsuite.transform.books import Books
from stripe_netsuite.transform.customer import customer_link
from stripe_netsuite.transform.given_back import (
    GivenBack,
    PaymentNow,
    Standing,
    credit_lines,
    refund_records,
    reinstated_payment,
)
from stripe_netsuite.transform.outcome import Booked, Excluded, Outcome, Waiting


def refund_from_stripe(
    refund: Refund,
    ledger: Mapping[str, BalanceTransaction],
    charge: Charge | None,
    payment: PaymentNow | None,
    standing: Standing,
    books: Books,
) -> Outcome:
    """Return what went back to the customer (E1), and after it what came back of that (E3).

    `ledger` holds the refund's ledger lines by id, `payment` what the charge's customer payment stands for now, None
    where there is none.
    """
    if refund.balance_transaction is None:
        return Excluded(f"E3: {refund.status or 'no status'}, no balance transaction, no money moved")
    out = _went_back(refund, ledger.get(refund.balance_transaction), charge, payment, standing, books)
    return with_return(out, refund, ledger, charge, books)


def with_return(
    out: Outcome,
    refund: Refund,
    ledger: Mapping[str, BalanceTransaction],
    charge: Charge | None,
    books: Books,
) -> Outcome:
    """Return what is booked of a refund's way out, and after it of its way back, if it failed (E3)."""
    if refund.failure_balance_transaction is None or isinstance(out, Waiting):
        return out
    back = _came_back(refund, ledger.get(refund.failure_balance_transaction), charge, books)
    if isinstance(out, Booked) and isinstance(back, Booked):
        return Booked((*out.records, *back.records), back.findings)
    return back


def _went_back(
    refund: Refund,
    transaction: BalanceTransaction | None,
    charge: Charge | None,
    payment: PaymentNow | None,
    standing: Standing,
    books: Books,
) -> Outcome:
    if transaction is None:
        return Waiting("waiting_on_balance_transaction")
    if books.is_before_start(transaction.created):
        return Excluded("A7: before the sync start date")
    if standing.is_refund_booked:
        return Booked(())
    if charge is None or payment is None:
        return _without_payment(refund, charge, books)
    given = _given_back(refund, transaction, charge, refund.reason or "", books)
    if isinstance(given, Waiting):
        return given
    records = refund_records(
        given,
        payment,
        lambda amount: credit_lines(amount, payment.applied, books),
        books,
        is_memo_named=standing.is_memo_named,
    )
    return Booked(records)


def _without_payment(refund: Refund, charge: Charge | None, books: Books) -> Waiting | Excluded:
    if charge is None or not books.is_before_start(charge.created):
        return Waiting("waiting_on_payment")
    if books.pre_start == "summary":
        return Excluded("A7: its charge is older than the sync start date; its payout has it in summary")
    return hold(
        books,
        "refund",
        refund.id,
        "payment_before_sync_start",
        "Its charge is older than the sync start date and has no customer payment to refund (A7).",
        found=f"charge {charge.id} of {books.date_of(charge.created).isoformat()}",
        suggestion="Book the customer refund by hand and name it in the refund's metadata: netsuite_customer_refund_id.",
    )


def _came_back(refund: Refund, transaction: BalanceTransaction | None, charge: Charge | None, books: Books) -> Outcome:
    """E3: the customer's bank sent the refund back, and we owe the customer again, whatever the charge was booked as."""
    if transaction is None:
        return Waiting("waiting_on_balance_transaction")
    if books.is_before_start(transaction.created):
        return Excluded("A7: before the sync start date")
    if charge is None:
        return Waiting("waiting_on_payment")
    why = (refund.failure_reason or "no reason given").replace("_", " ")
    given = _given_back(refund, transaction, charge, f"Refund came back: {why}", books)
    if isinstance(given, Waiting):
        return given
    given = replace(given, refund_fields=books.extra_fields("customer_payment", refund))
    finding = Finding(
        code="refund_failed",
        severity=Severity.WARNING,
        stage="load",
        stripe_account=books.stripe_account,
        object_type="refund",
        stripe_id=refund.id,
        message=f"The refund of {given.amount} came back ({why}); it is an unapplied payment, and owed to the customer.",
        found=str(given.amount),
        suggestion="Refund the customer in another way, or apply the payment to another invoice of the customer.",
    )
    return Booked((reinstated_payment(given, Role.REINSTATED, books),), (finding,))


def _given_back(
    refund: Refund, transaction: BalanceTransaction, charge: Charge, note: str, books: Books
) -> GivenBack | Waiting:
    head = header(books, "refund", refund.id, books.date_of(transaction.created), refund.currency, note)
    if isinstance(head, Waiting):
        return head
    return GivenBack(
        stripe_id=refund.id,
        amount=Money(refund.amount, refund.currency),
        customer=customer_link(books, charge.customer),
        head=head,
        exchange_rate=books.settlement_rate(transaction, refund.currency),
        memo_fields=books.extra_fields("credit_memo", refund),
        refund_fields=books.extra_fields("customer_refund", refund),
    )
