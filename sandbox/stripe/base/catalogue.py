"""Customers, products, prices, coupons, promotion codes and tax rates: what exists before any money moves.

Amounts are minor units. Each function returns the new object, as the API shows it.
"""

from decimal import Decimal
from typing import Any

from sandbox.stripe.base.account import Account, blank
from sandbox.stripe.base.amounts import check_billable
from sandbox.stripe.base.resources import UPDATE_EVENTS
from sandbox.stripe.base.shelf import Json

_HEXADECIMAL = "0123456789ABCDEF"


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
        return self._delete("customer", customer_id)

    def create_product(self, name: str, **fields: Any) -> Json:
        """A product."""
        product_id = self.ids.next("prod")
        return self.add(
            blank("product", id=product_id, created=self.now, updated=self.now, name=name, **fields), "product.created"
        )

    def update_product(self, product_id: str, **fields: Any) -> Json:
        """Change a product's fields (Stripe's names); `active=False` archives it."""
        return self.change(self.get("product", product_id), "product.updated", **fields, updated=self.now)

    def delete_product(self, product_id: str) -> Json:
        """Delete a product. Raises ValueError while it has prices (docs.stripe.com/api/products/delete)."""
        if self.shelves["price"].keys_with("product", product_id):
            raise ValueError(f"{product_id} has prices and can only be archived.")
        return self._delete("product", product_id)

    def create_price(
        self,
        product_id: str,
        unit_amount: int | None,
        currency: str,
        *,
        interval: str | None = None,
        interval_count: int = 1,
        unit_amount_decimal: str | None = None,
        **fields: Any,
    ) -> Json:
        """A price of a product; with an `interval` (day, week, month, year) it is recurring, and a plan beside it.

        A price below a minor unit has no `unit_amount`, only `unit_amount_decimal` ("0.5" is half a cent).
        Raises ValueError for an amount that the currency cannot express.
        """
        self.get("product", product_id)
        if (unit_amount is None) == (unit_amount_decimal is None):
            raise ValueError(f"A price of {product_id} has either unit_amount or unit_amount_decimal.")
        if unit_amount is not None:
            check_billable(unit_amount, currency, f"A price of {product_id}")
        price = blank(
            "price",
            id=self.ids.next("price"),
            created=self.now,
            product=product_id,
            currency=currency,
            unit_amount=unit_amount,
            unit_amount_decimal=str(unit_amount) if unit_amount_decimal is None else unit_amount_decimal,
            **fields,
        )
        if interval is not None:
            price["type"] = "recurring"
            price["recurring"] = {
                "interval": interval,
                "interval_count": interval_count,
                "meter": None,
                "trial_period_days": None,
                "usage_type": "licensed",
            }
            self.add(_plan(price), "plan.created")
        return self.add(price, "price.created")

    def deactivate_price(self, price_id: str) -> Json:
        """Archive a price and the plan of the same id: what is billed with it stays, nothing new can be."""
        price = self.change(self.get("price", price_id), "price.updated", active=False)
        if self.shelves["plan"].find(price_id) is not None:
            self.change(self.get("plan", price_id), "plan.updated", active=False)
        return price

    def create_coupon(
        self,
        coupon_id: str,
        *,
        percent_off: Decimal | None = None,
        amount_off: int | None = None,
        currency: str | None = None,
        products: tuple[str, ...] = (),
        **fields: Any,
    ) -> Json:
        """A coupon, either of a percentage or of an amount in a currency, for all products or the ones named.

        Raises ValueError for neither or both, or for an amount that the currency cannot express.
        """
        if (percent_off is None) == (amount_off is None) or (amount_off is None) != (currency is None):
            raise ValueError(f"Coupon {coupon_id}: give percent_off, or amount_off with its currency.")
        if amount_off is not None and currency is not None:
            check_billable(amount_off, currency, f"Coupon {coupon_id}")
        coupon = blank(
            "coupon",
            id=coupon_id,
            created=self.now,
            percent_off=percent_off,
            amount_off=amount_off,
            currency=currency,
            **fields,
        )
        if products:
            coupon["applies_to"] = {"products": list(products)}
        return self.add(coupon, "coupon.created")

    def delete_coupon(self, coupon_id: str) -> Json:
        """Delete a coupon: discounts that exist keep their terms (docs.stripe.com/api/coupons/delete)."""
        return self._delete("coupon", coupon_id)

    def create_promotion_code(self, code: str, coupon_id: str, **fields: Any) -> Json:
        """A code that a customer enters to get the coupon. Raises ValueError if an active one has the same code."""
        self.get("coupon", coupon_id)
        if any(other["active"] and other["code"] == code for other in self.shelves["promotion_code"]):
            raise ValueError(f"An active promotion code {code!r} exists already.")
        promotion_code = blank(
            "promotion_code",
            id=self.ids.next("promo"),
            created=self.now,
            code=code,
            promotion={"coupon": coupon_id, "type": "coupon"},
            **fields,
        )
        return self.add(promotion_code, "promotion_code.created")

    def create_tax_rate(
        self,
        display_name: str,
        percentage: Decimal | int | str,
        *,
        inclusive: bool = False,
        country: str | None = None,
        jurisdiction: str | None = None,
        tax_type: str | None = None,
        **fields: Any,
    ) -> Json:
        """A tax rate in percent, at most four decimals. Its percentage and `inclusive` never change afterwards."""
        percent = Decimal(percentage)
        if percent != percent.quantize(Decimal("0.0001")) or not 0 <= percent <= 100:
            raise ValueError(f"{percentage} is no tax percentage: between 0 and 100, at most four decimals.")
        rate = blank(
            "tax_rate",
            id=self.ids.next("txr"),
            created=self.now,
            display_name=display_name,
            percentage=percent,
            inclusive=inclusive,
            country=country,
            jurisdiction=jurisdiction,
            tax_type=tax_type,
            **fields,
        )
        return self.add(rate, "tax_rate.created")

    def _delete(self, object_type: str, item_id: str) -> Json:
        """Replace an object by the stub that answers for its id, and forget it in lists."""
        self.emit(f"{object_type}.deleted", self.get(object_type, item_id))
        stub = {"id": item_id, "object": object_type, "deleted": True}
        self.shelves[object_type].replace_by_stub(stub)
        return stub

    def update_metadata(self, object_type: str, item_id: str, changes: dict[str, str]) -> Json:
        """Merge `changes` into an object's metadata; an empty string removes its key (docs.stripe.com/api/metadata)."""
        item = self.get(object_type, item_id)
        merged = {key: text for key, text in {**(item["metadata"] or {}), **changes}.items() if text}
        event = UPDATE_EVENTS.get(object_type, f"{object_type}.updated")
        return self.change(item, event or None, metadata=merged)


def _plan(price: Json) -> Json:
    """The plan that stands for a recurring price in older integrations; both have the same id."""
    recurring = price["recurring"]
    return blank(
        "plan",
        id=price["id"],
        created=price["created"],
        active=price["active"],
        amount=price["unit_amount"],
        amount_decimal=price["unit_amount_decimal"],
        currency=price["currency"],
        interval=recurring["interval"],
        interval_count=recurring["interval_count"],
        metadata=price["metadata"],
        nickname=price["nickname"],
        product=price["product"],
        usage_type=recurring["usage_type"],
    )
