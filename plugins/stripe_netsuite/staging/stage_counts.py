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


def write_stage_counts(
    conn: Connection, run_id: str, stripe_account: str, stage: str, rows: Sequence[StageCount]
) -> None:
    """Replace what this run noted for this account and stage: a retried task counts once.

    Raises InvariantBroken when a row belongs to another stage.
    """
    strange = [row.stage for row in rows if row.stage != stage]
    if strange:
        raise InvariantBroken("a count of another stage", subject=f"run {run_id}", saw=strange[0], expected=stage)
    table = stage_count.c
    conn.execute(
        sa.delete(stage_count).where(
            table.run_id == run_id, table.stripe_account == stripe_account, table.stage == stage
        )
    )
    if rows:
        values = [{"run_id": run_id, "stripe_account": stripe_account, **asdict(row)} for row in rows]
        conn.execute(sa.insert(stage_count), values)


def read_stage_counts(conn: Connection, run_id: str, stripe_account: str | None = None) -> list[StageCount]:
    """Return the run's counts of one Stripe account, or added up over all; by stage, object type and currency."""
    keys = [stage_count.c[name] for name in ("stage", "object_type", "currency")]
    sums = [sa.func.sum(stage_count.c[name]).label(name) for name in _NAMES[len(keys) :]]
    query = sa.select(*keys, *sums).where(stage_count.c.run_id == run_id).group_by(*keys).order_by(*keys)
    if stripe_account is not None:
        query = query.where(stage_count.c.stripe_account == stripe_account)
    # Sums come back as Decimal from PostgreSQL.
    return [
        StageCount(
            stage=row[0],
            object_type=row[1],
            currency=row[2],
            **{name: int(value) for name, value in zip(_NAMES[len(keys) :], row[3:], strict=True)},
        )
        for row in conn.execute(query).all()
    ]
