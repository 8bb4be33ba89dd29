"""Exact money. Stripe counts in minor units with an exponent table of its own; NetSuite wants decimals.

Promises: no float, no rounding on the way in or out, never two currencies in one sum (ACCOUNTING A2, A3).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from stripe_netsuite.errors import InvariantBroken

# docs.stripe.com/currencies: zero-decimal on the wire. ISK and UGX are ×100 there, whatever ISO 4217 says.
_ZERO_DECIMAL = frozenset(
    ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"]
)
_THREE_DECIMAL = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])


def exponent_of(currency: str) -> int:
    """Return how many decimals Stripe's minor unit stands for: 0, 2 or 3 (ACCOUNTING A3)."""
    code = currency.lower()
    if code in _ZERO_DECIMAL:
        return 0
    return 3 if code in _THREE_DECIMAL else 2


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in minor units of one currency (lower-case ISO code, as Stripe writes it)."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        """Refuse anything but whole minor units and a lower-case three-letter code."""
        if isinstance(self.minor, bool) or not isinstance(self.minor, int):
            raise InvariantBroken("an amount in minor units is a whole number", saw=repr(self.minor))
        if len(self.currency) != 3 or self.currency != self.currency.lower():
            raise InvariantBroken("a currency is three lower-case letters", saw=repr(self.currency))

    @property
    def major(self) -> Decimal:
        """The exact decimal amount, with as many decimals as Stripe's exponent."""
        return Decimal(self.minor).scaleb(-exponent_of(self.currency))

    @classmethod
    def from_major(cls, amount: Decimal, currency: str) -> Money:
        """Build from an exact decimal. Raises InvariantBroken when a fraction of a minor unit would be lost."""
        scaled = amount.scaleb(exponent_of(currency))
        if scaled != scaled.to_integral_value():
            raise InvariantBroken("an amount has more decimals than its currency", saw=f"{amount} {currency}")
        return cls(int(scaled), currency)

    def __add__(self, other: Money) -> Money:
        """Add within one currency."""
        return Money(self.minor + self._same(other).minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        """Subtract within one currency."""
        return Money(self.minor - self._same(other).minor, self.currency)

    def __neg__(self) -> Money:
        """Turn the sign."""
        return Money(-self.minor, self.currency)

    def __abs__(self) -> Money:
        """Drop the sign."""
        return Money(abs(self.minor), self.currency)

    def __str__(self) -> str:
        """`1234.50 USD`."""
        return f"{self.major} {self.currency.upper()}"

    def _same(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise InvariantBroken("two currencies in one sum", saw=f"{self.currency} and {other.currency}")
        return other


def sum_money(amounts: Iterable[Money], currency: str) -> Money:
    """Add amounts of one currency; the sum of none is zero of `currency`."""
    total = Money(0, currency)
    for amount in amounts:
        total = total + amount
    return total


def convert(amount: Money, rate: Decimal, currency: str) -> Money:
    """Convert with a major-unit rate, rounding half up to the minor unit of `currency`, as NetSuite does."""
    exponent = exponent_of(currency)
    major = (amount.major * rate).quantize(Decimal(1).scaleb(-exponent), rounding=ROUND_HALF_UP)
    return Money.from_major(major, currency)


def major_text(amount: Decimal, currency: str) -> str:
    """Return an amount in major units as text, with the currency's decimals at least: whatever NetSuite holds."""
    return f"{amount:.{max(exponent_of(currency), -int(amount.as_tuple().exponent))}f}"


def major_rate(stripe_rate: Decimal, source: str, target: str) -> Decimal:
    """Rescale Stripe's `exchange_rate`, which maps minor units to minor units (ACCOUNTING D4).

    EUR→JPY arrives as 1.5913 (cents to yen) and means 159.13 yen for one euro.
    """
    return stripe_rate.scaleb(exponent_of(source) - exponent_of(target))


def allocate(total: Money, weights: list[int]) -> list[Money]:
    """Split `total` in proportion to `weights` (signed, their sum not zero), to the last minor unit.

    The rest goes to the largest remainders, ties to the earlier line, so the parts always add up.
    """
    whole = sum(weights)
    if not whole:
        raise InvariantBroken("nothing to allocate by: the weights add up to zero", saw=repr(weights))
    shares = [divmod(total.minor * weight, whole) for weight in weights]
    # For a negative divisor the remainder is negative: compare how far each share was rounded down.
    rest = total.minor - sum(share for share, _ in shares)
    by_remainder = sorted(range(len(weights)), key=lambda i: (-abs(shares[i][1]), i))
    extra = set(by_remainder[:rest])
    return [Money(share + (1 if i in extra else 0), total.currency) for i, (share, _) in enumerate(shares)]
