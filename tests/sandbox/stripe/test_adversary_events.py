"""What events tell of a change: all that changed and nothing else, in the words of Stripe's own payloads."""

import json
from datetime import timedelta

from sandbox.stripe.api.query import parse
from sandbox.stripe.api.writing import update_metadata
from sandbox.stripe.base.shelf import encode
from sandbox.stripe.billing.invoice_lines import Line

DAY = timedelta(days=1)


def told(world, event_type):
    """The events of a type as JSON, in the order they were written."""
    kept = world.shelves["event"]._objects.values()  # as written: within a second, lists go by id
    return [json.loads(encode(event)) for event in kept if event["type"] == event_type]


def previous(world, event_type):
    """What the newest event of a type says was there before."""
    return told(world, event_type)[-1]["data"]["previous_attributes"]


def subscribed(world, customer, **options):
    """A monthly subscription of 20.00."""
    price = world.create_price(world.create_product("Pro")["id"], 2_000, "usd", interval="month")
    return world.create_subscription(customer, [(price["id"], 1)], **options), price


def test_of_metadata_the_changed_keys_alone_are_told_and_a_new_one_was_null(world):
    charge = world.charge(1_000, metadata={"kept": "1", "changed": "2"})
    form = parse([("metadata[changed]", "3"), ("metadata[added]", "4")])
    update_metadata(world, "charge", charge["id"], form)
    assert previous(world, "charge.updated") == {"metadata": {"changed": "2", "added": None}}


def test_of_an_array_within_an_object_all_is_told(world, ada):
    subscription, _ = subscribed(world, ada)
    world.advance_to(world.now_utc + 32 * DAY)
    items = previous(world, "customer.subscription.updated")["items"]
    assert items.keys() == {"data"}
    assert items["data"][0]["id"] == subscription["items"]["data"][0]["id"]
    assert items["data"][0]["price"]["unit_amount"] == 2_000


def test_a_renewal_tells_of_the_period_and_of_the_new_invoice_in_one_event(world, ada):
    subscription, _ = subscribed(world, ada)
    first = subscription["latest_invoice"]
    world.advance_to(world.now_utc + 32 * DAY)
    assert previous(world, "customer.subscription.updated").keys() == {"items", "latest_invoice"}
    assert previous(world, "customer.subscription.updated")["latest_invoice"] == first
    assert len(told(world, "customer.subscription.updated")) == 1


def test_a_change_that_is_billed_at_once_tells_of_its_invoice(world, ada):
    subscription, price = subscribed(world, ada)
    first = subscription["latest_invoice"]
    world.advance_to(world.now_utc + 3 * DAY)
    world.change_subscription(subscription["id"], [(price["id"], 2)], invoice_now=True)
    (event,) = told(world, "customer.subscription.updated")
    assert event["data"]["previous_attributes"]["latest_invoice"] == first
    assert event["data"]["object"]["latest_invoice"] == world.get("subscription", subscription["id"])["latest_invoice"]


def test_a_new_subscription_names_its_first_invoice_in_the_event_of_its_creation(world, ada):
    subscription, _ = subscribed(world, ada)
    (event,) = told(world, "customer.subscription.created")
    assert event["data"]["object"]["latest_invoice"] == subscription["latest_invoice"] is not None
    assert told(world, "customer.subscription.updated") == []


def test_the_first_invoice_gives_a_customer_a_currency_and_an_event_tells_so(world, ada):
    world.create_invoice(ada, [Line(amount=1_000)])
    assert previous(world, "customer.updated") == {"currency": None}
    world.create_invoice(ada, [Line(amount=1_000)])
    assert len(told(world, "customer.updated")) == 1, "a further invoice number is told by no event"


def test_a_customers_balance_does_not_change_in_silence(world, ada):
    world.create_invoice(ada, [Line(amount=1_000)])
    world.adjust_customer_balance(ada, -300, "usd")
    assert previous(world, "customer.updated") == {"balance": 0}
    world.create_invoice(ada, [Line(amount=1_000)])
    assert previous(world, "customer.updated") == {"balance": -300}


def test_a_refund_that_succeeds_tells_that_it_was_waiting(world):
    refund = world.refund(world.charge(1_000)["id"], pending=True)
    world.complete_refund(refund["id"])
    before = previous(world, "refund.updated")
    assert (before["status"], before["pending_reason"]) == ("pending", "processing")


def test_a_payment_that_succeeds_after_a_decline_has_no_error_left(world, ada):
    invoice = world.create_invoice(ada, [Line(amount=1_000)])
    world.pay_invoice(invoice["id"], declined=True)
    (failed,) = told(world, "payment_intent.payment_failed")
    assert failed["data"]["object"]["last_payment_error"]["code"] == "card_declined"
    world.pay_invoice(invoice["id"])
    (succeeded,) = told(world, "payment_intent.succeeded")
    assert succeeded["data"]["object"]["last_payment_error"] is None


def test_a_canceled_payment_says_why(world, ada):
    voided = world.create_invoice(ada, [Line(amount=1_000)])
    world.void_invoice(voided["id"])
    outside = world.create_invoice(ada, [Line(amount=1_000)])
    world.pay_out_of_band(outside["id"])
    reasons = [event["data"]["object"]["cancellation_reason"] for event in told(world, "payment_intent.canceled")]
    assert reasons == ["void_invoice", "automatic"]


def test_a_customer_is_delinquent_from_a_failed_payment_until_an_invoice_is_paid(world, ada):
    invoice = world.create_invoice(ada, [Line(amount=1_000)])
    world.pay_invoice(invoice["id"], declined=True)
    assert world.get("customer", ada)["delinquent"] is True
    assert previous(world, "customer.updated") == {"delinquent": False}
    world.pay_invoice(invoice["id"])
    assert world.get("customer", ada)["delinquent"] is False


def test_a_customer_is_delinquent_from_the_due_date_until_the_invoice_is_given_up_by_hand(world, ada):
    invoice = world.create_invoice(ada, [Line(amount=1_000)], days_until_due=5)
    world.advance_to(world.now_utc + 6 * DAY)
    assert world.get("customer", ada)["delinquent"] is True
    world.mark_uncollectible(invoice["id"])
    assert world.get("customer", ada)["delinquent"] is False


def test_a_customer_whose_invoice_dunning_gave_up_stays_delinquent(world, ada):
    subscription, _ = subscribed(world, ada)
    world.let_payments_fail(subscription["id"])
    world.advance_to(world.now_utc + 60 * DAY)
    assert world.get("invoice", subscription["latest_invoice"])["status"] == "uncollectible"
    assert world.get("customer", ada)["delinquent"] is True


def test_a_part_payment_tells_of_the_attempt_too(world, ada):
    invoice = world.create_invoice(ada, [Line(amount=1_000)])
    world.pay_invoice(invoice["id"], amount=400)
    before = {"amount_paid": 0, "amount_remaining": 1_000, "attempted": False, "attempt_count": 0}
    assert previous(world, "invoice.updated") == before


def test_a_part_paid_outside_stripe_is_told_as_that(world, ada):
    invoice = world.create_invoice(ada, [Line(amount=1_000)])
    world.pay_out_of_band(invoice["id"], amount=400, recorded=True)
    before = {"amount_paid": 0, "amount_paid_off_stripe": 0, "amount_remaining": 1_000}
    assert previous(world, "invoice.updated") == before


def test_the_risk_of_a_payment_is_assessed_for_cards_only(world):
    debit = world.charge(1_000, method="us_bank_account")
    pending = dict(debit["outcome"])
    world.succeed_payment(debit["id"])
    transfer = world.charge(1_000, method="customer_balance")
    for outcome in (pending, debit["outcome"], transfer["outcome"]):
        assert (outcome["risk_level"], "risk_score" in outcome) == ("not_assessed", False)
    assert world.charge(1_000)["outcome"]["risk_level"] == "normal"
