"""Money that goes back to a customer, by a refund or a dispute → customer refund, and credit memo (ACCOUNTING E1, E2).

What NetSuite holds *now* decides: money that lies unapplied on the customer's payments or customer deposits (D2) goes
back from there; only what is left was earned by an invoice, and needs a credit memo. So repeated refunds never give back
anything twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import assert_never

from stripe_netsuite.domain.identity import Role, external_id
from stripe_netsuite.domain.money import Money, allocate, sum_money
from stripe_netsuite.domain.netsuite_record import (
    Application,
    CreditMemoRecord,
    CustomerPaymentRecord,
    CustomerRefundRecord,
    CustomFields,
    InternalId,
    Link,
    Record,
    Reference,
    SaleLine,
)
from stripe_netsuite.transform.booking import Header
from stripe_netsuite.transform.books import PARTIAL_REFUND_ITEM, Books


@dataclass(frozen=True, slots=True)
class AppliedInvoice:
    """An invoice that the payment is applied to now; `lines` are empty where the invoice is not ours."""

    internal_id: str
    amount: Money
    lines: tuple[SaleLine, ...]


@dataclass(frozen=True, slots=True)
class Unapplied:
    """A customer payment, or a customer deposit, of which `amount` is applied to nothing: it can be refunded itself."""

    internal_id: str
    amount: Money
    is_deposit: bool = False


@dataclass(frozen=True, slots=True)
class PaymentNow:
    """What a charge's money stands for in NetSuite now.

    `applied`: the invoices that the payment, or the applications of the customer deposit, pay.
    `unapplied`: payments to refund from, in this order: what failed refunds put back (E3), then the charge's own.
    """

    applied: tuple[AppliedInvoice, ...] = ()
    unapplied: tuple[Unapplied, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands in NetSuite for a refund or dispute already: its customer refund, a credit memo that metadata names."""

    is_refund_booked: bool = False
    is_memo_named: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenBack:
    """What goes back: for which object, how much in its own currency, to whom, at which rate and with which header."""

    stripe_id: str
    amount: Money
    customer: Link
    head: Header
    exchange_rate: Decimal | None
    memo_fields: CustomFields
    refund_fields: CustomFields


def split(amount: Money, unapplied: Sequence[Unapplied]) -> tuple[tuple[Application, ...], Money]:
    """Take the amount from unapplied payments as far as they go; return their parts, and what needs a credit memo."""
    parts: list[Application] = []
    rest = amount
    for source in unapplied:
        taken = Money(max(0, min(rest.minor, source.amount.minor)), amount.currency)
        if taken.minor:
            parts.append(Application(document=InternalId(source.internal_id), amount=taken.major))
            rest = rest - taken
    return tuple(parts), rest


def refund_records(
    given: GivenBack,
    payment: PaymentNow,
    lines_of: Callable[[Money], tuple[SaleLine, ...]],
    books: Books,
    *,
    is_memo_named: bool,
) -> tuple[Record, ...]:
    """Return the customer refund, after the credit memo where it needs one.

    `lines_of` gives the credit memo's lines for an amount. A credit memo that metadata names takes the whole refund.
    """
    parts, credited = ((), given.amount) if is_memo_named else split(given.amount, payment.unapplied)
    memo = Link(given.stripe_id, Role.CREDIT_MEMO)
    if credited.minor:
        parts = (*parts, Application(document=memo, amount=credited.major))
    deposits: frozenset[Reference] = frozenset(
        InternalId(one.internal_id) for one in payment.unapplied if one.is_deposit
    )
    refund = _customer_refund(given, parts, deposits, books)
    if not credited.minor or is_memo_named:
        return (refund,)
    return (_credit_memo(given, credited, lines_of(credited), books), refund)


def reinstated_payment(
    given: GivenBack, role: Role, books: Books, applications: tuple[Application, ...] = ()
) -> CustomerPaymentRecord:
    """Return the customer payment, into Undeposited Funds, by which money that went back is with us again (E3, E5)."""
    return CustomerPaymentRecord(
        stripe_id=given.stripe_id,
        external_id=external_id(given.stripe_id, role),
        role=role,
        tran_date=given.head.tran_date,
        original_date=given.head.original_date,
        memo=given.head.memo,
        currency=given.head.currency,
        currency_id=given.head.currency_id,
        subsidiary_id=given.head.subsidiary_id,
        customer=given.customer,
        payment=given.amount.major,
        undeposited_funds_account_id=books.undeposited_funds_account_id,
        receivable_account_id=books.receivable_account_id,
        applications=applications,
        exchange_rate=given.exchange_rate,
        payment_method=books.payment_method,
        custom_fields=given.refund_fields,
    )


def credit_lines(
    amount: Money, applied: Sequence[AppliedInvoice], books: Books, item: str = PARTIAL_REFUND_ITEM
) -> tuple[SaleLine, ...]:
    """Return the credit memo's lines: the invoices' lines mirrored where they are worth it, else by policy (E2).

    `item` is the shared item that stands for lines which nobody knows.
    """
    lines = tuple(line for invoice in applied for line in invoice.lines)
    total = sum((line.amount for line in lines), Decimal(0))
    if any(not invoice.lines for invoice in applied) or total <= 0:
        return (item_line(amount, books, item),)
    if total == amount.major:
        return lines
    match books.partial_refund:
        case "refund_item":
            return (item_line(amount, books, item),)
        case "single_line":
            largest = max(lines, key=lambda line: line.amount)
            return (replace(largest, amount=amount.major, quantity=None),)
        case "pro_rata":
            return _pro_rata(amount, lines)
        case _:
            assert_never(books.partial_refund)


def item_line(amount: Money, books: Books, item: str) -> SaleLine:
    """Return one line on a shared item."""
    return SaleLine(
        item=Link(item),
        amount=amount.major,
        quantity=1,
        description="Refund" if item == PARTIAL_REFUND_ITEM else "Dispute",
        account_id=books.income_account_id,
    )


def applied_invoices(
    applications: Sequence[tuple[str, Decimal]],
    currency: str,
    lines_by_invoice_id: Mapping[str, tuple[SaleLine, ...]],
) -> tuple[AppliedInvoice, ...]:
    """Join NetSuite's applications (document id, amount in the payment's currency) with the lines we know."""
    return tuple(
        AppliedInvoice(document_id, Money.from_major(amount, currency), lines_by_invoice_id.get(document_id, ()))
        for document_id, amount in applications
    )


def unapplied_part(internal_id: str, total: Money, applied: Sequence[AppliedInvoice]) -> Unapplied:
    """Return what a payment's applications leave of it: for payments whose open amount NetSuite does not tell."""
    left = total - sum_money((one.amount for one in applied), total.currency)
    return Unapplied(internal_id, Money(max(0, left.minor), total.currency))


def _pro_rata(amount: Money, lines: tuple[SaleLine, ...]) -> tuple[SaleLine, ...]:
    weights = [Money.from_major(line.amount, amount.currency).minor for line in lines]
    shares = allocate(amount, weights)
    return tuple(
        # A quantity would claim that whole units came back.
        replace(line, amount=share.major, quantity=None)
        for line, share in zip(lines, shares, strict=True)
        if share.minor
    )


def _credit_memo(given: GivenBack, amount: Money, lines: tuple[SaleLine, ...], books: Books) -> CreditMemoRecord:
    return CreditMemoRecord(
        stripe_id=given.stripe_id,
        external_id=external_id(given.stripe_id, Role.CREDIT_MEMO),
        role=Role.CREDIT_MEMO,
        tran_date=given.head.tran_date,
        original_date=given.head.original_date,
        memo=given.head.memo,
        currency=given.head.currency,
        currency_id=given.head.currency_id,
        subsidiary_id=given.head.subsidiary_id,
        customer=given.customer,
        lines=lines,
        total=amount.major,
        receivable_account_id=books.receivable_account_id,
        exchange_rate=given.exchange_rate,
        custom_fields=given.memo_fields,
    )


def _customer_refund(
    given: GivenBack, parts: tuple[Application, ...], deposits: frozenset[Reference], books: Books
) -> CustomerRefundRecord:
    return CustomerRefundRecord(
        stripe_id=given.stripe_id,
        external_id=external_id(given.stripe_id),
        tran_date=given.head.tran_date,
        original_date=given.head.original_date,
        memo=given.head.memo,
        currency=given.head.currency,
        currency_id=given.head.currency_id,
        subsidiary_id=given.head.subsidiary_id,
        customer=given.customer,
        total=given.amount.major,
        undeposited_funds_account_id=books.undeposited_funds_account_id,
        receivable_account_id=books.receivable_account_id,
        applications=tuple(one for one in parts if one.document not in deposits),
        deposits=tuple(one for one in parts if one.document in deposits),
        exchange_rate=given.exchange_rate,
        payment_method=books.payment_method,
        custom_fields=given.refund_fields,
    )
