"""What stays of changes and deletions: system notes (SystemNote) and deleted records (DeletedRecord) for SuiteQL.

Notes tell the fields that changed, with the old and the new value; NetSuite's own list of noted fields is longer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.netsuite.books.database import Books, Row

_RECORD_TYPE_IDS = {"transaction": -30, "entity": -9, "item": -10}
_NOTED = {
    "transaction": {
        "tranid": "TRANDOC.STRANID",
        "trandate": "TRANDOC.DTRAN",
        "entity": "TRANDOC.KENTITY",
        "foreigntotal": "TRANDOC.MAMOUNTMAIN",
        "exchangerate": "TRANDOC.NEXCHANGERATE",
        "postingperiod": "TRANDOC.KPERIOD",
        "memo": "TRANDOC.SMEMOMAIN",
        "externalid": "TRANDOC.SEXTERNALID",
        "voided": "TRANDOC.BVOID",
    },
    "entity": {
        "entityid": "NAME.SNAME",
        "companyname": "NAME.SCOMPANYNAME",
        "email": "NAME.SEMAIL",
        "isinactive": "NAME.BINACTIVE",
        "currency": "NAME.KCURRENCY",
        "parent": "NAME.KPARENT",
    },
    "item": {"itemid": "ITEM.SNAME", "isinactive": "ITEM.BINACTIVE", "incomeaccount": "ITEM.KACCTINCOME"},
}


def note_changes(
    books: Books,
    family: str,
    record_id: int,
    row_before: Row | Mapping[str, Any],
    row_after: Row | Mapping[str, Any],
    *,
    context: str = "RST",
) -> None:
    """Write a note for each noted field (rows of the SuiteQL table, by column) that differs."""
    before, after = dict(row_before), dict(row_after)
    for column, field in _NOTED.get(family, {}).items():
        old, new = before[column], after[column]
        if old != new:
            _write(books, family, record_id, field, old, new, context=context)
    for column in (name for name in after if name.startswith("cust")):
        if before[column] != after[column]:
            _write(books, family, record_id, column.upper(), before[column], after[column], context=context)


def note_deletion(books: Books, type_label: str, record_id: int, name: str, *, context: str = "RST") -> None:
    """Keep that a record was deleted."""
    books.insert(
        "deletedrecord",
        {
            "recordid": record_id,
            "type": type_label,
            "name": name,
            "deleteddate": books.stamp,
            "deletedby": 1,
            "context": context,
        },
    )


def _write(books: Books, family: str, record_id: int, field: str, old: Any, new: Any, *, context: str) -> None:
    books.insert(
        "systemnote",
        {
            "recordid": record_id,
            "record": str(record_id),
            "recordtypeid": _RECORD_TYPE_IDS[family],
            "type": 4 if old is not None else 2,
            "field": field,
            "oldvalue": _text(old),
            "newvalue": _text(new),
            "name": 1,
            "role": "3",
            "context": context,
            "date": books.stamp,
        },
    )


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
