"""Runs: who did what for which window, when it started, how it ended."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from stripe_netsuite.domain.window import Window
from stripe_netsuite.errors import InvariantBroken
from stripe_netsuite.staging.bulk import insert_into
from stripe_netsuite.staging.schema import run


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """One run. `link` is the address of the DAG run; `window` is None where a run has none."""

    run_id: str
    kind: str
    stripe_accounts: tuple[str, ...]
    window: Window | None
    mapping_version: str | None
    dry_run: bool
    started_at: datetime
    ended_at: datetime | None = None
    outcome: str | None = None
    counts: Mapping[str, Any] = field(default_factory=dict)
    link: str | None = None


def start_run(conn: Connection, row: RunRow) -> None:
    """Note that a run started; a run that is known already (a retried task) stays as it is."""
    conn.execute(
        insert_into(conn, run)
        .values(
            run_id=row.run_id,
            kind=row.kind,
            stripe_accounts=json.dumps(row.stripe_accounts),
            window_start=row.window.start if row.window else None,
            window_end=row.window.end if row.window else None,
            mapping_version=row.mapping_version,
            dry_run=row.dry_run,
            started_at=row.started_at,
            ended_at=row.ended_at,
            outcome=row.outcome,
            counts=json.dumps(dict(row.counts)),
            link=row.link,
        )
        .on_conflict_do_nothing()
    )


def end_run(conn: Connection, run_id: str, *, outcome: str, counts: Mapping[str, Any], now: datetime) -> None:
    """Note how the run ended; the last end stands. Raises InvariantBroken for a run that never started."""
    ended = conn.execute(
        sa.update(run)
        .where(run.c.run_id == run_id)
        .values(ended_at=now, outcome=outcome, counts=json.dumps(dict(counts)))
    )
    if ended.rowcount == 0:
        raise InvariantBroken("a run ended that never started", subject=f"run {run_id}")


def newest_run_id(conn: Connection, window: Window) -> str | None:
    """Return the run that started last among those whose window overlaps this one, or None."""
    query = (
        sa.select(run.c.run_id)
        .where(run.c.window_start < window.end, run.c.window_end > window.start)
        .order_by(run.c.started_at.desc(), run.c.run_id.desc())
        .limit(1)
    )
    found: str | None = conn.execute(query).scalar()
    return found


def read_run(conn: Connection, run_id: str) -> RunRow | None:
    """Return the run, or None."""
    row = conn.execute(sa.select(run).where(run.c.run_id == run_id)).one_or_none()
    if row is None:
        return None
    return RunRow(
        run_id=row.run_id,
        kind=row.kind,
        stripe_accounts=tuple(json.loads(row.stripe_accounts)),
        window=None if row.window_start is None else Window(row.window_start, row.window_end),
        mapping_version=row.mapping_version,
        dry_run=row.dry_run,
        started_at=row.started_at,
        ended_at=row.ended_at,
        outcome=row.outcome,
        counts=json.loads(row.counts),
        link=row.link,
    )
