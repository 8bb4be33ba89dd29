"""The lines of a credit note, computed from the invoice lines they credit. Pure; amounts are minor units.

Promises: discounts and taxes of a line are credited in proportion, and crediting a line in several parts credits each
of them in full, to the cent: a part is what is due after it less what was due before.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sandbox.stripe.base.account import blank
from sandbox.stripe.base.amounts import rounded
from sandbox.stripe.base.shelf import Json
from sandbox.stripe.billing.tax import taxes_of


@dataclass(frozen=True, slots=True)
class CreditLine:
    """What to credit: an invoice line (`line`, its id) by amount, by quantity or all of it; or a line of its own.

    `amount` is gross: before discounts and exclusive taxes. A line of its own has a `description`, an `amount` (of one
    unit) and perhaps `tax_rates` (ids).
    """

    line: str | None = None
    amount: int | None = None
    quantity: int | None = None
    description: str | None = None
    tax_rates: tuple[str, ...] = ()


def row_of_line(row: Json, wanted: CreditLine, before: int, rates: list[Json]) -> Json:
    """The credit for an invoice line of which `before` is credited already.

    Raises ValueError for more than is left of the line.
    """
    amount = _gross(row, wanted, before)
    left = row["amount"] - before
    if amount * left <= 0 or abs(amount) > abs(left):
        raise ValueError(f"{row['id']} has {left} left to credit, not {amount}.")
    after = before + amount

    def share(whole: int) -> int:
        def until(part: int) -> int:
            return rounded(Decimal(whole) * part / row["amount"], row["currency"])

        return until(after) - until(before)

    discounts = [{**part, "amount": share(part["amount"])} for part in row["discount_amounts"]]
    taxes = [
        {**tax, "amount": share(tax["amount"]), "taxable_amount": share(tax["taxable_amount"])} for tax in row["taxes"]
    ]
    is_whole = amount == row["amount"]
    return _blank_row(
        amount=amount,
        description=wanted.description or row["description"],
        discount_amount=sum(part["amount"] for part in discounts),
        discount_amounts=discounts,
        invoice_line_item=row["id"],
        metadata=dict(row["metadata"]),
        quantity=row["quantity"] if is_whole else wanted.quantity,
        tax_rates=rates,
        taxes=taxes,
        type="invoice_line_item",
        unit_amount_decimal=row["pricing"]["unit_amount_decimal"] if is_whole or wanted.quantity else None,
    )


def custom_row(wanted: CreditLine, rates: list[Json], currency: str, exemption: str) -> Json:
    """A credit that stands for no line of the invoice. Raises ValueError without an amount."""
    if wanted.amount is None:
        raise ValueError(f"A credit line of its own needs an amount: {wanted}.")
    quantity = wanted.quantity or 1
    amount = wanted.amount * quantity
    return _blank_row(
        amount=amount,
        description=wanted.description,
        quantity=quantity,
        tax_rates=rates,
        taxes=taxes_of(amount, rates, currency, exemption),
        type="custom_line_item",
        unit_amount=wanted.amount,
        unit_amount_decimal=str(wanted.amount),
    )


def _gross(row: Json, wanted: CreditLine, before: int) -> int:
    if wanted.amount is not None:
        return wanted.amount
    if wanted.quantity is not None:
        return rounded(Decimal(row["amount"]) * wanted.quantity / Decimal(row["quantity_decimal"]), row["currency"])
    left: int = row["amount"] - before
    return left


def _blank_row(**fields: Any) -> Json:
    return blank("credit_note_line_item", **fields)
