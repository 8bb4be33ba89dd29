"""Refunds as in life: at once, slowly, sent back by the bank weeks later, canceled."""

from datetime import timedelta

import pytest
from money_checking import check_laws, check_shapes, event_types, payout_with, row_of


@pytest.fixture(autouse=True)
def lawful(world, shapes):
    """Whatever a test did to `world`, its books agree and its objects, before and after, fit the schema."""
    yield
    check_laws(world)
    check_shapes(world, shapes)


def later(world, **time):
    world.advance_to(world.now_utc + timedelta(**time))


def test_a_refund_that_fails_weeks_later_brings_the_money_back(world):
    charge = world.charge(10_000)
    refund = world.refund(charge["id"], 4_000)
    world.charge(9_000)
    later(world, days=20)
    world.fail_refund(refund["id"], "expired_or_canceled_card")
    row = row_of(world, refund, "failure_balance_transaction")
    assert (refund["status"], refund["failure_reason"]) == ("failed", "expired_or_canceled_card")
    assert (row["net"], row["type"], row["reporting_category"], row["source"]) == (
        4_000,
        "refund_failure",
        "refund_failure",
        refund["id"],
    )
    assert row_of(world, refund)["net"] == -4_000, "the row of the refund itself stays"
    assert (charge["amount_refunded"], charge["refunded"]) == (0, False)
    assert event_types(world, refund["id"])[-2:] == ["refund.failed", "charge.refund.updated"]
    later(world, days=2)
    assert payout_with(world, row["id"])["id"] != payout_with(world, refund["balance_transaction"])["id"]


def test_a_pending_refund_that_fails_moved_nothing(world):
    refund = world.refund(world.charge(10_000)["id"], pending=True)
    world.fail_refund(refund["id"])
    assert (refund["status"], refund["balance_transaction"]) == ("failed", None)
    assert "failure_balance_transaction" not in refund
    assert "pending_reason" not in refund
    assert len(world.shelves["balance_transaction"]) == 1


def test_a_pending_refund_counts_as_refunded_until_it_is_canceled(world):
    charge = world.charge(10_000)
    refund = world.refund(charge["id"], pending=True)
    assert (refund["pending_reason"], charge["refunded"]) == ("processing", True)
    with pytest.raises(ValueError, match="has 0 left"):
        world.refund(charge["id"], 1)
    world.cancel_refund(refund["id"])
    assert (refund["status"], charge["amount_refunded"], charge["refunded"]) == ("canceled", 0, False)
    world.refund(charge["id"], 10_000)


def test_a_refund_can_wait_for_the_customer_to_name_an_account(world):
    refund = world.refund(world.charge(10_000, method="customer_balance")["id"], pending=True)
    world.require_refund_action(refund["id"])
    assert (refund["status"], refund["next_action"]["type"]) == ("requires_action", "display_details")
    world.complete_refund(refund["id"])
    assert (refund["status"], "next_action" in refund, row_of(world, refund)["net"]) == ("succeeded", False, -10_000)


@pytest.mark.parametrize("method", ["us_bank_account", "sepa_debit", "customer_balance"])
def test_what_was_not_paid_by_card_is_refunded_and_fails_under_another_type(world, method):
    charge = world.charge(10_000, method=method)
    if charge["status"] == "pending":
        world.succeed_payment(charge["id"])
    refund = world.refund(charge["id"], 3_000)
    assert refund["id"].startswith("pyr_")
    assert (row_of(world, refund)["type"], row_of(world, refund)["reporting_category"]) == ("payment_refund", "refund")
    world.fail_refund(refund["id"], "unknown")
    back = row_of(world, refund, "failure_balance_transaction")
    assert (back["type"], back["reporting_category"], back["net"]) == ("payment_refund", "refund", 3_000)


def test_a_refund_of_a_debit_that_is_still_pending_waits_for_it(world):
    charge = world.charge(10_000, method="us_bank_account")
    refund = world.refund(charge["id"], 3_000)
    assert (refund["status"], refund["pending_reason"], refund["balance_transaction"]) == (
        "pending",
        "charge_pending",
        None,
    )
    with pytest.raises(ValueError, match="which is pending"):
        world.complete_refund(refund["id"])
    world.succeed_payment(charge["id"])
    world.complete_refund(refund["id"])
    assert row_of(world, refund)["net"] == -3_000


def test_a_full_refund_at_another_days_rate_fails_at_its_own(world):
    charge = world.charge(10_000, "eur")
    later(world, days=3)
    refund = world.refund(charge["id"])
    left = row_of(world, refund)
    later(world, days=3)
    world.fail_refund(refund["id"])
    back = row_of(world, refund, "failure_balance_transaction")
    assert left["amount"] + row_of(world, charge)["amount"] != 0
    assert (back["amount"], back["exchange_rate"]) == (-left["amount"], left["exchange_rate"])


def test_what_is_over_cannot_be_changed_again(world):
    refund = world.refund(world.charge(10_000)["id"])
    world.fail_refund(refund["id"])
    for change in (world.fail_refund, world.cancel_refund, world.complete_refund):
        with pytest.raises(ValueError, match=f"{refund['id']} is failed, not"):
            change(refund["id"])


def test_a_charge_that_is_charged_back_cannot_be_refunded(world):
    charge = world.charge(10_000)
    dispute = world.open_dispute(charge["id"], 2_000)
    with pytest.raises(ValueError, match="has been charged back; cannot issue a refund"):
        world.refund(charge["id"], 1_000)
    world.win_dispute(dispute["id"])
    world.refund(charge["id"], 1_000)


def test_during_an_inquiry_the_charge_can_be_refunded(world):
    charge = world.charge(10_000)
    dispute = world.open_dispute(charge["id"], inquiry=True)
    assert dispute["is_charge_refundable"]
    assert world.refund(charge["id"])["status"] == "succeeded"
