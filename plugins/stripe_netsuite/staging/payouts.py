"""Payouts on their way to a deposit: what Stripe says of each, and how far we are with it.

Work lies in this table, not in asset events: an event only wakes whoever reads `open_payouts`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from stripe_netsuite.domain.stripe_object import Payout
from stripe_netsuite.errors import InvariantBroken
from stripe_netsuite.staging.bulk import chunks, lock_account, upsert
from stripe_netsuite.staging.schema import payout_state
from stripe_netsuite.staging.versions import StageResult

PayoutStateName = Literal[
    "discovered",
    "waiting_on_reconciliation",
    "waiting_on_records",
    "waiting_for_approval",
    "blocked",
    "mismatch",
    "booked",
    "failed",
    "reversed",
    "canceled",
    "excluded",
]

IN_BOOKS: tuple[PayoutStateName, ...] = ("booked", "failed", "reversed")
"""What the payout contains is booked, whatever became of it afterwards."""

SETTLED: tuple[PayoutStateName, ...] = (*IN_BOOKS, "canceled", "excluded")
"""There is nothing left to do, unless Stripe changes the payout."""
_FROM_STRIPE = ("currency", "amount", "arrival_date", "payout_status", "automatic", "reconciliation_status")
_DECIDING = ("payout_status", "reconciliation_status")


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutRow:
    """A payout. `amount` is minor units of `currency`, `arrival_date` midnight UTC in Unix seconds.

    `deposit_total` is the total that NetSuite gave back, in major units.
    """

    stripe_account: str
    payout_id: str
    currency: str
    amount: int
    arrival_date: int
    payout_status: str
    automatic: bool
    reconciliation_status: str
    state: PayoutStateName
    reason: str | None
    deposit_internal_id: str | None
    deposit_total: Decimal | None
    run_id: str
    updated_at: datetime
    member_count: int | None


def upsert_payouts(
    conn: Connection, account: str, payouts: Sequence[Payout], run_id: str, now: datetime
) -> StageResult:
    """Store what Stripe says of these payouts.

    A new one is `discovered`, and so is one whose status or reconciliation changed; every other one keeps its state.
    The deposit of a booked one stays known in any case.
    """
    lock_account(conn, account)
    latest = {payout.id: payout for payout in payouts}
    known = {row.payout_id: row for row in _read(conn, account, latest)}
    rows: list[dict[str, Any]] = []
    new = 0
    for payout in latest.values():
        said = _said_by_stripe(payout)
        before = known.get(payout.id)
        if before is None:
            new += 1
        elif all(getattr(before, name) == said[name] for name in _FROM_STRIPE):
            continue
        goes_on = before is not None and all(getattr(before, name) == said[name] for name in _DECIDING)
        rows.append(
            {
                "stripe_account": account,
                "payout_id": payout.id,
                **said,
                "state": before.state if before and goes_on else "discovered",
                "reason": before.reason if before and goes_on else None,
                "run_id": run_id,
                "updated_at": now,
            }
        )
    upsert(conn, payout_state, rows, keep=("deposit_internal_id", "deposit_total", "member_count"))
    return StageResult(new, len(rows) - new, len(payouts) - len(rows))


def _said_by_stripe(payout: Payout) -> dict[str, Any]:
    return {
        "currency": payout.currency,
        "amount": payout.amount,
        "arrival_date": payout.arrival_date,
        "payout_status": payout.status,
        "automatic": payout.automatic,
        "reconciliation_status": payout.reconciliation_status,
    }


def set_payout_state(
    conn: Connection,
    account: str,
    payout_id: str,
    state: PayoutStateName,
    *,
    run_id: str,
    now: datetime,
    reason: str | None = None,
    deposit_internal_id: str | None = None,
    deposit_total: Decimal | None = None,
    member_count: int | None = None,
) -> None:
    """Note how far we are; deposit and member count stay as they were where None is given.

    Raises InvariantBroken for an unknown payout.
    """
    facts = {
        "deposit_internal_id": deposit_internal_id,
        "deposit_total": None if deposit_total is None else str(deposit_total),
        "member_count": member_count,
    }
    changed = conn.execute(
        sa.update(payout_state)
        .where(payout_state.c.stripe_account == account, payout_state.c.payout_id == payout_id)
        .values(
            state=state,
            reason=reason,
            run_id=run_id,
            updated_at=now,
            **{name: value for name, value in facts.items() if value is not None},
        )
    )
    if changed.rowcount == 0:
        raise InvariantBroken("a payout that was never staged", subject=payout_id, next_step="extract payouts first")


def read_payout(conn: Connection, account: str, payout_id: str) -> PayoutRow | None:
    """Return the payout, or None."""
    return next(iter(_read(conn, account, [payout_id])), None)


def open_payouts(
    conn: Connection, account: str, arrival_before: int | None = None, only_ids: Collection[str] | None = None
) -> list[PayoutRow]:
    """Return the payouts that are not settled (booked, failed, reversed, canceled, excluded), earliest arrival first.

    `arrival_before` is in Unix seconds and exclusive.
    """
    query = _select(account).where(payout_state.c.state.not_in(SETTLED))
    if arrival_before is not None:
        query = query.where(payout_state.c.arrival_date < arrival_before)
    chosen = None if only_ids is None else set(only_ids)
    return [_payout_row(row) for row in conn.execute(query).mappings() if chosen is None or row.payout_id in chosen]


def all_payouts(conn: Connection, account: str) -> list[PayoutRow]:
    """Return every payout, earliest arrival first."""
    return [_payout_row(row) for row in conn.execute(_select(account)).mappings()]


def _select(account: str) -> sa.Select[Any]:
    return (
        sa.select(payout_state)
        .where(payout_state.c.stripe_account == account)
        .order_by(payout_state.c.arrival_date, payout_state.c.payout_id)
    )


def _read(conn: Connection, account: str, ids: Collection[str]) -> list[PayoutRow]:
    return [
        _payout_row(row)
        for chunk in chunks(sorted(set(ids)))
        for row in conn.execute(_select(account).where(payout_state.c.payout_id.in_(chunk))).mappings()
    ]


def _payout_row(row: sa.RowMapping) -> PayoutRow:
    fields = dict(row)
    total = fields.pop("deposit_total")
    return PayoutRow(**fields, deposit_total=None if total is None else Decimal(total))
