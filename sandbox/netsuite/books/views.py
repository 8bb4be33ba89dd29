"""What a page about the books asks, in one place: lists and trial balances, a record's postings, applications, links.

Pure reads. Amounts are exact; `base` is the subsidiary's base currency, `foreign` the transaction's; a debit is
positive.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sandbox.netsuite.books.amounts import ZERO, exact
from sandbox.netsuite.books.database import Books, day_of
from sandbox.netsuite.books.listing import Listed, Page, record, record_counts, records, type_of
from sandbox.netsuite.books.names import account_name
from sandbox.netsuite.books.totals import Balance, ConsolidatedBalance, balances, consolidated, unbalanced_transactions

__all__ = [
    "Applied",
    "Balance",
    "ConsolidatedBalance",
    "LedgerRow",
    "Link",
    "Listed",
    "Page",
    "Posting",
    "account_ledger",
    "applications",
    "balances",
    "consolidated",
    "links",
    "postings",
    "record",
    "record_counts",
    "records",
    "type_of",
    "unbalanced_transactions",
]


@dataclass(frozen=True, slots=True)
class Posting:
    """One line of a transaction's general ledger impact; `account` is None on a line that does not post."""

    line: int
    account: int | None
    account_name: str | None
    foreign: Decimal
    base: Decimal
    item: str | None
    customer: str | None
    memo: str | None
    currency: str
    precision: int
    base_currency: str
    base_precision: int


@dataclass(frozen=True, slots=True)
class Applied:
    """An application this record takes part in: `other` pays or is paid; `amount` in the currency of both."""

    other: int
    other_type: str
    other_name: str
    amount: Decimal
    exchange_difference: Decimal
    revaluation: int | None


@dataclass(frozen=True, slots=True)
class Link:
    """A row of the link tables. `direction` is `next` (the other came later) or `previous`."""

    direction: str
    other: int
    other_type: str
    other_name: str
    kind: str
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A posting in an account's ledger with the balance after it (base currency)."""

    transaction: int
    type_name: str
    name: str
    day: date
    customer: str | None
    memo: str | None
    foreign: Decimal
    currency: str
    base: Decimal
    balance: Decimal


def postings(books: Books, transaction_id: int) -> list[Posting]:
    """All lines of a transaction, main line first; base amounts and foreign amounts each add up to zero."""
    rows = books.rows(
        "SELECT l.id AS line, a.account, k.acctnumber, k.fullname, l.foreignamount, a.amount, i.itemid, "
        "p.entityid AS customer, l.memo, c.symbol, c.currencyprecision, "
        "b.symbol AS base, b.currencyprecision AS baseprecision "
        'FROM transactionline l JOIN "transaction" t ON t.id = l."transaction" '
        'LEFT JOIN transactionaccountingline a ON a."transaction" = l."transaction" AND a.transactionline = l.id '
        "LEFT JOIN account k ON k.id = a.account LEFT JOIN item i ON i.id = l.item LEFT JOIN customer p ON p.id = l.entity "
        "JOIN currency c ON c.id = t.currency JOIN subsidiary s ON s.id = t.sandbox_subsidiary "
        'JOIN currency b ON b.id = s.currency WHERE l."transaction" = ? ORDER BY l.id',
        (transaction_id,),
    )
    return [
        Posting(
            line=row["line"],
            account=row["account"],
            account_name=account_name(books, row) if row["account"] is not None else None,
            foreign=exact(row["foreignamount"]),
            base=exact(row["amount"]),
            item=row["itemid"],
            customer=row["customer"],
            memo=row["memo"],
            currency=row["symbol"],
            precision=row["currencyprecision"],
            base_currency=row["base"],
            base_precision=row["baseprecision"],
        )
        for row in rows
    ]


def applications(books: Books, transaction_id: int) -> list[Applied]:
    """What pays this transaction or what it pays, in the order it was applied."""
    rows = books.rows(
        "SELECT a.amount, a.debitbase, a.creditbase, a.fxreval, t.id, t.recordtype, t.tranid, "
        "(SELECT type FROM sandbox_record WHERE family = 'transaction' AND id = t.id) AS name "
        'FROM sandbox_application a JOIN "transaction" t '
        "ON t.id = CASE WHEN a.debitdoc = ? THEN a.creditdoc ELSE a.debitdoc END "
        "WHERE a.debitdoc = ? OR a.creditdoc = ? ORDER BY a.id",
        (transaction_id, transaction_id, transaction_id),
    )
    return [
        Applied(
            other=row["id"],
            other_type=row["name"] or row["recordtype"],
            other_name=row["tranid"],
            amount=exact(row["amount"]),
            exchange_difference=exact(row["creditbase"]) - exact(row["debitbase"]),
            revaluation=row["fxreval"],
        )
        for row in rows
    ]


def links(books: Books, transaction_id: int) -> list[Link]:
    """The rows of the link tables that name a transaction."""
    rows = books.rows(
        "SELECT n.*, t.id, t.recordtype, t.tranid, "
        "(SELECT type FROM sandbox_record WHERE family = 'transaction' AND id = t.id) AS name "
        'FROM nexttransactionlinelink n JOIN "transaction" t '
        "ON t.id = CASE WHEN n.previousdoc = ? THEN n.nextdoc ELSE n.previousdoc END "
        "WHERE n.previousdoc = ? OR n.nextdoc = ? ORDER BY n.rowid",
        (transaction_id, transaction_id, transaction_id),
    )
    return [
        Link(
            direction="next" if row["previousdoc"] == transaction_id else "previous",
            other=row["id"],
            other_type=row["name"] or ("fxReval" if row["recordtype"] == "fxreval" else row["recordtype"]),
            other_name=row["tranid"],
            kind=row["linktype"],
            amount=exact(row["foreignamount"]) if row["foreignamount"] is not None else None,
        )
        for row in rows
    ]


def account_ledger(books: Books, account: int, *, subsidiary: int | None = None) -> list[LedgerRow]:
    """An account's postings by date and id with the running balance, in base currency."""
    rows = books.rows(
        "SELECT t.id, t.tranid, t.trandate, t.recordtype, "
        "(SELECT type FROM sandbox_record WHERE family = 'transaction' AND id = t.id) AS name, "
        "p.entityid AS customer, l.memo, l.foreignamount, c.symbol, a.amount "
        'FROM transactionaccountingline a JOIN "transaction" t ON t.id = a."transaction" '
        'JOIN transactionline l ON l."transaction" = t.id AND l.id = a.transactionline '
        "LEFT JOIN customer p ON p.id = l.entity "
        "JOIN currency c ON c.id = t.currency WHERE a.account = ? AND (? IS NULL OR t.sandbox_subsidiary = ?) "
        "ORDER BY t.trandate, t.id, a.transactionline",
        (account, subsidiary, subsidiary),
    )
    found: list[LedgerRow] = []
    balance = ZERO
    for row in rows:
        base = exact(row["amount"])
        balance += base
        found.append(
            LedgerRow(
                transaction=row["id"],
                type_name=row["name"] or "fxReval",
                name=row["tranid"],
                day=day_of(row["trandate"]),
                customer=row["customer"],
                memo=row["memo"],
                foreign=exact(row["foreignamount"]),
                currency=row["symbol"],
                base=base,
                balance=balance,
            )
        )
    return found
