"""Payouts as in life: automatic, manual, instant, negative; failed after they were paid, canceled, reversed."""

from datetime import UTC, datetime, timedelta

import pytest
from money_checking import check_laws, check_shapes, event_types, payout_with, row_of

from sandbox.stripe.world import World

START = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)


@pytest.fixture
def by_hand():
    """An account whose payouts are made by hand, with 96.80 dollars available."""
    world = World(1, START, daily_payouts=False)
    world.charge(10_000)
    later(world, days=3)
    return world


@pytest.fixture(autouse=True)
def lawful(world, by_hand, shapes):
    """Whatever a test did to its world, the books agree and the objects, before and after, fit the schema."""
    yield
    for each in (world, by_hand):
        check_laws(each)
        check_shapes(each, shapes)


def later(world, **time):
    world.advance_to(world.now_utc + timedelta(**time))


def first_payout(world):
    return next(iter(world.shelves["payout"]))


def test_an_automatic_payout_goes_through_its_states(world):
    world.charge(10_000)
    later(world, days=1, hours=14, minutes=40)
    payout = first_payout(world)
    assert (payout["automatic"], payout["status"], payout["reconciliation_status"]) == (True, "pending", "in_progress")
    assert payout["trace_id"] == {"status": "pending", "value": None}
    later(world, hours=2)
    assert (payout["status"], payout["reconciliation_status"]) == ("in_transit", "completed")
    later(world, days=1, hours=8)
    assert (payout["status"], payout["trace_id"]["status"]) == ("paid", "supported")
    assert event_types(world, payout["id"]) == [
        "payout.created",
        "payout.updated",
        "payout.reconciliation_completed",
        "payout.paid",
    ]


def test_a_paid_payout_that_fails_comes_back_in_a_later_one(world):
    world.charge(10_000)
    later(world, days=4)
    payout = first_payout(world)
    assert payout["status"] == "paid"
    world.fail_payout(payout["id"])
    back = row_of(world, payout, "failure_balance_transaction")
    assert (payout["status"], payout["failure_code"]) == ("failed", "account_closed")
    assert payout["failure_message"] == "The bank account has been closed."
    assert (back["type"], back["reporting_category"], back["net"]) == ("payout_failure", "payout_reversal", 9_680)
    assert back["source"] == payout["id"]
    assert event_types(world, payout["id"])[-1] == "payout.failed"
    later(world, days=1)
    second = payout_with(world, back["id"])
    assert (second["id"] != payout["id"], second["amount"]) == (True, 9_680)


def test_a_payout_that_fails_under_way_never_arrives(world):
    world.charge(10_000)
    later(world, days=1, hours=15)
    payout = first_payout(world)
    world.fail_payout(payout["id"], "no_account")
    later(world, days=5)
    assert (payout["status"], payout["reconciliation_status"]) == ("failed", "completed")
    assert payout["trace_id"] == {"status": "unsupported", "value": None}
    with pytest.raises(ValueError, match="is failed, not"):
        world.fail_payout(payout["id"])


def test_an_automatic_payout_cannot_be_canceled(world):
    world.charge(10_000)
    later(world, days=1, hours=15)
    with pytest.raises(ValueError, match="is automatic"):
        world.cancel_payout(first_payout(world)["id"])


def test_a_manual_payout_does_not_tell_what_is_in_it(by_hand):
    payout = by_hand.pay_out(amount=5_000)
    assert (payout["automatic"], payout["reconciliation_status"]) == (False, "not_applicable")
    assert by_hand.ledger.keys_of_payout(payout["id"]) == []
    assert row_of(by_hand, payout)["net"] == -5_000
    assert by_hand.balance()["available"][0]["amount"] == 4_680
    later(by_hand, days=4)
    assert (payout["status"], payout["reconciliation_status"]) == ("paid", "not_applicable")
    assert event_types(by_hand, payout["id"]) == ["payout.created", "payout.updated", "payout.paid"]
    with pytest.raises(ValueError, match="Insufficient funds: 4680 usd available, 4681 asked for"):
        by_hand.pay_out(amount=4_681)


def test_a_pending_manual_payout_can_be_canceled(by_hand):
    payout = by_hand.pay_out(amount=5_000)
    by_hand.cancel_payout(payout["id"])
    back = row_of(by_hand, payout, "failure_balance_transaction")
    assert (back["type"], back["reporting_category"], back["net"]) == ("payout_cancel", "payout_reversal", 5_000)
    assert (payout["status"], by_hand.balance()["available"][0]["amount"]) == ("canceled", 9_680)
    later(by_hand, days=4)
    assert payout["status"] == "canceled"
    assert event_types(by_hand, payout["id"])[-1] == "payout.canceled"


def test_an_instant_payout_arrives_within_the_hour_and_its_fee_is_a_row_of_its_own(by_hand):
    payout = by_hand.pay_out(amount=5_000, method="instant", fee=75)
    later(by_hand, minutes=31)
    assert (payout["status"], payout["method"], payout["automatic"]) == ("paid", "instant", False)
    fees = [row for row in by_hand.shelves["balance_transaction"] if row["type"] == "stripe_fee"]
    assert [(row["net"], row["reporting_category"], row["description"]) for row in fees] == [
        (-75, "fee", "Instant payout fee")
    ]
    assert by_hand.balance()["available"][0]["amount"] == 9_680 - 5_000 - 75


def test_what_left_by_hand_is_missing_from_the_next_automatic_payout(world):
    world.charge(10_000)
    later(world, days=1, hours=14)
    charged = world.charge(10_000)
    later(world, minutes=20)
    by_hand = world.pay_out(amount=3_000, method="instant")
    later(world, days=4)
    payouts = list(world.shelves["payout"])
    assert [payout["amount"] for payout in payouts] == [3_000, 6_680, 9_680]
    assert payout_with(world, by_hand["balance_transaction"])["amount"] == 6_680
    assert payout_with(world, charged["balance_transaction"])["amount"] == 9_680


def test_a_payout_can_debit_the_bank(world):
    charge = world.charge(10_000)
    later(world, days=3)
    world.refund(charge["id"])
    assert world.pay_out() is None, "less than nothing is paid out only if told so"
    payout = world.pay_out(allow_negative=True)
    assert (payout["amount"], payout["automatic"], row_of(world, payout)["net"]) == (-10_000, True, 10_000)
    later(world, days=4)
    assert (payout["status"], payout["reconciliation_status"]) == ("paid", "completed")
    assert world.balance()["available"][0]["amount"] == 0


def test_a_debit_of_the_bank_that_fails_leaves_the_balance_negative(world):
    charge = world.charge(10_000)
    later(world, days=3)
    world.refund(charge["id"])
    payout = world.pay_out(allow_negative=True)
    world.fail_payout(payout["id"], "insufficient_funds")
    assert row_of(world, payout, "failure_balance_transaction")["net"] == -10_000
    assert world.balance()["available"][0]["amount"] == -10_000


def test_a_paid_payout_can_be_reversed_by_another(by_hand):
    payout = by_hand.pay_out(amount=5_000)
    with pytest.raises(ValueError, match="is pending, not paid"):
        by_hand.reverse_payout(payout["id"])
    later(by_hand, days=4)
    reversal = by_hand.reverse_payout(payout["id"])
    assert (reversal["amount"], reversal["original_payout"]) == (-5_000, payout["id"])
    assert (payout["status"], payout["reversed_by"]) == ("paid", reversal["id"])
    assert row_of(by_hand, reversal)["net"] == 5_000
    with pytest.raises(ValueError, match="is reversed already"):
        by_hand.reverse_payout(payout["id"])


def test_each_settlement_currency_has_its_payout_and_its_bank():
    world = World(1, START, settlement_currencies=("usd", "eur"))
    world.charge(10_000)
    world.charge(10_000, "eur")
    later(world, days=4)
    payouts = list(world.shelves["payout"])
    assert {payout["currency"]: payout["destination"] for payout in payouts} == {
        "usd": "ba_sandbox_usd",
        "eur": "ba_sandbox_eur",
    }
    other = World(1, START, account_id="acct_sandbox_de", settlement_currencies=("eur",))
    assert other.bank_account_id("eur") != "ba_sandbox_eur"


@pytest.mark.parametrize("currency", ["huf", "twd"])
def test_parts_of_a_unit_stay_in_the_balance(currency):
    world = World(1, START, settlement_currencies=(currency,))
    world.charge(123_456, currency)
    later(world, days=3)
    payout = first_payout(world)
    net = world.get("balance_transaction", next(iter(world.shelves["charge"]))["balance_transaction"])["net"]
    assert net % 100
    assert payout["amount"] == net - net % 100
    assert world.balance()["available"][0]["amount"] == net % 100
    check_laws(world)
    with pytest.raises(ValueError, match="cannot be paid out"):
        world.pay_out(currency, amount=1)


def test_a_minimum_balance_is_held_in_one_payout_and_released_in_the_next(world):
    world.charge(10_000)
    later(world, days=1)
    held = world.hold_minimum_balance(1_000)
    world.charge(20_000)
    later(world, hours=15)
    released = world.release_minimum_balance(1_000)
    later(world, days=2)
    first, second = payout_with(world, held["id"]), payout_with(world, released["id"])
    assert (first["amount"], second["amount"]) == (9_680 - 1_000, 19_390 + 1_000)


def test_a_payout_can_be_made_of_chosen_rows(by_hand):
    charge = by_hand.charge(3_000)
    later(by_hand, days=3)
    payout = by_hand.pay_out(rows=[charge["balance_transaction"]])
    assert payout["amount"] == 2_883
    assert payout_with(by_hand, charge["balance_transaction"])["id"] == payout["id"]
    with pytest.raises(ValueError, match="or in a payout already: txn_"):
        by_hand.pay_out(rows=[charge["balance_transaction"]])


def test_a_day_with_nothing_has_no_payout(world):
    later(world, days=5)
    assert len(world.shelves["payout"]) == 0
    assert world.pay_out() is None
