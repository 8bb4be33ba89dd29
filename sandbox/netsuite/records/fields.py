"""Which property names a record type has in this account, and what happens to the others.

X-NetSuite-PropertyNameValidation decides: dropped with a header, refused, or dropped in silence.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.netsuite import errors
from sandbox.netsuite.features import Features
from sandbox.netsuite.jsontext import Body
from sandbox.netsuite.records.catalog import RecordType, all_types
from sandbox.netsuite.records.feature_fields import hidden_names, hidden_types, is_hidden

FIELDS_FILE = Path(__file__).parent.parent / "data" / "rest_fields.json"

_READ_ONLY = frozenset(
    {"id", "links", "refName", "createdDate", "lastModifiedDate", "dateCreated", "transactionNumber"}
)
_READ_ONLY_TRANSACTION = frozenset(
    {"total", "subtotal", "status", "applied", "unapplied", "amountPaid", "amountRemaining", "balance", "originator",
     "source", "createdFrom", "pending"}
)  # fmt: skip
_LINE_SUBLISTS = frozenset({"item", "line"})
_LINE_READ_ONLY = frozenset({"links", "refName"})
# What the feature takes away elsewhere is these records' own: a currency and a rate have an exchange rate.
_OWN_FIELDS = {"currency": frozenset({"exchangeRate"}), "currencyRate": frozenset({"exchangeRate"})}


@dataclass(frozen=True, slots=True)
class Checked:
    """A body with known, writable properties only, and the paths of those that were not known."""

    body: Body
    unknown: tuple[str, ...]


class FieldCatalog:
    """Property names by record type: Oracle's lists, less what the features take away, and the custom fields.

    Names are case-sensitive.
    """

    def __init__(self, custom_fields: tuple[str, ...], features: Features | None = None) -> None:
        self.features = features or Features()
        self._custom = custom_fields
        self._hidden = hidden_names(self.features)
        self._hidden_types = hidden_types(self.features)
        listed: dict[str, Any] = json.loads(FIELDS_FILE.read_text(encoding="utf-8"))["records"]
        self._body = {kind.name: self._body_names(kind, listed[kind.name]) for kind in all_types()}
        self._lines = {
            (kind.name, sublist): self._line_names(sublist, listed[kind.name])
            for kind in all_types()
            for sublist in kind.sublists
        }
        self._read_only = {
            kind.name: _READ_ONLY | kind.computed | (_READ_ONLY_TRANSACTION if kind.is_transaction else frozenset())
            for kind in all_types()
        }

    def has_type(self, record_type: RecordType) -> bool:
        """Whether the account has this record type at all."""
        return record_type.name not in self._hidden_types

    def body_fields(self, record_type: RecordType) -> frozenset[str]:
        """Names of the body, sublists and custom fields included."""
        return self._body[record_type.name]

    def line_fields(self, record_type: RecordType, sublist: str) -> frozenset[str]:
        """Names on the lines of a sublist; item `subsidiary` collections hold bare references."""
        return self._lines[record_type.name, sublist]

    def read_only(self, record_type: RecordType) -> frozenset[str]:
        """Names that GET shows and that a body may carry without effect."""
        return self._read_only[record_type.name]

    def _body_names(self, record_type: RecordType, listed: dict[str, Any]) -> frozenset[str]:
        names = frozenset(listed["body"]) | frozenset(listed.get("sublists", {})) | self._custom_of(record_type)
        own = _OWN_FIELDS.get(record_type.name, frozenset())
        return frozenset(name for name in names if name in own or not is_hidden(name, "", self._hidden))

    def _line_names(self, sublist: str, listed: dict[str, Any]) -> frozenset[str]:
        names = listed.get("sublists", {}).get(sublist, ("id", "links", "refName"))
        columns = (name for name in self._custom if name.startswith("custcol_") and sublist in _LINE_SUBLISTS)
        return frozenset(name for name in names if not is_hidden(name, sublist, self._hidden)) | frozenset(columns)

    def _custom_of(self, record_type: RecordType) -> frozenset[str]:
        prefix = {"transaction": "custbody_", "entity": "custentity_", "item": "custitem_"}.get(record_type.family)
        return frozenset(name for name in self._custom if prefix is not None and name.startswith(prefix))

    def check(self, record_type: RecordType, body: Body) -> Checked:
        """Split a body into what is known and what is not; read-only properties are taken out silently.

        Raises INVALID_VALUE where a sublist is not a collection.
        """
        known, read_only = self._body[record_type.name], self._read_only[record_type.name]
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
        items = value["items"]
        if items is None:
            return {"items": None}, []
        if not isinstance(items, list) or not all(isinstance(line, dict) for line in items):
            raise errors.invalid_value(sublist)
        known = self._lines[record_type.name, sublist]
        unknown: list[str] = []
        lines: list[Body] = []
        for index, line in enumerate(items):
            unknown += [f"{sublist}.items[{index}].{name}" for name in line if name not in known]
            lines.append({name: entry for name, entry in line.items() if name in known and name not in _LINE_READ_ONLY})
        return {"items": lines}, unknown


def refuse_unknown(unknown: tuple[str, ...]) -> None:
    """What validation `Error` does: 400 naming the first unknown property."""
    if unknown:
        raise errors.Refused(
            f"{errors.PREFIX}Unknown reference or field name: {unknown[0]}.",
            code="INVALID_CONTENT",
            locator=("o:errorPath", unknown[0]),
        )
