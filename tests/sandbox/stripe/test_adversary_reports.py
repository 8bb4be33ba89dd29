"""Reports and lists tell of the same money, also where it was paid out by hand or is held back."""

import csv
import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from sandbox.stripe.api.report_rows import report_csv
from sandbox.stripe.api.report_types import REPORT_TYPES, available
from sandbox.stripe.world import World

START = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)


def rows_of(world, report, **parameters):
    """The rows of a report's file."""
    body = report_csv(world, REPORT_TYPES[report], parameters)
    return list(csv.DictReader(io.StringIO(body.decode())))


def total(rows, column="net"):
    """The sum of a column, in minor units."""
    return sum(int(Decimal(row[column]).scaleb(2)) for row in rows)


@pytest.fixture
def by_hand():
    """An account with daily payouts that also paid out by hand, and the automatic payout that came after it."""
    world = World(1, START)
    world.charge(10_000)
    world.advance_to(START + timedelta(days=1, hours=14, minutes=10))  # ten minutes past midnight, before the daily one
    instant = world.pay_out("usd", amount=5_000, method="instant", fee=50)
    world.advance_to(START + timedelta(days=9))
    (automatic,) = (payout for payout in world.shelves["payout"] if payout["automatic"])
    return world, instant, automatic


def test_a_payout_after_one_by_hand_is_the_sum_of_its_report(by_hand):
    world, instant, automatic = by_hand
    rows = rows_of(world, "payout_reconciliation.by_id.itemized.4", payout=automatic["id"])
    assert total(rows) == automatic["amount"] > 0
    listed = {key[1] for key in world.ledger.keys_of_payout(automatic["id"])} - {automatic["balance_transaction"]}
    assert {row["balance_transaction_id"] for row in rows} == listed
    assert instant["balance_transaction"] in listed


def test_a_payout_by_hand_is_no_activity(by_hand):
    world, instant, _ = by_hand
    start, end = available(world)
    rows = rows_of(world, "balance_change_from_activity.itemized.7", interval_start=start, interval_end=end)
    assert instant["balance_transaction"] not in {row["balance_transaction_id"] for row in rows}
    assert "fee" in {row["reporting_category"] for row in rows}, "its fee is"


def test_what_is_reserved_is_neither_in_the_balance_nor_in_its_reports():
    world = World(1, START, daily_payouts=False)
    world.charge(10_000)
    world.hold_reserve(3_000)
    world.advance_to(START + timedelta(days=9))
    start, end = available(world)
    balance = sum(part["amount"] for name in ("available", "pending") for part in world.balance()[name])
    summary = rows_of(world, "balance.summary.1", interval_start=start, interval_end=end)
    assert total([row for row in summary if row["category"] == "ending_balance"], "net_amount") == balance
    assert total(rows_of(world, "ending_balance_reconciliation.itemized.4", interval_end=end)) == balance
    activity = rows_of(world, "balance_change_from_activity.itemized.7", interval_start=start, interval_end=end)
    assert total(activity) == balance
