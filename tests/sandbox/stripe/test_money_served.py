"""What a client reads before and after: the same object over HTTP, as the clock advances and the bank answers."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
import stripe
from money_checking import check_laws
from stripe_asking import ask, walk

from sandbox.stripe.world import World
from sandbox.testing import running_stripe

START = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
SEGMENTS = {
    "application_fees": "application_fee",
    "balance_transactions": "balance_transaction",
    "charges": "charge",
    "disputes": "dispute",
    "payment_intents": "payment_intent",
    "payouts": "payout",
    "refunds": "refund",
    "topups": "topup",
    "transfers": "transfer",
}


@pytest.fixture(scope="module")
def busy():
    """A served account in which something of everything happened, and its world."""
    world = World(5, START, settlement_currencies=("usd", "eur"))
    for number in range(12):
        world.charge(10_000 + number, "eur" if number % 3 else "usd", late_row=number % 4 == 0)
    sold = world.charge(40_000, destination="acct_shop", application_fee=2_000)
    world.reverse_transfer(sold["transfer"], 500)
    world.refund_application_fee(sold["application_fee"], 200)
    world.capture(world.charge(9_000, capture=False)["id"], 4_000)
    world.fail_payment(world.charge(8_000, method="us_bank_account")["id"])
    world.fail_refund(world.refund(world.charge(7_000)["id"])["id"])
    world.win_dispute(world.counter_dispute(world.open_dispute(world.charge(6_000)["id"])["id"])["id"])
    world.top_up(5_000)
    world.hold_reserve(300)
    world.stripe_fee(100, description="Radar (2026-11-02): Standard", tax=19)
    world.advance_to(START + timedelta(days=4))
    world.adjust(1_000, description="Free processing credit")
    world.pay_out(amount=100)
    world.fail_payout(next(iter(world.shelves["payout"]))["id"])
    world.advance_to(START + timedelta(days=9))
    check_laws(world)
    with running_stripe(world) as served:
        yield served


@pytest.mark.parametrize(("segment", "object_type"), SEGMENTS.items())
def test_every_served_money_object_fits_the_schema(busy, shapes, segment, object_type):
    items = walk(busy, f"/v1/{segment}")
    assert len(items) == len(busy.world.shelves[object_type]) > 0
    assert [(item["id"], shapes.errors(item)) for item in items if shapes.errors(item)] == []


def test_every_automatic_payout_is_the_sum_of_its_rows(busy):
    payouts = [payout for payout in walk(busy, "/v1/payouts") if payout["reconciliation_status"] == "completed"]
    assert len(payouts) >= 3
    for payout in payouts:
        rows = walk(busy, "/v1/balance_transactions", f"payout={payout['id']}&limit=7")
        assert sum(row["net"] for row in rows if row["id"] != payout["balance_transaction"]) == payout["amount"]


def test_the_balance_is_the_sum_of_the_rows_of_payments(busy):
    totals = defaultdict(int)
    for row in walk(busy, "/v1/balance_transactions"):
        if row["balance_type"] == "payments":
            totals[row["currency"]] += row["net"]
    balance = ask(busy, "/v1/balance").body
    shown = defaultdict(int)
    for part in balance["available"] + balance["pending"]:
        shown[part["currency"]] += part["amount"]
    assert shown == totals


def test_the_source_of_every_row_is_an_object_that_can_be_read(busy, shapes):
    rows = [row for row in walk(busy, "/v1/balance_transactions", "limit=100&expand[]=data.source") if row["source"]]
    kinds = {row["source"]["object"] for row in rows}
    assert kinds == {
        "application_fee",
        "charge",
        "dispute",
        "fee_refund",
        "payout",
        "refund",
        "topup",
        "transfer",
        "transfer_reversal",
    }
    assert [(row["id"], shapes.errors(row)) for row in rows if shapes.errors(row)] == []


def test_every_event_of_money_is_one_that_stripe_has(busy):
    known = set(get_args(stripe.Event.__annotations__["type"]))
    told = {event["type"] for event in walk(busy, "/v1/events")}
    assert len(known) > 200
    assert told <= known
    assert len(told) > 20


def test_an_object_read_before_and_after_differs_as_in_life():
    world = World(6, START)
    with running_stripe(world) as served:
        charge = world.charge(10_000, late_row=True)
        path = f"/v1/charges/{charge['id']}"
        assert ask(served, path).body["balance_transaction"] is None
        world.advance_to(START + timedelta(minutes=5))
        assert ask(served, path).body["balance_transaction"].startswith("txn_")
        dispute = world.open_dispute(charge["id"])
        path = f"/v1/disputes/{dispute['id']}"
        assert ask(served, path).body["balance_transactions"][0]["status"] == "pending"
        world.advance_to(START + timedelta(days=4))
        read = ask(served, path).body
        assert (read["status"], read["balance_transactions"][0]["status"]) == ("needs_response", "available")
        world.win_dispute(dispute["id"])
        assert (ask(served, path).body["status"], len(ask(served, path).body["balance_transactions"])) == ("won", 2)
        world.advance_to(START + timedelta(days=6))
        (payout,) = ask(served, "/v1/payouts").body["data"]
        world.fail_payout(payout["id"])
        assert ask(served, f"/v1/payouts/{payout['id']}").body["status"] == "failed"
