"""Reference data of the books as values: currencies, base currencies, accounts, special accounts, tax codes.

Read once and kept in `Books.cache`, which empties itself when one of their tables changes.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from sandbox.netsuite import errors
from sandbox.netsuite.books.amounts import exact
from sandbox.netsuite.books.database import Books

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency and its number of decimals."""

    id: int
    symbol: str
    precision: int


@dataclass(frozen=True, slots=True)
class Account:
    """A ledger account: its type, the special part it plays, its currency (banks) and where it may be used."""

    id: int
    type: str
    special: str | None
    currency: int | None
    subsidiaries: tuple[int, ...]
    is_inactive: bool


@dataclass(frozen=True, slots=True)
class TaxCode:
    """A tax code: percent, the liability account it posts to, and the subsidiary it belongs to."""

    id: int
    name: str
    rate: Decimal
    account: int
    tax_type: int
    subsidiary: int


def known(books: Books, key: Hashable, read: Callable[[], _Value]) -> _Value:
    """The cached value of a key, read the first time."""
    try:
        value: _Value = books.cache[key]
    except KeyError:
        value = books.cache[key] = read()
    return value


def currency(books: Books, currency_id: int) -> Currency:
    """A currency by internal id. Raises Invalid Field Value for an unknown one."""

    def read() -> Currency | None:
        row = books.row("SELECT id, symbol, currencyprecision FROM currency WHERE id = ?", (currency_id,))
        return Currency(row["id"], row["symbol"], row["currencyprecision"]) if row is not None else None

    found = known(books, ("currency", currency_id), read)
    if found is None:
        raise errors.invalid_field(currency_id, "currency")
    return found


def base_currency(books: Books, subsidiary: int) -> Currency:
    """The base currency of a subsidiary. Raises Invalid Field Value for an unknown one."""

    def read() -> int | None:
        row = books.row("SELECT currency FROM subsidiary WHERE id = ?", (subsidiary,))
        return int(row["currency"]) if row is not None else None

    found = known(books, ("base", subsidiary), read)
    if found is None:
        raise errors.invalid_field(subsidiary, "subsidiary")
    return currency(books, found)


def parent_subsidiaries(books: Books, subsidiary: int) -> tuple[int, ...]:
    """The subsidiaries above one, nearest first."""

    def read() -> tuple[int, ...]:
        above: list[int] = []
        current: int | None = subsidiary
        while current is not None:
            row = books.row("SELECT parent FROM subsidiary WHERE id = ?", (current,))
            current = row["parent"] if row is not None else None
            above += [current] if current is not None else []
        return tuple(above)

    return known(books, ("above", subsidiary), read)


def account(books: Books, account_id: int) -> Account | None:
    """An account by internal id, or None."""

    def read() -> Account | None:
        row = books.row("SELECT * FROM account WHERE id = ?", (account_id,))
        if row is None:
            return None
        offered = tuple(int(key) for key in row["subsidiary"].split(", "))
        kind, special = row["accttype"], row["sspecacct"]
        return Account(row["id"], kind, special, row["currency"], offered, row["isinactive"] == "T")

    return known(books, ("account", account_id), read)


def special_account(books: Books, special: str) -> int:
    """The company's account with a special part (AcctRec, UnDepFunds, RealizedGainLoss, …)."""

    def read() -> int | None:
        row = books.row("SELECT id FROM account WHERE sspecacct = ? ORDER BY id", (special,))
        return int(row["id"]) if row is not None else None

    found = known(books, ("special", special), read)
    if found is None:
        raise errors.missing_value(f"{special} account")
    return found


def tax_code(books: Books, code_id: int) -> TaxCode | None:
    """A tax code by internal id, or None."""

    def read() -> TaxCode | None:
        row = books.row("SELECT * FROM sandbox_tax_code WHERE id = ?", (code_id,))
        if row is None:
            return None
        return TaxCode(row["id"], row["name"], exact(row["rate"]), row["account"], row["taxtype"], row["subsidiary"])

    return known(books, ("tax code", code_id), read)


def default_tax_code(books: Books, subsidiary: int) -> TaxCode | None:
    """The code a subsidiary's sales take where the item names none."""

    def read() -> int | None:
        query = "SELECT id FROM sandbox_tax_code WHERE subsidiary = ? AND isdefault = 'T' ORDER BY id"
        row = books.row(query, (subsidiary,))
        return int(row["id"]) if row is not None else None

    found = known(books, ("default tax code", subsidiary), read)
    return tax_code(books, found) if found is not None else None


def wrong_subsidiary(subsidiary: int, account_id: int) -> errors.Refused:
    """The documented text (INVALID_TRANS_SUB_ACCT)."""
    return errors.user_error(
        f"Transaction subsidiary {subsidiary} is not valid for account {account_id}. Please choose a different account."
    )
