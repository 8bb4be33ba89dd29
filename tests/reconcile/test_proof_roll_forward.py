"""H6: opening + movements = closing, on both sides (ACCOUNTING H6, F8, F9)."""

from __future__ import annotations

from decimal import Decimal

from stripe_netsuite.reconcile.proof import Verdict
from stripe_netsuite.reconcile.proof_roll_forward import Rolled
from stripe_netsuite.reconcile.proof_roll_forward import prove_roll_forward as prove


def rolled(opening: str, came_in: str, went_out: str) -> Rolled:
    """One side of the account."""
    return Rolled(Decimal(opening), Decimal(came_in), Decimal(went_out))


def prove_roll_forward(account: str, stripe: dict[str, Rolled], netsuite: dict[str, Rolled]) -> list[Verdict]:
    """In a subsidiary that keeps its books in dollars."""
    return prove(account, stripe, netsuite, "usd")


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


def test_what_lies_there_is_named_by_payout() -> None:
    """Up to 25; what came and went again is not."""
    lying = {"po_2": -9000, "po_1": 0, "po_3": 250}
    side = {"usd": Rolled(Decimal(0), Decimal("2.50"), Decimal("-90.00"), lying=lying)}
    (verdict,) = prove_roll_forward("payouts_in_transit", side, side)
    assert (verdict.detail or "").endswith("; by payout: po_2 -90.00, po_3 2.50")
    many = {"usd": Rolled(lying={f"po_{n}": 1 for n in range(30)})}
    (verdict,) = prove_roll_forward("payouts_in_transit", many, {})
    assert (verdict.detail or "").endswith(" and 5 more")


def test_a_rest_in_base_currency_is_said_where_nothing_else_is_left() -> None:
    """It came at one rate and left at another; in base currency itself, or while money lies there, there is no rest."""
    gone = Rolled(Decimal(0), Decimal("10.00"), Decimal("-10.00"), base=Decimal("0.37"))
    there = Rolled(Decimal(0), Decimal("10.00"), Decimal(0), base=Decimal("10.80"))
    (verdict,) = prove_roll_forward("payouts_in_transit", {"eur": gone}, {"eur": gone})
    assert (verdict.state, verdict.rest) == ("ok", "0.37 USD")
    assert [one.rest for one in prove_roll_forward("x", {"usd": gone}, {"usd": gone})] == [None]
    assert [one.rest for one in prove_roll_forward("x", {"eur": there}, {"eur": there})] == [None]
    assert [one.rest for one in prove_roll_forward("x", {"eur": rolled("0", "0", "0")}, {})] == [None]
