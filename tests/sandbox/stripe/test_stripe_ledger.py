"""The laws of money: whatever happens in the account, its ledger, payouts, balances and objects agree to the cent."""

from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from money_checking import check_laws
from stripe_asking import ask, walk

from sandbox.stripe.base.exchange import exchange_rate, settle
from sandbox.stripe.billing.discount import allocate
from sandbox.stripe.billing.invoice_lines import Line
from sandbox.stripe.world import World

START = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)


def test_the_fortnight_obeys_the_laws(fortnight):
    check_laws(fortnight.world)


def test_the_laws_can_be_read_from_the_api_alone(fortnight):
    payouts = [payout for payout in walk(fortnight, "/v1/payouts") if payout["reconciliation_status"] == "completed"]
    assert len(payouts) >= 10
    for payout in payouts:
        rows = walk(fortnight, "/v1/balance_transactions", f"payout={payout['id']}&limit=5")
        assert sum(row["net"] for row in rows) == 0
        assert {row["id"] for row in rows} >= {payout["balance_transaction"]}
    balance = ask(fortnight, "/v1/balance").body
    nets = sum(row["net"] for row in walk(fortnight, "/v1/balance_transactions"))
    assert sum(part["amount"] for part in balance["available"] + balance["pending"]) == nets


ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("charge"), st.integers(50, 500_000), st.sampled_from(["usd", "eur", "gbp", "jpy"])),
        st.tuples(st.just("refund"), st.integers(0, 20), st.integers(1, 100)),
        st.tuples(st.just("wait"), st.integers(1, 80), st.just("")),
        st.tuples(st.just("pay out"), st.just(0), st.just("")),
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(ACTIONS)
def test_any_course_of_business_obeys_the_laws(actions):
    world = World(seed=3, start=START)
    charges = []
    for verb, number, detail in actions:
        if verb == "charge":
            charges.append(world.charge(number, detail))
        elif verb == "wait":
            world.advance_to(world.now_utc + timedelta(hours=number))
        elif verb == "pay out":
            world.pay_out()
        elif charges:
            charge = charges[number % len(charges)]
            left = charge["amount_captured"] - charge["amount_refunded"]
            if left:
                world.refund(charge["id"], max(1, left * detail // 100))
        check_laws(world)


def test_a_charge_costs_2_9_percent_and_30_cents(world):
    charge = world.charge(10_000)
    row = world.get("balance_transaction", charge["balance_transaction"])
    assert (row["amount"], row["fee"], row["net"], row["type"]) == (10_000, 320, 9_680, "charge")
    assert (row["source"], row["exchange_rate"], row["balance_type"]) == (charge["id"], None, "payments")


def test_euros_settle_in_dollars_at_the_rate_of_the_day(world):
    charge = world.charge(10_000, "eur")
    world.advance_to(START + timedelta(days=3))
    refund = world.refund(charge["id"])
    bought = world.get("balance_transaction", charge["balance_transaction"])
    returned = world.get("balance_transaction", refund["balance_transaction"])
    for row, amount in ((bought, 10_000), (returned, -10_000)):
        assert row["currency"] == "usd"
        assert row["amount"] == int((amount * row["exchange_rate"]).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    assert bought["exchange_rate"] != returned["exchange_rate"]
    assert bought["amount"] + returned["amount"] != 0, "a full refund at another rate leaves an FX difference"


def test_exchange_rates_map_minor_units():
    """159 yen have no cents: the rate is a hundred times the one between the currencies' units."""
    at = int(START.timestamp())
    assert exchange_rate("jpy", "usd", at) == pytest.approx(Decimal("0.66"), rel=Decimal("0.01"))
    assert exchange_rate("kwd", "usd", at) == pytest.approx(Decimal("0.325"), rel=Decimal("0.01"))
    assert settle(15_913, exchange_rate("usd", "usd", at)) == 15_913


def test_what_moves_no_money_has_no_ledger_row(world):
    held = world.charge(5_000, capture=False)
    declined = world.charge(5_000, declined=True)
    assert [held["balance_transaction"], declined["balance_transaction"]] == [None, None]
    assert (held["captured"], held["status"], declined["status"]) == (False, "succeeded", "failed")
    world.capture(held["id"])
    pending = world.refund(held["id"], 2_000, pending=True)
    assert (pending["status"], pending["balance_transaction"]) == ("pending", None)
    assert len(world.shelves["balance_transaction"]) == 1
    world.complete_refund(pending["id"])
    assert world.get("balance_transaction", pending["balance_transaction"])["net"] == -2_000


def test_more_than_was_captured_cannot_be_refunded(world):
    charge = world.charge(5_000)
    world.refund(charge["id"], 4_000)
    with pytest.raises(ValueError, match="has 1000 left"):
        world.refund(charge["id"], 1_001)


def test_money_is_available_after_two_days_and_arrives_on_a_business_day(world):
    charge = world.charge(10_000)
    row = world.get("balance_transaction", charge["balance_transaction"])
    assert datetime.fromtimestamp(row["available_on"], UTC) == datetime(2026, 11, 4, tzinfo=UTC)
    world.advance_to(datetime(2026, 11, 3, 23, 59, tzinfo=UTC))
    assert row["status"] == "pending"
    world.charge(20_000)
    world.advance_to(datetime(2026, 11, 4, 3, 0, tzinfo=UTC))
    (payout,) = list(world.shelves["payout"])
    assert (payout["amount"], payout["status"]) == (9_680, "in_transit")
    assert payout["reconciliation_status"] == "completed"
    assert datetime.fromtimestamp(payout["arrival_date"], UTC) == datetime(2026, 11, 5, tzinfo=UTC)
    world.advance_to(datetime(2026, 11, 5, 10, 0, tzinfo=UTC))
    assert payout["status"] == "paid"


def test_a_friday_payout_arrives_on_monday(world):
    world.advance_to(datetime(2026, 11, 4, 12, 0, tzinfo=UTC))
    world.charge(10_000)
    world.advance_to(datetime(2026, 11, 6, 12, 0, tzinfo=UTC))
    (payout,) = list(world.shelves["payout"])
    assert datetime.fromtimestamp(payout["arrival_date"], UTC) == datetime(2026, 11, 9, tzinfo=UTC)


def payout_of(world, row_id):
    """The day of the payout that settled a ledger row."""
    for payout in world.shelves["payout"]:
        if row_id in {key[1] for key in world.ledger.keys_of_payout(payout["id"])}:
            return datetime.fromtimestamp(payout["created"], UTC).day
    return None


def test_a_refund_leaves_with_its_charge_or_if_that_is_paid_out_with_the_next_payout(world):
    world.charge(50_000)  # keeps the payout of the 4th alive, which the early refund must not slip into
    world.advance_to(datetime(2026, 11, 3, 12, 0, tzinfo=UTC))
    charge = world.charge(20_000)
    early = world.refund(charge["id"], 5_000)
    world.advance_to(datetime(2026, 11, 5, 12, 0, tzinfo=UTC))
    late = world.refund(charge["id"], 1_000)
    world.charge(30_000)
    world.advance_to(datetime(2026, 11, 8, tzinfo=UTC))
    assert payout_of(world, charge["balance_transaction"]) == 5
    assert payout_of(world, early["balance_transaction"]) == 5
    assert payout_of(world, late["balance_transaction"]) == 7, "alone, it made the 6th's payout worth less than nothing"


def test_a_day_that_is_worth_less_than_nothing_has_no_payout(world):
    charge = world.charge(10_000)
    world.advance_to(datetime(2026, 11, 4, 12, 0, tzinfo=UTC))
    world.refund(charge["id"])
    world.advance_to(datetime(2026, 11, 9, tzinfo=UTC))
    assert len(world.shelves["payout"]) == 1
    assert world.balance()["available"][0]["amount"] == -10_000


@given(st.integers(0, 100_000), st.lists(st.integers(1, 100_000), min_size=1, max_size=12))
def test_a_discount_is_allocated_to_the_cent(percent_of_total, amounts):
    total = sum(amounts) * percent_of_total // 100_000
    parts = allocate(total, amounts)
    assert sum(parts) == total
    assert all(0 <= part <= amount for part, amount in zip(parts, amounts, strict=True))


def test_an_invoice_adds_up_and_is_paid_by_its_charge(world):
    customer = world.create_customer("Ada")
    price = world.create_price(world.create_product("Pro")["id"], 999, "usd", interval="month")
    world.create_coupon("ODD", percent_off=Decimal("12.5"))
    lines = [Line(price=price["id"], quantity=3), Line(amount=333), Line(amount=-100, proration=True)]
    invoice = world.create_invoice(customer["id"], lines, coupon="ODD")
    parts = [part["amount"] for row in invoice["lines"]["data"] for part in row["discount_amounts"]]
    assert (invoice["subtotal"], sum(parts)) == (3 * 999 + 333 - 100, 416)
    assert invoice["total"] == invoice["subtotal"] - 416 == invoice["amount_due"]
    assert invoice["total_discount_amounts"] == [{"amount": 416, "discount": invoice["discounts"][0]}]
    assert invoice["lines"]["data"][2]["discount_amounts"] == [], "a credit is not discounted"
    charge = world.pay_invoice(invoice["id"])
    assert (invoice["status"], invoice["amount_remaining"], charge["amount"]) == ("paid", 0, invoice["total"])
    (payment,) = list(world.shelves["invoice_payment"])
    assert (payment["amount_paid"], payment["payment"]["payment_intent"]) == (
        charge["amount"],
        charge["payment_intent"],
    )
