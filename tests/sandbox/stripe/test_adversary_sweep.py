"""Every scenario, swept for what no real account could hold: in its objects, its sums, its events and its reports."""

import csv
import io
from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from billing_checking import check_billing
from money_checking import check_laws
from sweep_events import event_contradictions
from sweep_objects import contradictions

from sandbox.scenarios import library
from sandbox.scenarios.registry import load_accounts
from sandbox.stripe.api.report_columns import major
from sandbox.stripe.api.report_rows import report_csv
from sandbox.stripe.api.report_types import REPORT_TYPES, available

LATER = datetime(2027, 2, 1, tzinfo=UTC)
IN_THE_MIDDLE = datetime(2026, 11, 20, 13, 37, tzinfo=UTC)


def nets(world, report, **parameters):
    """The sum of a report's `net` by currency."""
    text = report_csv(world, REPORT_TYPES[report], parameters).decode()
    sums = defaultdict(Decimal)
    for row in csv.DictReader(io.StringIO(text)):
        sums[row["currency"]] += Decimal(row["net"])
    return sums


def report_contradictions(world):
    """Payouts whose report is not their sum; a balance that is not activity less payouts."""
    for payout in world.shelves["payout"]:
        if payout["automatic"] and payout["reconciliation_status"] == "completed":
            told = nets(world, "payout_reconciliation.by_id.itemized.4", payout=payout["id"])
            if told != {payout["currency"]: major(payout["amount"], payout["currency"])}:
                yield f"the report of {payout['id']} over {payout['amount']} adds up to {dict(told)}"
    start, end = available(world)
    if start < end:
        told = nets(world, "balance_change_from_activity.itemized.7", interval_start=start, interval_end=end)
        held = defaultdict(int)
        for row in world.shelves["balance_transaction"]:
            is_payout = row["reporting_category"] in {"payout", "payout_reversal"}
            if row["created"] < end and row["balance_type"] == "payments" and not is_payout:
                held[row["currency"]] += row["net"]
        if told != {currency: major(net, currency) for currency, net in held.items()}:
            yield f"the activity report says {dict(told)}, the ledger {dict(held)}"


def sweep(world):
    """Raise AssertionError for any contradiction."""
    check_laws(world)
    check_billing(world)
    assert contradictions(world) == []
    assert event_contradictions(world) == []
    assert list(report_contradictions(world)) == []


@pytest.mark.parametrize("name", library.names())
def test_a_scenario_contradicts_itself_nowhere(name):
    _, world, _ = library.opened(name, 1, crowd_limit=300)
    world.advance_to(LATER)
    sweep(world)


@pytest.mark.parametrize("name", ["month", "fortnight"])
def test_nor_does_a_world_that_is_over(name):
    for world in load_accounts(name, 1, LATER):
        sweep(world)


@pytest.mark.parametrize("name", ["month", "fortnight"])
def test_nor_does_it_while_it_is_under_way(name):
    for world in load_accounts(name, 2, IN_THE_MIDDLE):
        sweep(world)
