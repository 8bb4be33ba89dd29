"""Which property names a record type has, and what happens to the others (X-NetSuite-PropertyNameValidation)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.netsuite import errors
from sandbox.netsuite.jsontext import Body
from sandbox.netsuite.records.catalog import RecordType

FIELDS_FILE = Path(__file__).parent.parent / "data" / "rest_fields.json"

_READ_ONLY = frozenset(
    {"id", "links", "refName", "createdDate", "lastModifiedDate", "dateCreated", "transactionNumber"}
)
_READ_ONLY_TRANSACTION = frozenset(
    {"total", "subtotal", "status", "applied", "unapplied", "amountPaid", "amountRemaining", "balance", "originator",
     "source", "createdFrom", "pending"}
)  # fmt: skip
_LINE_SUBLISTS = frozenset({"item", "line"})


@dataclass(frozen=True, slots=True)
class Checked:
    """A body with known, writable properties only, and the paths of those that were not known."""

    body: Body
    unknown: tuple[str, ...]


class FieldCatalog:
    """Property names by record type: Oracle's lists and the account's custom fields. Names are case-sensitive."""

    def __init__(self, custom_fields: tuple[str, ...]) -> None:
        self._records: dict[str, Any] = json.loads(FIELDS_FILE.read_text(encoding="utf-8"))["records"]
        self._custom = custom_fields

    def body_fields(self, record_type: RecordType) -> frozenset[str]:
        """Names of the body, sublists and custom fields included."""
        record = self._records[record_type.name]
        return frozenset(record["body"]) | frozenset(record.get("sublists", {})) | self._custom_of(record_type)

    def line_fields(self, record_type: RecordType, sublist: str) -> frozenset[str]:
        """Names on the lines of a sublist; item `subsidiary` collections hold bare references."""
        names = self._records[record_type.name].get("sublists", {}).get(sublist, ("id", "links", "refName"))
        columns = (name for name in self._custom if name.startswith("custcol_") and sublist in _LINE_SUBLISTS)
        return frozenset(names) | frozenset(columns)

    def _custom_of(self, record_type: RecordType) -> frozenset[str]:
        prefix = {"transaction": "custbody_", "entity": "custentity_", "item": "custitem_"}.get(record_type.family)
        return frozenset(name for name in self._custom if prefix is not None and name.startswith(prefix))

    def check(self, record_type: RecordType, body: Body) -> Checked:
        """Split a body into what is known and what is not; read-only properties are taken out silently.

        Raises INVALID_VALUE where a sublist is not a collection.
        """
        known = self.body_fields(record_type)
        read_only = _READ_ONLY | (_READ_ONLY_TRANSACTION if record_type.is_transaction else frozenset())
        unknown = [name for name in body if name not in known]
        kept = {name: value for name, value in body.items() if name in known and name not in read_only}
        for sublist in record_type.sublists:
            if kept.get(sublist) is not None:
                kept[sublist], more = self._check_lines(record_type, sublist, kept[sublist])
                unknown += more
        return Checked(kept, tuple(unknown))

    def _check_lines(self, record_type: RecordType, sublist: str, value: Any) -> tuple[Body, list[str]]:
        if not isinstance(value, dict) or "items" not in value:
            raise errors.invalid_value(sublist)
        items = value["items"] if value["items"] is not None else None
        if items is not None and (not isinstance(items, list) or not all(isinstance(line, dict) for line in items)):
            raise errors.invalid_value(sublist)
        known = self.line_fields(record_type, sublist)
        unknown: list[str] = []
        lines: list[Body] = []
        for index, line in enumerate(items or []):
            unknown += [f"{sublist}.items[{index}].{name}" for name in line if name not in known]
            lines.append(
                {name: entry for name, entry in line.items() if name in known and name not in ("links", "refName")}
            )
        return {"items": None if items is None else lines}, unknown


def refuse_unknown(unknown: tuple[str, ...]) -> None:
    """What validation `Error` does: 400 naming the first unknown property."""
    if unknown:
        raise errors.Refused(
            f"{errors.PREFIX}Unknown reference or field name: {unknown[0]}.",
            code="INVALID_CONTENT",
            locator=("o:errorPath", unknown[0]),
        )
