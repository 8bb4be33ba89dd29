"""Amounts as a scenario writes them: major units and a currency, such as `120.00 USD`, `1500 JPY`, `12.340 KWD`.

Promises that the decimals are exactly those of the currency on Stripe's wire, so that nothing is rounded on the way in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from sandbox.scenarios.place import refuse
from sandbox.stripe.base.exchange import exponent

PATTERN = r"-?\d[\d,]*(?:\.\d+)? [A-Z]{3}"
_PARTS = re.compile(r"(-?)(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))? ([A-Z]{3})")


@dataclass(frozen=True, slots=True)
class Amount:
    """`minor` units of a `currency` (Stripe's lower-case code)."""

    minor: int
    currency: str

    def __str__(self) -> str:
        return show_amount(self.minor, self.currency)


def read_amount(text: str) -> Amount:
    """Read `1,234.50 USD`. Raises ScenarioError where the currency has another number of decimals."""
    found = _PARTS.fullmatch(text)
    if found is None:
        raise refuse(text, "An amount is written in major units with its currency, such as 120.00 USD or 1500 JPY.")
    sign, whole, decimals, code = found.groups()
    places = exponent(code.lower())
    if len(decimals or "") != places:
        example = show_amount(Decimal(1234).scaleb(places), code)
        raise refuse(text, f"{code} has {places} decimals: write it like {example}.")
    minor = int(whole.replace(",", "") + (decimals or ""))
    return Amount(-minor if sign else minor, code.lower())


def show_amount(minor: int | Decimal, currency: str) -> str:
    """Minor units as a person writes them: `show_amount(123450, "usd")` is `1,234.50 USD`."""
    return f"{major_units(minor, currency):,f} {currency.upper()}"


def major_units(minor: int | Decimal, currency: str) -> Decimal:
    """Minor units as an exact decimal with the currency's decimals: `major_units(150, "usd")` is 1.50."""
    return Decimal(minor).scaleb(-exponent(currency.lower()))
