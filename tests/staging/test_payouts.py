"""Payouts on their way to a deposit."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy.engine import Engine

from stripe_netsuite.errors import InvariantBroken
from stripe_netsuite.staging.objects import StageResult
from stripe_netsuite.staging.payouts import (
    PayoutRow,
    all_payouts,
    open_payouts,
    read_payout,
    set_payout_state,
    upsert_payouts,
)
from tests.staging.samples import ACCOUNT, NOW, payout

LATER = NOW + timedelta(hours=1)


def _read(engine: Engine, payout_id: str = "po_1") -> PayoutRow:
    with engine.connect() as conn:
        row = read_payout(conn, ACCOUNT, payout_id)
    assert row is not None
    return row


def test_a_new_payout_is_discovered(staging_engine: Engine) -> None:
    """With all that Stripe says of it."""
    with staging_engine.begin() as conn:
        assert upsert_payouts(conn, ACCOUNT, [payout()], "run-1", NOW) == StageResult(new=1)
        assert read_payout(conn, ACCOUNT, "po_2") is None
        assert read_payout(conn, "acct_2", "po_1") is None
    assert _read(staging_engine) == PayoutRow(
        stripe_account=ACCOUNT,
        payout_id="po_1",
        currency="usd",
        amount=94_100,
        arrival_date=1_793_664_000,
        payout_status="paid",
        automatic=True,
        reconciliation_status="in_progress",
        state="discovered",
        reason=None,
        deposit_internal_id=None,
        deposit_total=None,
        run_id="run-1",
        updated_at=NOW,
        member_count=None,
    )


def test_seen_again_unchanged_it_keeps_its_state(staging_engine: Engine) -> None:
    """A booked payout is not work again, and nothing about it is touched."""
    with staging_engine.begin() as conn:
        upsert_payouts(conn, ACCOUNT, [payout()], "run-1", NOW)
        set_payout_state(
            conn,
            ACCOUNT,
            "po_1",
            "booked",
            run_id="run-1",
            now=NOW,
            deposit_internal_id="77",
            deposit_total=Decimal("941.00"),
            member_count=100,
        )
        assert upsert_payouts(conn, ACCOUNT, [payout()], "run-2", LATER) == StageResult(unchanged=1)
        assert open_payouts(conn, ACCOUNT) == []
    row = _read(staging_engine)
    assert (row.state, row.deposit_internal_id, row.deposit_total, row.member_count, row.run_id, row.updated_at) == (
        "booked",
        "77",
        Decimal("941.00"),
        100,
        "run-1",
        NOW,
    )


@pytest.mark.parametrize("change", [{"status": "failed"}, {"reconciliation_status": "completed"}])
def test_a_changed_status_makes_it_work_again(staging_engine: Engine, change: dict[str, str]) -> None:
    """Its deposit, if there is one, stays known."""
    with staging_engine.begin() as conn:
        upsert_payouts(conn, ACCOUNT, [payout()], "run-1", NOW)
        set_payout_state(conn, ACCOUNT, "po_1", "booked", reason="x", run_id="run-1", now=NOW, deposit_internal_id="77")
        assert upsert_payouts(conn, ACCOUNT, [payout(**change)], "run-2", LATER) == StageResult(changed=1)
        assert [row.payout_id for row in open_payouts(conn, ACCOUNT)] == ["po_1"]
    row = _read(staging_engine)
    assert (row.state, row.reason, row.deposit_internal_id, row.run_id) == ("discovered", None, "77", "run-2")


def test_another_arrival_date_alone_does_not_change_the_state(staging_engine: Engine) -> None:
    """Stripe moves the estimate while a payout is on its way."""
    with staging_engine.begin() as conn:
        upsert_payouts(conn, ACCOUNT, [payout()], "run-1", NOW)
        set_payout_state(conn, ACCOUNT, "po_1", "waiting_on_records", reason="ch_1", run_id="run-1", now=NOW)
        moved = payout(arrival_date=1_793_750_400)
        assert upsert_payouts(conn, ACCOUNT, [moved], "run-2", LATER) == StageResult(changed=1)
    row = _read(staging_engine)
    assert (row.state, row.reason, row.arrival_date) == ("waiting_on_records", "ch_1", 1_793_750_400)


def test_what_is_not_said_stays_known(staging_engine: Engine) -> None:
    """Deposit and member count survive a state that does not repeat them; the reason does not."""
    with staging_engine.begin() as conn:
        upsert_payouts(conn, ACCOUNT, [payout()], "run-1", NOW)
        set_payout_state(conn, ACCOUNT, "po_1", "mismatch", reason="0.01", run_id="run-1", now=NOW, member_count=3)
        set_payout_state(conn, ACCOUNT, "po_1", "booked", run_id="run-2", now=LATER, deposit_internal_id="77")
    row = _read(staging_engine)
    assert (row.state, row.reason, row.member_count, row.updated_at) == ("booked", None, 3, LATER)


def test_open_payouts_by_arrival_and_id(staging_engine: Engine) -> None:
    """Neither booked nor excluded, earliest arrival first, of one account."""
    payouts = [payout("po_c", arrival_date=10), payout("po_a", arrival_date=20), payout("po_b", arrival_date=20)]
    with staging_engine.begin() as conn:
        upsert_payouts(conn, ACCOUNT, [*payouts, payout("po_x", arrival_date=5)], "run-1", NOW)
        upsert_payouts(conn, "acct_2", [payout("po_y")], "run-1", NOW)
        set_payout_state(conn, ACCOUNT, "po_x", "excluded", run_id="run-1", now=NOW)
        set_payout_state(conn, ACCOUNT, "po_a", "blocked", run_id="run-1", now=NOW)

        def ids(**filters: object) -> list[str]:
            return [row.payout_id for row in open_payouts(conn, ACCOUNT, **filters)]  # type: ignore[arg-type]

        assert ids() == ["po_c", "po_a", "po_b"]
        assert ids(arrival_before=20) == ["po_c"]
        assert ids(only_ids=["po_b", "po_x"]) == ["po_b"]
        assert ids(only_ids=[]) == []
        assert [row.payout_id for row in all_payouts(conn, ACCOUNT)] == ["po_x", "po_c", "po_a", "po_b"]


def test_the_state_of_an_unknown_payout_cannot_be_set(staging_engine: Engine) -> None:
    """A typing error in `only_ids` must not pass silently."""
    with pytest.raises(InvariantBroken, match="po_9"), staging_engine.begin() as conn:
        set_payout_state(conn, ACCOUNT, "po_9", "booked", run_id="run-1", now=NOW)
