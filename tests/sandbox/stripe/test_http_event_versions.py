"""Events are told in the version in force when they were created; objects always in the pinned one."""

from datetime import UTC, datetime

import pytest
from stripe_asking import ask, walk

from sandbox.stripe.billing.invoice_lines import Line
from sandbox.stripe.world import World
from sandbox.testing import running_stripe

START = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
OLD, BASIL, PINNED = "2024-06-20", "2025-03-31.basil", "2026-10-28.endive"


def business(version: str) -> World:
    """A coupon, a taxed invoice paid by card, a credit note and a subscription, in an account of this version."""
    world = World(3, START, event_api_version=version)
    ada = world.create_customer("Ada")["id"]
    price = world.create_price(world.create_product("Pro")["id"], 10_000, "usd")["id"]
    monthly = world.create_price(world.create_product("Plus")["id"], 4_900, "usd", interval="month")["id"]
    half = world.create_coupon("HALF", percent_off=50)["id"]
    vat = world.create_tax_rate("VAT", 10)["id"]
    world.create_promotion_code("SAVE", half)
    invoice = world.create_invoice(ada, [Line(price=price, tax_rates=(vat,))], coupon=half)
    world.pay_invoice(invoice["id"])
    world.credit_note(invoice["id"], amount=1_100, refund=1_100)
    world.create_subscription(ada, [(monthly, 1)])
    return world


@pytest.fixture(scope="module")
def snapshots():
    """Version -> event type -> its newest snapshot, as told over HTTP."""
    found = {}
    for version in (OLD, BASIL, PINNED):
        with running_stripe(business(version)) as stripe:
            events = walk(stripe, "/v1/events")
        assert {event["api_version"] for event in events} == {version}
        found[version] = {event["type"]: event["data"]["object"] for event in reversed(events)}
    return found


def test_before_clover_a_promotion_code_held_its_coupon(snapshots):
    for version in (OLD, BASIL):
        code = snapshots[version]["promotion_code.created"]
        assert (code["coupon"]["id"], code["coupon"]["object"]) == ("HALF", "coupon")
        assert "promotion" not in code
    assert snapshots[PINNED]["promotion_code.created"]["promotion"]["coupon"] == "HALF"


def test_before_basil_charge_and_intent_knew_their_invoice(snapshots):
    invoice = snapshots[OLD]["invoice.paid"]
    assert snapshots[OLD]["charge.succeeded"]["invoice"] is not None
    assert snapshots[OLD]["payment_intent.succeeded"]["invoice"] is not None
    assert invoice["payment_intent"].startswith("pi_")
    for version in (BASIL, PINNED):
        assert "invoice" not in snapshots[version]["charge.succeeded"]


def test_before_basil_an_invoice_had_one_charge_a_tax_and_no_parent(snapshots):
    old, new = snapshots[OLD]["invoice.paid"], snapshots[BASIL]["invoice.paid"]
    gone = {"parent", "total_taxes", "payments"}
    back = {"charge", "discount", "paid", "payment_intent", "subscription", "tax", "total_tax_amounts", "quote"}
    assert not gone & old.keys()
    assert back <= old.keys()
    assert not back & new.keys()
    assert (old["paid"], old["paid_out_of_band"]) == (True, False)
    assert old["charge"].startswith("ch_")
    assert snapshots[OLD]["invoice.finalized"]["paid"] is False
    taxed, untaxed = snapshots[OLD]["invoice.updated"], snapshots[BASIL]["invoice.updated"]
    assert taxed["tax"] == sum(row["amount"] for row in untaxed["total_taxes"]) > 0


def test_before_basil_a_line_held_its_price():
    told = {}
    for version in (OLD, BASIL):
        with running_stripe(business(version)) as stripe:
            events = walk(stripe, "/v1/events", "type=invoice.finalized")
        lines = [line for event in events for line in event["data"]["object"]["lines"]["data"]]
        told[version] = sorted(lines, key=lambda line: line["id"])
    kinds = set()
    for old, new in zip(told[OLD], told[BASIL], strict=True):
        assert old["price"]["object"] == "price"
        assert (old["price"]["id"], old["proration"]) == (new["pricing"]["price_details"]["price"], False)
        assert not {"parent", "pricing", "taxes"} & old.keys()
        assert {"tax_amounts", "tax_rates", "invoice_item", "subscription_item"} <= old.keys()
        kinds.add((old["type"], new["parent"]["type"]))
    assert kinds == {("subscription", "subscription_item_details"), ("invoiceitem", "invoice_item_details")}


def test_before_basil_a_credit_note_had_one_refund_and_a_subscription_its_period(snapshots):
    assert snapshots[OLD]["credit_note.created"]["refund"].startswith("re_")
    assert "refunds" not in snapshots[OLD]["credit_note.created"]
    old, new = (snapshots[version]["customer.subscription.created"] for version in (OLD, PINNED))
    item = new["items"]["data"][0]
    assert (old["current_period_start"], old["current_period_end"]) == (
        item["current_period_start"],
        item["current_period_end"],
    )
    assert "current_period_end" not in new
    assert "current_period_end" not in old["items"]["data"][0]


def test_what_changed_is_told_in_the_old_words_too():
    with running_stripe(business(OLD)) as stripe:
        previous = [
            event["data"].get("previous_attributes", {}) for event in walk(stripe, "/v1/events", "type=invoice.*")
        ]
    assert all(("paid" in each) == ("status" in each) for each in previous)


def test_an_event_by_id_is_the_event_of_the_list_and_objects_stay_in_the_pinned_version():
    with running_stripe(business(OLD)) as stripe:
        event = ask(stripe, "/v1/events?type=invoice.paid").body["data"][0]
        assert ask(stripe, f"/v1/events/{event['id']}").body == event
        invoice = ask(stripe, f"/v1/invoices/{event['data']['object']['id']}").body
        charge = ask(stripe, f"/v1/charges/{event['data']['object']['charge']}").body
    assert "parent" in invoice
    assert "charge" not in invoice
    assert "invoice" not in charge
