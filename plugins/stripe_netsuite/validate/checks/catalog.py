"""Customers, products, prices and coupons: what NetSuite needs to know of whom and what is sold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stripe_netsuite.domain.finding import Severity
from stripe_netsuite.domain.stripe_object import Coupon, Customer, Price, Product
from stripe_netsuite.validate.checks.common import currency_rule
from stripe_netsuite.validate.lookups import Lookups
from stripe_netsuite.validate.rule import Rule, holds, matches

CATALOG_RULES: tuple[Rule, ...] = (
    Rule(
        code="customer_unnamed",
        severity=Severity.INFO,
        object_type="customer",
        words="A customer has a name or an e-mail address.",
        suggestion="Enter a name in Stripe; without one the NetSuite customer is called by its Stripe id.",
        expectation=holds("has_name"),
        expected="a name or an e-mail address",
        found="neither",
    ),
    Rule(
        code="customer_email_malformed",
        severity=Severity.WARNING,
        object_type="customer",
        words="A customer's e-mail address has the form of one; NetSuite refuses any other.",
        suggestion="Correct the address in Stripe.",
        expectation=matches("email", r"^[^@\s]+@[^@\s]+\.[^@\s.]+$"),
        expected="name@domain",
        found="{email}",
    ),
    Rule(
        code="product_name_missing",
        severity=Severity.WARNING,
        object_type="product",
        words="A product has a name.",
        suggestion="Name the product in Stripe; the NetSuite item is called by it.",
        expectation=holds("has_name"),
        expected="a name",
        found="an empty one",
    ),
    Rule(
        code="price_product_not_staged",
        severity=Severity.CRITICAL,
        object_type="price",
        words="The product of a price has been read from Stripe.",
        suggestion="Run a backfill of the day on which the product was created; the price goes on by itself.",
        expectation=holds("product_is_staged"),
        expected="product {product} staged",
        found="not staged",
    ),
    currency_rule("price"),
    Rule(
        code="coupon_reduction_unclear",
        severity=Severity.CRITICAL,
        object_type="coupon",
        words="A coupon takes off either a percentage or an amount, not both and not neither.",
        suggestion="Look at the coupon in Stripe; a discount item needs one rate.",
        expectation=holds("has_one_reduction"),
        expected="either percent_off or amount_off",
        found="percent_off {percent_off}, amount_off {amount_off}",
    ),
    Rule(
        code="coupon_percent_out_of_range",
        severity=Severity.CRITICAL,
        object_type="coupon",
        words="A coupon takes off more than 0 and at most 100 percent.",
        suggestion="Look at the coupon in Stripe.",
        expectation=holds("percent_is_in_range"),
        expected="more than 0, at most 100",
        found="{percent_off}",
    ),
    Rule(
        code="coupon_currency_missing",
        severity=Severity.CRITICAL,
        object_type="coupon",
        words="A coupon over an amount says in which currency.",
        suggestion="Look at the coupon in Stripe.",
        expectation=holds("amount_has_currency"),
        expected="a currency",
        found="none, for {amount_off} minor units",
    ),
)


def customer_rows(customers: Sequence[Customer], _lookups: Lookups) -> list[dict[str, Any]]:
    """Columns of customers; the stubs of deleted ones are only counted."""
    return [
        {
            "has_name": None if customer.deleted else bool(customer.name or customer.email),
            "email": customer.email or None,
        }
        for customer in customers
    ]


def product_rows(products: Sequence[Product], _lookups: Lookups) -> list[dict[str, Any]]:
    """Columns of products."""
    return [{"has_name": bool(product.name.strip())} for product in products]


def price_rows(prices: Sequence[Price], lookups: Lookups) -> list[dict[str, Any]]:
    """Columns of prices."""
    staged = lookups.staged("product", (price.product for price in prices))
    return [
        {"currency": price.currency, "product": price.product, "product_is_staged": price.product in staged}
        for price in prices
    ]


def coupon_rows(coupons: Sequence[Coupon], _lookups: Lookups) -> list[dict[str, Any]]:
    """Columns of coupons."""
    return [
        {
            "percent_off": None if coupon.percent_off is None else str(coupon.percent_off),
            "amount_off": coupon.amount_off,
            "has_one_reduction": (coupon.percent_off is None) != (coupon.amount_off is None),
            "percent_is_in_range": None if coupon.percent_off is None else 0 < coupon.percent_off <= 100,
            "amount_has_currency": None if coupon.amount_off is None else bool(coupon.currency),
        }
        for coupon in coupons
    ]
