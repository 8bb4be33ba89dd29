"""Findings: what is wrong in the books, as values. Codes follow `docs/FINDINGS.md`; programs raise, books report."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """`critical` stops the object it names, `warning` is reported, `info` is for the record."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a person should know: which object and record, what was expected, what was found, how to fix it.

    `stage` is the stage that found it. Amounts stand in the texts, formatted with their currency.
    """

    code: str
    severity: Severity
    stage: str
    stripe_account: str
    message: str
    stripe_id: str | None = None
    object_type: str | None = None
    netsuite_type: str | None = None
    netsuite_id: str | None = None
    expected: str | None = None
    found: str | None = None
    difference: str | None = None
    suggestion: str | None = None
    details: tuple[tuple[str, str], ...] = field(default=())

    @property
    def key(self) -> str:
        """Identity across runs: the same problem of the same object is one finding, seen again."""
        return "|".join([self.code, self.stripe_account, self.stripe_id or "", self.netsuite_id or ""])
