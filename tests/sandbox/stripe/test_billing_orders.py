"""The catalogue, quotes and checkout: what can be ordered, and what comes of an order."""

from datetime import timedelta

import pytest
from billing_checking import check_billing, events_of

from sandbox.stripe.billing.invoice_lines import Line


@pytest.fixture
def once(world):
    return world.create_price(world.create_product("Hour")["id"], 9_900, "usd")["id"]


@pytest.fixture
def monthly(world):
    return world.create_price(world.create_product("Pro")["id"], 4_900, "usd", interval="month")["id"]


def test_a_recurring_price_has_a_plan_of_the_same_id(world, monthly, once, billing_shapes):
    plan = world.get("plan", monthly)
    assert (plan["amount"], plan["interval"], plan["currency"]) == (4_900, "month", "usd")
    assert world.shelves["plan"].find(once) is None
    assert events_of(world, monthly) == ["plan.created", "price.created"]
    billing_shapes.check(world)


def test_an_archived_price_bills_nothing_new(world, ada, monthly, billing_shapes):
    subscription = world.create_subscription(ada, [(monthly, 1)])
    world.deactivate_price(monthly)
    assert (world.get("price", monthly)["active"], world.get("plan", monthly)["active"]) == (False, False)
    with pytest.raises(ValueError, match="is archived"):
        world.create_subscription(ada, [(monthly, 1)])
    with pytest.raises(ValueError, match="is archived"):
        world.create_invoice(ada, [Line(monthly)])
    world.advance_to(world.now_utc + timedelta(days=31))
    assert world.get("invoice", subscription["latest_invoice"])["total"] == 4_900
    billing_shapes.check(world)


def test_a_product_with_prices_is_archived_and_not_deleted(world, once):
    product = world.get("price", once)["product"]
    with pytest.raises(ValueError, match="only be archived"):
        world.delete_product(product)
    assert world.update_product(product, active=False)["active"] is False
    bare = world.create_product("Bare")["id"]
    assert world.delete_product(bare)["deleted"] is True
    assert [item["id"] for item in world.shelves["product"]] == [product]


def test_an_active_promotion_code_is_unique(world):
    world.create_coupon("TENTH", percent_off=10)
    first = world.create_promotion_code("AUTUMN", "TENTH")
    with pytest.raises(ValueError, match="exists already"):
        world.create_promotion_code("AUTUMN", "TENTH")
    world.change(first, "promotion_code.updated", active=False)
    assert world.create_promotion_code("AUTUMN", "TENTH")["id"] != first["id"]


def test_an_accepted_quote_becomes_a_draft_invoice(world, ada, once, billing_shapes):
    vat = world.create_tax_rate("VAT", 20)["id"]
    quote = world.create_quote(ada, [Line(once, 2, tax_rates=(vat,))], description="Onboarding")
    assert (quote["status"], quote["number"], quote["amount_subtotal"], quote["amount_total"]) == (
        "draft",
        None,
        19_800,
        23_760,
    )
    assert world.order_lines_of(quote["id"])[0]["amount_tax"] == 3_960
    billing_shapes.check(world)
    world.accept_quote(quote["id"])
    invoice = world.get("invoice", quote["invoice"])
    prefix = world.get("customer", ada)["invoice_prefix"]
    assert (quote["status"], quote["number"]) == ("accepted", f"QT-{prefix}-0001-1")
    assert (invoice["status"], invoice["billing_reason"], invoice["total"]) == ("draft", "quote_accept", 23_760)
    assert invoice["parent"]["quote_details"] == {"quote": quote["id"]}
    assert events_of(world, quote["id"]) == ["quote.created", "quote.finalized", "quote.accepted"]
    billing_shapes.check(world)


def test_an_accepted_quote_for_recurring_prices_becomes_a_subscription(world, ada, monthly, billing_shapes):
    quote = world.accept_quote(world.create_quote(ada, [Line(monthly, 3)])["id"])
    subscription = world.get("subscription", quote["subscription"])
    assert (subscription["status"], subscription["items"]["data"][0]["quantity"]) == ("active", 3)
    assert quote["computed"]["recurring"]["interval"] == "month"
    billing_shapes.check(world)


def test_a_quote_that_nobody_accepts_is_cancelled_after_thirty_days(world, ada, once):
    quote = world.create_quote(ada, [Line(once)])
    taken_back = world.cancel_quote(world.create_quote(ada, [Line(once)])["id"])
    world.advance_to(world.now_utc + timedelta(days=31))
    assert (quote["status"], taken_back["status"]) == ("canceled", "canceled")
    with pytest.raises(ValueError, match="is canceled"):
        world.accept_quote(quote["id"])


def test_a_checkout_session_ends_in_a_charge(world, ada, once, billing_shapes):
    session = world.create_checkout_session(ada, [Line(once, 2)], metadata={"cart": "7"})
    charge = world.get("charge", world.get("payment_intent", session["payment_intent"])["latest_charge"])
    assert (session["status"], session["payment_status"], session["amount_total"]) == ("complete", "paid", 19_800)
    assert (charge["amount"], charge["customer"], len(world.shelves["invoice"])) == (19_800, ada, 0)
    assert events_of(world, session["id"]) == ["checkout.session.completed"]
    assert [item["quantity"] for item in world.order_lines_of(session["id"])] == [2]
    billing_shapes.check(world)


def test_a_guest_checks_out_without_a_customer(world, once, billing_shapes):
    session = world.create_checkout_session(None, [Line(once)])
    assert (session["customer"], session["customer_details"]["email"]) == (None, None)
    with pytest.raises(ValueError, match="needs a customer"):
        world.create_checkout_session(None, [Line(once)], invoice_creation=True)
    billing_shapes.check(world)


def test_checkout_may_leave_an_invoice_or_a_subscription(world, ada, once, monthly, billing_shapes):
    bought = world.create_checkout_session(ada, [Line(once)], invoice_creation=True)
    subscribed = world.create_checkout_session(ada, [Line(monthly)], "subscription")
    assert world.get("invoice", bought["invoice"])["status"] == "paid"
    assert bought["payment_intent"] is not None
    assert world.get("subscription", subscribed["subscription"])["latest_invoice"] == subscribed["invoice"]
    with pytest.raises(ValueError, match="mode subscription"):
        world.create_checkout_session(ada, [Line(monthly)])
    check_billing(world)
    billing_shapes.check(world)
