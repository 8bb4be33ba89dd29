"""Customers, products, prices and coupons: what exists before any money moves.

Amounts are minor units. Each function returns the new object, as the API shows it.
"""

from decimal import Decimal
from typing import Any

from sandbox.stripe.account import Account, blank
from sandbox.stripe.shelf import Json

_HEXADECIMAL = "0123456789ABCDEF"
WRITABLE_METADATA = ("charge", "customer", "invoice", "payout", "refund")


class Catalogue(Account):
    """What can happen to the catalogue, and to the metadata of any object."""

    def create_customer(self, name: str | None = None, **fields: Any) -> Json:
        """A customer; `fields` are Stripe's (email, phone, address, currency, description, metadata)."""
        customer_id = self.ids.next("cus")
        customer = blank("customer", id=customer_id, created=self.now, name=name, **fields)
        customer["invoice_prefix"] = self.ids.letters(customer_id, 8, _HEXADECIMAL)
        return self.add(customer, "customer.created")

    def update_customer(self, customer_id: str, **fields: Any) -> Json:
        """Change a customer's fields (Stripe's names)."""
        return self.change(self.get("customer", customer_id), "customer.updated", **fields)

    def delete_customer(self, customer_id: str) -> Json:
        """Delete a customer: lists forget it, its id answers with a stub (docs.stripe.com/api/customers/delete)."""
        self.emit("customer.deleted", self.get("customer", customer_id))
        stub = {"id": customer_id, "object": "customer", "deleted": True}
        self.shelves["customer"].replace_by_stub(stub)
        return stub

    def create_product(self, name: str, **fields: Any) -> Json:
        """A product."""
        product_id = self.ids.next("prod")
        return self.add(
            blank("product", id=product_id, created=self.now, updated=self.now, name=name, **fields), "product.created"
        )

    def create_price(
        self, product_id: str, unit_amount: int, currency: str, *, interval: str | None = None, **fields: Any
    ) -> Json:
        """A price of a product; with an `interval` (day, week, month, year) it is recurring."""
        self.get("product", product_id)
        price = blank(
            "price",
            id=self.ids.next("price"),
            created=self.now,
            product=product_id,
            currency=currency,
            unit_amount=unit_amount,
            unit_amount_decimal=str(unit_amount),
            **fields,
        )
        if interval is not None:
            price["type"] = "recurring"
            price["recurring"] = {
                "interval": interval,
                "interval_count": 1,
                "meter": None,
                "trial_period_days": None,
                "usage_type": "licensed",
            }
        return self.add(price, "price.created")

    def create_coupon(
        self,
        coupon_id: str,
        *,
        percent_off: Decimal | None = None,
        amount_off: int | None = None,
        currency: str | None = None,
        **fields: Any,
    ) -> Json:
        """A coupon, either of a percentage or of an amount in a currency. Raises ValueError for neither or both."""
        if (percent_off is None) == (amount_off is None) or (amount_off is None) != (currency is None):
            raise ValueError(f"Coupon {coupon_id}: give percent_off, or amount_off with its currency.")
        coupon = blank(
            "coupon",
            id=coupon_id,
            created=self.now,
            percent_off=percent_off,
            amount_off=amount_off,
            currency=currency,
            **fields,
        )
        return self.add(coupon, "coupon.created")

    def update_metadata(self, object_type: str, item_id: str, changes: dict[str, str]) -> Json:
        """Merge `changes` into an object's metadata; an empty string removes its key (docs.stripe.com/api/metadata)."""
        item = self.get(object_type, item_id)
        merged = {**(item["metadata"] or {}), **changes}
        return self.change(item, f"{object_type}.updated", metadata={key: text for key, text in merged.items() if text})
