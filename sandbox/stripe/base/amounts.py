"""Which amounts Stripe can bill in a currency: the unit they are multiples of, and the least that can be charged.

Amounts are minor units on Stripe's wire (docs.stripe.com/currencies): the last digit of a three-decimal currency is
always 0, krónur and Ugandan shillings are whole units times a hundred.
"""

from decimal import ROUND_HALF_UP, Decimal

from sandbox.stripe.base.exchange import exponent

_WHOLE_UNITS_TIMES_100 = frozenset({"isk", "ugx"})
_THREE_DECIMALS = 3

# docs.stripe.com/currencies#minimum-and-maximum-charge-amounts; a currency that is not here has no minimum.
_LEAST_CHARGE = {
    "aed": 200,
    "aud": 50,
    "brl": 50,
    "cad": 50,
    "chf": 50,
    "czk": 1500,
    "dkk": 250,
    "eur": 50,
    "gbp": 30,
    "hkd": 400,
    "huf": 17_500,
    "inr": 50,
    "jpy": 50,
    "mxn": 1000,
    "myr": 200,
    "nok": 300,
    "nzd": 50,
    "pln": 200,
    "ron": 200,
    "sek": 300,
    "sgd": 50,
    "thb": 1000,
    "usd": 50,
}


def billing_unit(currency: str) -> int:
    """What every amount of the currency is a multiple of, in minor units."""
    if currency in _WHOLE_UNITS_TIMES_100:
        return 100
    return 10 if exponent(currency) == _THREE_DECIMALS else 1


def least_charge(currency: str) -> int:
    """The smallest amount that can be charged, in minor units."""
    return _LEAST_CHARGE.get(currency, 0)


def rounded(amount: Decimal, currency: str) -> int:
    """The nearest amount that can be billed; halves go away from zero."""
    unit = billing_unit(currency)
    return int((amount / unit).quantize(Decimal(1), rounding=ROUND_HALF_UP)) * unit


def check_billable(amount: int, currency: str, what: str) -> None:
    """Raise ValueError where the currency cannot express the amount."""
    unit = billing_unit(currency)
    if amount % unit:
        raise ValueError(f"{what}: {amount} is no amount in {currency}, which goes in steps of {unit}.")
