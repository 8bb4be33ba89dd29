"""One staged object under validation, with the columns that the rules look at."""

from __future__ import annotations

from dataclasses import dataclass, field

from stripe_netsuite.domain.finding import Finding
from stripe_netsuite.validate.rule import Row

LEDGER = "balance_transaction"


@dataclass(frozen=True, slots=True)
class Subject:
    """A staged object or ledger line. `defect` is set instead of `row` when it could not be read.

    `content_hash` is empty for ledger lines: they never change. `amount` is in minor units of `currency`; objects
    without an amount have none of either.
    """

    object_type: str
    stripe_id: str
    content_hash: str
    is_quarantined: bool
    currency: str = ""
    amount: int = 0
    row: Row = field(default_factory=dict)
    defect: Finding | None = None
