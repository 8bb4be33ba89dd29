"""The header every transaction shares: date, period, subsidiary, currency, rate, and the rules that tie them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sandbox.netsuite import errors
from sandbox.netsuite.books import calendar
from sandbox.netsuite.books.amounts import exact, rounded
from sandbox.netsuite.books.database import Books, stored_day
from sandbox.netsuite.books.kinds import Kind
from sandbox.netsuite.books.reference import Currency, base_currency, currency
from sandbox.netsuite.books.segments import segments_of
from sandbox.netsuite.reading import Reader


@dataclass(frozen=True, slots=True)
class Header:
    """A transaction's header. `rate` is base currency per unit of the transaction's currency."""

    id: int
    kind: Kind
    tran_date: date
    period_id: int
    subsidiary: int
    base: Currency
    currency: Currency
    rate: Decimal
    entity: int | None = None
    memo: str | None = None
    external_id: str | None = None
    tran_id: str | None = None
    segments: dict[str, int] = field(default_factory=dict)
    columns: dict[str, Any] = field(default_factory=dict)

    def to_base(self, amount: Decimal) -> Decimal:
        """An amount of the transaction's currency in base currency, rounded."""
        return rounded(amount * self.rate, self.base.precision)


@dataclass(frozen=True, slots=True)
class Draft:
    """A transaction about to be posted: its id, its checked body, and the period it had before (edits only).

    `is_made`: NetSuite makes it by itself, without a number from the body. `made`: the ids of the deposit applications
    it had made before, by deposit.
    """

    id: int
    kind: Kind
    body: Reader
    external_id: str | None
    keeps_period: int | None = None
    is_made: bool = False
    made: dict[int, int] = field(default_factory=dict)


def rate_of(books: Books, base: Currency, other: Currency, day: date) -> Decimal:
    """The latest rate up to `day`, base per unit of `other`; the documented text where there is none."""
    row = books.row(
        "SELECT exchangerate FROM currencyrate WHERE basecurrency = ? AND transactioncurrency = ? "
        "AND effectivedate <= ? ORDER BY effectivedate DESC, id DESC LIMIT 1",
        (base.id, other.id, stored_day(day)),
    )
    if row is None:
        raise errors.user_error(
            f"Unable to determine the exchange rate for currency symbol {other.symbol}. "
            "Please create a currency item with an exchange rate for this currency."
        )
    return exact(row["exchangerate"])


def _rate(books: Books, body: Reader, base: Currency, own: Currency, day: date) -> Decimal:
    if own.id == base.id:
        return Decimal(1)
    given = body.number("exchangeRate")
    if given is None:
        return rate_of(books, base, own, day)
    if given <= 0:
        raise errors.user_error("Invalid currency conversion rate.")
    return rounded(given, books.options.exchange_rate_decimals).normalize()


def customer_header(books: Books, draft: Draft, *, customer_field: str, rate: Decimal | None = None) -> Header:
    """The header of a transaction with a customer: subsidiary and currency default to the customer's own.

    Raises the documented refusals: no customer, another subsidiary, a currency that is not in the customer's list.
    `rate` is given where it is not to be chosen (a deposit application has its deposit's).
    """
    body = draft.body
    customer_id = body.reference(customer_field)
    if customer_id is None:
        raise errors.missing_value("Customer")
    sent_currency = body.reference("currency")
    customer = books.row(
        "SELECT c.subsidiary, c.currency, s.customer IS NOT NULL AS islisted FROM customer c "
        "LEFT JOIN sandbox_customer_currency s ON s.customer = c.id AND s.currency = COALESCE(?, c.currency) "
        "WHERE c.id = ?",
        (sent_currency, customer_id),
    )
    if customer is None:
        raise errors.invalid_field(customer_id, customer_field, path=customer_field)
    subsidiary = body.reference("subsidiary") or int(customer["subsidiary"])
    if subsidiary != customer["subsidiary"]:
        raise errors.user_error(
            f"Transaction subsidiary {subsidiary} is not valid for entity {customer_id}. "
            "Please choose a different entity."
        )
    if not customer["islisted"]:
        raise errors.user_error(errors.OTHER_CURRENCY)
    currency_id = sent_currency or int(customer["currency"])
    return header(books, draft, subsidiary=subsidiary, currency_id=currency_id, entity=customer_id, rate=rate)


def header(
    books: Books,
    draft: Draft,
    *,
    subsidiary: int,
    currency_id: int,
    entity: int | None,
    rate: Decimal | None = None,
) -> Header:
    """The header from the body's date, period and rate for a known subsidiary and currency."""
    body = draft.body
    day = body.day("tranDate") or books.today
    found = calendar.posting_period(
        books,
        day,
        chosen=body.reference("postingPeriod"),
        receivables=draft.kind.receivables,
        keeps=draft.keeps_period,
    )
    base = base_currency(books, subsidiary)
    own = currency(books, currency_id)
    due = body.day("dueDate")
    columns = {
        "duedate": stored_day(due) if due is not None else None,
        "otherrefnum": body.text("otherRefNum"),
        "paymentmethod": body.reference("paymentOption") or body.reference("paymentMethod"),
        **body.custom("custbody_"),
    }
    return Header(
        id=draft.id,
        kind=draft.kind,
        tran_date=day,
        period_id=found.id,
        subsidiary=subsidiary,
        base=base,
        currency=own,
        rate=rate if rate is not None else _rate(books, body, base, own, day),
        entity=entity,
        memo=body.text("memo"),
        external_id=draft.external_id,
        tran_id=_number(books, draft),
        segments=segments_of(body),
        columns=columns,
    )


def _number(books: Books, draft: Draft) -> str | None:
    """The body's tranId; None lets the ledger number it, which sales are not without auto-numbering."""
    given = draft.body.text("tranId")
    is_numbered = books.options.features.auto_numbering or draft.kind.name not in ("invoice", "creditMemo")
    if not given and not draft.is_made and not is_numbered:
        raise errors.missing_value(f"{draft.kind.label} #")
    return given or None
