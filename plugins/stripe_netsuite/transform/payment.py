"""Charge with a balance transaction → customer payment into Undeposited Funds (ACCOUNTING D1 to D6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.domain.identity import external_id
from stripe_netsuite.domain.money import Money, sum_money
from stripe_netsuite.domain.netsuite_record import Application, CustomerPaymentRecord, Link
from stripe_netsuite.domain.stripe_object import BalanceTransaction, Charge, InvoicePayment
from stripe_netsuite.transform.application import Fitted, Part, fit, parts_of
from stripe_netsuite.transform.booking import Header, header, hold
from stripe_netsuite.transform.books import Books
from stripe_netsuite.transform.control import DUPLICATE_KEY, is_set
from stripe_netsuite.transform.customer import customer_link
from stripe_netsuite.transform.loose_payment import records_without_invoice
from stripe_netsuite.transform.outcome import Booked, Excluded, Outcome, Waiting
from stripe_netsuite.transform.summary import WAITS_FOR_SUMMARY

_NO_LIMIT: Mapping[str, int] = {}


def customer_payment_from_charge(
    charge: Charge,
    transaction: BalanceTransaction | None,
    invoice_payments: Sequence[InvoicePayment],
    unbooked_invoices: frozenset[str],
    books: Books,
    room_by_invoice: Mapping[str, int] = _NO_LIMIT,
) -> Outcome:
    """Return the customer payment: gross, in presentment currency, dated by the balance transaction.

    `invoice_payments` are those of this charge that Stripe has told of; `unbooked_invoices` those that a rule keeps out
    of NetSuite for good, to which nothing can be applied; `room_by_invoice` what an invoice takes, in minor units (D3).
    """
    if charge.balance_transaction is None:
        return Excluded("A1: no balance transaction, no money moved")
    if transaction is None:
        return Waiting("waiting_on_balance_transaction")
    if books.is_before_start(transaction.created):
        return Excluded("A7: before the sync start date")
    payment = Money(charge.amount_captured, charge.currency)
    parts = parts_of(charge, invoice_payments)
    moneys = [money for _, money in parts]
    has_one_currency = all(money.currency == payment.currency for money in moneys)
    if not has_one_currency or sum_money(moneys, payment.currency).minor > payment.minor:
        return hold(
            books,
            "charge",
            charge.id,
            "applied_more_than_paid",
            "The invoice payments of this charge do not fit its amount or currency.",
            expected=f"at most {payment}",
            found=" + ".join(str(money) for money in moneys),
            suggestion="Compare the charge with its invoice payments in Stripe.",
        )
    fitted = fit([part for part in parts if part[0] not in unbooked_invoices], room_by_invoice)
    is_allowed = is_set(charge.metadata, DUPLICATE_KEY)
    if fitted.beyond and books.duplicate_payment == "hold" and not is_allowed:
        return _held_duplicate(charge, fitted, books)
    if not invoice_payments and charge.status == "succeeded" and books.unapplied_payment == "daily_summary":
        return Waiting(WAITS_FOR_SUMMARY)
    note = _memo_note(charge, parts, fitted)
    head = header(books, "charge", charge.id, books.date_of(transaction.created), charge.currency, note)
    if isinstance(head, Waiting):
        return head
    record = _customer_payment(charge, transaction, fitted, head, books)
    if not invoice_payments and charge.status == "pending" and books.unapplied_payment != "unapplied":
        return Waiting("waiting_on_bank: only then Stripe tells whether it pays an invoice (D2, D6)")
    if not invoice_payments:
        return Booked(records_without_invoice(charge, record, books))
    duplicates = () if is_allowed else _duplicates(charge, fitted, books)
    return Booked((record,), (*_not_booked(charge, parts, unbooked_invoices, books), *duplicates))


def _customer_payment(
    charge: Charge, transaction: BalanceTransaction, fitted: Fitted, head: Header, books: Books
) -> CustomerPaymentRecord:
    return CustomerPaymentRecord(
        stripe_id=charge.id,
        external_id=external_id(charge.id),
        tran_date=head.tran_date,
        original_date=head.original_date,
        memo=head.memo,
        currency=charge.currency,
        currency_id=head.currency_id,
        subsidiary_id=head.subsidiary_id,
        customer=customer_link(books, charge.customer),
        payment=Money(charge.amount_captured, charge.currency).major,
        undeposited_funds_account_id=books.undeposited_funds_account_id,
        receivable_account_id=books.receivable_account_id,
        applications=tuple(
            Application(document=Link(invoice), amount=money.major) for invoice, money in fitted.applied
        ),
        exchange_rate=books.settlement_rate(transaction, charge.currency),
        payment_method=books.payment_method,
        custom_fields=books.extra_fields("customer_payment", charge),
    )


def _memo_note(charge: Charge, parts: Sequence[Part], fitted: Fitted) -> str:
    """Say in the memo what the payment is for, or what of it no invoice takes (D2, D3)."""
    if not parts:
        return charge.description or ""
    return ", ".join(f"Could not apply {money} to invoice {invoice}" for invoice, money in fitted.beyond)


def _held_duplicate(charge: Charge, fitted: Fitted, books: Books) -> Waiting:
    return hold(
        books,
        "charge",
        charge.id,
        "duplicate_payment",
        "It pays more than its invoice has left, and policy holds such payments; its payout waits too.",
        found=f"{fitted.beyond_total(charge.currency)} too much for {_invoices(fitted)}",
        suggestion=f"Set {DUPLICATE_KEY}: true on the charge in Stripe to book it unapplied, or free the invoice.",
    )


def _duplicates(charge: Charge, fitted: Fitted, books: Books) -> tuple[Finding, ...]:
    if not fitted.beyond:
        return ()
    return (
        Finding(
            code="duplicate_payment",
            severity=Severity.WARNING,
            stage="load",
            stripe_account=books.stripe_account,
            object_type="charge",
            stripe_id=charge.id,
            message="It pays more than its invoice has left; the rest is booked and stays unapplied.",
            found=f"{fitted.beyond_total(charge.currency)} too much for {_invoices(fitted)}",
            suggestion=f"Refund it in Stripe or apply it in NetSuite; {DUPLICATE_KEY}: true accepts it as it is.",
        ),
    )


def _invoices(fitted: Fitted) -> str:
    return ", ".join(invoice for invoice, _ in fitted.beyond)


def _not_booked(charge: Charge, parts: Sequence[Part], unbooked: frozenset[str], books: Books) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            code="invoice_not_booked",
            severity=Severity.WARNING,
            stage="load",
            stripe_account=books.stripe_account,
            object_type="charge",
            stripe_id=charge.id,
            message=f"It paid invoice {invoice}, which is not booked by rule; the payment stays unapplied.",
            suggestion="Apply the customer payment in NetSuite to the invoice that was booked before the sync start.",
        )
        for invoice, _ in parts
        if invoice in unbooked
    )
