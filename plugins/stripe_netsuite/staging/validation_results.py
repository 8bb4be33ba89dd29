"""What validation said, as JSON text, for each run and Stripe account: the validation page is drawn from it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from stripe_netsuite.staging.bulk import upsert
from stripe_netsuite.staging.schema import validation_result


def write_validation_result(conn: Connection, run_id: str, account: str, result: str, now: datetime) -> None:
    """Store the result (JSON text); a retried task replaces its own."""
    upsert(conn, validation_result, [{"run_id": run_id, "stripe_account": account, "result": result, "at": now}])


def read_validation_result(conn: Connection, run_id: str, account: str) -> str | None:
    """Return the result's JSON text, or None."""
    query = sa.select(validation_result.c.result).where(
        validation_result.c.run_id == run_id, validation_result.c.stripe_account == account
    )
    found: str | None = conn.execute(query).scalar()
    return found


def latest_validation_result(conn: Connection, account: str) -> tuple[str, str] | None:
    """Return (run id, result) of the account's newest validation, or None."""
    query = (
        sa.select(validation_result.c.run_id, validation_result.c.result)
        .where(validation_result.c.stripe_account == account)
        .order_by(validation_result.c.at.desc(), validation_result.c.run_id.desc())
        .limit(1)
    )
    row = conn.execute(query).one_or_none()
    return None if row is None else (row.run_id, row.result)
