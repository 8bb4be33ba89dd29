"""Verdicts: a proof is ok only if both sides say the same, and says by how much they differ (ACCOUNTING H2, H5)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_netsuite.domain.money import Money
from stripe_netsuite.reconcile.proof import prove_balance, prove_ledger_states
from tests.laws import LAW

CURRENCIES = st.sampled_from(["usd", "eur", "jpy"])
BY_CURRENCY = st.dictionaries(CURRENCIES, st.integers(-(10**9), 10**9))


def test_the_balance_is_opening_plus_ledger_plus_what_came_after() -> None:
    """12.50 + 100.00 + 5.00 = 117.50."""
    (verdict,) = prove_balance({"usd": 11750}, {"usd": 10000}, {"usd": 500}, {"usd": Money(1250, "usd")})
    expected = ("H2", "USD", "ok", "117.50", "117.50", "0.00")
    assert (
        verdict.code,
        verdict.subject,
        verdict.state,
        verdict.expected,
        verdict.found,
        verdict.difference,
    ) == expected
    assert verdict.detail == "ledger to the window's end, and 5.00 USD after it"


@LAW
@given(BY_CURRENCY, BY_CURRENCY, BY_CURRENCY, BY_CURRENCY)
def test_every_currency_that_any_side_knows_gets_its_verdict(
    stripe: dict[str, int], ledger: dict[str, int], tail: dict[str, int], opening: dict[str, int]
) -> None:
    """None is left out, none is mixed with another, and the difference is exact."""
    start = {code: Money(minor, code) for code, minor in opening.items()}
    verdicts = {one.currency: one for one in prove_balance(stripe, ledger, tail, start)}
    assert set(verdicts) == set(stripe) | set(ledger) | set(tail) | set(opening)
    for code, verdict in verdicts.items():
        minor = opening.get(str(code), 0) + ledger.get(str(code), 0) + tail.get(str(code), 0) - stripe.get(str(code), 0)
        assert Decimal(verdict.difference or "") == Money(minor, str(code)).major
        assert verdict.state == ("broken" if minor else "ok")


def test_a_ledger_whose_lines_all_have_a_state_is_proven() -> None:
    """Booked 90.00, waiting 10.00, excluded −5.00: the 95.00 that the ledger holds."""
    rows = {
        ("booked", "usd"): (3, 9000),
        ("waiting", "usd"): (1, 1000),
        ("excluded", "usd"): (1, -500),
        ("booked", "eur"): (1, 7),
    }
    usd, eur = sorted(prove_ledger_states(rows, {"usd": 9500, "eur": 7}, ()), key=lambda one: one.subject, reverse=True)
    assert (usd.state, usd.expected, usd.found, usd.difference) == ("ok", "95.00", "95.00", "0.00")
    assert usd.detail == "3 booked, 1 excluded, 1 waiting"
    assert (eur.subject, eur.state, eur.detail) == ("EUR", "ok", "1 booked")


@pytest.mark.parametrize(
    ("rows", "found", "difference"),
    [
        ({("booked", "usd"): (1, 9000)}, "90.00", "-5.00"),
        ({("booked", "usd"): (1, 9500), ("pending", "usd"): (1, 0)}, "95.00", "0.00"),
        ({}, "0.00", "-95.00"),
    ],
    ids=["a line is missing", "a line of nothing is still open", "no line at all"],
)
def test_a_line_without_a_state_breaks_it(
    rows: dict[tuple[str, str], tuple[int, int]], found: str, difference: str
) -> None:
    """Even one of net zero."""
    (verdict,) = prove_ledger_states(rows, {"usd": 9500}, ())
    assert (verdict.state, verdict.found, verdict.difference) == ("broken", found, difference)


def test_a_line_whose_state_is_not_its_payout_s_breaks_it() -> None:
    """It is counted and named."""
    ok, broken = prove_ledger_states({("booked", "usd"): (1, 9500)}, {"usd": 9500}, ["txn_2", "txn_1"])
    assert (ok.state, broken.state, broken.found) == ("ok", "broken", "2")
    assert broken.detail == "state and payout differ: txn_1, txn_2"
