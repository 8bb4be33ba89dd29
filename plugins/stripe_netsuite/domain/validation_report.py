"""What validation found, as a value: one result a rule, with the rows it names.

The validate stage builds it, staging keeps it as JSON, the report stage shows it; so it stands between them.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from stripe_netsuite.domain.finding import Severity

ROWS_KEPT = 2000
"""Rows kept for each rule in a stored report; the counts stay exact."""


@dataclass(frozen=True, slots=True)
class FailedRow:
    """One object that a rule names: what was expected of it, what was seen, as texts with currencies."""

    stripe_id: str
    expected: str
    found: str
    difference: str | None = None


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One rule: what it says in words, how many objects it looked at, how many broke it, and which."""

    code: str
    severity: Severity
    object_type: str
    words: str
    suggestion: str
    checked: int
    failed: int
    rows: tuple[FailedRow, ...] = ()

    @property
    def is_passed(self) -> bool:
        """Whether no object broke the rule."""
        return self.failed == 0


@dataclass(frozen=True, slots=True)
class TypeTotal:
    """How many objects of a type and currency were checked and quarantined; amounts in minor units.

    `currency` is empty, and the amounts are zero, for objects without an amount (customers, products, prices, coupons).
    """

    object_type: str
    currency: str
    checked: int
    checked_amount: int
    quarantined: int
    quarantined_amount: int


@dataclass(frozen=True, slots=True)
class ValidationReport:
    """The validation of one Stripe account in one run. `validated_at` is ISO 8601, UTC."""

    run_id: str
    stripe_account: str
    validated_at: str
    rules: tuple[RuleResult, ...] = ()
    totals: tuple[TypeTotal, ...] = ()
    released: int = 0

    @property
    def checked(self) -> int:
        """How many objects were looked at."""
        return sum(total.checked for total in self.totals)

    @property
    def quarantined(self) -> int:
        """How many objects are held back after this validation."""
        return sum(total.quarantined for total in self.totals)

    @property
    def failed_rules(self) -> tuple[RuleResult, ...]:
        """The rules that at least one object broke."""
        return tuple(rule for rule in self.rules if not rule.is_passed)

    @property
    def is_empty(self) -> bool:
        """Whether there was nothing new to look at."""
        return self.checked == 0

    def to_json(self) -> str:
        """Return the report as JSON text, rows cut to ROWS_KEPT a rule."""
        document = msgspec.to_builtins(self)
        for rule in document["rules"]:
            rule["rows"] = rule["rows"][:ROWS_KEPT]
        return msgspec.json.encode(document).decode()

    @classmethod
    def from_json(cls, text: str) -> ValidationReport:
        """Read what `to_json` wrote. Raises msgspec.ValidationError for anything else."""
        return msgspec.json.decode(text, type=cls)
