"""What a rule is: one sentence about an object, checked by one Great Expectations expectation, as plain data.

An `Expectation` here only names the expectation class and its arguments, so reading the rules imports nothing heavy.
Each rule looks at one column that `checks` compute; an empty cell means that the rule does not apply to that row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.window import calendar_date

Row = Mapping[str, Any]
"""Column → whole number (minor units, Unix seconds), text, truth value, or None where it does not apply."""

ColumnType = Literal["Int64", "boolean", "string"]

_TEXT_LIMIT = 300


@dataclass(frozen=True, slots=True)
class Expectation:
    """A Great Expectations class by name, the column it looks at with the column's type, further arguments."""

    name: str
    column: str
    column_type: ColumnType
    arguments: Mapping[str, Any] = field(default_factory=dict)


def is_zero(column: str) -> Expectation:
    """Expect a difference in minor units to be nothing."""
    return Expectation("ExpectColumnValuesToBeInSet", column, "Int64", {"value_set": [0]})


def is_between(column: str, low: int | None, high: int | None = None) -> Expectation:
    """Expect a whole number from `low` to `high`, both allowed; None leaves an end open."""
    limits = {"min_value": low, "max_value": high}
    given = {key: value for key, value in limits.items() if value is not None}
    return Expectation("ExpectColumnValuesToBeBetween", column, "Int64", given)


def holds(column: str) -> Expectation:
    """Expect a truth value to be true."""
    return Expectation("ExpectColumnValuesToBeInSet", column, "boolean", {"value_set": [True]})


def is_one_of(column: str, values: frozenset[str]) -> Expectation:
    """Expect a text out of a list."""
    return Expectation("ExpectColumnValuesToBeInSet", column, "string", {"value_set": sorted(values)})


def matches(column: str, pattern: str) -> Expectation:
    """Expect a text to match a regular expression."""
    return Expectation("ExpectColumnValuesToMatchRegex", column, "string", {"regex": pattern})


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `words` and `suggestion` are for a controller; `expected`, `found` and `difference` are templates.

    A template names columns of the row: `{fee:money}` (in the row's currency), `{amount:money/source_currency}` (in the
    currency that another column holds), `{arrival_date:date}`, `{status}`.
    """

    code: str
    severity: Severity
    object_type: str
    words: str
    suggestion: str
    expectation: Expectation
    expected: str
    found: str
    difference: str | None = None

    @property
    def name(self) -> str:
        """What tells the rule from all others: the same code may stand for several object types."""
        return f"{self.object_type}.{self.code}"

    def finding(self, account: str, stripe_id: str, row: Row) -> Finding:
        """Return the finding for a row that broke the rule."""
        return Finding(
            code=self.code,
            severity=self.severity,
            stage="validate",
            stripe_account=account,
            message=self.words,
            stripe_id=stripe_id,
            object_type=self.object_type,
            expected=describe(self.expected, row),
            found=describe(self.found, row),
            difference=describe(self.difference, row) if self.difference else None,
            suggestion=self.suggestion,
        )


def describe(template: str, row: Row) -> str:
    """Fill a template with the row's values; long texts are cut at 300 characters."""
    text = template.format_map({name: _Cell(value, row) for name, value in row.items()})
    return text if len(text) <= _TEXT_LIMIT else f"{text[: _TEXT_LIMIT - 1]}…"


class _Cell:
    """A value that knows how to print itself for a format spec of `Rule`."""

    __slots__ = ("row", "value")

    def __init__(self, value: Any, row: Row) -> None:
        self.value = value
        self.row = row

    def __format__(self, spec: str) -> str:
        if self.value is None or self.value == "":
            return "nothing"
        kind, _, currency_column = spec.partition("/")
        if kind == "money":
            return _money(int(self.value), str(self.row.get(currency_column or "currency") or ""))
        if kind == "date":
            return calendar_date(int(self.value)).isoformat()
        return str(self.value)


def _money(minor: int, currency: str) -> str:
    if len(currency) == 3 and currency == currency.lower():
        return str(Money(minor, currency))
    # The currency itself is what is wrong with this row: its exponent is unknown.
    return f"{minor} minor units of {currency or 'no currency'}"
