"""The totals of an invoice as sums over its rows. Pure; amounts are minor units of the invoice's currency.

`subtotal` has the lines' own discounts in it and inclusive taxes, `total` all discounts, taxes and the shipping; what
Stripe calls so is described at docs.stripe.com/api/invoices/object.
"""

from collections.abc import Iterable, Sequence

from sandbox.stripe.base.shelf import Json
from sandbox.stripe.billing.tax import EXCLUSIVE, INCLUSIVE, tax_total, total_taxes


def totals_of(rows: Sequence[Json], discounts: Sequence[str], included_in_subtotal: int, shipping: int = 0) -> Json:
    """The invoice's fields that follow from its rows.

    `discounts` are the ids of the invoice's own discounts; `included_in_subtotal` is the inclusive tax of the lines
    before those discounts.
    """
    amount = sum(row["amount"] for row in rows)
    own = sum(
        part["amount"] for row in rows for part in row["discount_amounts"] if part["discount"] in row["discounts"]
    )
    taken_off = discount_totals(rows, discounts)
    taxes = total_taxes(row["taxes"] for row in rows)
    discounted = sum(part["amount"] for part in taken_off)
    before_tax = amount - discounted + shipping - tax_total(taxes, INCLUSIVE)
    return {
        "amount_shipping": shipping,
        "subtotal": amount - own,
        "subtotal_excluding_tax": amount - own - included_in_subtotal,
        "total": amount - discounted + shipping + tax_total(taxes, EXCLUSIVE),
        "total_excluding_tax": before_tax,
        "total_discount_amounts": taken_off,
        "total_taxes": taxes,
    }


def discount_totals(rows: Iterable[Json], discounts: Sequence[str]) -> list[Json]:
    """What each discount takes off all lines: those of lines first, then the invoice's, also where it is nothing."""
    rows = list(rows)
    order = dict.fromkeys([*(discount for row in rows for discount in row["discounts"]), *discounts], 0)
    for part in (part for row in rows for part in row["discount_amounts"]):
        order[part["discount"]] = order.get(part["discount"], 0) + part["amount"]
    return [{"amount": amount, "discount": discount} for discount, amount in order.items()]
