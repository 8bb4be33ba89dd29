"""What deposits left in the suspense account, line by line, and what cleared it (ACCOUNTING F5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from stripe_netsuite.domain.money import Money
from stripe_netsuite.staging.schema_approval import suspense_line

ClearedBy = Literal["deposit", "hand"]
_row = suspense_line.c


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspenseRow:
    """One line. `money` is signed as in Stripe's balance; `cleared_by` is None while it stands."""

    payout_id: str
    transaction_id: str
    stripe_id: str
    money: Money
    cleared_by: ClearedBy | None
    cleared_internal_id: str | None


def keep_suspense_lines(
    conn: Connection, account: str, payout_id: str, lines: Sequence[tuple[str, str, Money]], run_id: str, now: datetime
) -> None:
    """Store, before the payout's deposit is written, what it leaves there: (transaction, Stripe id, amount).

    What an earlier plan had, whose deposit was never posted, is replaced.
    """
    conn.execute(sa.delete(suspense_line).where(_row.stripe_account == account, _row.payout_id == payout_id))
    if lines:
        conn.execute(
            sa.insert(suspense_line),
            [
                {
                    "stripe_account": account,
                    "payout_id": payout_id,
                    "transaction_id": transaction_id,
                    "stripe_id": stripe_id,
                    "currency": money.currency,
                    "amount": money.minor,
                    "run_id": run_id,
                    "at": now,
                }
                for transaction_id, stripe_id, money in lines
            ],
        )


def mark_cleared(
    conn: Connection,
    account: str,
    payout_id: str,
    transaction_id: str,
    by: ClearedBy,
    internal_id: str,
    run_id: str,
    now: datetime,
) -> None:
    """Note which record took the line off the suspense account."""
    conn.execute(
        sa.update(suspense_line)
        .where(_row.stripe_account == account, _row.payout_id == payout_id, _row.transaction_id == transaction_id)
        .values(cleared_by=by, cleared_internal_id=internal_id, cleared_run=run_id, cleared_at=now)
    )


def read_suspense_lines(conn: Connection, account: str, payout_id: str | None = None) -> list[SuspenseRow]:
    """Return the account's lines, or one payout's, in the order of their transactions."""
    query = sa.select(suspense_line).where(_row.stripe_account == account).order_by(_row.payout_id, _row.transaction_id)
    if payout_id is not None:
        query = query.where(_row.payout_id == payout_id)
    return [_line(row) for row in conn.execute(query).mappings()]


def _line(row: sa.RowMapping) -> SuspenseRow:
    fields: dict[str, Any] = dict(row)
    return SuspenseRow(
        payout_id=fields["payout_id"],
        transaction_id=fields["transaction_id"],
        stripe_id=fields["stripe_id"],
        money=Money(fields["amount"], fields["currency"]),
        cleared_by=fields["cleared_by"],
        cleared_internal_id=fields["cleared_internal_id"],
    )
