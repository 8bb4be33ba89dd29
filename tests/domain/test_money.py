"""Laws of money: exact both ways, one currency in a sum, parts that add up to the whole (ACCOUNTING A2, A3)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from stripe_netsuite.domain.money import Money, allocate, convert, exponent_of, major_rate, sum_money
from stripe_netsuite.errors import InvariantBroken
from tests.laws import LAW

CURRENCIES = st.sampled_from(["usd", "eur", "jpy", "kwd", "isk", "ugx", "krw", "tnd"])
MINOR = st.integers(-(10**14), 10**14)
MONEY = st.builds(Money, MINOR, CURRENCIES)
WEIGHTS = st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("currency", "decimals"),
    [("usd", 2), ("EUR", 2), ("jpy", 0), ("vnd", 0), ("xaf", 0), ("kwd", 3), ("bhd", 3), ("isk", 2), ("ugx", 2)],
)
def test_decimals_follow_stripes_table(currency: str, decimals: int) -> None:
    """ISK and UGX have two decimals at Stripe, whatever ISO 4217 says (A3)."""
    assert exponent_of(currency) == decimals


@LAW
@given(MONEY)
def test_major_and_back_is_the_same_money(money: Money) -> None:
    """No rounding on the way out or in, and as many decimals as the currency has."""
    assert Money.from_major(money.major, money.currency) == money
    assert -money.major.as_tuple().exponent == exponent_of(money.currency)


@LAW
@given(CURRENCIES, MINOR)
def test_a_fraction_of_a_minor_unit_is_refused(currency: str, minor: int) -> None:
    """Half a cent is never rounded away silently."""
    half = (Decimal(minor) + Decimal("0.5")).scaleb(-exponent_of(currency))
    with pytest.raises(InvariantBroken, match="more decimals"):
        Money.from_major(half, currency)


@pytest.mark.parametrize("minor", [1.0, True, Decimal(1), "1", None])
def test_minor_units_are_whole_numbers(minor: object) -> None:
    """Floats, decimals, texts and booleans are no amounts."""
    with pytest.raises(InvariantBroken, match="whole number"):
        Money(minor, "usd")  # type: ignore[arg-type]


@pytest.mark.parametrize("currency", ["USD", "us", "dollar", ""])
def test_a_currency_is_three_lower_case_letters(currency: str) -> None:
    """As Stripe writes it."""
    with pytest.raises(InvariantBroken, match="three lower-case letters"):
        Money(1, currency)


@LAW
@given(MINOR, MINOR, CURRENCIES)
def test_arithmetic_is_that_of_the_minor_units(left: int, right: int, currency: str) -> None:
    """Sum, difference, negation and magnitude, exactly."""
    a, b = Money(left, currency), Money(right, currency)
    assert (a + b, a - b, -a, abs(a)) == tuple(
        Money(minor, currency) for minor in (left + right, left - right, -left, abs(left))
    )


@LAW
@given(MONEY, MONEY)
def test_two_currencies_never_meet_in_one_sum(a: Money, b: Money) -> None:
    """Neither added, subtracted, nor summed."""
    assume(a.currency != b.currency)
    for mix in (lambda: a + b, lambda: a - b, lambda: sum_money([a, b], a.currency)):
        with pytest.raises(InvariantBroken, match="two currencies"):
            mix()


@LAW
@given(st.lists(MINOR, max_size=20))
def test_a_sum_does_not_depend_on_the_order(amounts: list[int]) -> None:
    """And the sum of nothing is zero of its currency."""
    money = [Money(minor, "usd") for minor in amounts]
    assert sum_money(money, "usd") == sum_money(reversed(money), "usd") == Money(sum(amounts), "usd")


def test_money_reads_like_money() -> None:
    """`1234.50 USD`, `1000 JPY`, `-0.005 KWD`."""
    texts = [str(Money(123450, "usd")), str(Money(1000, "jpy")), str(Money(-5, "kwd"))]
    assert texts == ["1234.50 USD", "1000 JPY", "-0.005 KWD"]


@pytest.mark.parametrize(
    ("amount", "rate", "expected"),
    [
        (Money(10000, "eur"), "1.08345", Money(10835, "usd")),
        (Money(-10000, "eur"), "1.08345", Money(-10835, "usd")),
        (Money(10000, "eur"), "1.083449", Money(10834, "usd")),
        (Money(10000, "eur"), "159.13", Money(15913, "jpy")),
        (Money(1000, "jpy"), "0.0062", Money(620, "usd")),
        (Money(1234, "usd"), "0.30755", Money(3795, "kwd")),
    ],
)
def test_conversion_rounds_half_up(amount: Money, rate: str, expected: Money) -> None:
    """Half a minor unit is rounded away from zero, as NetSuite does."""
    assert convert(amount, Decimal(rate), expected.currency) == expected


@LAW
@given(MONEY, CURRENCIES, st.decimals("0.0001", "1000", places=6))
def test_conversion_is_off_by_half_a_minor_unit_at_most(amount: Money, currency: str, rate: Decimal) -> None:
    """And never by more, in either direction."""
    exact = amount.major * rate
    difference = abs(convert(amount, rate, currency).major - exact)
    assert difference <= Decimal("0.5").scaleb(-exponent_of(currency))


@pytest.mark.parametrize(
    ("rate", "source", "target", "expected"),
    [("1.5913", "eur", "jpy", "159.13"), ("1.08345", "eur", "usd", "1.08345"), ("0.62", "jpy", "usd", "0.0062"),
     ("3.0755", "usd", "kwd", "0.30755")],
)  # fmt: skip
def test_stripes_rate_is_rescaled(rate: str, source: str, target: str, expected: str) -> None:
    """Stripe's rate maps minor units, NetSuite's major units (D4)."""
    assert major_rate(Decimal(rate), source, target) == Decimal(expected)


@LAW
@given(MONEY, WEIGHTS)
def test_parts_add_up_to_the_whole(total: Money, weights: list[int]) -> None:
    """Whatever the weights, even negative ones or a negative sum, not one minor unit appears or vanishes."""
    assume(sum(weights) != 0)
    assert sum_money(allocate(total, weights), total.currency) == total


@LAW
@given(MONEY, WEIGHTS)
def test_a_part_is_off_by_less_than_one_minor_unit(total: Money, weights: list[int]) -> None:
    """Each part is its exact share, rounded down or up; a weight of zero gets nothing."""
    whole = sum(weights)
    assume(whole != 0)
    for part, weight in zip(allocate(total, weights), weights, strict=True):
        assert abs(part.minor * whole - total.minor * weight) < abs(whole)
        assert weight or part.minor == 0


@LAW
@given(MONEY, WEIGHTS, st.randoms(use_true_random=False))
def test_the_order_of_distinct_weights_does_not_matter(total: Money, weights: list[int], random: object) -> None:
    """Each weight gets the same part wherever it stands; only equal remainders go by position."""
    whole = sum(weights)
    assume(whole != 0)
    remainders = [total.minor * weight % whole for weight in weights]
    assume(len(set(remainders)) == len(remainders))
    order = list(range(len(weights)))
    random.shuffle(order)  # type: ignore[attr-defined]
    parts = allocate(total, weights)
    shuffled = allocate(total, [weights[i] for i in order])
    assert shuffled == [parts[i] for i in order]


def test_equal_remainders_go_to_the_earlier_line() -> None:
    """Ten cents over three equal lines: 4, 3, 3; minus ten: -3, -3, -4."""
    assert [part.minor for part in allocate(Money(10, "usd"), [1, 1, 1])] == [4, 3, 3]
    assert [part.minor for part in allocate(Money(-10, "usd"), [1, 1, 1])] == [-3, -3, -4]


@pytest.mark.parametrize("weights", [[], [0], [5, -5]])
def test_weights_that_add_up_to_nothing_are_refused(weights: list[int]) -> None:
    """There is no share of nothing."""
    with pytest.raises(InvariantBroken, match="add up to zero"):
        allocate(Money(1, "usd"), weights)
