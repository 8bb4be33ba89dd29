"""Charge with a balance transaction → customer payment into Undeposited Funds (ACCOUNTING D1, D2, D4, D5)."""

from __future__ import annotations

from collections.abc import Sequence

from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.domain.identity import external_id
from stripe_netsuite.domain.money import Money, sum_money
from stripe_netsuite.domain.netsuite_record import Application, CustomerPaymentRecord, Link
from stripe_netsuite.domain.stripe_object import BalanceTransaction, Charge, InvoicePayment
from stripe_netsuite.transform.booking import header, hold
from stripe_netsuite.transform.books import Books
from stripe_netsuite.transform.customer import customer_link
from stripe_netsuite.transform.outcome import Booked, Excluded, Outcome, Waiting


def customer_payment_from_charge(
    charge: Charge,
    transaction: BalanceTransaction | None,
    paid_invoices: Sequence[InvoicePayment],
    unbooked_invoices: frozenset[str],
    books: Books,
) -> Outcome:
    """Return the customer payment: gross, in presentment currency, dated by the balance transaction.

    `paid_invoices` are the invoice payments of this charge with status `paid`; `unbooked_invoices` those that a rule
    keeps out of NetSuite for good, to which nothing can be applied.
    """
    if charge.balance_transaction is None:
        return Excluded("A1: no balance transaction, no money moved")
    if transaction is None:
        return Waiting("waiting_on_balance_transaction")
    if books.is_before_start(transaction.created):
        return Excluded("A7: before the sync start date")
    note = "" if paid_invoices else (charge.description or "")
    head = header(books, "charge", charge.id, books.date_of(transaction.created), charge.currency, note)
    if isinstance(head, Waiting):
        return head
    payment = Money(charge.amount_captured, charge.currency)
    applied = [p for p in paid_invoices if p.amount_paid and p.invoice not in unbooked_invoices]
    parts = [Money(p.amount_paid or 0, p.currency) for p in applied]
    has_one_currency = all(part.currency == payment.currency for part in parts)
    if not has_one_currency or sum_money(parts, payment.currency).minor > payment.minor:
        return hold(
            books,
            "charge",
            charge.id,
            "applied_more_than_paid",
            "The invoice payments of this charge do not fit its amount or currency.",
            expected=f"at most {payment}",
            found=" + ".join(str(part) for part in parts),
            suggestion="Compare the charge with its invoice payments in Stripe.",
        )
    record = CustomerPaymentRecord(
        stripe_id=charge.id,
        external_id=external_id(charge.id),
        tran_date=head.tran_date,
        original_date=head.original_date,
        memo=head.memo,
        currency=charge.currency,
        currency_id=head.currency_id,
        subsidiary_id=head.subsidiary_id,
        customer=customer_link(books, charge.customer),
        payment=payment.major,
        undeposited_funds_account_id=books.undeposited_funds_account_id,
        receivable_account_id=books.receivable_account_id,
        applications=tuple(
            Application(document=Link(p.invoice), amount=part.major) for p, part in zip(applied, parts, strict=True)
        ),
        exchange_rate=books.settlement_rate(transaction, charge.currency),
        payment_method=books.payment_method,
        custom_fields=books.extra_fields("customer_payment", charge),
    )
    return Booked((record,), _unapplied(charge, paid_invoices, applied, books))


def _unapplied(
    charge: Charge, paid: Sequence[InvoicePayment], applied: Sequence[InvoicePayment], books: Books
) -> tuple[Finding, ...]:
    kept = {p.invoice for p in applied}
    return tuple(
        Finding(
            code="invoice_not_booked",
            severity=Severity.WARNING,
            stage="load",
            stripe_account=books.stripe_account,
            object_type="charge",
            stripe_id=charge.id,
            message=f"It paid invoice {p.invoice}, which is not booked by rule; the payment stays unapplied.",
            suggestion="Apply the customer payment in NetSuite to the invoice that was booked before the sync start.",
        )
        for p in paid
        if p.amount_paid and p.invoice not in kept
    )
