"""What a subscription puts on invoices: a line an item for a period, and prorations where items changed in between.

Amounts are minor units. Prorations count seconds, credit what the old item was really billed at, discounts included,
and name the line they credit (docs.stripe.com/billing/subscriptions/prorations, flexible billing mode).
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sandbox.stripe.base.account import blank
from sandbox.stripe.base.amounts import rounded
from sandbox.stripe.base.exchange import exponent
from sandbox.stripe.base.shelf import Json
from sandbox.stripe.billing.credit_notes import CreditNotes
from sandbox.stripe.billing.invoice_lines import Line, pricing_of
from sandbox.stripe.billing.periods import day_in_words, part_left


@dataclass(frozen=True, slots=True)
class _Billed:
    """What an item was billed at, for which time, and how a credit names it."""

    amount: Decimal
    start: int
    end: int
    credited: Json | None


class SubscriptionLines(CreditNotes):
    """What can happen to the items of subscriptions, and to the lines that bill them."""

    def subscription_items_of(self, subscription_id: str) -> list[Json]:
        """The items of a subscription, oldest first; removed ones are not among them."""
        keys = self.shelves["subscription_item"].keys_with("subscription", subscription_id)
        return [self.get("subscription_item", key[1]) for key in keys]

    def _embedded_items(self, subscription_id: str) -> Json:
        return {
            "object": "list",
            # Copies: an event's previous attributes must not change with the items.
            "data": [dict(item) for item in self.subscription_items_of(subscription_id)],
            "has_more": False,
            "url": f"/v1/subscription_items?subscription={subscription_id}",
        }

    def _new_subscription_item(
        self, subscription_id: str, price_id: str, quantity: int, period: tuple[int, int], tax_rates: Sequence[str]
    ) -> Json:
        return self.add(
            blank(
                "subscription_item",
                id=self.ids.next("si"),
                created=self.now,
                current_period_end=period[1],
                current_period_start=period[0],
                quantity=quantity,
                subscription=subscription_id,
                tax_rates=self._tax_rates(tax_rates),
                **self._price_and_plan(price_id),
            ),
            None,
        )

    def _price_and_plan(self, price_id: str) -> Json:
        """A price and its plan as a subscription item carries them."""
        return {"plan": deepcopy(self.get("plan", price_id)), "price": deepcopy(self.get("price", price_id))}

    def _subscription_row(self, invoice_id: str, item: Json, *, is_trial: bool) -> Json:
        """The line that bills an item for its current period; in a trial it costs nothing."""
        price, quantity = item["price"], item["quantity"]
        amount = 0 if is_trial else rounded(Decimal(price["unit_amount_decimal"]) * quantity, price["currency"])
        name = self.get("product", price["product"])["name"]
        details = {
            "invoice_item": None,
            "proration": False,
            "proration_details": {"credited_items": None},
            "subscription": item["subscription"],
            "subscription_item": item["id"],
        }
        pricing = pricing_of(price, amount)
        return self._row(
            invoice_id,
            amount=amount,
            currency=price["currency"],
            description=f"Trial period for {name}" if is_trial else _in_words(quantity, name, price),
            discountable=amount > 0,
            metadata=dict(item["metadata"]),
            parent={
                "invoice_item_details": None,
                "subscription_item_details": details,
                "type": "subscription_item_details",
            },
            period={"end": item["current_period_end"], "start": item["current_period_start"]},
            pricing=pricing | {"unit_amount_decimal": "0"} if is_trial else pricing,
            quantity=quantity,
            quantity_decimal=str(quantity),
            subscription=item["subscription"],
        )

    def _prorate(self, subscription: Json, item: Json, *, credits_old: bool) -> Json | None:
        """A pending item that credits what is left of the item's period, or bills it; None where that is nothing."""
        price, quantity = item["price"], item["quantity"]
        billed = self._billed(subscription, item) if credits_old else None
        if billed is None:
            whole = Decimal(price["unit_amount_decimal"]) * quantity
            billed = _Billed(whole, item["current_period_start"], item["current_period_end"], None)
        share = part_left(billed.start, billed.end, self.now)
        amount = rounded(billed.amount * share, price["currency"]) * (-1 if credits_old else 1)
        if amount == 0:
            return None
        name = self.get("product", price["product"])["name"]
        product = name if quantity == 1 else f"{quantity} × {name}"
        line = Line(
            price=price["id"],
            quantity=quantity,
            amount=amount,
            description=f"{'Unused' if credits_old else 'Remaining'} time on {product} after {day_in_words(self.now)}",
            period=(self.now, item["current_period_end"]),
            proration=True,
        )
        parent = {
            "subscription_details": {"subscription": subscription["id"], "subscription_item": item["id"]},
            "type": "subscription_details",
        }
        return self._invoice_item(subscription["customer"], line, price["currency"], None, parent, billed.credited)

    def _billed(self, subscription: Json, item: Json) -> _Billed | None:
        """What last billed the item for its current period: an item that still waits, or a line of an invoice."""
        for pending in reversed(self.pending_items(subscription["customer"], subscription["currency"])):
            details = (pending["parent"] or {}).get("subscription_details") or {}
            if details.get("subscription_item") == item["id"] and pending["amount"] > 0:
                credited = {"invoice_item": pending["id"], "type": "invoice_item"}
                return _Billed(
                    Decimal(pending["amount"]), pending["period"]["start"], pending["period"]["end"], credited
                )
        for invoice in self._invoices_of(subscription["id"]):
            for row in self.lines_of(invoice["id"]):
                details = row["parent"].get("subscription_item_details") or {}
                is_of_period = row["period"]["end"] == item["current_period_end"] and row["amount"] > 0
                if details.get("subscription_item") == item["id"] and is_of_period:
                    return _Billed(Decimal(_net(row)), row["period"]["start"], row["period"]["end"], _credited(row))
        return None

    def _invoices_of(self, subscription_id: str) -> list[Json]:
        """The invoices of a subscription that count, newest first."""
        customer_id = self.get("subscription", subscription_id)["customer"]
        keys = reversed(self.shelves["invoice"].keys_with("customer", customer_id))
        invoices = [self.get("invoice", key[1]) for key in keys]
        return [
            invoice
            for invoice in invoices
            if invoice["status"] in {"open", "paid", "uncollectible"} and subscription_of(invoice) == subscription_id
        ]


def subscription_of(invoice: Json) -> str | None:
    """The subscription an invoice is for."""
    details = (invoice["parent"] or {}).get("subscription_details")
    found: str | None = None if details is None else details["subscription"]
    return found


def _net(row: Json) -> int:
    amount: int = row["amount"] - sum(part["amount"] for part in row["discount_amounts"])
    return amount


def _credited(row: Json) -> Json:
    return {
        "invoice_line_item_details": {"invoice": row["invoice"], "invoice_line_items": [row["id"]]},
        "type": "invoice_line_item_details",
    }


def _in_words(quantity: int, name: str, price: dict[str, Any]) -> str:
    decimals = exponent(price["currency"])
    unit = Decimal(price["unit_amount_decimal"]).scaleb(-decimals)
    recurring = price["recurring"]
    every = (
        recurring["interval"]
        if recurring["interval_count"] == 1
        else f"{recurring['interval_count']} {recurring['interval']}s"
    )
    return f"{quantity} × {name} (at {unit:.{decimals}f} {price['currency'].upper()} / {every})"
