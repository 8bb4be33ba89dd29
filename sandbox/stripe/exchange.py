"""Exchange rates of the sandbox and how an amount is settled in another currency.

Rates are per day and the same in every world. `exchange_rate` of a balance transaction maps minor units to minor
units, so it is rescaled where the two currencies have different numbers of decimals (docs.stripe.com/currencies).
Stripe does not publish its rounding; here it is half up, and nobody may depend on it.
"""

from decimal import ROUND_HALF_UP, Decimal

SECONDS_A_DAY = 86_400

_EXPONENTS = {"jpy": 0, "krw": 0, "vnd": 0, "clp": 0, "kwd": 3, "bhd": 3, "jod": 3, "omr": 3, "tnd": 3}
_USD_PER_UNIT = {
    "usd": Decimal(1),
    "eur": Decimal("1.0800"),
    "gbp": Decimal("1.2700"),
    "jpy": Decimal("0.0066"),
    "kwd": Decimal("3.2500"),
}
# How far a day's rate stands from the one above, in parts of ten thousand; the row repeats.
_DAILY_DRIFT = (12, -7, 31, 18, -22, 5, 44, 27, -13, 36, -3, 21, -17, 9)


def exponent(currency: str) -> int:
    """Decimals of the currency on Stripe's wire."""
    return _EXPONENTS.get(currency, 2)


def exchange_rate(source: str, target: str, at: int) -> Decimal:
    """Target minor units for one source minor unit on the day of `at` (Unix seconds).

    Raises KeyError for a currency the sandbox has no rate for.
    """
    drift = Decimal(10_000 + _DAILY_DRIFT[at // SECONDS_A_DAY % len(_DAILY_DRIFT)]) / 10_000
    in_usd = {code: rate if code == "usd" else rate * drift for code, rate in _USD_PER_UNIT.items()}
    rate = in_usd[source] / in_usd[target]
    return rate.scaleb(exponent(target) - exponent(source)).quantize(Decimal("1.000000")).normalize()


def settle(amount_minor: int, rate: Decimal) -> int:
    """The amount in minor units of the settlement currency, rounded half up (away from zero)."""
    return int((amount_minor * rate).quantize(Decimal(1), rounding=ROUND_HALF_UP))
