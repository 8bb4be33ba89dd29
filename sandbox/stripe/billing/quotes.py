"""Quotes: offered, finalised with a number, accepted into a draft invoice or a subscription, or cancelled.

Amounts are minor units. A quote that nobody accepts in thirty days is cancelled (docs.stripe.com/quotes/overview).
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

from sandbox.stripe.base.account import blank
from sandbox.stripe.base.exchange import SECONDS_A_DAY
from sandbox.stripe.base.shelf import Json
from sandbox.stripe.billing.invoice_lines import Line
from sandbox.stripe.billing.order_lines import OrderLines

_VALID_FOR_DAYS = 30


class Quotes(OrderLines):
    """What can happen to quotes."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._quoted: dict[str, list[Line]] = {}

    def create_quote(self, customer_id: str, lines: Sequence[Line], *, currency: str = "usd", **fields: Any) -> Json:
        """A draft of an offer. Raises ValueError for lines without a price."""
        self._customer(customer_id)
        quote_id = self.ids.next("qt")
        self._quoted[quote_id] = list(lines)
        amounts = self._order(quote_id, lines, currency)
        quote = blank(
            "quote",
            id=quote_id,
            created=self.now,
            currency=currency,
            customer=customer_id,
            expires_at=self.now + _VALID_FOR_DAYS * SECONDS_A_DAY,
            computed=self._computed(lines, amounts),
            **amounts,
            **fields,
        )
        self.schedule(quote["expires_at"], partial(self._expire, quote_id))
        return self.add(quote, "quote.created")

    def finalize_quote(self, quote_id: str) -> Json:
        """Give a draft its number and send it to the customer."""
        quote = self._quote_in(quote_id, "draft")
        customer = self._customer(quote["customer"])
        keys = self.shelves["quote"]
        number = sum(other["customer"] == customer["id"] and other["number"] is not None for other in keys) + 1
        return self.change(
            quote,
            "quote.finalized",
            status="open",
            number=f"QT-{customer['invoice_prefix']}-{number:04d}-1",
            status_transitions={**quote["status_transitions"], "finalized_at": self.now},
        )

    def accept_quote(self, quote_id: str) -> Json:
        """Accept a quote (a draft is finalised first): a draft invoice comes of it, or a subscription if it recurs."""
        quote = self._quote_in(quote_id, "draft", "open")
        if quote["status"] == "draft":
            self.finalize_quote(quote_id)
        lines = self._quoted[quote_id]
        made: Json = {}
        if self._is_recurring(lines):
            items = [(line.price, line.quantity) for line in lines if line.price is not None]
            subscription = self.create_subscription(quote["customer"], items, tax_rates=lines[0].tax_rates)
            made = {"subscription": subscription["id"], "invoice": subscription["latest_invoice"]}
        else:
            parent = {
                "quote_details": {"quote": quote_id},
                "subscription_details": None,
                "type": "quote_details",
            }
            invoice = self.create_invoice(
                quote["customer"],
                lines,
                currency=quote["currency"],
                finalize=False,
                billing_reason="quote_accept",
                parent=parent,
                description=quote["description"],
            )
            made = {"invoice": invoice["id"]}
        return self.change(
            quote,
            "quote.accepted",
            status="accepted",
            status_transitions={**quote["status_transitions"], "accepted_at": self.now},
            **made,
        )

    def cancel_quote(self, quote_id: str) -> Json:
        """Take an offer back."""
        quote = self._quote_in(quote_id, "draft", "open")
        return self.change(
            quote,
            "quote.canceled",
            status="canceled",
            status_transitions={**quote["status_transitions"], "canceled_at": self.now},
        )

    def _expire(self, quote_id: str) -> None:
        if self.get("quote", quote_id)["status"] in {"draft", "open"}:
            self.cancel_quote(quote_id)

    def _quote_in(self, quote_id: str, *statuses: str) -> Json:
        quote = self.get("quote", quote_id)
        if quote["status"] not in statuses:
            raise ValueError(f"{quote_id} is {quote['status']}, not {' or '.join(statuses)}.")
        return quote

    def _computed(self, lines: Sequence[Line], amounts: Json) -> Json:
        """What is due at once and what recurs, as Stripe computes it for the offer."""
        recurring = [self.get("price", line.price)["recurring"] for line in lines if line.price is not None]
        every = next((found for found in recurring if found is not None), None)
        repeated = None
        if every is not None:
            repeated = {**amounts, "interval": every["interval"], "interval_count": every["interval_count"]}
        return {"recurring": repeated, "upfront": dict(amounts)}
