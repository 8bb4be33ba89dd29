"""Any course of business, in whatever order, leaves objects and events that a real account could hold."""

from contextlib import suppress
from datetime import timedelta

import test_billing_laws as billing
import test_money_laws as money
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sweep_events import event_contradictions
from sweep_objects import contradictions

from sandbox.stripe.billing.invoice_lines import Line


def sweep(world):
    """Raise AssertionError naming every contradiction."""
    found = contradictions(world) + event_contradictions(world)
    assert not found, str(found)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(money.ACTIONS, st.booleans())
def test_any_course_of_payments_could_be_real(actions, daily):
    world = money.new_world(daily_payouts=daily)
    for verb, amount, number in actions:
        with suppress(ValueError):
            money.act(world, verb, amount, number)
    sweep(world)
    world.advance_to(world.now_utc + timedelta(days=9))
    sweep(world)


@settings(max_examples=60, deadline=None)
@given(billing.ACTIONS)
def test_any_course_of_billing_could_be_real(actions):
    world, customer, rates = billing.shop("usd")
    invoices = []
    for verb, number, percent in actions:
        if verb == "invoice" or not invoices:
            lines = [Line(amount=percent * 400, tax_rates=(rates["city"],)), Line(amount=number * 100)]
            invoices.append(world.create_invoice(customer, lines, coupon="FIXED"))
        else:
            with suppress(ValueError):
                billing.act(world, customer, verb, invoices[number % len(invoices)], percent)
    sweep(world)
