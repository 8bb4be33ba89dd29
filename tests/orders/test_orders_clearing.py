"""Payouts by hand (F10): which day a ledger line is cleared on depends on the line, not on which window is run when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from tests.orders.difference import differences
from tests.orders.orders import ORDERS, Order, Stretch, load, load_again, stand_at
from tests.orders.snapshot import Snapshot, read_snapshot
from tests.pipeline.bank import by_hand
from tests.pipeline.conftest import OpenCompany
from tests.pipeline.test_pipeline_clearing import paid_by_hand

# From before the books begin, and from noon to noon: no clearing day is read by one daily run.
_STRETCH = Stretch("fortnight", datetime(2026, 10, 30, 12, tzinfo=UTC), datetime(2026, 11, 14, 12, tzinfo=UTC))


def loaded(company_of: OpenCompany, order: Order) -> Snapshot:
    """Load two weeks of an account that pays out by hand; what they leave behind."""
    company = company_of(paid_by_hand().world)
    by_hand(company, "manual_only")
    stand_at(company, _STRETCH.end, _STRETCH)
    spent = load(company, _STRETCH, order)
    snapshot = read_snapshot(company, spent.proving_run)
    assert load_again(company, _STRETCH) == ({}, 0)
    return snapshot


def test_clearing_days_are_the_same_in_any_order(company_of: OpenCompany) -> None:
    """One deposit a day and currency, none of them late, whether days are read at once or in pieces, shuffled."""
    whole = loaded(company_of, ORDERS["backfill"])
    assert {name for name in whole["payouts"] if name.startswith("cl-")}
    assert [name for name in whole["payouts"] if "late" in name] == []
    assert {proof[0] for proof in whole["proofs"].values()} == {"ok"}
    for order in (ORDERS["daily-shuffled"], replace(ORDERS["hourly-shuffled"], hours=12)):
        assert differences(whole, loaded(company_of, order)) == []
