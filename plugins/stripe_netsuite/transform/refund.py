"""Refund with a balance transaction → credit memo and customer refund (ACCOUNTING E1, E2).

The payment's *current* application in NetSuite decides: what is applied gets a credit memo with the invoice's lines,
what is not is refunded from the payment itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import assert_never

from stripe_netsuite.domain.identity import Role, external_id
from stripe_netsuite.domain.money import Money, allocate
from stripe_netsuite.domain.netsuite_record import (
    Application,
    CreditMemoRecord,
    CustomerRefundRecord,
    InternalId,
    Link,
    Reference,
    SaleLine,
)
from stripe_netsuite.domain.stripe_object import BalanceTransaction, Charge, Refund
from stripe_netsuite.transform.booking import Header, header, hold
from stripe_netsuite.transform.books import PARTIAL_REFUND_ITEM, Books
from stripe_netsuite.transform.customer import customer_link
from stripe_netsuite.transform.outcome import Booked, Excluded, Outcome, Waiting


@dataclass(frozen=True, slots=True)
class AppliedInvoice:
    """An invoice that the payment is applied to now; `lines` are empty where the invoice is not ours."""

    internal_id: str
    amount: Money
    lines: tuple[SaleLine, ...]


def refund_from_stripe(
    refund: Refund,
    transaction: BalanceTransaction | None,
    charge: Charge | None,
    payment_id: str | None,
    applied: Sequence[AppliedInvoice],
    books: Books,
) -> Outcome:
    """Return credit memo and customer refund, or the customer refund alone for an unapplied payment (E1).

    `payment_id` is the internal id of the charge's customer payment, `applied` what NetSuite says it pays now.
    """
    if refund.balance_transaction is None:
        return Excluded(f"E3: {refund.status or 'no status'}, no balance transaction, no money moved")
    if transaction is None:
        return Waiting("waiting_on_balance_transaction")
    if books.is_before_start(transaction.created):
        return Excluded("A7: before the sync start date")
    if charge is None or payment_id is None:
        if charge is not None and books.is_before_start(charge.created):
            return hold(
                books,
                "refund",
                refund.id,
                "payment_before_sync_start",
                "Its charge is older than the sync start date and has no customer payment to refund (A7).",
                found=f"charge {charge.id} of {books.date_of(charge.created).isoformat()}",
                suggestion="Book the refund by hand; its payout needs a deposit by hand too.",
            )
        return Waiting("waiting_on_payment")
    head = header(books, "refund", refund.id, books.date_of(transaction.created), refund.currency, refund.reason or "")
    if isinstance(head, Waiting):
        return head
    amount = Money(refund.amount, refund.currency)
    rate = books.settlement_rate(transaction, refund.currency)
    applied_total = Money(sum(a.amount.minor for a in applied), refund.currency)
    if not applied:
        return Booked((_customer_refund(refund, charge, head, InternalId(payment_id), rate, books),))
    if applied_total.minor < amount.minor:
        return hold(
            books,
            "refund",
            refund.id,
            "refund_exceeds_application",
            "The payment is applied only in part, and to less than the refund: neither way of booking it fits.",
            expected=f"applied {amount} or nothing",
            found=str(applied_total),
            suggestion="In NetSuite apply the payment wholly, or unapply it; the refund is booked by itself then.",
        )
    memo = CreditMemoRecord(
        stripe_id=refund.id,
        external_id=external_id(refund.id, Role.CREDIT_MEMO),
        role=Role.CREDIT_MEMO,
        tran_date=head.tran_date,
        original_date=head.original_date,
        memo=head.memo,
        currency=head.currency,
        currency_id=head.currency_id,
        subsidiary_id=head.subsidiary_id,
        customer=customer_link(books, charge.customer),
        lines=credit_lines(amount, applied, books),
        total=amount.major,
        receivable_account_id=books.receivable_account_id,
        exchange_rate=rate,
        custom_fields=books.extra_fields("credit_memo", refund),
    )
    return Booked((memo, _customer_refund(refund, charge, head, Link(refund.id, Role.CREDIT_MEMO), rate, books)))


def credit_lines(amount: Money, applied: Sequence[AppliedInvoice], books: Books) -> tuple[SaleLine, ...]:
    """Return the credit memo's lines: the invoices' lines mirrored for a full refund, else by policy (E2)."""
    lines = tuple(line for invoice in applied for line in invoice.lines)
    total = sum((line.amount for line in lines), Decimal(0))
    if any(not invoice.lines for invoice in applied) or total <= 0:
        return (_refund_item_line(amount, books),)
    if total == amount.major:
        return lines
    match books.partial_refund:
        case "refund_item":
            return (_refund_item_line(amount, books),)
        case "single_line":
            largest = max(lines, key=lambda line: line.amount)
            return (replace(largest, amount=amount.major, quantity=None),)
        case "pro_rata":
            return _pro_rata(amount, lines)
        case _:
            assert_never(books.partial_refund)


def _pro_rata(amount: Money, lines: tuple[SaleLine, ...]) -> tuple[SaleLine, ...]:
    weights = [Money.from_major(line.amount, amount.currency).minor for line in lines]
    shares = allocate(amount, weights)
    return tuple(
        # A quantity would claim that whole units came back.
        replace(line, amount=share.major, quantity=None)
        for line, share in zip(lines, shares, strict=True)
        if share.minor
    )


def _refund_item_line(amount: Money, books: Books) -> SaleLine:
    return SaleLine(
        item=Link(PARTIAL_REFUND_ITEM),
        amount=amount.major,
        quantity=1,
        description="Refund",
        account_id=books.income_account_id,
    )


def _customer_refund(
    refund: Refund, charge: Charge, head: Header, document: Reference, rate: Decimal | None, books: Books
) -> CustomerRefundRecord:
    amount = Money(refund.amount, refund.currency).major
    return CustomerRefundRecord(
        stripe_id=refund.id,
        external_id=external_id(refund.id),
        tran_date=head.tran_date,
        original_date=head.original_date,
        memo=head.memo,
        currency=head.currency,
        currency_id=head.currency_id,
        subsidiary_id=head.subsidiary_id,
        customer=customer_link(books, charge.customer),
        total=amount,
        undeposited_funds_account_id=books.undeposited_funds_account_id,
        receivable_account_id=books.receivable_account_id,
        applications=(Application(document=document, amount=amount),),
        exchange_rate=rate,
        payment_method=books.payment_method,
        custom_fields=books.extra_fields("customer_refund", refund),
    )


def applied_invoices(
    applications: Sequence[tuple[str, Decimal]],
    currency: str,
    lines_by_invoice_id: Mapping[str, tuple[SaleLine, ...]],
) -> list[AppliedInvoice]:
    """Join NetSuite's applications (document id, amount in the payment's currency) with the lines we know."""
    return [
        AppliedInvoice(document_id, Money.from_major(amount, currency), lines_by_invoice_id.get(document_id, ()))
        for document_id, amount in applications
    ]
