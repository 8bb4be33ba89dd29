"""Disputes as in life: what each status means for the money, and what is told of it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from money_checking import check_laws, check_shapes, event_types, payout_with, row_of

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


def rows(world, dispute):
    """What the ledger holds of a dispute, as (category, amount, fee)."""
    keys = world.shelves["balance_transaction"].keys_with("source", dispute["id"])
    found = [world.get("balance_transaction", key[1]) for key in keys]
    return sorted((row["reporting_category"], row["amount"], row["fee"]) for row in found)


def fee_rows(world):
    return [row["net"] for row in world.shelves["balance_transaction"] if row["type"] == "stripe_fee"]


def test_a_dispute_takes_amount_and_fee_in_one_row(world):
    charge = world.charge(10_000)
    dispute = world.open_dispute(charge["id"])
    (row,) = dispute["balance_transactions"]
    assert (row["type"], row["amount"], row["fee"], row["net"]) == ("adjustment", -10_000, 1_500, -11_500)
    assert [(part["type"], part["description"]) for part in row["fee_details"]] == [("stripe_fee", "Dispute fee")]
    assert (dispute["status"], charge["disputed"]) == ("needs_response", True)
    assert event_types(world, dispute["id"]) == ["charge.dispute.created", "charge.dispute.funds_withdrawn"]
    assert dispute["id"].startswith("du_")


def test_a_win_returns_the_amount_and_the_counter_fee_but_not_the_received_fee(world):
    dispute = world.open_dispute(world.charge(10_000)["id"])
    world.counter_dispute(dispute["id"])
    assert (dispute["status"], dispute["evidence_details"]["submission_count"]) == ("under_review", 1)
    assert fee_rows(world) == [-1_500]
    world.win_dispute(dispute["id"])
    assert dispute["status"] == "won"
    assert rows(world, dispute) == [("dispute", -10_000, 1_500), ("dispute_reversal", 10_000, 0)]
    assert sorted(fee_rows(world)) == [-1_500, 1_500]
    assert [row["reporting_category"] for row in dispute["balance_transactions"]] == ["dispute", "dispute_reversal"]
    assert event_types(world, dispute["id"])[-2:] == ["charge.dispute.closed", "charge.dispute.funds_reinstated"]


def test_where_the_received_fee_is_returned_the_reversal_has_a_negative_fee(world):
    dispute = world.open_dispute(world.charge(10_000)["id"])
    world.win_dispute(dispute["id"], return_fee=True)
    assert rows(world, dispute) == [("dispute", -10_000, 1_500), ("dispute_reversal", 10_000, -1_500)]


def test_a_loss_moves_nothing_more(world):
    dispute = world.open_dispute(world.charge(10_000)["id"])
    world.counter_dispute(dispute["id"])
    before = len(world.shelves["balance_transaction"])
    world.lose_dispute(dispute["id"])
    assert (dispute["status"], len(world.shelves["balance_transaction"])) == ("lost", before)
    assert event_types(world, dispute["id"])[-1] == "charge.dispute.closed"


def test_a_rejected_response_can_be_appealed_and_won(world):
    dispute = world.open_dispute(world.charge(10_000)["id"])
    world.counter_dispute(dispute["id"])
    world.allow_appeal(dispute["id"])
    assert dispute["status"] == "appeal_needs_response"
    world.appeal_dispute(dispute["id"])
    assert (dispute["status"], "reason_for_filing" in dispute["evidence"]["appeal"]["card"]) == (
        "appeal_under_review",
        True,
    )
    world.win_dispute(dispute["id"])
    assert rows(world, dispute) == [("dispute", -10_000, 1_500), ("dispute_reversal", 10_000, 0)]


def test_a_lost_dispute_can_be_appealed_and_lost_again(world):
    dispute = world.open_dispute(world.charge(10_000)["id"])
    world.lose_dispute(dispute["id"])
    world.appeal_dispute(dispute["id"])
    assert dispute["status"] == "appeal_under_review"
    world.lose_dispute(dispute["id"])
    assert event_types(world, dispute["id"])[-3:] == [
        "charge.dispute.updated",
        "charge.dispute.updated",
        "charge.dispute.closed",
    ]
    assert rows(world, dispute) == [("dispute", -10_000, 1_500)]


def test_an_inquiry_moves_no_money_until_it_becomes_a_chargeback(world):
    charge = world.charge(10_000)
    dispute = world.open_dispute(charge["id"], inquiry=True)
    assert (dispute["status"], dispute["balance_transactions"]) == ("warning_needs_response", [])
    assert dispute["payment_method_details"]["card"]["case_type"] == "inquiry"
    world.counter_dispute(dispute["id"])
    assert (dispute["status"], fee_rows(world), rows(world, dispute)) == ("warning_under_review", [], [])
    world.escalate_inquiry(dispute["id"])
    assert (dispute["status"], dispute["is_charge_refundable"]) == ("needs_response", False)
    assert rows(world, dispute) == [("dispute", -10_000, 1_500)]
    assert dispute["payment_method_details"]["card"]["case_type"] == "chargeback"


def test_an_inquiry_can_end_without_a_chargeback(world):
    dispute = world.open_dispute(world.charge(10_000)["id"], inquiry=True)
    world.close_inquiry(dispute["id"])
    assert (dispute["status"], rows(world, dispute)) == ("warning_closed", [])
    assert event_types(world, dispute["id"]) == ["charge.dispute.created", "charge.dispute.closed"]


def test_a_prevented_dispute_moves_no_money(world):
    dispute = world.prevent_dispute(world.charge(10_000)["id"])
    assert (dispute["status"], dispute["balance_transactions"], rows(world, dispute)) == ("prevented", [], [])


def test_a_charge_can_have_several_disputes_of_parts_and_of_more_than_it(world):
    charge = world.charge(10_000)
    made = [world.open_dispute(charge["id"], amount, fee=0) for amount in (2_000, 3_000, 10_400)]
    assert [row["net"] for dispute in made for row in dispute["balance_transactions"]] == [-2_000, -3_000, -10_400]
    assert len(world.shelves["dispute"].keys_with("charge", charge["id"])) == 3


def test_the_legs_of_a_converted_dispute_have_rates_of_their_own(world):
    charge = world.charge(10_000, "eur")
    later(world, days=3)
    dispute = world.open_dispute(charge["id"])
    later(world, days=4)
    world.win_dispute(dispute["id"])
    withdrawn, returned = dispute["balance_transactions"]
    rates = {row["exchange_rate"] for row in (row_of(world, charge), withdrawn, returned)}
    assert len(rates) == 3
    assert (dispute["currency"], withdrawn["currency"]) == ("eur", "usd")
    assert withdrawn["amount"] + returned["amount"] != 0


def test_what_is_withdrawn_can_differ_from_any_rate(world):
    dispute = world.open_dispute(world.charge(10_000, "eur")["id"], currency_amount=11_111)
    world.win_dispute(dispute["id"])
    assert [row["amount"] for row in dispute["balance_transactions"]] == [-11_111, 11_111]


def test_a_dispute_shows_how_its_rows_stand_now(world):
    dispute = world.open_dispute(world.charge(10_000)["id"])
    assert dispute["balance_transactions"][0]["status"] == "pending", "it leaves with its charge"
    later(world, days=3)
    assert dispute["balance_transactions"][0]["status"] == "available"


def test_dispute_fees_are_taxed_where_fees_are():
    world = World(1, START, settlement_currencies=("eur",), fee_tax_percent=Decimal(19))
    dispute = world.open_dispute(world.charge(10_000, "eur")["id"], fee=2_000)
    (row,) = dispute["balance_transactions"]
    assert [(part["type"], part["amount"]) for part in row["fee_details"]] == [("stripe_fee", 2_000), ("tax", 380)]
    world.counter_dispute(dispute["id"], fee=2_000)
    world.win_dispute(dispute["id"])
    assert sorted(fee_rows(world)) == [-2_380, 2_380], "the fee of such a row is the tax"


def test_what_brought_no_money_cannot_be_disputed(world):
    for charge in (world.charge(5_000, declined=True), world.charge(5_000, capture=False)):
        with pytest.raises(ValueError, match="nothing to dispute"):
            world.open_dispute(charge["id"])


@pytest.mark.parametrize("verb", ["escalate_inquiry", "close_inquiry", "counter_dispute", "win_dispute"])
def test_a_lost_dispute_stays_lost(world, verb):
    dispute = world.open_dispute(world.charge(10_000)["id"])
    world.lose_dispute(dispute["id"])
    with pytest.raises(ValueError, match=f"{dispute['id']} is lost, not"):
        getattr(world, verb)(dispute["id"])


def test_a_dispute_after_the_payout_leaves_with_a_later_one(world):
    charge = world.charge(50_000)
    later(world, days=4)
    dispute = world.open_dispute(charge["id"], 10_000)
    world.charge(40_000)
    later(world, days=4)
    first = payout_with(world, charge["balance_transaction"])
    second = payout_with(world, dispute["balance_transactions"][0]["id"])
    assert first["id"] != second["id"]
