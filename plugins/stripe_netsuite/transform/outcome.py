"""What a transform answers: records to book, or why there is nothing to book now, or ever. Never nothing at all."""

from __future__ import annotations

from dataclasses import dataclass

from stripe_netsuite.domain.finding import Finding
from stripe_netsuite.domain.netsuite_record import Record


@dataclass(frozen=True, slots=True)
class Booked:
    """The records that stand for the object, in the order in which they must be written."""

    records: tuple[Record, ...]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """Not bookable now. It is looked at again in every run, until it is."""

    reason: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Excluded:
    """Not booked, by a rule of ACCOUNTING.md, which the reason names first."""

    reason: str


Outcome = Booked | Waiting | Excluded
