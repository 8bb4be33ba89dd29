"""The charges of a clearing day → one invoice and one customer payment a currency and item (ACCOUNTING F12). Pure.

Only charges that pay no invoice are summed up; each stays linked to the payment that it is part of.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from stripe_netsuite.domain.identity import Role, external_id
from stripe_netsuite.domain.money import Money, convert, sum_money
from stripe_netsuite.domain.netsuite_record import (
    Application,
    CustomerPaymentRecord,
    CustomerRefundRecord,
    InternalId,
    InvoiceRecord,
    Link,
    Reference,
    SaleLine,
)
from stripe_netsuite.domain.stripe_object import BalanceTransaction, Charge
from stripe_netsuite.transform.booking import header
from stripe_netsuite.transform.books import GLOBAL_CUSTOMER, ONE_OFF_ITEM, Books
from stripe_netsuite.transform.given_back import AppliedInvoice, GivenBack, PaymentNow, refund_records
from stripe_netsuite.transform.item import ITEM_METADATA_KEYS
from stripe_netsuite.transform.money_back import failure_note
from stripe_netsuite.transform.outcome import Booked, Outcome, Waiting

WAITS_FOR_SUMMARY = "waiting_on_summary: it is booked with the charges of its day, once the day is over"
_RATE_DECIMALS = Decimal("1E-10")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """What a summary takes of a charge: what was captured, of how much authorised, of which item."""

    id: str
    currency: str
    captured: int
    authorised: int
    item: str
    balance_transaction: str

    @property
    def money(self) -> Money:
        """What was captured."""
        return Money(self.captured, self.currency)


@dataclass(frozen=True, slots=True)
class SummaryObject:
    """What fields.yaml reads of a summary, which is no object of Stripe's: its id, its currency, constants."""

    id: str
    currency: str


def sale_from_charge(charge: Charge) -> Sale:
    """Return what a summary takes of a charge that moved money."""
    return Sale(
        id=charge.id,
        currency=charge.currency,
        captured=charge.amount_captured,
        authorised=charge.amount,
        item=item_of_charge(charge),
        balance_transaction=charge.balance_transaction or "",
    )


def item_of_charge(charge: Charge) -> str:
    """Return the item's internal id that the charge's metadata names (B5), else the key of the one-off item."""
    named = (charge.metadata.get(key, "").strip() for key, _ in ITEM_METADATA_KEYS)
    return next((one for one in named if one), ONE_OFF_ITEM)


def summary_ids(clearing_id: str, sales: Iterable[Sale]) -> dict[str, list[Sale]]:
    """Return the day's summaries by id: one a currency and item; the id says day, currency and item."""
    found: defaultdict[str, list[Sale]] = defaultdict(list)
    for sale in sales:
        found[f"{clearing_id}-{sale.currency}-{sale.item}"].append(sale)
    return dict(sorted(found.items()))


def item_of_summary(summary_id: str, currency: str) -> str:
    """Return the item that the id names: decided with the summary, whatever metadata says later."""
    return summary_id.rpartition(f"-{currency}-")[2]


def summary_records(
    summary_id: str, day: date, sales: Sequence[tuple[Sale, BalanceTransaction]], books: Books
) -> Outcome:
    """Return the invoice of one line, and the payment that pays it; both on the global customer, dated the day.

    `sales` are one or more, of one currency and item, each with its ledger line.
    """
    first, _ = sales[0]
    total = sum_money((sale.money for sale, _ in sales), first.currency)
    head = header(books, "clearing_day", summary_id, day, first.currency, f"{len(sales)} charges")
    if isinstance(head, Waiting):
        return head
    source = SummaryObject(summary_id, first.currency)
    invoice = InvoiceRecord(
        stripe_id=summary_id,
        role=Role.INVOICE,
        external_id=external_id(summary_id, Role.INVOICE),
        tran_date=head.tran_date,
        original_date=head.original_date,
        memo=head.memo,
        currency=first.currency,
        currency_id=head.currency_id,
        subsidiary_id=head.subsidiary_id,
        customer=Link(GLOBAL_CUSTOMER),
        lines=(summary_line(total, item_of_summary(summary_id, first.currency), len(sales), books),),
        total=total.major,
        receivable_account_id=books.receivable_account_id,
        custom_fields=books.extra_fields("invoice", source),
    )
    payment = CustomerPaymentRecord(
        stripe_id=summary_id,
        external_id=external_id(summary_id),
        tran_date=head.tran_date,
        original_date=head.original_date,
        memo=head.memo,
        currency=first.currency,
        currency_id=head.currency_id,
        subsidiary_id=head.subsidiary_id,
        customer=Link(GLOBAL_CUSTOMER),
        payment=total.major,
        undeposited_funds_account_id=books.undeposited_funds_account_id,
        receivable_account_id=books.receivable_account_id,
        applications=(Application(document=Link(summary_id, Role.INVOICE), amount=total.major),),
        exchange_rate=_rate(total, sales, books),
        payment_method=books.payment_method,
        custom_fields=books.extra_fields("customer_payment", source),
    )
    return Booked((invoice, payment))


def summary_line(money: Money, item: str, count: int, books: Books) -> SaleLine:
    """Return the line of so many charges of an item."""
    return SaleLine(
        item=_item(item),
        amount=money.major,
        quantity=count,
        description=f"{count} charges" if count > 1 else "1 charge",
        account_id=books.income_account_id,
    )


def own_share(
    charge: Charge, summary_id: str, applied: Sequence[AppliedInvoice], books: Books
) -> tuple[AppliedInvoice, ...]:
    """Return what a charge's part of its summary is applied to now, each invoice with the charge's own line.

    `applied` is what the summary's payment is applied to, of which the charge is no more than its own amount.
    """
    money = Money(charge.amount_captured, charge.currency)
    line = summary_line(money, item_of_summary(summary_id, charge.currency), 1, books)
    shares: list[AppliedInvoice] = []
    for one in applied:
        taken = Money(min(money.minor, one.amount.minor), money.currency)
        shares.append(AppliedInvoice(one.internal_id, taken, (replace(line, amount=taken.major),)))
        money = money - taken
    return tuple(one for one in shares if one.amount.minor)


def failed_in_summary(charge: Charge, summary_id: str, transaction: BalanceTransaction, books: Books) -> Outcome:
    """Return credit memo and refund of a charge that failed after it was summed up, where the ledger names no refund (D6)."""
    head = header(books, "charge", charge.id, books.date_of(transaction.created), charge.currency, failure_note(charge))
    if isinstance(head, Waiting):
        return head
    money = Money(charge.amount_captured, charge.currency)
    given = GivenBack(
        stripe_id=charge.id,
        amount=money,
        customer=Link(GLOBAL_CUSTOMER),
        head=head,
        exchange_rate=books.settlement_rate(transaction, charge.currency),
        memo_fields=books.extra_fields("credit_memo", charge),
        refund_fields=books.extra_fields("customer_refund", charge),
    )
    line = summary_line(money, item_of_summary(summary_id, charge.currency), 1, books)
    records = refund_records(given, PaymentNow(), lambda _: (line,), books, is_memo_named=False)
    return Booked(
        tuple(
            replace(record, role=Role.FAILED, external_id=external_id(charge.id, Role.FAILED))
            if isinstance(record, CustomerRefundRecord)
            else record
            for record in records
        )
    )


def _item(item: str) -> Reference:
    return Link(item) if item == ONE_OFF_ITEM else InternalId(item)


def _rate(total: Money, sales: Sequence[tuple[Sale, BalanceTransaction]], books: Books) -> Decimal | None:
    """D4: the rate at which the sum settles, which is that of every charge where the day had one rate."""
    settled: list[Money] = []
    for sale, transaction in sales:
        rate = books.settlement_rate(transaction, sale.currency)
        if rate is None:
            return None
        is_whole = sale.captured == sale.authorised
        # What was not captured has a ledger line of its own, which the payment does not settle (D5).
        settled.append(transaction.gross_money if is_whole else convert(sale.money, rate, transaction.currency))
    if not total.minor:
        return None
    return (sum_money(settled, settled[0].currency).major / total.major).quantize(_RATE_DECIMALS)
