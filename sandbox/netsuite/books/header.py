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
from sandbox.netsuite.reading import Reader


@dataclass(frozen=True, slots=True)
class Kind:
    """A transaction type: REST name, SuiteQL type code, prefix of its numbers, whether it posts to receivables."""

    name: str
    code: str
    prefix: str
    receivables: bool


INVOICE = Kind("invoice", "CustInvc", "INV", receivables=True)
CREDIT_MEMO = Kind("creditMemo", "CustCred", "CM", receivables=True)
PAYMENT = Kind("customerPayment", "CustPymt", "PYMT", receivables=True)
REFUND = Kind("customerRefund", "CustRfnd", "RFND", receivables=True)
DEPOSIT = Kind("deposit", "Deposit", "DEP", receivables=False)
JOURNAL = Kind("journalEntry", "Journal", "JE", receivables=False)
FX_REVALUATION = Kind("fxReval", "FxReval", "FXR", receivables=False)
KINDS = {kind.name: kind for kind in (INVOICE, CREDIT_MEMO, PAYMENT, REFUND, DEPOSIT, JOURNAL, FX_REVALUATION)}


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency and its number of decimals."""

    id: int
    symbol: str
    precision: int


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
    columns: dict[str, Any] = field(default_factory=dict)

    def to_base(self, amount: Decimal) -> Decimal:
        """An amount of the transaction's currency in base currency, rounded."""
        return rounded(amount * self.rate, self.base.precision)


@dataclass(frozen=True, slots=True)
class Draft:
    """A transaction about to be posted: its id, its checked body, and the period it had before (edits only)."""

    id: int
    kind: Kind
    body: Reader
    external_id: str | None
    keeps_period: int | None = None


def currency(books: Books, currency_id: int) -> Currency:
    """A currency by internal id (checked before: unknown ids do not get here)."""
    row = books.row("SELECT id, symbol, currencyprecision FROM currency WHERE id = ?", (currency_id,))
    if row is None:
        raise errors.invalid_field(currency_id, "currency")
    return Currency(row["id"], row["symbol"], row["currencyprecision"])


def base_currency(books: Books, subsidiary: int) -> Currency:
    """The base currency of a subsidiary."""
    row = books.row("SELECT currency FROM subsidiary WHERE id = ?", (subsidiary,))
    if row is None:
        raise errors.invalid_field(subsidiary, "subsidiary")
    return currency(books, row["currency"])


def special_account(books: Books, special: str) -> int:
    """The company's account with a special part (AcctRec, UnDepFunds, RealizedGainLoss, …)."""
    row = books.row("SELECT id FROM account WHERE sspecacct = ? ORDER BY id", (special,))
    if row is None:
        raise errors.missing_value(f"{special} account")
    return int(row["id"])


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


def customer_header(books: Books, draft: Draft, *, customer_field: str) -> Header:
    """The header of a transaction with a customer: subsidiary and currency default to the customer's own."""
    body = draft.body
    customer_id = body.reference(customer_field)
    if customer_id is None:
        raise errors.missing_value("Customer")
    customer = books.row("SELECT subsidiary, currency FROM customer WHERE id = ?", (customer_id,))
    if customer is None:
        raise errors.invalid_field(customer_id, customer_field, path=customer_field)
    subsidiary = body.reference("subsidiary") or int(customer["subsidiary"])
    if subsidiary != customer["subsidiary"]:
        raise errors.user_error(
            f"Transaction subsidiary {subsidiary} is not valid for entity {customer_id}. "
            "Please choose a different entity."
        )
    currency_id = body.reference("currency") or int(customer["currency"])
    known = books.row(
        "SELECT 1 FROM sandbox_customer_currency WHERE customer = ? AND currency = ?", (customer_id, currency_id)
    )
    if known is None:
        raise errors.user_error(errors.OTHER_CURRENCY)
    return header(books, draft, subsidiary=subsidiary, currency_id=currency_id, entity=customer_id)


def header(books: Books, draft: Draft, *, subsidiary: int, currency_id: int, entity: int | None) -> Header:
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
        rate=_rate(books, body, base, own, day),
        entity=entity,
        memo=body.text("memo"),
        external_id=draft.external_id,
        tran_id=body.text("tranId"),
        columns=columns,
    )
