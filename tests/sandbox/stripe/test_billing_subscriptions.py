"""Subscriptions: what is billed when, what the clock does, and how they end."""

from datetime import UTC, datetime, timedelta

import pytest
from billing_checking import check_billing, events_of

from sandbox.stripe.billing.invoice_lines import Line
from sandbox.stripe.world import World

DAY = timedelta(days=1)


@pytest.fixture
def world():
    """An account on the last of January: the months after it are shorter."""
    return World(seed=1, start=datetime(2026, 1, 31, 10, tzinfo=UTC))


@pytest.fixture
def pro(world):
    return world.create_price(world.create_product("Pro")["id"], 4_900, "usd", interval="month")["id"]


def invoices(world):
    """Day, reason, status and total of every invoice, oldest first."""
    return [
        (f"{datetime.fromtimestamp(item['created'], UTC):%m-%d}", item["billing_reason"], item["status"], item["total"])
        for item in world.shelves["invoice"]
    ]


def until(world, month, day, hour=12):
    world.advance_to(datetime(2026, month, day, hour, tzinfo=UTC))


def test_a_subscription_bills_its_first_period_at_once(world, ada, pro, billing_shapes):
    subscription = world.create_subscription(ada, [(pro, 2)])
    (item,) = subscription["items"]["data"]
    invoice = world.get("invoice", subscription["latest_invoice"])
    assert (subscription["status"], invoice["status"], invoice["total"]) == ("active", "paid", 9_800)
    assert (item["quantity"], item["price"]["id"], item["plan"]["id"]) == (2, pro, pro)
    (row,) = world.lines_of(invoice["id"])
    details = row["parent"]["subscription_item_details"]
    assert (details["subscription_item"], details["invoice_item"]) == (item["id"], None)
    assert row["period"] == {"start": item["current_period_start"], "end": item["current_period_end"]}
    assert row["description"] == "2 × Pro (at 49.00 USD / month)"
    assert invoice["parent"]["subscription_details"]["subscription"] == subscription["id"]
    billing_shapes.check(world)


def test_it_renews_on_the_last_day_of_shorter_months(world, ada, pro):
    world.create_subscription(ada, [(pro, 1)])
    until(world, 5, 1)
    assert [day for day, *_ in invoices(world)] == ["01-31", "02-28", "03-31", "04-30"]
    assert {reason for _, reason, *_ in invoices(world)[1:]} == {"subscription_cycle"}
    check_billing(world)


def test_a_renewal_is_a_draft_for_an_hour(world, ada, pro, billing_shapes):
    subscription = world.create_subscription(ada, [(pro, 1)])
    until(world, 2, 28, 10)
    draft = world.get("invoice", subscription["latest_invoice"])
    assert (draft["status"], draft["auto_advance"]) == ("draft", True)
    assert draft["automatically_finalizes_at"] == world.now + 3_600
    billing_shapes.check(world)
    until(world, 2, 28, 11)
    assert (draft["status"], draft["automatically_finalizes_at"]) == ("paid", None)


def test_a_trial_costs_nothing_and_the_coupon_waits_for_the_first_paid_period(world, ada, pro, billing_shapes):
    world.create_coupon("HALF", percent_off=50)
    subscription = world.create_subscription(ada, [(pro, 1)], coupon="HALF", trial_days=14)
    assert (subscription["status"], subscription["trial_end"]) == ("trialing", world.now + 14 * 86_400)
    billing_shapes.check(world)
    until(world, 3, 20)
    assert (subscription["status"], [total for *_, total in invoices(world)]) == ("active", [0, 2_450, 4_900])
    assert "customer.subscription.trial_will_end" in events_of(world, subscription["id"])
    billing_shapes.check(world)


def test_a_repeating_coupon_ends_and_one_forever_does_not(world, ada, pro):
    world.create_coupon("TWO", percent_off=50, duration="repeating", duration_in_months=2)
    world.create_coupon("EVER", percent_off=10, duration="forever")
    world.create_subscription(ada, [(pro, 1)], coupon=("TWO", "EVER"))
    until(world, 4, 1)
    assert [total for *_, total in invoices(world)] == [2_205, 2_205, 4_410]
    check_billing(world)


def test_default_tax_rates_are_on_every_invoice(world, ada, pro):
    vat = world.create_tax_rate("VAT", 20)["id"]
    world.create_subscription(ada, [(pro, 1)], tax_rates=(vat,))
    until(world, 3, 1)
    assert [total for *_, total in invoices(world)] == [5_880, 5_880]


def test_pending_items_go_on_the_next_renewal(world, ada, pro):
    world.create_subscription(ada, [(pro, 1)])
    world.create_invoice_item(ada, Line(amount=700, description="Overtime"))
    until(world, 3, 1)
    assert invoices(world)[-1][-1] == 5_600


def test_a_subscription_to_be_sent_is_not_charged(world, ada, pro, billing_shapes):
    subscription = world.create_subscription(ada, [(pro, 1)], collection_method="send_invoice", days_until_due=14)
    invoice = world.get("invoice", subscription["latest_invoice"])
    assert (invoice["status"], invoice["due_date"]) == ("open", world.now + 14 * 86_400)
    assert len(world.shelves["charge"]) == 0
    billing_shapes.check(world)


def test_an_invoice_of_a_subscription_cannot_be_revised(world, ada, pro):
    subscription = world.create_subscription(ada, [(pro, 1)], collection_method="send_invoice")
    with pytest.raises(ValueError, match="cannot be revised"):
        world.revise_invoice(subscription["latest_invoice"], [Line(amount=900)])


def test_a_card_that_keeps_failing_ends_the_subscription_with_a_bad_debt(world, ada, pro, billing_shapes):
    subscription = world.create_subscription(ada, [(pro, 1)])
    world.let_payments_fail(subscription["id"])
    until(world, 3, 1)
    assert subscription["status"] == "past_due"
    until(world, 3, 20)
    invoice = world.get("invoice", subscription["latest_invoice"])
    assert (subscription["status"], subscription["cancellation_details"]["reason"]) == ("canceled", "payment_failed")
    assert (invoice["status"], invoice["attempt_count"]) == ("uncollectible", 4)
    until(world, 6, 1)
    assert len(world.shelves["invoice"]) == 2, "nothing is billed after the end"
    billing_shapes.check(world)


def test_a_retry_that_succeeds_brings_the_subscription_back(world, ada, pro):
    subscription = world.create_subscription(ada, [(pro, 1)])
    world.let_payments_fail(subscription["id"])
    until(world, 3, 1)
    world.let_payments_fail(subscription["id"], fails=False)
    until(world, 3, 10)
    assert (subscription["status"], invoices(world)[-1][2]) == ("active", "paid")


def test_a_first_payment_that_fails_leaves_it_incomplete_for_a_day(world, ada, pro, billing_shapes):
    subscription = world.create_subscription(ada, [(pro, 1)], declined=True)
    other = world.create_subscription(ada, [(pro, 1)], declined=True)
    assert subscription["status"] == "incomplete"
    world.pay_invoice(other["latest_invoice"])
    world.advance_to(world.now_utc + DAY)
    assert (subscription["status"], other["status"]) == ("incomplete_expired", "active")
    assert world.get("invoice", subscription["latest_invoice"])["status"] == "void"
    billing_shapes.check(world)


def test_cancelled_at_the_period_end_it_is_not_renewed(world, ada, pro, billing_shapes):
    subscription = world.create_subscription(ada, [(pro, 1)])
    world.cancel_subscription(subscription["id"], at_period_end=True)
    end = subscription["items"]["data"][0]["current_period_end"]
    assert (subscription["status"], subscription["cancel_at"]) == ("active", end)
    until(world, 4, 1)
    assert (subscription["status"], subscription["ended_at"]) == ("canceled", end)
    assert len(world.shelves["invoice"]) == 1
    assert events_of(world, subscription["id"])[-1] == "customer.subscription.deleted"
    billing_shapes.check(world)


def test_cancelled_now_the_unused_part_is_credited_and_refunded(world, ada, pro):
    subscription = world.create_subscription(ada, [(pro, 1)])
    until(world, 2, 14, 10)
    world.cancel_subscription(subscription["id"], refund_unused=True)
    (note,) = world.shelves["credit_note"]
    (row,) = world.credit_note_lines_of(note["id"])
    assert (row["amount"], note["post_payment_amount"]) == (2_450, 2_450), "14 of 28 days are left"
    assert world.get("refund", note["refunds"][0]["refund"])["amount"] == 2_450
    check_billing(world)


def test_a_cancelled_subscription_cannot_be_changed(world, ada, pro):
    subscription = world.create_subscription(ada, [(pro, 1)])
    world.cancel_subscription(subscription["id"])
    for change in (
        lambda: world.cancel_subscription(subscription["id"]),
        lambda: world.change_subscription(subscription["id"], [(pro, 2)]),
    ):
        with pytest.raises(ValueError, match="is canceled"):
            change()


@pytest.mark.parametrize(
    ("behavior", "status"), [("void", "void"), ("keep_as_draft", "draft"), ("mark_uncollectible", "uncollectible")]
)
def test_paused_it_renews_without_collecting(world, ada, pro, behavior, status, billing_shapes):
    subscription = world.create_subscription(ada, [(pro, 1)])
    world.pause_subscription(subscription["id"], behavior)
    until(world, 3, 1)
    assert (invoices(world)[-1][2], subscription["status"]) == (status, "active")
    billing_shapes.check(world)
    world.resume_subscription(subscription["id"])
    until(world, 4, 1)
    assert invoices(world)[-1][2] == "paid"


def test_deleting_a_customer_ends_its_subscriptions(world, ada, pro):
    subscription = world.create_subscription(ada, [(pro, 1)])
    until(world, 2, 28, 10)
    world.delete_customer(ada)
    until(world, 6, 1)
    assert (subscription["status"], [status for _, _, status, _ in invoices(world)]) == ("canceled", ["paid", "draft"])


def test_prices_of_a_subscription_share_currency_and_interval(world, ada, pro):
    product = world.create_product("Other")["id"]
    yearly = world.create_price(product, 9_000, "usd", interval="year")["id"]
    euro = world.create_price(product, 900, "eur", interval="month")["id"]
    once = world.create_price(product, 900, "usd")["id"]
    for other in (yearly, euro, once):
        with pytest.raises(ValueError, match="not all recurring"):
            world.create_subscription(ada, [(pro, 1), (other, 1)])
    with pytest.raises(ValueError, match="not all recurring"):
        world.create_subscription(ada, [(once, 1)])


def test_the_same_months_give_the_same_bytes():
    def play():
        world = World(seed=4, start=datetime(2026, 1, 31, 10, tzinfo=UTC))
        price = world.create_price(world.create_product("Pro")["id"], 4_900, "usd", interval="month")["id"]
        world.create_subscription(world.create_customer("Ada")["id"], [(price, 1)])
        until(world, 6, 1)
        return [world.shelves["event"].encoded(event["id"]) for event in world.shelves["event"]]

    assert play() == play()
