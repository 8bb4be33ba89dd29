"""Laws of billing: whatever is invoiced, paid, credited, voided or subscribed to, every total is a sum to the cent."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from billing_checking import check_billing
from hypothesis import given, settings
from hypothesis import strategies as st
from money_checking import check_laws

from sandbox.stripe.base.amounts import billing_unit, rounded
from sandbox.stripe.billing.billing import CreditLine, Line
from sandbox.stripe.billing.discount import allocate
from sandbox.stripe.billing.tax import tax_total, taxes_of
from sandbox.stripe.world import World

START = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
CURRENCIES = st.sampled_from(["usd", "jpy", "kwd", "eur"])

LINES = st.lists(
    st.tuples(
        st.integers(-30_000, 200_000),
        st.sets(st.sampled_from(["vat", "city", "zero"]), max_size=2),
        st.sampled_from([None, "THIRD"]),
    ),
    min_size=1,
    max_size=14,
)
COUPONS = st.lists(st.sampled_from(["THIRD", "FIXED", "ALL"]), max_size=3)


def shop(currency):
    """An account with a customer, three tax rates and three coupons."""
    world = World(seed=3, start=START, settlement_currencies=("usd", "eur"))
    customer = world.create_customer("Ada")["id"]
    rates = {
        "vat": world.create_tax_rate("VAT", "19", inclusive=True)["id"],
        "city": world.create_tax_rate("City", "8.875")["id"],
        "zero": world.create_tax_rate("Zero", 0)["id"],
    }
    world.create_coupon("THIRD", percent_off=Decimal("33.3"))
    world.create_coupon("FIXED", amount_off=1_230, currency=currency)
    world.create_coupon("ALL", percent_off=100)
    return world, customer, rates


def lines_of(drawn, rates, currency):
    """The lines to invoice; amounts fit the currency."""
    unit = billing_unit(currency)
    return [
        Line(amount=amount // unit * unit, tax_rates=tuple(rates[name] for name in sorted(names)), coupon=coupon)
        for amount, names, coupon in drawn
    ]


@settings(max_examples=80, deadline=None)
@given(CURRENCIES, LINES, COUPONS, st.integers(-50_000, 5_000), st.sampled_from(["none", "reverse"]))
def test_every_invoice_is_the_sum_of_its_lines(currency, drawn, coupons, balance, exemption):
    world, customer, rates = shop(currency)
    world.update_customer(customer, tax_exempt=exemption)
    unit = billing_unit(currency)
    world.adjust_customer_balance(customer, balance // unit * unit, currency)
    lines = lines_of(drawn, rates, currency)
    invoice = world.create_invoice(customer, lines, currency=currency, coupon=coupons, shipping=500)
    check_billing(world)
    amounts = [invoice[name] for name in ("subtotal", "total", "total_excluding_tax", "amount_due")]
    assert [amount % unit for amount in amounts] == [0, 0, 0, 0]
    if invoice["status"] == "open":
        assert world.pay_invoice(invoice["id"])["amount"] == invoice["amount_due"]
    assert invoice["status"] == "paid"
    check_billing(world)
    check_laws(world)


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(
            ["invoice", "pay", "part", "overpay", "again", "outside", "void", "give up", "note", "line note", "unnote"]
        ),
        st.integers(0, 9),
        st.integers(1, 99),
    ),
    max_size=25,
)


def act(world, customer, verb, invoice, percent):
    """One step of business; what is impossible raises ValueError and must change nothing."""
    share = max(1, invoice["total"] * percent // 100)
    match verb:
        case "pay":
            world.pay_invoice(invoice["id"])
        case "part":
            world.pay_invoice(invoice["id"], amount=share)
        case "overpay":
            world.overpay(invoice["id"], share + 5_000)
        case "again":
            world.pay_invoice_again(invoice["id"], share)
        case "outside":
            world.pay_out_of_band(invoice["id"], amount=share, recorded=True)
        case "void":
            world.void_invoice(invoice["id"])
        case "give up":
            world.mark_uncollectible(invoice["id"])
        case "note":
            after = max(0, share - invoice["amount_remaining"])
            world.credit_note(invoice["id"], amount=share, customer_balance=after // 2, out_of_band=after - after // 2)
        case "line note":
            lines = [CreditLine(world.lines_of(invoice["id"])[0]["id"], amount=share)]
            after = max(0, world.total_to_credit(invoice["id"], lines) - invoice["amount_remaining"])
            world.credit_note(invoice["id"], lines=lines, refund=after)
        case _:
            notes = [note for note in world.shelves["credit_note"] if note["invoice"] == invoice["id"]]
            if notes:
                world.void_credit_note(notes[0]["id"])


@settings(max_examples=60, deadline=None)
@given(ACTIONS)
def test_any_course_of_billing_obeys_the_laws(actions):
    world, customer, rates = shop("usd")
    invoices = []
    for verb, number, percent in actions:
        if verb == "invoice" or not invoices:
            lines = [Line(amount=percent * 400, tax_rates=(rates["city"],)), Line(amount=number * 100)]
            invoices.append(world.create_invoice(customer, lines, coupon="FIXED"))
        else:
            with suppress(ValueError):
                act(world, customer, verb, invoices[number % len(invoices)], percent)
        check_billing(world)
    check_laws(world)


CHANGES = st.lists(
    st.tuples(st.integers(1, 40), st.sampled_from(["small", "large", "year"]), st.integers(1, 5), st.booleans()),
    max_size=6,
)


@settings(max_examples=25, deadline=None)
@given(CHANGES)
def test_any_course_of_a_subscription_obeys_the_laws(changes):
    world, customer, rates = shop("usd")
    product = world.create_product("Pro")["id"]
    prices = {
        "small": world.create_price(product, 1_999, "usd", interval="month")["id"],
        "large": world.create_price(product, 7_777, "usd", interval="month")["id"],
        "year": world.create_price(product, 77_777, "usd", interval="year")["id"],
    }
    subscription = world.create_subscription(customer, [(prices["small"], 1)], tax_rates=(rates["city"],))
    for days, name, quantity, now in changes:
        world.advance_to(world.now_utc + timedelta(days=days))
        world.change_subscription(subscription["id"], [(prices[name], quantity)], invoice_now=now)
        check_billing(world)
    with suppress(ValueError):
        world.cancel_subscription(subscription["id"], refund_unused=True)
    world.advance_to(world.now_utc + timedelta(days=40))
    check_billing(world)
    check_laws(world)


@given(
    st.integers(0, 10_000), st.lists(st.integers(0, 100_000), min_size=1, max_size=20), st.sampled_from([1, 10, 100])
)
def test_a_discount_is_spread_to_the_last_unit_and_in_proportion(percent, amounts, unit):
    amounts = [amount * unit for amount in amounts]
    total = sum(amounts) * percent // 10_000 // unit * unit
    parts = allocate(total, amounts, unit)
    assert sum(parts) == total
    assert all(0 <= part <= amount and part % unit == 0 for part, amount in zip(parts, amounts, strict=True))


@given(st.integers(-10_000_000, 10_000_000), CURRENCIES, st.sampled_from(["19", "8.875", "0", "100"]))
def test_an_inclusive_tax_and_its_base_make_up_the_amount(amount, currency, percentage):
    amount = rounded(Decimal(amount), currency)
    rate = {"id": "txr_1", "inclusive": True, "percentage": Decimal(percentage)}
    (row,) = taxes_of(amount, [rate], currency)
    assert row["taxable_amount"] + tax_total([row], "inclusive") == amount
    assert abs(row["amount"] - Decimal(row["taxable_amount"]) * rate["percentage"] / 100) <= billing_unit(currency)
