"""Who and what a scenario names at its top: customers, products with prices, coupons, tax rates.

The short forms are a person's: `Ada: ada@lovelace.example`, `Pro: 120.00 USD a month`, `TEN: 10 % off`,
`VAT: 19 % included`. Receives the parsed file; promises typed values, or a ScenarioError with file and line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sandbox.scenarios.amount import PATTERN, Amount, read_amount
from sandbox.scenarios.place import Text, choice, refuse

_PRICE = re.compile(rf"({PATTERN})(?: a (day|week|month|year))?")
_COUPON = re.compile(rf"(?:(\d+(?:\.\d+)?) %|({PATTERN})) off")
_TAX = re.compile(r"(\d+(?:\.\d+)?) % (on top|included)(?: in ([A-Z]{2}))?")
_CUSTOMER_KEYS = {"name", "email", "phone", "country", "metadata", "description"}


@dataclass(frozen=True, slots=True)
class Price:
    """One price of a product; `interval` (day, week, month, year) if it recurs."""

    amount: Amount
    interval: str | None


@dataclass(frozen=True, slots=True)
class Coupon:
    """Percent or amount off."""

    percent_off: Decimal | None
    amount_off: Amount | None


@dataclass(frozen=True, slots=True)
class TaxRate:
    """A tax of so many percent, on top of the price or included in it."""

    percent: Decimal
    is_inclusive: bool
    country: str | None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that exists before the first day, by the name it has in the scenario."""

    customers: Mapping[str, Mapping[str, Any]]
    products: Mapping[str, tuple[Price, ...]]
    coupons: Mapping[str, Coupon]
    taxes: Mapping[str, TaxRate]


def read_catalogue(content: Mapping[str, Any]) -> Catalogue:
    """The catalogue of a scenario file. Raises ScenarioError."""
    return Catalogue(
        customers={str(key): _customer(key, said) for key, said in content.get("customers", {}).items()},
        products={str(key): _prices(said) for key, said in content.get("products", {}).items()},
        coupons={str(key): _coupon(said) for key, said in content.get("coupons", {}).items()},
        taxes={str(key): _tax(said) for key, said in content.get("taxes", {}).items()},
    )


def _customer(key: Text, said: Any) -> dict[str, Any]:
    if isinstance(said, Text):
        return {"email": str(said)} if said else {}
    if not isinstance(said, dict):
        raise refuse(key, "A customer is an e-mail address, or a mapping with name, email, country …")
    for name in said:
        choice(name, _CUSTOMER_KEYS, "field of a customer")
    return {str(name): _plain(value) for name, value in said.items()}


def _plain(value: Any) -> Any:
    """A value as JSON has it: what knows its line stays in this package."""
    return {str(key): str(text) for key, text in value.items()} if isinstance(value, dict) else str(value)


def _prices(said: Any) -> tuple[Price, ...]:
    return tuple(_price(text) for text in (said if isinstance(said, list) else [said]))


def _price(text: Text) -> Price:
    found = _PRICE.fullmatch(text)
    if found is None:
        raise refuse(text, "A price is written `120.00 USD` or `120.00 USD a month` (day, week, month, year).")
    return Price(read_amount(Text.at(found[1], text.file, text.line)), found[2])


def _coupon(text: Text) -> Coupon:
    found = _COUPON.fullmatch(text)
    if found is None:
        raise refuse(text, "A coupon is written `10 % off` or `20.00 USD off`.")
    percent, amount = found.groups()
    return Coupon(
        None if percent is None else Decimal(percent),
        None if amount is None else read_amount(Text.at(amount, text.file, text.line)),
    )


def _tax(text: Text) -> TaxRate:
    found = _TAX.fullmatch(text)
    if found is None:
        raise refuse(text, "A tax is written `8.875 % on top` or `19 % included in DE`.")
    return TaxRate(Decimal(found[1]), found[2] == "included", found[3])
