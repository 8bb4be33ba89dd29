"""H3: Undeposited Funds against the open lines of the ledger, object by object (ACCOUNTING H3)."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from stripe_netsuite.domain.money import Money
from stripe_netsuite.reconcile.proof_funds import HeldMoney, LatePayout, OpenSource, prove_funds
from tests.laws import LAW


def source(stripe_id: str, minor: int, absent: int = 0, reason: str = "", currency: str = "usd") -> OpenSource:
    """An object with open ledger lines."""
    return OpenSource(stripe_id, Money(minor, currency), Money(absent, currency), reason)


def held(amount: str, tolerance_minor: int = 0) -> HeldMoney:
    """What lies in Undeposited Funds."""
    return HeldMoney(Decimal(amount), tolerance_minor)


def test_each_currency_ties_by_itself() -> None:
    """100.00 and 40 yen on both sides; a refund counts against its payment."""
    sources = [source("ch_1", 12000), source("re_1", -2000), source("ch_2", 40, currency="jpy")]
    funds = {("ch_1", "usd"): held("120"), ("re_1", "usd"): held("-20"), ("ch_2", "jpy"): held("40")}
    yen, dollars = prove_funds(sources, funds, {})
    assert (yen.state, yen.expected, yen.found, yen.subject) == ("ok", "40", "40", "JPY")
    assert (dollars.state, dollars.expected, dollars.found, dollars.detail) == ("ok", "100.00", "100.00", None)


def test_a_payment_that_is_gone_breaks_it_and_is_named() -> None:
    """With what is known of its record."""
    (verdict,) = prove_funds([source("ch_1", 500), source("ch_2", 700)], {}, {"ch_1": "record 7 is on deposit 9"})
    assert verdict.state == "broken"
    assert verdict.difference == "-12.00"
    assert verdict.detail == "ch_1 is not there (record 7 is on deposit 9); ch_2 is not there"


def test_an_orphan_breaks_it_and_is_named() -> None:
    """It lies there, although its payout is booked: also where nothing else is open in its currency."""
    lying = {("ch_9", "usd"): held("5")}
    (verdict,) = prove_funds([], lying, {"ch_9": "its payout po_1 is booked"})
    assert (verdict.state, verdict.expected, verdict.found) == ("broken", "0.00", "5.00")
    assert verdict.detail == "ch_9 is still there with 5, but its payout po_1 is booked"
    (verdict,) = prove_funds([], lying, {})
    assert verdict.detail == "ch_9 is still there with 5, but no ledger line of it is known"


def test_another_amount_breaks_it_unless_conversion_rounded_it() -> None:
    """One cent of a converted payment is rounding, two are not."""
    (rounded,) = prove_funds([source("ch_1", 500)], {("ch_1", "usd"): held("5.01", 1)}, {})
    assert (rounded.state, rounded.detail) == ("ok", "0.01 rounded by conversion")
    (wrong,) = prove_funds([source("ch_1", 500)], {("ch_1", "usd"): held("5.02", 1)}, {})
    assert (wrong.state, wrong.detail) == ("broken", "ch_1 is there with 5.02, not 5.00")


def test_what_a_rule_keeps_out_of_netsuite_is_said_and_breaks_nothing() -> None:
    """Each with its amount, up to 25 of a reason."""
    sources = [source("ch_1", 100, 100, "waits for in_1: negative_total"), source("re_1", -40, -40, "A7")]
    (verdict,) = prove_funds(sources, {}, {})
    assert verdict.state == "ok"
    assert verdict.detail == (
        "-0.40 USD not in NetSuite: A7 (re_1 -0.40); "
        "1.00 USD not in NetSuite: waits for in_1: negative_total (ch_1 1.00)"
    )
    (verdict,) = prove_funds([source(f"ch_{n}", 100, 100, "A7") for n in range(27)], {}, {})
    assert (verdict.detail or "").endswith(" and 2 more)")


def test_what_nothing_explains_breaks_it() -> None:
    """It is not in NetSuite, and neither a rule nor a finding says why."""
    (verdict,) = prove_funds([OpenSource("ch_1", Money(100, "usd"), Money(100, "usd"), "waiting", False)], {}, {})
    assert (verdict.state, verdict.difference) == ("broken", "-1.00")
    assert verdict.detail == "ch_1 is not in NetSuite, and no finding says why (waiting)"


def test_payouts_that_arrived_and_are_not_booked_are_listed() -> None:
    """Their money is there as it should be; the list says for which payouts."""
    late = [LatePayout("po_1", "waiting_on_records", Money(500, "usd")), LatePayout("po_2", "blocked", Money(1, "eur"))]
    (verdict,) = prove_funds([source("ch_1", 500)], {("ch_1", "usd"): held("5")}, {}, late=late)
    assert verdict.state == "ok"
    assert verdict.detail == ("5.00 USD in payouts that have arrived and are not booked (po_1 5.00 waiting on records)")


def test_of_one_object_a_part_may_be_there_and_a_part_not() -> None:
    """A refund is deposited with its payout or lies there; what came back of it has no record yet."""
    returned = source("re_1", 0, 4000, "waits for its payout")
    (verdict,) = prove_funds([returned], {("re_1", "usd"): held("-40")}, {})
    assert (verdict.state, verdict.found) == ("ok", "-40.00")


def test_five_are_named_and_the_others_counted() -> None:
    """A broken month does not fill the page."""
    (verdict,) = prove_funds([source(f"ch_{n}", 100) for n in range(7)], {}, {})
    assert (verdict.detail or "").count("is not there") == 5
    assert (verdict.detail or "").endswith("and 2 more")


@LAW
@given(st.dictionaries(st.sampled_from("abcd"), st.integers(-999, 999)), st.sampled_from("abcd"), st.integers(1, 99))
def test_one_object_that_differs_always_breaks_it(grosses: dict[str, int], other: str, cents: int) -> None:
    """Also when another object differs by the same amount the other way."""
    sources = [source(name, minor) for name, minor in grosses.items()]
    funds = {(name, "usd"): HeldMoney(Money(minor, "usd").major) for name, minor in grosses.items() if minor}
    assert {verdict.state for verdict in prove_funds(sources, funds, {})} <= {"ok"}
    changed = {**funds, (other, "usd"): HeldMoney(Money(grosses.get(other, 0) + cents, "usd").major)}
    (verdict,) = prove_funds(sources, changed, {})
    assert verdict.state == "broken"
