"""Payments as in life: late rows, partial captures, lapsed authorisations, debits that clear or bounce, Connect."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from money_checking import check_laws, check_shapes, event_types, row_of

from sandbox.stripe.world import World

START = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def lawful(world, shapes):
    """Whatever a test did to `world`, its books agree and its objects, before and after, fit the schema."""
    yield
    check_laws(world)
    check_shapes(world, shapes)


def later(world, **time):
    world.advance_to(world.now_utc + timedelta(**time))


def test_a_late_row_comes_minutes_after_the_charge(world):
    charge = world.charge(10_000, late_row=True)
    assert (charge["status"], charge["captured"], charge["balance_transaction"]) == ("succeeded", True, None)
    later(world, minutes=2)
    assert charge["balance_transaction"] is None
    later(world, minutes=2)
    row = row_of(world, charge)
    assert (row["net"], row["created"] - charge["created"]) == (9_680, 180)
    assert event_types(world, charge["id"]) == ["charge.succeeded", "charge.updated"]


def test_a_refund_does_not_wait_for_a_late_row(world):
    charge = world.charge(10_000, late_row=True)
    refund = world.refund(charge["id"])
    later(world, hours=1)
    rows = list(world.shelves["balance_transaction"])
    assert [row["id"] for row in rows].count(charge["balance_transaction"]) == 1
    assert {row["source"] for row in rows} == {charge["id"], refund["id"]}


def test_a_partial_capture_releases_the_rest_by_a_reversal_against_the_charge(world):
    charge = world.charge(10_000, capture=False)
    world.capture(charge["id"], 7_000)
    (refund,) = list(world.shelves["refund"])
    charged, released = row_of(world, charge), row_of(world, refund)
    assert (charge["amount"], charge["amount_captured"], charge["amount_refunded"]) == (10_000, 7_000, 3_000)
    assert not charge["refunded"]
    assert (charged["amount"], charged["fee"]) == (10_000, 233), "the fee is on what was captured"
    assert (released["net"], released["type"], released["reporting_category"]) == (
        -3_000,
        "refund",
        "partial_capture_reversal",
    )
    intent = world.get("payment_intent", charge["payment_intent"])
    assert (intent["status"], intent["amount_received"]) == ("succeeded", 7_000)
    with pytest.raises(ValueError, match="has 7000 left"):
        world.refund(charge["id"], 7_001)


@pytest.mark.parametrize(
    ("expired", "reason", "event", "why"),
    [
        (True, "expired_uncaptured_charge", "charge.expired", "automatic"),
        (False, None, "charge.refunded", "requested_by_customer"),
    ],
)
def test_an_authorisation_that_lapses_moves_no_money(world, expired, reason, event, why):
    charge = world.charge(10_000, capture=False)
    world.cancel_authorisation(charge["id"], expired=expired)
    (refund,) = list(world.shelves["refund"])
    intent = world.get("payment_intent", charge["payment_intent"])
    assert (refund["reason"], refund["status"], refund["balance_transaction"]) == (reason, "succeeded", None)
    assert (charge["refunded"], charge["captured"], charge["balance_transaction"]) == (True, False, None)
    assert (intent["status"], intent["cancellation_reason"], intent["canceled_at"]) == ("canceled", why, world.now)
    assert event_types(world, charge["id"])[-1] == event
    assert len(world.shelves["balance_transaction"]) == 0
    with pytest.raises(ValueError, match="cannot be captured"):
        world.capture(charge["id"])


@pytest.mark.parametrize("method", ["us_bank_account", "sepa_debit"])
def test_a_debit_is_pending_until_the_bank_has_paid(world, method):
    charge = world.charge(10_000, method=method)
    row, intent = row_of(world, charge), world.get("payment_intent", charge["payment_intent"])
    assert charge["id"].startswith("py_")
    assert (charge["status"], charge["paid"], intent["status"]) == ("pending", False, "processing")
    assert (row["type"], row["reporting_category"], row["status"]) == ("payment", "charge", "pending")
    later(world, days=2)
    world.succeed_payment(charge["id"])
    assert (charge["status"], charge["paid"], intent["status"]) == ("succeeded", True, "succeeded")
    assert {"charge.pending", "charge.succeeded"} <= set(event_types(world, charge["id"]))
    assert {"payment_intent.processing", "payment_intent.succeeded"} <= set(event_types(world, intent["id"]))
    later(world, days=9)
    assert row["status"] == "available"


def test_money_that_the_bank_has_not_sent_is_never_paid_out(world):
    charge = world.charge(10_000, method="us_bank_account")
    promised = row_of(world, charge)["available_on"]
    later(world, days=12)
    assert row_of(world, charge)["status"] == "pending"
    assert row_of(world, charge)["available_on"] > promised
    assert len(world.shelves["payout"]) == 0
    world.succeed_payment(charge["id"])
    later(world, days=3)
    assert len(world.shelves["payout"]) == 1


def test_a_debit_that_bounces_is_taken_out_of_the_ledger_again_fee_and_all(world):
    charge = world.charge(10_000, method="us_bank_account")
    world.fail_payment(charge["id"], "account_closed")
    row = row_of(world, charge, "failure_balance_transaction")
    refund = world.get("refund", row["source"])
    assert (charge["status"], charge["paid"], charge["failure_code"]) == ("failed", False, "account_closed")
    assert charge["failure_message"] == "The customer's bank account has been closed."
    assert (row["type"], row["reporting_category"]) == ("payment_failure_refund", "charge_failure")
    assert row["net"] + row_of(world, charge)["net"] == 0
    assert refund["id"].startswith("pyr_")
    assert (refund["charge"], refund["balance_transaction"]) == (charge["id"], row["id"])
    intent = world.get("payment_intent", charge["payment_intent"])
    assert (intent["status"], intent["last_payment_error"]["code"]) == ("requires_payment_method", "account_closed")
    assert event_types(world, charge["id"])[-1] == "charge.failed"
    with pytest.raises(ValueError, match="0 left"):
        world.refund(charge["id"])


def test_after_a_bounced_debit_the_intent_can_be_paid_again(world):
    charge = world.charge(10_000, method="us_bank_account")
    world.fail_payment(charge["id"])
    second = world.confirm_payment_intent(charge["payment_intent"])
    assert (second["status"], second["id"][:3]) == ("succeeded", "ch_")
    with pytest.raises(ValueError, match="cannot be confirmed"):
        world.confirm_payment_intent(charge["payment_intent"])


def test_a_return_after_success_is_a_dispute_that_is_lost_at_once(world):
    charge = world.charge(10_000, method="us_bank_account")
    world.succeed_payment(charge["id"])
    later(world, days=40)
    dispute = world.fail_payment_after_success(charge["id"], "debit_not_authorized")
    (row,) = dispute["balance_transactions"]
    assert (dispute["status"], dispute["reason"]) == ("lost", "debit_not_authorized")
    assert (row["amount"], row["fee"], row["reporting_category"]) == (-10_000, 1_500, "dispute")
    assert event_types(world, dispute["id"])[-1] == "charge.dispute.closed"
    assert (charge["status"], charge["disputed"]) == ("succeeded", True)
    with pytest.raises(ValueError, match="which no bank takes back"):
        world.fail_payment_after_success(world.charge(5_000)["id"])


def test_money_from_a_bank_transfer_is_there_at_once(world):
    charge = world.charge(10_000, method="customer_balance")
    assert (charge["id"][:3], charge["status"], row_of(world, charge)["type"]) == ("py_", "succeeded", "payment")


def test_a_charge_settles_where_it_is_told_to():
    world = World(1, START, settlement_currencies=("usd", "eur"))
    own, converted = world.charge(10_000, "eur"), world.charge(10_000, "eur", settled_in="usd")
    assert (row_of(world, own)["currency"], row_of(world, own)["exchange_rate"]) == ("eur", None)
    assert row_of(world, converted)["currency"] == "usd"
    refund = world.refund(converted["id"])
    assert row_of(world, refund)["currency"] == "usd", "a refund leaves the balance that its charge came to"
    with pytest.raises(ValueError, match="settles in usd, eur, not gbp"):
        world.charge(10_000, "eur", settled_in="gbp")


def test_yen_and_dinars_are_settled_by_their_decimals(world):
    yen, dinars = world.charge(15_913, "jpy"), world.charge(12_340, "kwd")
    assert row_of(world, yen)["exchange_rate"] == pytest.approx(Decimal("0.66"), rel=Decimal("0.01"))
    assert row_of(world, yen)["amount"] == pytest.approx(10_500, rel=0.02), "15,913 yen are about 105 dollars"
    assert row_of(world, dinars)["amount"] == pytest.approx(4_010, rel=0.02), "12.340 dinars are about 40 dollars"


@pytest.mark.parametrize(("amount", "currency"), [(12_345, "kwd"), (550, "ugx"), (199, "isk")])
def test_an_amount_that_the_currency_does_not_have_is_refused(world, amount, currency):
    with pytest.raises(ValueError, match="is no amount in"):
        world.charge(amount, currency)


def test_what_the_customer_saw_is_told_beside_what_was_charged(world):
    charge = world.charge(10_000, presentment=(15_500, "cad"))
    refund = world.refund(charge["id"], 5_000)
    assert charge["presentment_details"] == {"presentment_amount": 15_500, "presentment_currency": "cad"}
    assert refund["presentment_details"] == {"presentment_amount": 7_750, "presentment_currency": "cad"}
    assert (charge["currency"], row_of(world, charge)["amount"]) == ("usd", 10_000)


def test_a_destination_charge_is_passed_on_and_its_fee_comes_back(world):
    charge = world.charge(10_000, destination="acct_shop", application_fee=1_000)
    transfer, fee = world.get("transfer", charge["transfer"]), world.get("application_fee", charge["application_fee"])
    assert [(row["type"], row["net"]) for row in world.shelves["balance_transaction"]._objects.values()] == [
        ("charge", 9_680),
        ("transfer", -10_000),
        ("application_fee", 1_000),
    ]
    assert (transfer["destination"], transfer["source_transaction"]) == ("acct_shop", charge["id"])
    assert len({row_of(world, each)["available_on"] for each in (charge, transfer, fee)}) == 1, "they go together"
    assert (fee["account"], fee["originating_transaction"]) == ("acct_shop", charge["id"])
    assert fee["charge"] == transfer["destination_payment"]
    assert row_of(world, fee)["reporting_category"] == "platform_earning"
    assert charge["transfer_data"] == {"amount": None, "destination": "acct_shop"}
    assert charge["transfer_group"] == transfer["transfer_group"] == f"group_{charge['payment_intent']}"
    later(world, days=5)
    assert {row["status"] for row in world.shelves["balance_transaction"] if row["type"] != "payout"} == {"available"}


def test_a_connected_account_pays_the_application_fee_out_of_its_charge(world):
    charge = world.charge(10_000, application_fee=1_000)
    row = row_of(world, charge)
    assert [(part["type"], part["amount"]) for part in row["fee_details"]] == [
        ("stripe_fee", 320),
        ("application_fee", 1_000),
    ]
    assert row["fee_details"][1]["application"] == charge["application"] is not None
    assert (row["net"], charge["application_fee_amount"]) == (8_680, 1_000)
    with pytest.raises(ValueError, match="An application fee of 101"):
        world.charge(100, application_fee=101)


def test_transfers_and_application_fees_are_taken_back_in_parts(world):
    charge = world.charge(10_000, destination="acct_shop", application_fee=1_000)
    transfer, fee = world.get("transfer", charge["transfer"]), world.get("application_fee", charge["application_fee"])
    reversal = world.reverse_transfer(transfer["id"], 4_000)
    refund = world.refund_application_fee(fee["id"], 400)
    assert row_of(world, reversal)["reporting_category"] == "transfer_reversal"
    assert row_of(world, refund)["reporting_category"] == "platform_earning_refund"
    assert (transfer["amount_reversed"], transfer["reversed"], transfer["reversals"]["data"]) == (
        4_000,
        False,
        [reversal],
    )
    assert (fee["amount_refunded"], fee["refunded"], fee["refunds"]["data"]) == (400, False, [refund])
    world.reverse_transfer(transfer["id"])
    world.refund_application_fee(fee["id"])
    assert (transfer["reversed"], fee["refunded"]) == (True, True)
    assert event_types(world, transfer["id"]) == ["transfer.created", "transfer.reversed", "transfer.reversed"]
    assert event_types(world, fee["id"])[-1] == "application_fee.refunded"
    with pytest.raises(ValueError, match="has 0 left"):
        world.reverse_transfer(transfer["id"])


def test_a_transfer_needs_money_that_is_there(world):
    world.charge(10_000)
    with pytest.raises(ValueError, match="Insufficient funds: 0 usd available"):
        world.transfer(5_000, "usd", "acct_shop")
    world.top_up(6_000)
    later(world, hours=14, minutes=15)
    transfer = world.transfer(5_000, "usd", "acct_shop", transfer_group="october")
    assert (row_of(world, transfer)["net"], transfer["transfer_group"]) == (-5_000, "october")
