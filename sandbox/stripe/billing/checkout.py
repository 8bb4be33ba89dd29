"""Checkout sessions that a customer has completed: a payment, perhaps with an invoice, or a subscription.

Amounts are minor units. A session is kept once it is complete; its items are in `order_lines_of`
(docs.stripe.com/api/checkout/sessions/object).
"""

from collections.abc import Sequence
from typing import Any

from sandbox.stripe.base.account import blank
from sandbox.stripe.base.exchange import SECONDS_A_DAY
from sandbox.stripe.base.shelf import Json
from sandbox.stripe.billing.invoice_lines import Line
from sandbox.stripe.billing.quotes import Quotes


class Checkout(Quotes):
    """What can happen in checkout."""

    def create_checkout_session(
        self,
        customer_id: str | None,
        lines: Sequence[Line],
        mode: str = "payment",
        *,
        currency: str = "usd",
        invoice_creation: bool = False,
        metadata: dict[str, str] | None = None,
        **on_charge: Any,
    ) -> Json:
        """A session that the customer completes at once; returns it. A guest has no customer.

        Mode `payment` leaves a charge, with `invoice_creation` on an invoice that it pays; mode `subscription` a
        subscription. Raises ValueError for another mode, and for a guest where an invoice needs a customer.
        """
        if mode not in {"payment", "subscription"}:
            raise ValueError(f"{mode!r} is no mode of checkout: payment or subscription.")
        if customer_id is None and (invoice_creation or mode == "subscription"):
            raise ValueError("A checkout session that makes an invoice or a subscription needs a customer.")
        if (mode == "subscription") != self._is_recurring(lines):
            raise ValueError(
                f"Recurring prices are bought in mode subscription, others in mode payment; not in {mode}."
            )
        session_id = self.ids.next("cs_test")
        amounts = self._order(session_id, lines, currency)
        if customer_id is not None and mode == "subscription":
            made = self._subscribe_in_checkout(customer_id, lines, on_charge)
        elif customer_id is not None and invoice_creation:
            made = self._buy_with_invoice(customer_id, lines, currency, on_charge)
        else:
            charge = self.charge(amounts["amount_total"], currency, customer=customer_id, **on_charge)
            made = {"payment_intent": charge["payment_intent"]}
        session = blank(
            "checkout.session",
            id=session_id,
            created=self.now,
            currency=currency,
            customer=customer_id,
            customer_creation="if_required" if mode == "payment" else None,
            customer_details=self._details(customer_id),
            expires_at=self.now + SECONDS_A_DAY,
            metadata=metadata or {},
            mode=mode,
            payment_status="paid",
            status="complete",
            **amounts,
            **made,
        )
        return self.add(session, "checkout.session.completed")

    def _subscribe_in_checkout(self, customer_id: str, lines: Sequence[Line], on_charge: dict[str, Any]) -> Json:
        items = [(line.price, line.quantity) for line in lines if line.price is not None]
        subscription = self.create_subscription(customer_id, items, tax_rates=lines[0].tax_rates, **on_charge)
        return {"subscription": subscription["id"], "invoice": subscription["latest_invoice"]}

    def _buy_with_invoice(
        self, customer_id: str, lines: Sequence[Line], currency: str, on_charge: dict[str, Any]
    ) -> Json:
        invoice = self.create_invoice(customer_id, lines, currency=currency)
        charge = self.pay_invoice(invoice["id"], **on_charge)
        creation = {
            "enabled": True,
            "invoice_data": {
                "account_tax_ids": None,
                "custom_fields": None,
                "description": None,
                "footer": None,
                "issuer": None,
                "metadata": {},
                "rendering_options": None,
            },
        }
        return {
            "invoice": invoice["id"],
            "invoice_creation": creation,
            "payment_intent": charge["payment_intent"],
        }

    def _details(self, customer_id: str | None) -> Json:
        """What checkout knows of the payer."""
        customer = {} if customer_id is None else self._customer(customer_id)
        return {
            "address": customer.get("address"),
            "business_name": None,
            "email": customer.get("email"),
            "individual_name": None,
            "name": customer.get("name"),
            "phone": customer.get("phone"),
            "tax_exempt": customer.get("tax_exempt", "none"),
            "tax_ids": [],
        }
