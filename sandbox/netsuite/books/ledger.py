"""Double entry: a transaction becomes a row, lines and accounting lines that balance in base currency, or nothing.

Signs: a debit is positive, in both currencies. The main line carries the header's account.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from typing import Any

from sandbox.netsuite.books.amounts import ZERO, exact, stored
from sandbox.netsuite.books.database import Books, stored_day
from sandbox.netsuite.books.header import Header

_BOOK = 1


class BooksUnbalanced(Exception):
    """A fault of this sandbox: a posting whose debits and credits differ."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `foreign` in the transaction's currency, `base` in the subsidiary's; a debit is positive.

    Without an account a line does not post (a non-posting discount).
    """

    account: int | None
    foreign: Decimal
    base: Decimal
    memo: str | None = None
    item: int | None = None
    quantity: Decimal | None = None
    rate: Decimal | None = None
    entity: int | None = None
    is_tax: bool = False
    columns: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Status:
    """SuiteQL's letter and REST's words."""

    letter: str
    text: str


def write(books: Books, header: Header, lines: Sequence[Line], status: Status, *, control: Line | None = None) -> None:
    """Post a transaction; the first line is the main line.

    `control` is the receivables line of a document that is applied: it starts with nothing paid or used. Raises
    BooksUnbalanced if debits and credits differ in base currency or in the transaction's own.
    """
    if sum((line.base for line in lines), ZERO) != ZERO or sum((line.foreign for line in lines), ZERO) != ZERO:
        raise BooksUnbalanced(f"{header.kind.name} {header.id}: {[(str(x.foreign), str(x.base)) for x in lines]}")
    columns = {
        "id": header.id,
        "tranid": header.tran_id or f"{header.kind.prefix}{header.id}",
        "transactionnumber": f"{header.kind.prefix}{header.id}",
        "externalid": header.external_id,
        "type": header.kind.code,
        "recordtype": header.kind.name.lower(),
        "trandate": stored_day(header.tran_date),
        "entity": header.entity,
        "currency": header.currency.id,
        "exchangerate": stored(header.rate),
        "foreigntotal": stored(lines[0].foreign),
        "status": status.letter,
        "sandbox_status": status.text,
        "sandbox_subsidiary": header.subsidiary,
        "posting": "T",
        "postingperiod": header.period_id,
        "memo": header.memo,
        "voided": "F",
        "createddate": books.stamp,
        "lastmodifieddate": books.stamp,
        "source": "REST Web Services",
        **header.columns,
    }
    if control is not None:
        columns |= _unapplied(header, control)
    books.insert("transaction", columns)
    numbered = list(enumerate(lines))
    for rows in _alike([_line(header, number, line) for number, line in numbered]):
        books.insert_all("transactionline", rows)
    posted = [
        _accounting_line(books, header, number, line, is_control=line is control)
        for number, line in numbered
        if line.account is not None
    ]
    books.insert_all("transactionaccountingline", posted)


def _unapplied(header: Header, control: Line) -> dict[str, Any]:
    """What a document owes or offers at first: all of it."""
    paid, unpaid = "foreignamountpaid", "foreignamountunpaid"
    if header.kind.side != "debit":
        paid, unpaid = "foreignpaymentamountused", "foreignpaymentamountunused"
    return {
        "sandbox_control": control.account,
        "sandbox_base": stored(abs(control.base)),
        "sandbox_base_used": 0,
        paid: 0,
        unpaid: stored(abs(control.foreign)),
    }


def _line(header: Header, number: int, line: Line) -> dict[str, Any]:
    return {
        "id": number,
        "transaction": header.id,
        "uniquekey": header.id * 100_000 + number,
        "linesequencenumber": number,
        "mainline": "T" if number == 0 else "F",
        "taxline": "T" if line.is_tax else "F",
        "item": line.item,
        "quantity": stored(line.quantity),
        "rate": stored(line.rate),
        "foreignamount": stored(line.foreign),
        "netamount": stored(line.base),
        "subsidiary": header.subsidiary,
        "memo": line.memo if line.memo is not None else header.memo,
        "entity": line.entity if line.entity is not None else header.entity,
        "cleared": "F",
        **(header.segments | line.columns),
    }


def _alike(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Neighbouring rows with the same columns, so that each group is one statement."""
    for _, group in groupby(rows, key=_names):
        yield list(group)


def _names(row: dict[str, Any]) -> tuple[str, ...]:
    return tuple(row)


def _accounting_line(books: Books, header: Header, number: int, line: Line, *, is_control: bool) -> dict[str, Any]:
    open_base = stored(abs(line.base)) if is_control else None
    is_debit = header.kind.side == "debit"
    return {
        "transaction": header.id,
        "transactionline": number,
        "account": line.account,
        "accountingbook": _BOOK,
        "amount": stored(line.base),
        "debit": stored(line.base) if line.base > 0 else None,
        "credit": stored(-line.base) if line.base < 0 else None,
        "netamount": stored(line.base),
        "exchangerate": stored(header.rate),
        "amountunpaid": open_base if is_debit else None,
        "paymentamountunused": None if is_debit else open_base,
        "posting": "T",
        "lastmodifieddate": books.stamp,
    }


def erase(books: Books, transaction_id: int) -> None:
    """Take a transaction and its lines out of the books (before it is posted again, or because it is deleted)."""
    books.execute('DELETE FROM transactionaccountingline WHERE "transaction" = ?', (transaction_id,))
    books.execute('DELETE FROM transactionline WHERE "transaction" = ?', (transaction_id,))
    books.execute('DELETE FROM "transaction" WHERE id = ?', (transaction_id,))


def impact(books: Books, transaction_id: int) -> tuple[tuple[Any, ...], ...]:
    """What a transaction does to the ledger: equal before and after an edit that has no G/L impact."""
    head = books.rows(
        'SELECT type, trandate, postingperiod, entity, currency, exchangerate FROM "transaction" WHERE id = ?',
        (transaction_id,),
    )
    lines = books.rows(
        "SELECT a.account, a.amount, l.foreignamount FROM transactionaccountingline a JOIN transactionline l "
        'ON l."transaction" = a."transaction" AND l.id = a.transactionline WHERE a."transaction" = ? '
        "ORDER BY a.transactionline",
        (transaction_id,),
    )
    return (*(tuple(row) for row in head), *(tuple(row) for row in lines))


def main_line(books: Books, transaction_id: int) -> tuple[int, Decimal, Decimal]:
    """Account, foreign and base amount of the main line (debit positive)."""
    row = books.row(
        "SELECT a.account, l.foreignamount, l.netamount FROM transactionline l JOIN transactionaccountingline a "
        'ON a."transaction" = l."transaction" AND a.transactionline = l.id WHERE l."transaction" = ? AND l.id = 0',
        (transaction_id,),
    )
    if row is None:
        raise BooksUnbalanced(f"transaction {transaction_id} has no main line")
    return int(row["account"]), exact(row["foreignamount"]), exact(row["netamount"])
