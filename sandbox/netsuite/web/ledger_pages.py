"""The ledger by subsidiary, each in its base currency: the trial balance, debits beside credits, and an account's postings.

Never adds two currencies: what two subsidiaries have stands in two tables.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from aiohttp import web

from sandbox.netsuite.books import views
from sandbox.netsuite.books.amounts import ZERO
from sandbox.netsuite.books.database import Books, Row
from sandbox.netsuite.books.names import display_name
from sandbox.netsuite.protocol.state import ACCOUNT
from sandbox.netsuite.web.drawing import page

_MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class SubsidiaryBalance:
    """One subsidiary's part of the trial balance, with sums."""

    id: int
    name: str
    currency: str
    precision: int
    rows: list[views.Balance]

    @property
    def debit(self) -> Decimal:
        """The sum of all debits."""
        return sum((row.debit for row in self.rows), ZERO)

    @property
    def credit(self) -> Decimal:
        """The sum of all credits."""
        return sum((row.credit for row in self.rows), ZERO)


@dataclass(frozen=True, slots=True)
class SubsidiaryLedger:
    """An account's postings in one subsidiary, with the running balance in its base currency."""

    name: str
    currency: str
    precision: int
    rows: list[views.LedgerRow]


async def trial_balance(request: web.Request) -> web.Response:
    """GET /: `?period=<id>` for one period, `?by=currency` to split accounts by transaction currency."""
    account = request.app[ACCOUNT]
    books = account.books
    periods = books.rows("SELECT id, periodname FROM accountingperiod WHERE isposting = 'T' ORDER BY startdate")
    period = next((row["id"] for row in periods if str(row["id"]) == request.query.get("period")), None)
    by_currency = request.query.get("by") == "currency"
    rows = views.balances(books, period=period, by_currency=by_currency)
    unbalanced = views.unbalanced_transactions(books)
    return page(
        "balance.html",
        account,
        here="balance",
        title="Trial balance",
        subsidiaries=_subsidiaries(books, rows),
        consolidated=views.consolidated(books, period=period),
        named=functools.partial(_named, books),
        currencies={row["id"]: row for row in books.rows("SELECT id, symbol, currencyprecision FROM currency")},
        periods=periods,
        period=period,
        by_currency=by_currency,
        unbalanced=[(number, views.type_of(books, number)) for number in unbalanced[:_MOST_NAMED]],
        unbalanced_count=len(unbalanced),
    )


def _named(books: Books, row: views.Balance | views.ConsolidatedBalance) -> str:
    return display_name(row.number, row.name, with_number=books.options.features.account_numbers)


def subsidiary_ledgers(books: Books, account: int) -> list[SubsidiaryLedger]:
    """The postings of an account, for each subsidiary that has any."""
    ledgers = [
        SubsidiaryLedger(
            entry["name"],
            entry["symbol"],
            entry["currencyprecision"],
            views.account_ledger(books, account, subsidiary=entry["id"]),
        )
        for entry in _with_currencies(books)
    ]
    return [ledger for ledger in ledgers if ledger.rows]


def _subsidiaries(books: Books, rows: Sequence[views.Balance]) -> list[SubsidiaryBalance]:
    return [
        SubsidiaryBalance(
            entry["id"],
            entry["name"],
            entry["symbol"],
            entry["currencyprecision"],
            [row for row in rows if row.subsidiary == entry["id"]],
        )
        for entry in _with_currencies(books)
    ]


def _with_currencies(books: Books) -> list[Row]:
    return books.rows(
        "SELECT s.id, s.name, c.symbol, c.currencyprecision FROM subsidiary s JOIN currency c ON c.id = s.currency "
        "ORDER BY s.id"
    )
