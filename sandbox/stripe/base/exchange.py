"""Currencies: decimals on Stripe's wire, the sandbox's exchange rates, and how an amount is settled in another currency.

Rates are per day and the same in every world. `exchange_rate` of a balance transaction maps minor units to minor
units, so it is rescaled where the two currencies have different numbers of decimals (docs.stripe.com/currencies).
Stripe does not publish its rounding; here it is half up, and nobody may depend on it.
"""

from decimal import ROUND_HALF_UP, Decimal

SECONDS_A_DAY = 86_400

# docs.stripe.com/currencies: zero-decimal and three-decimal currencies; all others have two. UGX and ISK have none in
# ISO 4217 and two on Stripe's wire, always 00; HUF and TWD are charged to the hundredth and paid out in whole units.
_ZERO_DECIMAL = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf"
_THREE_DECIMAL = "bhd jod kwd omr tnd"
_EXPONENTS = dict.fromkeys(_ZERO_DECIMAL.split(), 0) | dict.fromkeys(_THREE_DECIMAL.split(), 3)
_PAID_OUT_IN_STEPS = {"huf": 100, "twd": 100, "ugx": 100, "isk": 100}

_USD_PER_UNIT = {
    "usd": Decimal(1),
    "eur": Decimal("1.0800"),
    "gbp": Decimal("1.2700"),
    "jpy": Decimal("0.0066"),
    "kwd": Decimal("3.2500"),
    "aud": Decimal("0.6600"),
    "bhd": Decimal("2.6500"),
    "brl": Decimal("0.1800"),
    "cad": Decimal("0.7300"),
    "chf": Decimal("1.1300"),
    "clp": Decimal("0.0011"),
    "czk": Decimal("0.0430"),
    "dkk": Decimal("0.1450"),
    "hkd": Decimal("0.1280"),
    "huf": Decimal("0.0027"),
    "inr": Decimal("0.0120"),
    "isk": Decimal("0.0072"),
    "jod": Decimal("1.4100"),
    "krw": Decimal("0.0007"),
    "mxn": Decimal("0.0550"),
    "nok": Decimal("0.0930"),
    "nzd": Decimal("0.6000"),
    "omr": Decimal("2.6000"),
    "pln": Decimal("0.2500"),
    "sek": Decimal("0.0950"),
    "sgd": Decimal("0.7500"),
    "tnd": Decimal("0.3200"),
    "twd": Decimal("0.0310"),
    "ugx": Decimal("0.0003"),
    "vnd": Decimal("0.00004"),
}
# How far a day's rate stands from the one above, in parts of ten thousand; the row repeats.
_DAILY_DRIFT = (12, -7, 31, 18, -22, 5, 44, 27, -13, 36, -3, 21, -17, 9)


def exponent(currency: str) -> int:
    """Decimals of the currency on Stripe's wire."""
    return _EXPONENTS.get(currency, 2)


def payout_step(currency: str) -> int:
    """What a payout (minor units) must be a multiple of: 100 for HUF and TWD, mostly 1."""
    return _PAID_OUT_IN_STEPS.get(currency, 1)


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
