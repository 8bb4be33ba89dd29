"""Watermarks: which stretches of time were read wholly, for each Stripe account and stream.

Stretches are half-open; those that touch or overlap are stored as one, so a gap is a gap in the data.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from stripe_netsuite.domain.window import Window
from stripe_netsuite.staging.bulk import lock_account
from stripe_netsuite.staging.schema import watermark


def extend_coverage(conn: Connection, account: str, stream: str, window: Window, run_id: str) -> None:
    """Note that the window was read wholly; call it in the transaction that stages the window's last rows."""
    lock_account(conn, account)
    touching = sa.and_(
        watermark.c.stripe_account == account,
        watermark.c.stream == stream,
        watermark.c.covered_from <= window.end,
        watermark.c.covered_to >= window.start,
    )
    merged = conn.execute(sa.select(watermark.c.covered_from, watermark.c.covered_to).where(touching)).all()
    conn.execute(sa.delete(watermark).where(touching))
    conn.execute(
        sa.insert(watermark).values(
            stripe_account=account,
            stream=stream,
            covered_from=min([window.start, *(row.covered_from for row in merged)]),
            covered_to=max([window.end, *(row.covered_to for row in merged)]),
            run_id=run_id,
        )
    )


def coverage(conn: Connection, account: str, stream: str) -> list[Window]:
    """Return the stretches read, in order; between two of them lies a gap."""
    query = (
        sa.select(watermark.c.covered_from, watermark.c.covered_to)
        .where(watermark.c.stripe_account == account, watermark.c.stream == stream)
        .order_by(watermark.c.covered_from)
    )
    return [Window(row.covered_from, row.covered_to) for row in conn.execute(query)]
