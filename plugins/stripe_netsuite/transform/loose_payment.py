"""A payment without an invoice → what policy makes of it: a payment, an invoice, a cash sale, a deposit (ACCOUNTING D2)."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from stripe_netsuite.domain.cash_record import CashSaleRecord, CustomerDepositRecord
from stripe_netsuite.domain.identity import Role, external_id
from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.netsuite_record import (
    Application,
    CustomerPaymentRecord,
    InvoiceRecord,
    Link,
    Record,
    SaleLine,
)
from stripe_netsuite.domain.stripe_object import Charge
from stripe_netsuite.transform.books import ONE_OFF_ITEM, Books


def records_without_invoice(charge: Charge, payment: CustomerPaymentRecord, books: Books) -> tuple[Record, ...]:
    """Return the records, made from the customer payment that would stay unapplied.

    A payment that its bank refused stays a payment: nothing was sold for it, and it is refunded at once (D6).
    """
    if charge.status == "failed":
        return (payment,)
    match books.unapplied_payment:
        case "unapplied" | "daily_summary":
            return (payment,)
        case "auto_invoice":
            own = Application(document=Link(charge.id, Role.INVOICE), amount=payment.payment)
            return (_invoice(charge, payment, books), replace(payment, applications=(own,)))
        case "cash_sale":
            return (_cash_sale(charge, payment, books),)
        case "customer_deposit":
            return (_customer_deposit(payment),)
        case _:
            assert_never(books.unapplied_payment)


def loose_line(charge: Charge, books: Books) -> SaleLine:
    """Return the one line of an invoice or cash sale that is made for a charge."""
    return SaleLine(
        item=Link(ONE_OFF_ITEM),
        amount=Money(charge.amount_captured, charge.currency).major,
        quantity=1,
        description=" ".join((charge.description or f"Payment {charge.id}").split())[:999],
        account_id=books.income_account_id,
    )


def _invoice(charge: Charge, payment: CustomerPaymentRecord, books: Books) -> InvoiceRecord:
    return InvoiceRecord(
        stripe_id=charge.id,
        role=Role.INVOICE,
        external_id=external_id(charge.id, Role.INVOICE),
        tran_date=payment.tran_date,
        original_date=payment.original_date,
        memo=payment.memo,
        currency=payment.currency,
        currency_id=payment.currency_id,
        subsidiary_id=payment.subsidiary_id,
        customer=payment.customer,
        lines=(loose_line(charge, books),),
        total=payment.payment,
        receivable_account_id=books.receivable_account_id,
        custom_fields=books.extra_fields("invoice", charge),
    )


def _cash_sale(charge: Charge, payment: CustomerPaymentRecord, books: Books) -> CashSaleRecord:
    return CashSaleRecord(
        stripe_id=payment.stripe_id,
        external_id=payment.external_id,
        tran_date=payment.tran_date,
        original_date=payment.original_date,
        memo=payment.memo,
        currency=payment.currency,
        currency_id=payment.currency_id,
        subsidiary_id=payment.subsidiary_id,
        customer=payment.customer,
        lines=(loose_line(charge, books),),
        total=payment.payment,
        undeposited_funds_account_id=payment.undeposited_funds_account_id,
        exchange_rate=payment.exchange_rate,
        payment_method=payment.payment_method,
        custom_fields=payment.custom_fields,
    )


def _customer_deposit(payment: CustomerPaymentRecord) -> CustomerDepositRecord:
    return CustomerDepositRecord(
        stripe_id=payment.stripe_id,
        external_id=payment.external_id,
        tran_date=payment.tran_date,
        original_date=payment.original_date,
        memo=payment.memo,
        currency=payment.currency,
        currency_id=payment.currency_id,
        subsidiary_id=payment.subsidiary_id,
        customer=payment.customer,
        payment=payment.payment,
        undeposited_funds_account_id=payment.undeposited_funds_account_id,
        exchange_rate=payment.exchange_rate,
        payment_method=payment.payment_method,
        custom_fields=payment.custom_fields,
    )
