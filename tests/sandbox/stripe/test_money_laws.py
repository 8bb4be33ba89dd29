"""Whatever happens in an account, in whatever order, its books agree to the cent and its objects keep Stripe's shape."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from money_checking import MONEY, check_laws, check_shapes

from sandbox.stripe.world import World

START = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
METHODS = ["card", "us_bank_account", "sepa_debit", "customer_balance"]
CURRENCIES = ["usd", "eur", "gbp", "jpy", "kwd", "huf"]


def new_world(**options):
    return World(3, START, settlement_currencies=("usd", "eur", "huf"), fee_tax_percent=Decimal(19), **options)


def newest(world, kind, number):
    """One of the objects of a type, if there are any."""
    items = list(world.shelves[kind])
    return items[number % len(items)]["id"] if items else None


CHARGES = ("charge", "charge", "authorise", "destination charge", "connected charge")
# A step: the type of object it happens to, the world's method, whether it takes an amount, further arguments.
STEPS = {
    "capture": ("charge", "capture", True, {}),
    "expire": ("charge", "cancel_authorisation", False, {}),
    "cancel": ("charge", "cancel_authorisation", False, {"expired": False}),
    "clear": ("charge", "succeed_payment", False, {}),
    "bounce": ("charge", "fail_payment", False, {}),
    "return": ("charge", "fail_payment_after_success", False, {}),
    "refund": ("charge", "refund", True, {}),
    "refund slowly": ("charge", "refund", True, {"pending": True}),
    "complete refund": ("refund", "complete_refund", False, {}),
    "ask for an account": ("refund", "require_refund_action", False, {}),
    "fail refund": ("refund", "fail_refund", False, {}),
    "cancel refund": ("refund", "cancel_refund", False, {}),
    "dispute": ("charge", "open_dispute", True, {}),
    "inquire": ("charge", "open_dispute", False, {"inquiry": True}),
    "prevent": ("charge", "prevent_dispute", True, {}),
    "escalate": ("dispute", "escalate_inquiry", False, {}),
    "close": ("dispute", "close_inquiry", False, {}),
    "counter": ("dispute", "counter_dispute", False, {}),
    "win": ("dispute", "win_dispute", False, {}),
    "win all": ("dispute", "win_dispute", False, {"return_fee": True}),
    "lose": ("dispute", "lose_dispute", False, {}),
    "allow appeal": ("dispute", "allow_appeal", False, {}),
    "appeal": ("dispute", "appeal_dispute", False, {}),
    "fail payout": ("payout", "fail_payout", False, {}),
    "cancel payout": ("payout", "cancel_payout", False, {}),
    "reverse payout": ("payout", "reverse_payout", False, {}),
    "reverse transfer": ("transfer", "reverse_transfer", True, {}),
    "refund fee": ("application_fee", "refund_application_fee", False, {}),
    "reverse top-up": ("topup", "reverse_top_up", False, {}),
    "fail top-up": ("topup", "fail_top_up", False, {}),
}
BALANCE = {
    "pay out": lambda world, code, amount: world.pay_out(code, allow_negative=amount % 2 == 0),
    "pay out by hand": lambda world, code, amount: world.pay_out(code, amount=amount * 100),
    "pay out instantly": lambda world, code, amount: world.pay_out(code, method="instant", fee=amount),
    "top up": lambda world, code, amount: world.top_up(amount, code),
    "transfer": lambda world, code, amount: world.transfer(amount, code, "acct_shop"),
    "fee": lambda world, code, amount: world.stripe_fee(amount, code, description="Radar", tax=amount // 5),
    "adjust": lambda world, code, amount: world.adjust(50 - amount, code, description="Correction"),
    "reserve": lambda world, code, amount: world.hold_reserve(amount, code),
    "release": lambda world, code, amount: world.release_reserve(amount, code),
    "connect reserve": lambda world, code, amount: world.row(
        "reserve_transaction", -amount, code, reporting_category="connect_reserved_funds"
    ),
}
ACTIONS = st.lists(
    st.tuples(
        st.sampled_from([*CHARGES * 2, *STEPS, *BALANCE, "wait", "wait", "wait"]),
        st.integers(5, 20_000),
        st.integers(0, 40),
    ),
    max_size=40,
)


def make_charge(world, verb, amount, number):
    fee = max(1, amount // 9)
    if verb == "authorise":
        world.charge(amount * 10, capture=False)
    elif verb == "destination charge":
        world.charge(amount * 10, "eur", destination="acct_shop", application_fee=fee)
    elif verb == "connected charge":
        world.charge(amount * 10, application_fee=fee)
    else:
        settled_in = "eur" if number % 7 == 0 else None
        currency, method = CURRENCIES[number % len(CURRENCIES)], METHODS[number % len(METHODS)]
        world.charge(amount * 10, currency, method=method, late_row=number % 5 == 0, settled_in=settled_in)


def act(world, verb, amount, number):
    """Do one thing. What Stripe would refuse is refused by ValueError, and must then have changed nothing."""
    if verb == "wait":
        world.advance_to(world.now_utc + timedelta(hours=1 + number * 2))
    elif verb in CHARGES:
        make_charge(world, verb, amount, number)
    elif verb in BALANCE:
        BALANCE[verb](world, world.settlement_currencies[number % 3], amount)
    else:
        kind, method, takes_amount, more = STEPS[verb]
        item_id = newest(world, kind, number)
        if item_id is not None:
            getattr(world, method)(item_id, *([amount] if takes_amount else []), **more)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ACTIONS, st.booleans())
def test_any_course_of_business_obeys_the_laws_and_keeps_the_shapes(shapes, actions, daily):
    world = new_world(daily_payouts=daily)
    for verb, amount, number in actions:
        rows, events = len(world.shelves["balance_transaction"]), len(world.shelves["event"])
        try:
            act(world, verb, amount, number)
        except ValueError:
            now = len(world.shelves["balance_transaction"]), len(world.shelves["event"])
            assert now == (rows, events), f"{verb} was refused, yet left something behind"
        check_laws(world)
    world.advance_to(world.now_utc + timedelta(days=9))
    check_laws(world)
    check_shapes(world, shapes)


def every_kind_of_business(world):
    """A little of everything, so that no money object is missing."""
    sold = world.charge(50_000, "eur", destination="acct_shop", application_fee=900)
    world.refund_application_fee(sold["application_fee"], 100)
    world.reverse_transfer(sold["transfer"], 5_000)
    world.top_up(10_000)
    world.refund(world.charge(9_000)["id"], 1_000)
    world.win_dispute(world.open_dispute(world.charge(8_000)["id"])["id"])
    world.advance_to(START + timedelta(days=9))


def test_no_money_object_is_left_out_of_the_shapes(shapes):
    world = new_world()
    every_kind_of_business(world)
    assert [kind for kind in MONEY if not len(world.shelves[kind])] == []
    check_laws(world)
    check_shapes(world, shapes)


def test_the_same_calls_give_the_same_bytes():
    worlds = [new_world(), new_world()]
    for world in worlds:
        every_kind_of_business(world)
    first, second = (
        [shelf.encoded(item["id"]) for shelf in world.shelves.values() for item in shelf] for world in worlds
    )
    assert first == second


def test_two_accounts_of_one_seed_share_no_id():
    worlds = [World(3, START), World(3, START, account_id="acct_sandbox_de", country="DE")]
    for world in worlds:
        every_kind_of_business(world)
    first, second = ({item["id"] for shelf in world.shelves.values() for item in shelf} for world in worlds)
    assert first.isdisjoint(second)
    assert len(first) == len(second) > 50


@pytest.mark.parametrize("daily", [True, False])
def test_the_account_says_when_it_is_paid_out(daily):
    world = World(3, START, daily_payouts=daily)
    world.charge(10_000)
    world.advance_to(START + timedelta(days=9))
    assert world.account["settings"]["payouts"]["schedule"]["interval"] == ("daily" if daily else "manual")
    assert len(world.shelves["payout"]) == (1 if daily else 0)
