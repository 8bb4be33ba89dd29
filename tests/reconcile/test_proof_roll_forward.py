"""H6: opening + movements = closing, on both sides (ACCOUNTING H6, F8, F9)."""

from __future__ import annotations

from decimal import Decimal

from stripe_netsuite.reconcile.proof_roll_forward import Rolled, prove_roll_forward


def rolled(opening: str, came_in: str, went_out: str) -> Rolled:
    """One side of the account."""
    return Rolled(Decimal(opening), Decimal(came_in), Decimal(went_out))


def test_a_payout_that_came_back_lies_in_transit_on_both_sides() -> None:
    """NetSuite's opening of before the sync start counts for both."""
    stripe, netsuite = {"usd": rolled("0", "120.00", "-20.00")}, {"usd": rolled("7.50", "120.00", "-20.00")}
    (verdict,) = prove_roll_forward("payouts_in_transit", stripe, netsuite)
    assert (verdict.subject, verdict.state) == ("payouts_in_transit USD", "ok")
    assert (verdict.expected, verdict.found, verdict.difference) == ("107.50", "107.50", "0.00")
    assert verdict.detail == "Stripe: 7.50 + 120.00 - 20.00 = 107.50; NetSuite: 7.50 + 120.00 - 20.00 = 107.50"


def test_more_steps_in_netsuite_are_no_difference() -> None:
    """A negative payout goes through the account and leaves nothing there."""
    (verdict,) = prove_roll_forward("payouts_in_transit", {}, {"usd": rolled("0", "30.00", "-30.00")})
    assert (verdict.state, verdict.found) == ("ok", "0.00")


def test_what_was_not_booked_back_and_what_is_not_stripes_break_it() -> None:
    """By currency, each side's movements shown."""
    euro, dollar = prove_roll_forward(
        "payouts_in_transit", {"usd": rolled("0", "120.00", "0")}, {"eur": rolled("0", "1.00", "0")}
    )
    assert (euro.state, euro.expected, euro.found) == ("broken", "0.00", "1.00")
    assert (dollar.state, dollar.difference) == ("broken", "-120.00")
