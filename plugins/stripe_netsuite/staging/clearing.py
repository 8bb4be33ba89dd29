"""Clearing days in staging: ledger lines without a payout, and the row that stands for a day among the payouts.

A clearing day lies in `payout_state` like a payout that Stripe has completed; its lines carry its id as their payout.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from stripe_netsuite.staging.bulk import lock_account, update_many, upsert
from stripe_netsuite.staging.schema import balance_transaction, payout_state

CLEARING = "clearing"
"""The payout status of a clearing day; Stripe has none of this name."""


class LooseRow(NamedTuple):
    """A ledger line without a payout."""

    id: str
    currency: str
    net: int
    created: int


def loose_lines(conn: Connection, account: str, *, created_from: int, created_before: int) -> list[LooseRow]:
    """Return the lines of the payments balance that no payout contains, oldest first; instants in Unix seconds."""
    table = balance_transaction.c
    query = (
        sa.select(table.id, table.currency, table.net, table.created)
        .where(
            table.stripe_account == account,
            table.payout_id.is_(None),
            table.balance_type == "payments",
            table.created >= created_from,
            table.created < created_before,
        )
        .order_by(table.created, table.id)
    )
    return [LooseRow(*row) for row in conn.execute(query)]


def clearing_ids(conn: Connection, account: str) -> set[str]:
    """Return the ids of the account's clearing days."""
    table = payout_state.c
    query = sa.select(table.payout_id).where(table.stripe_account == account, table.payout_status == CLEARING)
    return set(conn.execute(query).scalars())


def write_clearing_day(
    conn: Connection,
    account: str,
    clearing_id: str,
    *,
    currency: str,
    day: date,
    amount: int,
    line_ids: Sequence[str],
    run_id: str,
    now: datetime,
) -> None:
    """Store a new clearing day and claim its lines; `amount` is their net in minor units."""
    lock_account(conn, account)
    upsert(
        conn,
        payout_state,
        [
            {
                "stripe_account": account,
                "payout_id": clearing_id,
                "currency": currency,
                "amount": amount,
                "arrival_date": int(datetime.combine(day, time(), UTC).timestamp()),
                "payout_status": CLEARING,
                "automatic": False,
                "reconciliation_status": "not_applicable",
                "state": "discovered",
                "run_id": run_id,
                "updated_at": now,
                "member_count": len(line_ids),
            }
        ],
    )
    claimed = [(clearing_id, account, line_id) for line_id in line_ids]
    update_many(conn, balance_transaction, ("stripe_account", "id"), ("payout_id",), claimed)
