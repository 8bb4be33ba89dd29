"""Changes of a transaction that touch no amount, account or link: memo, reference number, due date, custom fields.

They are written in place: nothing is posted again, so applications and currency revaluations keep their ids. A closed
period takes them only if it allows non-G/L changes.
"""

from __future__ import annotations

from typing import Any

from sandbox.netsuite import errors
from sandbox.netsuite.books import calendar
from sandbox.netsuite.books.audit import note_changes
from sandbox.netsuite.books.database import Books, stored_day
from sandbox.netsuite.books.kinds import KINDS
from sandbox.netsuite.jsontext import Body
from sandbox.netsuite.reading import Reader
from sandbox.netsuite.records.posting import check_own, row_of

_NOTES = frozenset({"memo", "otherRefNum", "dueDate"})
_CUSTOM = "custbody_"


def is_only_noted(before: Body, after: Body) -> bool:
    """Whether two bodies of a transaction differ in such fields only (or not at all: a new external id)."""
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    return all(name in _NOTES or name.startswith(_CUSTOM) for name in changed)


def annotate(books: Books, type_name: str, record_id: int, body: Reader, external_id: str | None) -> None:
    """Write the changed fields. Raises the refusals of a closed period and of a voided transaction."""
    row = row_of(books, record_id)
    check_own(books, type_name, row)
    period = calendar.period(books, row["postingperiod"])
    is_open = period is None or period.accepts(receivables=KINDS[type_name].receivables)
    if not is_open and period is not None and not period.allows_non_gl_changes:
        raise errors.user_error(errors.CLOSED_PERIOD_EDIT)
    due = body.day("dueDate")
    custom = {name: None for name in row.keys() if name.startswith(_CUSTOM)}  # noqa: SIM118 - a row iterates over values
    columns: dict[str, Any] = {
        "memo": body.text("memo"),
        "otherrefnum": body.text("otherRefNum"),
        "duedate": stored_day(due) if due is not None else None,
        "externalid": external_id,
        "lastmodifieddate": books.stamp,
        **custom,
        **body.custom(_CUSTOM),
    }
    settings = ", ".join(f'"{name}" = ?' for name in columns)
    books.execute(f'UPDATE "transaction" SET {settings} WHERE id = ?', (*columns.values(), record_id))  # noqa: S608 - our names
    # Lines without a memo of their own show the header's.
    books.execute(
        'UPDATE transactionline SET memo = ? WHERE "transaction" = ? AND memo IS ? AND item IS NULL AND taxline = ?',
        (columns["memo"], record_id, row["memo"], "F"),
    )
    note_changes(books, "transaction", record_id, row, row_of(books, record_id))
