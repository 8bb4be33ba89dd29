"""Invoices: lines, discounts and totals; from draft to open to paid.

Amounts are minor units of the invoice's currency. An invoice shows its first ten lines; all of them are in
`lines_of` (docs.stripe.com/api/invoices/object, `lines`).
"""

from dataclasses import dataclass, field
from typing import Any

from sandbox.stripe.account import blank
from sandbox.stripe.discount import allocate, discount_total
from sandbox.stripe.payments import Payments
from sandbox.stripe.shelf import Json

EMBEDDED_LINES = 10


@dataclass(frozen=True, slots=True)
class Line:
    """A line to invoice: a price and a quantity, or an amount with a description. `period` in Unix seconds."""

    price: str | None = None
    quantity: int = 1
    amount: int | None = None
    description: str | None = None
    period: tuple[int, int] | None = None
    proration: bool = False
    metadata: dict[str, str] = field(default_factory=dict)


class Billing(Payments):
    """What can happen to invoices."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._lines: dict[str, list[Json]] = {}

    def create_invoice(
        self,
        customer_id: str,
        lines: list[Line],
        *,
        currency: str = "usd",
        coupon: str | None = None,
        finalize: bool = True,
        **fields: Any,
    ) -> Json:
        """An invoice; open unless `finalize` is false. `fields` are Stripe's (description, metadata, due_date …).

        Raises ValueError where a price is in another currency or a line has neither price nor amount.
        """
        customer = self.get("customer", customer_id)
        invoice_id = self.ids.next("in")
        discount = None if coupon is None else self._discount(coupon, customer_id, invoice_id)
        rows = [self._line(invoice_id, line, currency) for line in lines]
        self._lines[invoice_id] = rows
        if discount is not None:
            self._apply(discount, rows)
        subtotal = sum(row["amount"] for row in rows)
        discounted = sum(part["amount"] for row in rows for part in row["discount_amounts"])
        total = subtotal - discounted
        invoice = blank(
            "invoice",
            id=invoice_id,
            created=self.now,
            currency=currency,
            customer=customer_id,
            customer_address=customer["address"],
            customer_email=customer["email"],
            customer_name=customer["name"],
            customer_phone=customer["phone"],
            discounts=[] if discount is None else [discount["id"]],
            lines=self._embedded(invoice_id),
            period_start=self.now,
            period_end=self.now,
            subtotal=subtotal,
            subtotal_excluding_tax=subtotal,
            total=total,
            total_excluding_tax=total,
            total_discount_amounts=[] if discount is None else [{"amount": discounted, "discount": discount["id"]}],
            amount_due=max(total, 0),
            amount_remaining=max(total, 0),
            **fields,
        )
        self.add(invoice, "invoice.created")
        return self.finalize_invoice(invoice_id) if finalize else invoice

    def finalize_invoice(self, invoice_id: str) -> Json:
        """Open a draft: it gets its number, and a payment intent for what is due."""
        invoice = self._in_status(invoice_id, "draft")
        customer = self.get("customer", invoice["customer"])
        sequence = customer["next_invoice_sequence"]
        self.change(
            customer, None, next_invoice_sequence=sequence + 1, currency=customer["currency"] or invoice["currency"]
        )
        self.change(
            invoice,
            "invoice.finalized",
            status="open",
            number=f"{customer['invoice_prefix']}-{sequence:04d}",
            effective_at=self.now,
            ending_balance=0,
            hosted_invoice_url=f"https://invoice.stripe.com/i/{self.account['id']}/test_{invoice_id}",
            status_transitions={**invoice["status_transitions"], "finalized_at": self.now},
        )
        if invoice["amount_due"] == 0:
            return self._mark_paid(invoice, 0)
        intent = self.create_payment_intent(
            invoice["amount_due"], invoice["currency"], customer=invoice["customer"], description="Payment for Invoice"
        )
        self.add(self._invoice_payment(invoice, intent), None)
        return invoice

    def pay_invoice(self, invoice_id: str, *, declined: bool = False) -> Json:
        """Charge the customer's card for an open invoice; returns the charge (failed, if `declined`)."""
        invoice = self._in_status(invoice_id, "open")
        payment = self._open_payment(invoice_id)
        attempts = {"attempted": True, "attempt_count": invoice["attempt_count"] + 1}
        charge = self.confirm_payment_intent(payment["payment"]["payment_intent"], declined=declined)
        if declined:
            self.change(invoice, "invoice.payment_failed", **attempts)
            return charge
        self.change(
            payment,
            "invoice_payment.paid",
            status="paid",
            amount_paid=charge["amount"],
            status_transitions={"canceled_at": None, "paid_at": self.now},
        )
        self.change(invoice, None, **attempts)
        self._mark_paid(invoice, charge["amount"])
        return charge

    def lines_of(self, invoice_id: str) -> list[Json]:
        """All lines of an invoice, in its order."""
        return self._lines[invoice_id]

    def _mark_paid(self, invoice: Json, amount: int) -> Json:
        self.change(
            invoice,
            "invoice.paid",
            status="paid",
            amount_paid=invoice["amount_paid"] + amount,
            amount_remaining=invoice["amount_remaining"] - amount,
            status_transitions={**invoice["status_transitions"], "paid_at": self.now},
        )
        self.emit("invoice.payment_succeeded", invoice)
        return invoice

    def _in_status(self, invoice_id: str, status: str) -> Json:
        invoice = self.get("invoice", invoice_id)
        if invoice["status"] != status:
            raise ValueError(f"Invoice {invoice_id} is {invoice['status']}, not {status}.")
        return invoice

    def _open_payment(self, invoice_id: str) -> Json:
        shelf = self.shelves["invoice_payment"]
        for _, payment_id in shelf.keys_with("invoice", invoice_id):
            payment = self.get("invoice_payment", payment_id)
            if payment["status"] == "open":
                return payment
        raise ValueError(f"Invoice {invoice_id} has no open payment.")

    def _invoice_payment(self, invoice: Json, intent: Json) -> Json:
        return blank(
            "invoice_payment",
            id=self.ids.next("inpay"),
            created=self.now,
            currency=invoice["currency"],
            invoice=invoice["id"],
            amount_requested=invoice["amount_due"],
            payment={"payment_intent": intent["id"], "type": "payment_intent"},
        )

    def _embedded(self, invoice_id: str) -> Json:
        rows = self._lines[invoice_id]
        return {
            "object": "list",
            "data": rows[:EMBEDDED_LINES],
            "has_more": len(rows) > EMBEDDED_LINES,
            "url": f"/v1/invoices/{invoice_id}/lines",
        }

    def _line(self, invoice_id: str, line: Line, currency: str) -> Json:
        price = None if line.price is None else self.get("price", line.price)
        if price is not None and price["currency"] != currency:
            raise ValueError(f"{line.price} is in {price['currency']}, the invoice in {currency}.")
        amount = line.amount
        if amount is None and price is not None:
            amount = price["unit_amount"] * line.quantity
        if amount is None:
            raise ValueError(f"A line of {invoice_id} has neither a price nor an amount.")
        product = None if price is None else self.get("product", price["product"])
        start, end = line.period or (self.now, self.now)
        return blank(
            "line_item",
            id=self.ids.next("il"),
            amount=amount,
            subtotal=amount,
            currency=currency,
            description=line.description or (None if product is None else product["name"]),
            discountable=amount > 0,
            invoice=invoice_id,
            metadata=line.metadata,
            parent={
                "invoice_item_details": {
                    "invoice_item": self.ids.next("ii"),
                    "proration": line.proration,
                    "proration_details": {"credited_items": None} if line.proration else None,
                    "subscription": None,
                },
                "subscription_item_details": None,
                "type": "invoice_item_details",
            },
            period={"end": end, "start": start},
            pricing=_pricing(price, amount),
            quantity=line.quantity,
            quantity_decimal=str(line.quantity),
        )

    def _discount(self, coupon_id: str, customer_id: str, invoice_id: str) -> Json:
        coupon = self.get("coupon", coupon_id)
        self.change(coupon, None, times_redeemed=coupon["times_redeemed"] + 1)
        discount = blank(
            "discount",
            id=self.ids.next("di"),
            customer=customer_id,
            invoice=invoice_id,
            start=self.now,
            source={"coupon": coupon_id, "type": "coupon"},
        )
        return self.add(discount, None)

    def _apply(self, discount: Json, rows: list[Json]) -> None:
        coupon = self.get("coupon", discount["source"]["coupon"])
        eligible = [row for row in rows if row["discountable"]]
        amounts = [row["amount"] for row in eligible]
        for row, part in zip(eligible, allocate(discount_total(coupon, sum(amounts)), amounts), strict=True):
            row["discount_amounts"] = [{"amount": part, "discount": discount["id"]}]


def _pricing(price: Json | None, amount: int) -> Json:
    if price is None:
        return {"type": "price_details", "unit_amount_decimal": str(amount)}
    return {
        "price_details": {"price": price["id"], "product": price["product"]},
        "type": "price_details",
        "unit_amount_decimal": price["unit_amount_decimal"],
    }
