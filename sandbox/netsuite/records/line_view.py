"""The item lines of a sale as GET shows them: with the amount and the unique key NetSuite has given each."""

from __future__ import annotations

from sandbox.netsuite.books.amounts import exact
from sandbox.netsuite.books.database import Books
from sandbox.netsuite.jsontext import Body

_CREDITS_INCOME = ("invoice", "cashSale")
_SALES = (*_CREDITS_INCOME, "creditMemo", "cashRefund")


def item_lines(books: Books, type_name: str, record_id: int, body: Body) -> Body:
    """The `item` sublist with what the books know of its lines; empty for records that have none."""
    lines = (body.get("item") or {}).get("items")
    if not lines or type_name not in _SALES:
        return {}
    rows = books.rows(
        "SELECT foreignamount, uniquekey FROM transactionline WHERE \"transaction\" = ? AND mainline = 'F' "
        "AND taxline = 'F' AND item IS NOT NULL ORDER BY id",
        (record_id,),
    )
    if len(rows) < len(lines):
        return {}
    sign = -1 if type_name in _CREDITS_INCOME else 1
    shown = [
        {"amount": sign * exact(row["foreignamount"]), **line, "lineUniqueKey": row["uniquekey"]}
        for line, row in zip(lines, rows, strict=False)
    ]
    return {"item": {"items": shown}}
