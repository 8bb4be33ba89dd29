"""What a change in mid-period costs: credits of what was billed, bills of what is left, and where they land."""

from datetime import UTC, datetime

import pytest
from billing_checking import check_billing

from sandbox.stripe.billing.periods import part_left, period_start
from sandbox.stripe.world import World


@pytest.fixture
def world():
    """An account at the beginning of November: thirty days."""
    return World(seed=1, start=datetime(2026, 11, 1, tzinfo=UTC))


@pytest.fixture
def prices(world):
    """Monthly Pro and Max, and Max by the year."""
    pro, top = (world.create_product(name)["id"] for name in ("Pro", "Max"))
    return {
        "pro": world.create_price(pro, 3_000, "usd", interval="month")["id"],
        "max": world.create_price(top, 9_000, "usd", interval="month")["id"],
        "year": world.create_price(top, 90_000, "usd", interval="year")["id"],
    }


def on(world, day, month=11, hour=0):
    world.advance_to(datetime(2026, month, day, hour, tzinfo=UTC))


def lines(world, invoice_id):
    """Description and amount of each line."""
    return [(row["description"], row["amount"]) for row in world.lines_of(invoice_id)]


def test_an_upgrade_waits_for_the_next_invoice(world, ada, prices, billing_shapes):
    subscription = world.create_subscription(ada, [(prices["pro"], 1)])
    first = subscription["latest_invoice"]
    on(world, 16)
    world.change_subscription(subscription["id"], [(prices["max"], 1)])
    assert subscription["latest_invoice"] == first
    assert [item["amount"] for item in world.pending_items(ada, "usd")] == [-1_500, 4_500]
    billing_shapes.check(world)
    on(world, 1, month=12, hour=2)
    assert lines(world, subscription["latest_invoice"]) == [
        ("Unused time on Pro after 16 Nov 2026", -1_500),
        ("Remaining time on Max after 16 Nov 2026", 4_500),
        ("1 × Max (at 90.00 USD / month)", 9_000),
    ]
    check_billing(world)
    billing_shapes.check(world)


def test_a_credit_names_the_line_it_credits(world, ada, prices):
    subscription = world.create_subscription(ada, [(prices["pro"], 1)])
    (billed,) = world.lines_of(subscription["latest_invoice"])
    on(world, 16)
    world.change_subscription(subscription["id"], [(prices["max"], 1)], invoice_now=True)
    credit, debit = world.lines_of(subscription["latest_invoice"])
    details = credit["parent"]["subscription_item_details"]
    assert (details["proration"], details["subscription"]) == (True, subscription["id"])
    assert details["proration_details"]["credited_items"] == {
        "invoice": billed["invoice"],
        "invoice_line_items": [billed["id"]],
    }
    assert debit["parent"]["subscription_item_details"]["proration_details"] == {"credited_items": None}
    assert (credit["period"]["start"], credit["period"]["end"]) == (world.now, billed["period"]["end"])


def test_a_downgrade_invoiced_at_once_becomes_credit(world, ada, prices, billing_shapes):
    subscription = world.create_subscription(ada, [(prices["max"], 1)])
    on(world, 16)
    world.change_subscription(subscription["id"], [(prices["pro"], 1)], invoice_now=True)
    invoice = world.get("invoice", subscription["latest_invoice"])
    assert (invoice["billing_reason"], invoice["total"], invoice["amount_due"]) == ("subscription_update", -3_000, 0)
    assert world.get("customer", ada)["balance"] == -3_000
    on(world, 1, month=12, hour=2)
    assert world.get("invoice", subscription["latest_invoice"])["amount_due"] == 0
    check_billing(world)
    billing_shapes.check(world)


def test_what_was_discounted_is_credited_at_what_was_paid(world, ada, prices):
    world.create_coupon("FIFTH", percent_off=20, duration="forever")
    subscription = world.create_subscription(ada, [(prices["pro"], 1)], coupon="FIFTH")
    on(world, 16)
    world.change_subscription(subscription["id"], [(prices["max"], 1)], invoice_now=True)
    credit, debit = world.lines_of(subscription["latest_invoice"])
    assert (credit["amount"], credit["discount_amounts"]) == (-1_200, [])
    assert (debit["amount"], debit["discount_amounts"][0]["amount"]) == (4_500, 900)
    check_billing(world)


def test_prorations_are_taxed_both_ways(world, ada, prices):
    vat = world.create_tax_rate("VAT", 20)["id"]
    subscription = world.create_subscription(ada, [(prices["pro"], 1)], tax_rates=(vat,))
    on(world, 16)
    world.change_subscription(subscription["id"], [(prices["max"], 1)], invoice_now=True)
    assert [row["taxes"][0]["amount"] for row in world.lines_of(subscription["latest_invoice"])] == [-300, 900]


def test_a_second_change_credits_the_first_one(world, ada, prices, billing_shapes):
    subscription = world.create_subscription(ada, [(prices["pro"], 1)])
    on(world, 11)
    world.change_subscription(subscription["id"], [(prices["max"], 1)])
    on(world, 21)
    world.change_subscription(subscription["id"], [(prices["pro"], 1)])
    amounts = [item["amount"] for item in world.pending_items(ada, "usd")]
    assert amounts == [-2_000, 6_000, -3_000, 1_000], "of twenty days of Max ten were used"
    second = world.pending_items(ada, "usd")[2]
    assert second["proration_details"]["credited_items"]["type"] == "invoice_item"
    billing_shapes.check(world)


def test_another_quantity_and_another_item_are_prorated(world, ada, prices):
    subscription = world.create_subscription(ada, [(prices["pro"], 2)])
    on(world, 16)
    world.change_subscription(subscription["id"], [(prices["pro"], 3), (prices["max"], 1)])
    assert [item["amount"] for item in world.pending_items(ada, "usd")] == [-3_000, 4_500, 4_500]
    assert [item["quantity"] for item in subscription["items"]["data"]] == [3, 1]


def test_a_removed_item_is_credited_and_gone(world, ada, prices, billing_shapes):
    subscription = world.create_subscription(ada, [(prices["pro"], 1), (prices["max"], 1)])
    kept, removed = (item["id"] for item in world.subscription_items_of(subscription["id"]))
    on(world, 16)
    world.change_subscription(subscription["id"], [(world.get("subscription_item", kept)["price"]["id"], 1)])
    assert [item["id"] for item in subscription["items"]["data"]] == [kept]
    assert world.get("subscription_item", removed)["deleted"] is True
    assert len(world.pending_items(ada, "usd")) == 1
    billing_shapes.check(world)


def test_without_proration_the_change_counts_from_the_next_period(world, ada, prices):
    subscription = world.create_subscription(ada, [(prices["pro"], 1)])
    on(world, 16)
    world.change_subscription(subscription["id"], [(prices["max"], 1)], prorate=False)
    assert world.pending_items(ada, "usd") == []
    on(world, 1, month=12, hour=2)
    assert world.get("invoice", subscription["latest_invoice"])["total"] == 9_000


def test_another_interval_begins_a_new_cycle_now(world, ada, prices, billing_shapes):
    subscription = world.create_subscription(ada, [(prices["max"], 1)])
    on(world, 16)
    world.change_subscription(subscription["id"], [(prices["year"], 1)])
    invoice = world.get("invoice", subscription["latest_invoice"])
    assert lines(world, invoice["id"])[0] == ("Unused time on Max after 16 Nov 2026", -4_500)
    assert (invoice["status"], invoice["total"]) == ("paid", 85_500)
    assert subscription["billing_cycle_anchor"] == world.now
    on(world, 31, month=12)
    assert len(world.shelves["invoice"]) == 2, "the monthly renewal is gone"
    check_billing(world)
    billing_shapes.check(world)


def test_a_trial_is_not_prorated(world, ada, prices):
    subscription = world.create_subscription(ada, [(prices["pro"], 1)], trial_days=14)
    world.change_subscription(subscription["id"], [(prices["max"], 1)])
    assert world.pending_items(ada, "usd") == []


@pytest.mark.parametrize(
    ("interval", "count", "number", "expected"),
    [
        ("day", 3, 2, (2024, 2, 6)),
        ("week", 2, 1, (2024, 2, 14)),
        ("month", 1, 1, (2024, 2, 29)),
        ("month", 3, 5, (2025, 4, 30)),
        ("year", 1, 1, (2025, 1, 31)),
    ],
)
def test_periods_count_from_the_anchor(interval, count, number, expected):
    anchor = int(datetime(2024, 1, 31, tzinfo=UTC).timestamp())
    assert period_start(anchor, interval, count, number) == int(datetime(*expected, tzinfo=UTC).timestamp())


def test_what_is_left_of_a_period_lies_between_all_and_nothing():
    assert [part_left(100, 200, now) for now in (50, 100, 150, 200, 999)] == [1, 1, part_left(0, 2, 1), 0, 0]
