"""Every ledger line gets a state with a reason; contradictions between lines and payouts are found (H5)."""

from __future__ import annotations

from sqlalchemy.engine import Engine

from stripe_netsuite.staging.ledger import count_ledger_states, read_ledger_states, set_ledger_states, stage_ledger
from stripe_netsuite.staging.ledger_settling import inconsistent_lines, settle_ledger
from stripe_netsuite.staging.objects import ObjectState, State, set_states, stage_objects
from stripe_netsuite.staging.payouts import set_payout_state, upsert_payouts
from tests.staging.samples import ACCOUNT, NOW, ledger_row, payout, staged


def test_a_line_follows_its_object(staging_engine: Engine) -> None:
    """Quarantined and excluded with it; loaded or waiting, it waits for its payout; not looked at, it stays pending."""
    states: dict[str, State] = {"ch_l": "loaded", "ch_w": "waiting", "ch_q": "quarantined", "ch_x": "excluded"}
    objects = [staged(key) for key in [*states, "ch_p"]]
    lines = [ledger_row(f"txn_{key[-1]}", source=key) for key in [*states, "ch_p", "ch_missing"]]
    fee = ledger_row("txn_f", reporting_category="fee", source=None)
    young = ledger_row("txn_y", source="ch_l", created=2_000_000_000)
    with staging_engine.begin() as conn:
        stage_objects(conn, objects)
        hashes = {row.stripe_id: row.content_hash for row in objects}
        set_states(conn, ACCOUNT, "charge", [ObjectState(k, hashes[k], s, f"why {k}") for k, s in states.items()])
        stage_ledger(conn, ACCOUNT, [*lines, fee, young], "run-1")
        assert settle_ledger(conn, ACCOUNT, 1_900_000_000) == 5
        found = read_ledger_states(conn, ACCOUNT, [row.id for row in [*lines, fee, young]])
        assert found == {
            "txn_l": "waiting",
            "txn_w": "waiting",
            "txn_q": "quarantined",
            "txn_x": "excluded",
            "txn_p": "pending",
            "txn_g": "pending",
            "txn_f": "waiting",
            "txn_y": "pending",
        }
        assert settle_ledger(conn, ACCOUNT, 1_900_000_000) == 0
        assert sum(count for count, _ in count_ledger_states(conn, ACCOUNT).values()) == 8


def test_lines_that_contradict_their_payout(staging_engine: Engine) -> None:
    """Booked without a booked payout, and not booked with one."""
    rows = [
        ledger_row("txn_ok", payout_id="po_1"),
        ledger_row("txn_not", payout_id="po_1"),
        ledger_row("txn_early", payout_id="po_2"),
        ledger_row("txn_none"),
        ledger_row("txn_open", payout_id="po_2"),
    ]
    with staging_engine.begin() as conn:
        upsert_payouts(conn, ACCOUNT, [payout("po_1"), payout("po_2")], "run-1", NOW)
        set_payout_state(conn, ACCOUNT, "po_1", "booked", run_id="run-1", now=NOW)
        stage_ledger(conn, ACCOUNT, rows, "run-1")
        booked = ["txn_ok", "txn_early", "txn_none"]
        set_ledger_states(conn, ACCOUNT, [(line_id, "booked", None) for line_id in booked])
        assert inconsistent_lines(conn, ACCOUNT) == ["txn_early", "txn_none", "txn_not"]
        assert inconsistent_lines(conn, "acct_2") == []
