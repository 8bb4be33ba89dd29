"""One page of a SuiteQL answer, checked before it is believed: a page that lies would lose rows silently."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from stripe_netsuite.errors import NetSuiteProtocolError

PAGE_ROWS = 1000
# NetSuite help section_157909186990: what lies beyond is never returned.
_MOST_ROWS = 100_000

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class QueryPage:
    """Rows (lower-case column → text, NULL missing) and whether there are more."""

    rows: list[Row]
    has_more: bool


def read_page(content: dict[str, Any], offset: int) -> QueryPage:
    """Return the page that was asked for at `offset`; raise NetSuiteProtocolError when the envelope contradicts it."""
    items = content.get("items")
    has_more = content.get("hasMore")
    if not isinstance(items, list) or not isinstance(has_more, bool):
        raise _broken("no items or no hasMore", "NetSuite's collection envelope")
    count = content.get("count", len(items))
    if count != len(items):
        raise _broken(f"count {count} over {len(items)} items", "the same number")
    if content.get("offset", offset) != offset:
        raise _broken(f"offset {content['offset']}", f"offset {offset}")
    if has_more and len(items) != PAGE_ROWS:
        raise _broken(f"hasMore after {len(items)} rows", f"{PAGE_ROWS} rows on every page but the last")
    total = content.get("totalResults")
    if isinstance(total, int) and total > _MOST_ROWS:
        raise _broken(f"{total} matching rows", f"at most {_MOST_ROWS}; read by key instead")
    if not has_more and isinstance(total, int) and total > offset + len(items):
        raise _broken(f"no more after {offset + len(items)} of {total} rows", "hasMore")
    return QueryPage([_row(item) for item in items], has_more)


def amount_of(row: Row, column: str) -> Decimal:
    """Return a column as an exact number, zero where it is NULL. Raises NetSuiteProtocolError for anything else."""
    try:
        value = Decimal(row.get(column, "0"))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise NetSuiteProtocolError(
            "an amount is not a number", subject=f"SuiteQL column {column}", saw=repr(row[column])
        )
    return value


def _row(item: Any) -> Row:
    if not isinstance(item, dict):
        raise _broken(f"a row that is {type(item).__name__}", "an object")
    return {key.lower(): _text(value) for key, value in item.items() if key != "links" and value is not None}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "T" if value else "F"
    return str(value)


def _broken(saw: str, expected: str) -> NetSuiteProtocolError:
    return NetSuiteProtocolError("a SuiteQL page contradicts itself", subject="SuiteQL", saw=saw, expected=expected)
