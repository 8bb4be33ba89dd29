"""A record's JSON as rows for people: plain fields, references as links, sublists as tables.

Receives what GET with expandSubResources gives, with links to the pages; gives values and says how each is shown.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sandbox.netsuite.web.places import RECORDS
from sandbox.pages.drawing import amount

_AMOUNTS = frozenset(
    {
        "amount", "amountPaid", "amountRemaining", "applied", "credit", "debit", "discountTotal", "due", "grossAmt",
        "origAmt", "payment", "paymentAmount", "subtotal", "tax1Amt", "taxAmount", "taxBasis", "taxTotal", "total",
        "transactionAmount", "unapplied",
    }
)  # fmt: skip
_HIDDEN = frozenset({"links"})


@dataclass(frozen=True, slots=True)
class Value:
    """One value: its text, the page it leads to (a reference), and whether it is a number (set to the right)."""

    text: str
    place: str | None = None
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A sublist: the names of its columns, and its lines in that order (None: the line has no such field)."""

    columns: list[str]
    lines: list[list[Value | None]]

    def is_number(self, index: int) -> bool:
        """Whether a column holds numbers."""
        values = [line[index] for line in self.lines]
        return any(value is not None for value in values) and all(value is None or value.is_number for value in values)


@dataclass(frozen=True, slots=True)
class RecordBody:
    """A record's plain fields by name, and its sublists that have lines."""

    fields: list[tuple[str, Value]]
    sublists: dict[str, Table] = field(default_factory=dict)


def parts_of(shown: dict[str, Any], precision: int) -> RecordBody:
    """The parts of a record's JSON; amounts get the currency's decimals."""
    plain: list[tuple[str, Value]] = []
    sublists: dict[str, Table] = {}
    for name, value in shown.items():
        if name in _HIDDEN or value is None:
            continue
        if isinstance(value, dict) and isinstance(value.get("items"), list):
            if value["items"]:
                sublists[name] = _table(value["items"], precision)
        else:
            plain.append((name, value_of(name, value, precision)))
    return RecordBody(plain, sublists)


def value_of(name: str, value: Any, precision: int) -> Value:
    """How one JSON value is shown."""
    match value:
        case bool():
            return Value("yes" if value else "no")
        case int() | Decimal():
            shown = (
                amount(Decimal(value), precision)
                if name in _AMOUNTS
                else format(value, "f" if isinstance(value, Decimal) else "d")
            )
            return Value(shown, is_number=True)
        case str():
            return Value(value)
        case {"id": number} if set(value) <= {"id", "refName", "links", "externalId"}:
            name_shown = str(value.get("refName") or number)
            return Value(name_shown, _place(value.get("links")))
        case _:
            return Value(json.dumps(value, ensure_ascii=False, default=str))


def _table(items: list[dict[str, Any]], precision: int) -> Table:
    columns = list(dict.fromkeys(name for item in items for name in item if name not in _HIDDEN))
    lines = [
        [value_of(name, item[name], precision) if item.get(name) is not None else None for name in columns]
        for item in items
    ]
    return Table(columns, lines)


def _place(links: Any) -> str | None:
    """The page behind a reference: its own address, where that is one of ours."""
    href = links[0].get("href") if isinstance(links, list) and links else None
    return href if isinstance(href, str) and href.startswith(f"{RECORDS}/") else None
