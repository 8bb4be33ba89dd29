"""The taxes of a line: one row for each tax rate, as `taxes` of a line and `total_taxes` of its invoice show them.

Amounts are minor units; a tax is rounded on its line, so that the invoice's taxes are the sum of its lines'. Inclusive
rates are taken out of the amount, exclusive ones computed on what is left (docs.stripe.com/billing/taxes/tax-rates).
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from sandbox.stripe.base.amounts import rounded
from sandbox.stripe.base.shelf import Json

INCLUSIVE = "inclusive"
EXCLUSIVE = "exclusive"
_REASON_OF_OWN_RATES = "not_available"  # reasons are for what Stripe Tax computes; a rate of one's own has none
_REASON_BY_EXEMPTION = {"exempt": "customer_exempt", "reverse": "reverse_charge"}


def taxes_of(amount: int, rates: Sequence[Json], currency: str, exemption: str = "none") -> list[Json]:
    """The tax rows of a line of `amount` after its discounts; for an exempt customer they carry 0.

    `exemption` is the customer's `tax_exempt`: none, exempt or reverse.
    """
    if exemption != "none":
        reason = _REASON_BY_EXEMPTION[exemption]
        return [_row(rate, 0, 0, reason) for rate in rates]
    inclusive = sum((Decimal(rate["percentage"]) for rate in rates if rate["inclusive"]), Decimal(0))
    net = amount / (1 + inclusive / 100)
    included = {
        rate["id"]: rounded(net * Decimal(rate["percentage"]) / 100, currency) for rate in rates if rate["inclusive"]
    }
    taxable = amount - sum(included.values())
    return [
        _row(
            rate,
            included[rate["id"]]
            if rate["inclusive"]
            else rounded(Decimal(taxable) * Decimal(rate["percentage"]) / 100, currency),
            taxable,
            _REASON_OF_OWN_RATES,
        )
        for rate in rates
    ]


def tax_total(rows: Iterable[Json], behavior: str) -> int:
    """The sum of the rows that are `inclusive`, or of those that are `exclusive`."""
    return sum(row["amount"] for row in rows if row["tax_behavior"] == behavior)


def total_taxes(lines: Iterable[Sequence[Json]]) -> list[Json]:
    """The taxes of several lines added up by rate, behaviour and reason, in the order they first appear."""
    totals: dict[tuple[str, str, str], Json] = {}
    for row in (row for rows in lines for row in rows):
        key = (row["tax_rate_details"]["tax_rate"], row["tax_behavior"], row["taxability_reason"])
        if key in totals:
            totals[key]["amount"] += row["amount"]
            totals[key]["taxable_amount"] += row["taxable_amount"]
        else:
            totals[key] = {**row, "tax_rate_details": dict(row["tax_rate_details"])}
    return list(totals.values())


def _row(rate: Json, amount: int, taxable: int, reason: str) -> Json:
    return {
        "amount": amount,
        "tax_behavior": INCLUSIVE if rate["inclusive"] else EXCLUSIVE,
        "tax_rate_details": {"tax_rate": rate["id"]},
        "taxability_reason": reason,
        "taxable_amount": taxable,
        "type": "tax_rate_details",
    }
