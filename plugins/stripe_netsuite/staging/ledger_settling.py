"""Every ledger line gets a state with a reason, and states that contradict each other are found (ACCOUNTING H5)."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from stripe_netsuite.staging.ledger import LedgerState, set_ledger_states
from stripe_netsuite.staging.payouts import IN_BOOKS
from stripe_netsuite.staging.schema import balance_transaction, payout_state, staged_object

_SOURCES = ("charge", "refund")


def settle_ledger(conn: Connection, account: str, created_before: int) -> int:
    """Give pending lines older than `created_before` (Unix s) their state; return how many.

    A line of a charge or refund follows its object; one without an object of its own waits for its payout. What no
    stage has looked at stays pending, and breaks the proof.
    """
    ledger, objects = balance_transaction.c, staged_object.c
    query = (
        sa.select(ledger.id, ledger.reporting_category, objects.state, objects.state_reason)
        .select_from(
            balance_transaction.outerjoin(
                staged_object,
                sa.and_(
                    objects.stripe_account == ledger.stripe_account,
                    objects.stripe_id == ledger.source_id,
                    objects.object_type.in_(_SOURCES),
                ),
            )
        )
        .where(ledger.stripe_account == account, ledger.state == "pending", ledger.created < created_before)
    )
    changes: list[tuple[str, LedgerState, str | None]] = []
    for line_id, category, state, reason in conn.execute(query).all():
        if category not in _SOURCES:
            changes.append((line_id, "waiting", "waits for its payout"))
        elif state in ("quarantined", "excluded"):
            changes.append((line_id, state, reason))
        elif state in ("waiting", "loaded"):
            changes.append((line_id, "waiting", reason or "booked into Undeposited Funds; waits for its payout"))
    set_ledger_states(conn, account, changes)
    return len(changes)


def inconsistent_lines(conn: Connection, account: str) -> list[str]:
    """Return the ids of lines that are booked without a booked payout, or not booked with one.

    A payout that changed after it was booked (it failed) is looked at again; its deposit stands meanwhile.
    """
    ledger, payout = balance_transaction.c, payout_state.c
    is_line_booked = ledger.state == "booked"
    is_payout_booked = sa.func.coalesce(payout.state, "").in_(IN_BOOKS)
    has_deposit = sa.or_(is_payout_booked, payout.deposit_internal_id.is_not(None))
    query = (
        sa.select(ledger.id)
        .select_from(
            balance_transaction.outerjoin(
                payout_state,
                sa.and_(payout.stripe_account == ledger.stripe_account, payout.payout_id == ledger.payout_id),
            )
        )
        .where(
            ledger.stripe_account == account,
            sa.or_(sa.and_(is_line_booked, ~has_deposit), sa.and_(~is_line_booked, is_payout_booked)),
        )
        .order_by(ledger.id)
    )
    return list(conn.execute(query).scalars())
