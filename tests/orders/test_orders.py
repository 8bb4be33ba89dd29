"""The first days of the seeded month, both accounts: however loaded, the same books, and a second run writes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.orders.difference import differences
from tests.orders.orders import ORDERS, Order, Stretch, load, load_again, opened
from tests.orders.snapshot import Snapshot, read_snapshot

# From before anything happens: what a look-back sees of the time before its window is staged, and booked nowhere.
_DAYS = Stretch("month", datetime(2026, 10, 26, tzinfo=UTC), datetime(2026, 11, 5, tzinfo=UTC))
_HOURS = 12
"""How long the windows of hourly runs are here: the month hour by hour is for `benchmarks/same_books.py`."""
_done: dict[str, Snapshot] = {}


def loaded(order: Order, folder: Path) -> Snapshot:
    """Load the days, prove it, run it again; what it leaves behind."""
    with opened(_DAYS, order, folder) as company:
        spent = load(company, _DAYS, order)
        snapshot = read_snapshot(company, spent.proving_run)
        _, committed = load_again(company, _DAYS)
        assert committed == 0
        assert company.netsuite.is_balanced()
    assert {proof[0] for proof in snapshot["proofs"].values()} == {"ok"}
    return snapshot


@pytest.fixture
def whole(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The days in one run; once for all tests, which only read."""
    if "backfill" not in _done:
        _done["backfill"] = loaded(ORDERS["backfill"], tmp_path_factory.mktemp("backfill"))
    return _done["backfill"]


@pytest.mark.parametrize("name", ["daily-shuffled", "hourly-shuffled", "live-both"])
def test_the_order_leaves_no_trace(whole: Snapshot, name: str, tmp_path: Path) -> None:
    """Trial balances, transactions, lines, applications, links, payouts, findings and proofs are those of one run."""
    order = ORDERS[name]
    if order.kind == "hourly":
        order = replace(order, hours=_HOURS)
    assert differences(whole, loaded(order, tmp_path), is_live=order.is_live) == []


def test_a_difference_is_found_and_so_is_one_that_is_not_allowed(whole: Snapshot) -> None:
    """The comparison can fail: another memo, a missing application, an amount, also where live runs are forgiven much."""
    for is_live in (False, True):
        other = {part: dict(values) for part, values in whole.items()}
        name = next(iter(other["transactions"]))
        other["transactions"][name] = {**other["transactions"][name], "memo": "changed"}
        missing = next(iter(other["applications"]))
        del other["applications"][missing]
        account = next(iter(other["trial balance"]))
        other["trial balance"][account] += 1
        found = differences(whole, other, is_live=is_live)
        assert [one.split(":")[0] for one in found] == [
            f"trial balance {account}",
            f"transactions {name}",
            f"applications {missing}".rpartition(":")[0],
        ]


def test_the_newest_window_comes_last_and_none_is_left_out() -> None:
    """Whatever the order, each window runs once; what is shuffled ends with the newest, as a schedule does."""
    for order in ORDERS.values():
        runs = list(order.runs(_DAYS.start, _DAYS.end))
        assert max(end for _, _, end in runs) == runs[-1][2] == _DAYS.end
        assert len(set(runs)) >= len(runs) - 1
        hours = sum((end - start).total_seconds() for kind, start, end in set(runs) if kind == order.kind)
        assert hours == (_DAYS.end - _DAYS.start).total_seconds()
