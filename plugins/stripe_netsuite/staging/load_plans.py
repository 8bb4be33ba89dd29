"""Load plans as they were shown: one for each run, Stripe account and step, replaced when the step runs again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from stripe_netsuite.staging.bulk import upsert
from stripe_netsuite.staging.schema import load_plan


def write_load_plan(
    conn: Connection, *, run_id: str, stripe_account: str, step: str, content: Mapping[str, Any], now: datetime
) -> None:
    """Store a plan; its content is JSON-able (see `pipeline.plan_store`)."""
    row = {
        "run_id": run_id,
        "stripe_account": stripe_account,
        "step": step,
        "content": json.dumps(dict(content), ensure_ascii=False),
        "at": now,
    }
    upsert(conn, load_plan, [row])


def read_load_plan(conn: Connection, run_id: str, stripe_account: str, step: str) -> dict[str, Any] | None:
    """Return one plan's content, or None."""
    query = sa.select(load_plan.c.content).where(
        load_plan.c.run_id == run_id, load_plan.c.stripe_account == stripe_account, load_plan.c.step == step
    )
    content = conn.execute(query).scalar()
    return None if content is None else dict(json.loads(content))


def read_load_plans(conn: Connection, run_id: str) -> list[dict[str, Any]]:
    """Return the contents of a run's plans, in the order in which the steps ran."""
    query = (
        sa.select(load_plan.c.content)
        .where(load_plan.c.run_id == run_id)
        .order_by(load_plan.c.at, load_plan.c.stripe_account, load_plan.c.step)
    )
    return [dict(json.loads(content)) for content in conn.execute(query).scalars()]
