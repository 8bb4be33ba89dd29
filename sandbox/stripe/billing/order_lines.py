"""What is offered or ordered before there is an invoice: the items of quotes and checkout sessions, and their totals.

Amounts are minor units. The `item` object is what `/v1/quotes/…/line_items` and `/v1/checkout/sessions/…/line_items`
list (docs.stripe.com/api/checkout/sessions/line_items).
"""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from sandbox.stripe.base.shelf import Json
from sandbox.stripe.billing.invoice_lines import Line, amount_of
from sandbox.stripe.billing.subscriptions import Subscriptions
from sandbox.stripe.billing.tax import EXCLUSIVE, tax_total, taxes_of


class OrderLines(Subscriptions):
    """How quotes and checkout sessions are added up."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._order_lines: dict[str, list[Json]] = {}

    def order_lines_of(self, order_id: str) -> list[Json]:
        """The items of a quote or a checkout session, in its order."""
        return self._order_lines[order_id]

    def _order(self, order_id: str, lines: Sequence[Line], currency: str) -> Json:
        """Keep the items of an order; returns its amounts. Raises ValueError for a line without a price."""
        items = [self._order_line(line, currency) for line in lines]
        self._order_lines[order_id] = items
        return {
            "amount_subtotal": sum(item["amount_subtotal"] for item in items),
            "amount_total": sum(item["amount_total"] for item in items),
            "total_details": {
                "amount_discount": 0,
                "amount_shipping": 0,
                "amount_tax": sum(item["amount_tax"] for item in items),
            },
        }

    def _order_line(self, line: Line, currency: str) -> Json:
        if line.price is None:
            raise ValueError("A quote or a checkout session is made of prices.")
        price = self._billable_price(line.price, currency, is_new=True)
        amount = amount_of(line, price, currency, "An ordered item")
        rates = self._tax_rates(line.tax_rates)
        taxes = taxes_of(amount, rates, currency)
        return {
            "id": self.ids.next("li"),
            "object": "item",
            "adjustable_quantity": None,
            "amount_discount": 0,
            "amount_subtotal": amount,
            "amount_tax": sum(tax["amount"] for tax in taxes),
            "amount_total": amount + tax_total(taxes, EXCLUSIVE),
            "currency": currency,
            "description": line.description or self.get("product", price["product"])["name"],
            "metadata": {},
            "price": deepcopy(price),
            "quantity": line.quantity,
        }

    def _is_recurring(self, lines: Sequence[Line]) -> bool:
        return any(line.price is not None and self.get("price", line.price)["recurring"] for line in lines)
