"""Typed access to a checked JSON body or sublist line: references as internal ids, dates, amounts, flags, texts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sandbox.netsuite import errors
from sandbox.netsuite.books.amounts import amount_from, number_from


@dataclass(frozen=True, slots=True)
class Reader:
    """One JSON object of a body; `path` is where it stands, as `o:errorPath` names it."""

    body: dict[str, Any]
    path: str = ""

    def place(self, name: str) -> str:
        """The path of a field."""
        return f"{self.path}.{name}" if self.path else name

    def has(self, name: str) -> bool:
        """Whether the field has a value."""
        return self.body.get(name) is not None

    def reference(self, name: str) -> int | None:
        """The internal id a reference field points to (references are checked and normalised before)."""
        value = self.body.get(name)
        given = value.get("id") if isinstance(value, dict) else value
        if given is None:
            return None
        if isinstance(given, bool) or not str(given).lstrip("-").isdigit():
            raise errors.invalid_value(name, path=self.place(name))
        return int(str(given))

    def text(self, name: str) -> str | None:
        """A text field."""
        value = self.body.get(name)
        if value is not None and not isinstance(value, str):
            raise errors.invalid_value(name, path=self.place(name))
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A checkbox."""
        value = self.body.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise errors.invalid_value(name, path=self.place(name))
        return value

    def day(self, name: str) -> date | None:
        """A date, `YYYY-MM-DD`."""
        value = self.body.get(name)
        if value is None:
            return None
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError) as error:
            raise errors.invalid_value(name, path=self.place(name)) from error

    def number(self, name: str) -> Decimal | None:
        """A number."""
        value = self.body.get(name)
        return None if value is None else number_from(value, name, path=self.place(name))

    def amount(self, name: str, precision: int) -> Decimal | None:
        """An amount in a currency of `precision` decimals."""
        value = self.body.get(name)
        return None if value is None else amount_from(value, name, precision, path=self.place(name))

    def lines(self, sublist: str) -> list[Reader]:
        """The lines of a sublist."""
        items = (self.body.get(sublist) or {}).get("items") or []
        return [Reader(line, f"{self.place(sublist)}.items[{index}]") for index, line in enumerate(items)]

    def custom(self, prefix: str) -> dict[str, Any]:
        """The custom fields with a value, as the SuiteQL column holds them."""
        found = {name: value for name, value in self.body.items() if name.startswith(prefix)}
        return {name: _column_value(value) for name, value in found.items() if value is not None}


def _column_value(value: Any) -> Any:
    if isinstance(value, bool):
        return "T" if value else "F"
    if isinstance(value, dict):
        return value.get("id")
    return str(value) if isinstance(value, Decimal) else value
