"""The link tables: which transaction follows from which (NextTransactionLineLink and its mirror)."""

from __future__ import annotations

from decimal import Decimal

from sandbox.netsuite.books.amounts import stored
from sandbox.netsuite.books.database import Books


def link(
    books: Books,
    *,
    previous: tuple[int, str],
    following: tuple[int, str],
    kind: str,
    amount: Decimal | None,
    lines: tuple[int, int] = (0, 0),
) -> None:
    """Record a link between two transactions, given as (id, type code), with their line numbers."""
    books.insert(
        "nexttransactionlinelink",
        {
            "previousdoc": previous[0],
            "previousline": lines[0],
            "previoustype": previous[1],
            "nextdoc": following[0],
            "nextline": lines[1],
            "nexttype": following[1],
            "linktype": kind,
            "foreignamount": stored(amount),
            "lastmodifieddate": books.stamp,
        },
    )


def unlink(books: Books, *, previous: int, following: int, kind: str) -> None:
    """Take one link back."""
    books.execute(
        "DELETE FROM nexttransactionlinelink WHERE previousdoc = ? AND nextdoc = ? AND linktype = ?",
        (previous, following, kind),
    )
