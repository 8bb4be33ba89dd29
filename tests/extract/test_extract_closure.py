"""What one row needs is read with it: closure, refreshed objects, payout members, and what is gone."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest

from sandbox.stripe.base.shelf import Shelf
from sandbox.stripe.billing.invoice_lines import Line
from sandbox.stripe.world import World
from sandbox.testing import running_stripe
from stripe_netsuite.domain.stripe_object import (
    Customer,
)
from stripe_netsuite.domain.window import Window
from stripe_netsuite.staging.findings import open_findings
from stripe_netsuite.staging.objects import read_payloads
from tests.extract.staged import ACCOUNT, END, START, day, extract, reading, staged


def _payload(engine, object_type, identity):
    with engine.connect() as conn:
        return json.loads(read_payloads(conn, ACCOUNT, object_type, [identity])[identity])


def _old_invoice_paid_in_the_window() -> tuple[World, str]:
    """A world whose customer, price, coupon and invoice are from October, paid on 5 November."""
    world = World(5, datetime(2026, 10, 10, tzinfo=UTC))
    customer = world.create_customer("Ada")
    product = world.create_product("Plan")
    price = world.create_price(product["id"], 5_000, "usd")
    coupon = world.create_coupon("10% off", percent_off=Decimal("12.50"))
    invoice = world.create_invoice(customer["id"], [Line(price=price["id"])], coupon=coupon["id"])
    world.advance_to(datetime(2026, 11, 5, 12, tzinfo=UTC))
    world.pay_invoice(invoice["id"])
    return world, invoice["id"]


@pytest.mark.parametrize("events", ["there", "lost"])
def test_a_payment_brings_everything_it_needs(engine, events):
    """From one ledger row to charge, customer, invoice payment, invoice, price, product and coupon, events or not."""
    world, invoice_id = _old_invoice_paid_in_the_window()
    if events == "lost":
        world.shelves["event"] = Shelf()
    with running_stripe(world) as stripe, reading(stripe) as client:
        extract(client, engine, day(5))
    kinds = sorted(kind for kind, _ in staged(engine))
    assert kinds == ["charge", "coupon", "customer", "invoice", "invoice_payment", "price", "product"]
    assert _payload(engine, "invoice", invoice_id)["status"] == "paid"
    with engine.connect() as conn:
        assert b'"percent_off":12.5' in read_payloads(conn, ACCOUNT, "coupon", ["10% off"])["10% off"]


def test_an_invoice_staged_as_open_is_refreshed_by_its_payment_though_the_event_was_lost(engine):
    """The ledger leads to the charge, the charge to the invoice payment, and that makes the invoice stale."""
    begin = datetime(2026, 10, 10, tzinfo=UTC)
    world = World(5, begin)
    invoice = world.create_invoice(world.create_customer("Ada")["id"], [Line(amount=100)])
    with running_stripe(world) as stripe, reading(stripe) as client:
        extract(
            client, engine, Window(begin, begin + timedelta(days=1)), run_id="october", now=begin + timedelta(days=2)
        )
        assert _payload(engine, "invoice", invoice["id"])["status"] == "open"
        world.advance_to(datetime(2026, 11, 5, 12, tzinfo=UTC))
        world.pay_invoice(invoice["id"])
        world.shelves["event"] = Shelf()
        extract(client, engine, day(5), run_id="november")
    assert _payload(engine, "invoice", invoice["id"])["status"] == "paid"


def test_a_charge_captured_later_is_refreshed_by_its_ledger_row_though_the_event_was_lost(engine):
    """A new ledger row is news about its source: an authorised charge that is staged without one."""
    world = World(5, START)
    charge = world.charge(4_200, capture=False)
    with running_stripe(world) as stripe, reading(stripe) as client:
        extract(client, engine, day(1), "daily", "day1")
        assert _payload(engine, "charge", charge["id"])["balance_transaction"] is None
        world.advance_to(START + timedelta(days=4, hours=5))
        world.capture(charge["id"])
        world.shelves["event"] = Shelf()
        extract(client, engine, day(5), run_id="day5")
    assert _payload(engine, "charge", charge["id"])["balance_transaction"]


def test_many_new_objects_are_listed_not_asked_for_one_by_one(engine):
    """Sixty charges of new customers in an hour cost pages, not sixty requests for each type."""
    world = World(5, START)
    for number in range(60):
        world.charge(1_000 + number, customer=world.create_customer(f"c{number}")["id"])
    with running_stripe(world) as stripe, reading(stripe) as client:
        result = extract(client, engine, day(1))
    assert sum(kind == "charge" for kind, _ in staged(engine)) == 60
    assert result.requests["/v1/charges"] == 1
    assert "/v1/charges/:id" not in result.requests
    # Each charge without an invoice payment is asked for once, in the run in which it is new.
    assert result.requests["/v1/invoice_payments"] == 60


def test_a_deleted_customer_becomes_its_stub(engine):
    """The stub replaces the object, which stays in the archive; the domain reads it."""
    world = World(5, START)
    customer = world.create_customer("Ada")
    world.charge(500, customer=customer["id"])
    with running_stripe(world) as stripe, reading(stripe) as client:
        extract(client, engine, day(1), run_id="a")
        world.advance_to(START + timedelta(days=2))
        world.delete_customer(customer["id"])
        extract(client, engine, day(3), run_id="b")
    payload = _payload(engine, "customer", customer["id"])
    assert payload == {"id": customer["id"], "object": "customer", "deleted": True}
    assert msgspec.convert(payload, Customer).deleted


def test_a_customer_created_and_deleted_in_the_listed_days_is_staged_as_its_stub(engine):
    """No list shows it any more, so the event's hint is followed though its creation lies in the listed span."""
    world = World(5, START)
    customer = world.create_customer("Ada")
    world.delete_customer(customer["id"])
    with running_stripe(world) as stripe, reading(stripe) as client:
        extract(client, engine, day(1), "daily")
    assert _payload(engine, "customer", customer["id"])["deleted"]


def test_an_object_that_is_gone_is_a_finding_and_not_the_end(engine):
    """A product that an invoice names and Stripe does not know any more: asked for once, reported, the rest goes on."""
    world, _ = _old_invoice_paid_in_the_window()
    world.shelves["product"] = Shelf()
    with running_stripe(world) as stripe, reading(stripe) as client:
        result = extract(client, engine, day(5))
    assert [(finding.code, finding.object_type) for finding in result.findings] == [
        ("stripe_object_missing", "product")
    ]
    assert result.requests["/v1/products/:id"] == 1
    with engine.connect() as conn:
        assert [row.finding.code for row in open_findings(conn, ACCOUNT)] == ["stripe_object_missing"]


def test_a_payout_that_does_not_add_up_is_a_finding_until_it_does(engine):
    """Members are staged, the payout is not ready, and the finding is resolved by the run that finds them right."""
    world = World(5, START)
    world.charge(10_000)
    world.advance_to(END)
    payout = next(iter(world.shelves["payout"]))
    honest = payout["amount"]
    world.change(payout, None, amount=honest + 1)
    with running_stripe(world) as stripe, reading(stripe) as client:
        wrong = extract(client, engine, day(1, 14), "daily", "wrong")
        assert [(one.code, one.difference) for one in wrong.findings] == [("payout_members_mismatch", "-0.01 USD")]
        assert wrong.payouts_ready == []
        world.change(payout, None, amount=honest)
        right = extract(client, engine, day(1, 14), "daily", "right")
    assert right.payouts_ready == [payout["id"]]
    with engine.connect() as conn:
        assert open_findings(conn, ACCOUNT) == []


def test_a_payout_is_followed_until_it_is_reconciled(engine):
    """Staged in transit, paid days later, the event lost: the daily run asks again, and stages its members."""
    world = World(5, START)
    world.charge(10_000)
    world.advance_to(END)
    payout = next(iter(world.shelves["payout"]))
    world.change(payout, None, status="in_transit", reconciliation_status="in_progress")
    with running_stripe(world) as stripe, reading(stripe) as client:
        assert extract(client, engine, day(1, 6), "daily", "a").payouts_ready == []
        world.change(payout, None, status="paid", reconciliation_status="completed")
        assert extract(client, engine, day(13), "daily", "b").payouts_ready == [payout["id"]]
