"""Conservation, stage by stage: in = out + quarantined + excluded + waiting, by count and by amount per currency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from stripe_netsuite.errors import InvariantBroken
from stripe_netsuite.staging.schema import stage_count


@dataclass(frozen=True, slots=True, kw_only=True)
class StageCount:
    """What went into a stage and where it came out. Amounts are minor units of `currency` (`""` where none)."""

    stage: str
    object_type: str
    currency: str
    in_count: int = 0
    out_count: int = 0
    quarantined_count: int = 0
    excluded_count: int = 0
    waiting_count: int = 0
    in_amount: int = 0
    out_amount: int = 0
    quarantined_amount: int = 0
    excluded_amount: int = 0
    waiting_amount: int = 0

    @property
    def balanced(self) -> bool:
        """Nothing vanished and nothing appeared."""
        counts = self.out_count + self.quarantined_count + self.excluded_count + self.waiting_count
        amounts = self.out_amount + self.quarantined_amount + self.excluded_amount + self.waiting_amount
        return self.in_count == counts and self.in_amount == amounts


_NAMES = tuple(field.name for field in fields(StageCount))


def write_stage_counts(conn: Connection, run_id: str, stage: str, rows: Sequence[StageCount]) -> None:
    """Replace what this run noted for this stage: a retried task counts once.

    Raises InvariantBroken when a row belongs to another stage.
    """
    strange = [row.stage for row in rows if row.stage != stage]
    if strange:
        raise InvariantBroken("a count of another stage", subject=f"run {run_id}", saw=strange[0], expected=stage)
    conn.execute(sa.delete(stage_count).where(stage_count.c.run_id == run_id, stage_count.c.stage == stage))
    if rows:
        conn.execute(sa.insert(stage_count), [{"run_id": run_id, **asdict(row)} for row in rows])


def read_stage_counts(conn: Connection, run_id: str) -> list[StageCount]:
    """Return the run's counts, ordered by stage, object type and currency."""
    query = (
        sa.select(*(stage_count.c[name] for name in _NAMES))
        .where(stage_count.c.run_id == run_id)
        .order_by(stage_count.c.stage, stage_count.c.object_type, stage_count.c.currency)
    )
    return [StageCount(**row) for row in conn.execute(query).mappings()]
