"""What stands on an invoice: its line items, the invoice items they come from, their discounts and taxes.

Receives `Line`s as a person would write them; promises rows in Stripe's shape whose discounts and taxes are final, so
that an invoice's totals are sums over its rows. All rows of an invoice are in `lines_of`; the invoice embeds ten.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sandbox.stripe.base.account import blank
from sandbox.stripe.base.amounts import billing_unit, check_billable, rounded
from sandbox.stripe.base.shelf import Json
from sandbox.stripe.billing.customer_balance import CustomerBalance
from sandbox.stripe.billing.discount import take_off
from sandbox.stripe.billing.tax import INCLUSIVE, tax_total, taxes_of

EMBEDDED_LINES = 10
MOST_LINES = 250  # docs.stripe.com/changelog/2016-02-22/no-more-than-250-invoice-items


@dataclass(frozen=True, slots=True)
class Line:
    """A line to invoice: a price and a quantity, or an amount with a description. `period` in Unix seconds.

    `amount` is minor units before discounts and exclusive taxes. `coupon` (one id or several, of coupons or promotion
    codes) discounts this line alone; without `tax_rates` the invoice's apply. `quantity_decimal` beats `quantity`.
    """

    price: str | None = None
    quantity: int = 1
    amount: int | None = None
    description: str | None = None
    period: tuple[int, int] | None = None
    proration: bool = False
    metadata: dict[str, str] = field(default_factory=dict)
    tax_rates: tuple[str, ...] = ()
    coupon: str | tuple[str, ...] | None = None
    quantity_decimal: str | None = None
    discountable: bool | None = None


class InvoiceLines(CustomerBalance):
    """What can happen to the lines of invoices."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._lines: dict[str, list[Json]] = {}
        self._terms: dict[str, Json] = {}  # discount id -> its coupon as it was when redeemed

    def lines_of(self, invoice_id: str) -> list[Json]:
        """All lines of an invoice, in its order."""
        return self._lines[invoice_id]

    def create_invoice_item(self, customer_id: str, line: Line, *, currency: str = "usd") -> Json:
        """An item that waits for the customer's next subscription invoice, or for one that takes pending items."""
        self._customer(customer_id)
        return self._invoice_item(customer_id, line, currency, None)

    def pending_items(self, customer_id: str, currency: str) -> list[Json]:
        """The customer's items in a currency that are on no invoice yet: oldest first, of one instant credits first."""
        keys = self.shelves["invoiceitem"].keys_with("customer", customer_id)
        items = [self.get("invoiceitem", key[1]) for key in keys]
        pending = [item for item in items if item["invoice"] is None and item["currency"] == currency]
        return sorted(pending, key=lambda item: (item["date"], item["amount"] > 0))

    def _invoice_item(
        self,
        customer_id: str,
        line: Line,
        currency: str,
        invoice_id: str | None,
        parent: Json | None = None,
        credited: Json | None = None,
    ) -> Json:
        """A new invoice item. Raises ValueError where a price does not fit or there is neither price nor amount."""
        price = None if line.price is None else self._billable_price(line.price, currency, is_new=not line.proration)
        amount = amount_of(line, price, currency, f"A line of {invoice_id or customer_id}")
        product = None if price is None else self.get("product", price["product"])
        start, end = line.period or (self.now, self.now)
        item_id = self.ids.next("ii")
        discounts = [
            self._redeem(code, customer_id, currency, invoice_id=invoice_id, invoice_item=item_id)
            for code in _ids(line.coupon)
        ]
        item = blank(
            "invoiceitem",
            id=item_id,
            amount=amount,
            currency=currency,
            customer=customer_id,
            date=self.now,
            description=line.description or (None if product is None else product["name"]),
            discountable=amount > 0 if line.discountable is None else line.discountable,
            discounts=[discount["id"] for discount in discounts],
            invoice=invoice_id,
            metadata=line.metadata,
            net_amount=amount,
            parent=parent,
            period={"end": end, "start": start},
            pricing=pricing_of(price, amount, per=line.quantity if line.proration else None),
            proration=line.proration,
            quantity=line.quantity if line.quantity_decimal is None else int(Decimal(line.quantity_decimal)),
            quantity_decimal=line.quantity_decimal or str(line.quantity),
            tax_rates=self._tax_rates(line.tax_rates),
        )
        if line.proration:
            item["proration_details"] = {"credited_items": credited, "discount_amounts": []}
        return self.add(item, "invoiceitem.created")

    def _line_of_item(self, item: Json, invoice_id: str) -> Json:
        """The line that bills an invoice item."""
        details: Json = {
            "invoice_item": item["id"],
            "proration": item["proration"],
            "proration_details": {"credited_items": _credited_lines(item)} if item["proration"] else None,
            "subscription": None,
        }
        subscription = (item["parent"] or {}).get("subscription_details")
        if subscription is not None:
            details |= {
                "subscription": subscription["subscription"],
                "subscription_item": subscription["subscription_item"],
            }
        kind = "invoice_item_details" if subscription is None else "subscription_item_details"
        return self._row(
            invoice_id,
            amount=item["amount"],
            currency=item["currency"],
            description=item["description"],
            discountable=item["discountable"],
            discounts=list(item["discounts"]),
            metadata=item["metadata"],
            parent={"invoice_item_details": None, "subscription_item_details": None, "type": kind} | {kind: details},
            period=dict(item["period"]),
            pricing=item["pricing"],
            quantity=item["quantity"],
            quantity_decimal=item["quantity_decimal"],
            subscription=details["subscription"],
        )

    def _row(self, invoice_id: str, *, amount: int, **fields: Any) -> Json:
        line_id = self.ids.next("il")
        return blank("line_item", id=line_id, amount=amount, subtotal=amount, invoice=invoice_id, **fields)

    def _discount_and_tax(self, rows: list[Json], discounts: Sequence[str], invoice: Json) -> int:
        """Write discounts, the lines' own before the invoice's, and then taxes onto fresh rows.

        Returns the inclusive tax of the lines before the invoice's discounts.
        """
        unit = billing_unit(invoice["currency"])
        for row in rows:
            for discount_id in row["discounts"]:
                take_off(self._terms[discount_id], discount_id, [row], unit)
        before = sum(tax_total(self._taxes_of(row, invoice), INCLUSIVE) for row in rows)
        for discount_id in discounts:
            take_off(self._terms[discount_id], discount_id, rows, unit)
        for row in rows:
            row["taxes"] = self._taxes_of(row, invoice)
        return before

    def _taxes_of(self, row: Json, invoice: Json) -> list[Json]:
        left = row["amount"] - sum(part["amount"] for part in row["discount_amounts"])
        return taxes_of(left, self._rates_of(row, invoice), row["currency"], invoice["customer_tax_exempt"])

    def _rates_of(self, row: Json, invoice: Json) -> list[Json]:
        """The tax rates of the line's item, or of its subscription item, or else the invoice's defaults."""
        details = row["parent"][row["parent"]["type"]]
        own: list[Json] = []
        if details.get("subscription_item") is not None:
            own = self.get("subscription_item", details["subscription_item"])["tax_rates"]
        elif details.get("invoice_item") is not None:
            own = self.get("invoiceitem", details["invoice_item"])["tax_rates"]
        return own or invoice["default_tax_rates"]

    def _tax_rates(self, rate_ids: Sequence[str]) -> list[Json]:
        """Tax rates as other objects carry them: copies, which later changes of a rate leave alone."""
        return [deepcopy(self.get("tax_rate", rate)) for rate in rate_ids]

    def _check_lines(self, lines: Sequence[Line], codes: Sequence[str], currency: str, what: str) -> None:
        """Raise ValueError or KeyError for what cannot be billed, before anything is made of it."""
        if len(lines) > MOST_LINES:
            raise ValueError(f"{what} would have {len(lines)} lines; an invoice holds {MOST_LINES}.")
        for line in lines:
            price = None
            if line.price is not None:
                price = self._billable_price(line.price, currency, is_new=not line.proration)
            amount_of(line, price, currency, what)
            self._tax_rates(line.tax_rates)
        for code in [*codes, *(code for line in lines for code in _ids(line.coupon))]:
            self._redeemable(code, currency)

    def _redeem(
        self, code: str, customer_id: str, currency: str, *, invoice_id: str | None = None, **fields: Any
    ) -> Json:
        """A discount from a coupon or promotion code (by id). Raises ValueError where it is not valid."""
        coupon, promotion = self._redeemable(code, currency)
        used = coupon["times_redeemed"] + 1
        self.change(coupon, None, times_redeemed=used, valid=used != coupon["max_redemptions"])
        if promotion is not None:
            self.change(promotion, None, times_redeemed=promotion["times_redeemed"] + 1)
        discount = blank(
            "discount",
            id=self.ids.next("di"),
            customer=customer_id,
            invoice=invoice_id,
            promotion_code=None if promotion is None else promotion["id"],
            start=self.now,
            source={"coupon": coupon["id"], "type": "coupon"},
            **fields,
        )
        self._terms[discount["id"]] = coupon
        return self.add(discount, None)

    def _redeemable(self, code: str, currency: str) -> tuple[Json, Json | None]:
        """The coupon of a code, and the promotion code if it is one.

        Raises ValueError for one that is deleted, used up, expired, inactive or of another currency.
        """
        promotion = self.shelves["promotion_code"].find(code)
        coupon = self.get("coupon", code if promotion is None else promotion["promotion"]["coupon"])
        if coupon.get("deleted") or not coupon["valid"]:
            raise ValueError(f"Coupon {coupon['id']} cannot be redeemed any more.")
        if coupon["redeem_by"] is not None and coupon["redeem_by"] < self.now:
            raise ValueError(f"Coupon {coupon['id']} could be redeemed until {coupon['redeem_by']}.")
        if promotion is not None and not promotion["active"]:
            raise ValueError(f"Promotion code {promotion['id']} is not active.")
        if coupon["currency"] not in {None, currency}:
            raise ValueError(f"Coupon {coupon['id']} is in {coupon['currency']}, not {currency}.")
        return coupon, promotion

    def _billable_price(self, price_id: str, currency: str, *, is_new: bool) -> Json:
        price = self.get("price", price_id)
        if price["currency"] != currency:
            raise ValueError(f"{price_id} is in {price['currency']}, the invoice in {currency}.")
        if is_new and not price["active"]:
            raise ValueError(f"{price_id} is archived; nothing new can be billed with it.")
        return price

    def _embedded(self, invoice_id: str) -> Json:
        rows = self._lines[invoice_id]
        return {
            "object": "list",
            "data": rows[:EMBEDDED_LINES],
            "has_more": len(rows) > EMBEDDED_LINES,
            "url": f"/v1/invoices/{invoice_id}/lines",
        }


def _ids(codes: str | Sequence[str] | None) -> tuple[str, ...]:
    """One id, several or none, as several."""
    if codes is None:
        return ()
    return (codes,) if isinstance(codes, str) else tuple(codes)


def amount_of(line: Line, price: Json | None, currency: str, what: str) -> int:
    """What a line comes to. Raises ValueError, naming `what`, where it says neither a price nor an amount."""
    if line.amount is not None:
        check_billable(line.amount, currency, what)
        return line.amount
    if price is None:
        raise ValueError(f"{what} has neither a price nor an amount.")
    quantity = Decimal(line.quantity if line.quantity_decimal is None else line.quantity_decimal)
    return rounded(Decimal(price["unit_amount_decimal"]) * quantity, currency)


def pricing_of(price: Json | None, amount: int, *, per: int | None = None) -> Json:
    """The `pricing` of a line or item; without a price the amount is the price of one.

    `per`: the amount is no multiple of the price, and this many share it.
    """
    if price is None:
        return {"type": "price_details", "unit_amount_decimal": str(amount)}
    share = None if not per else (Decimal(amount) / per).quantize(Decimal("1e-12")).normalize()
    return {
        "price_details": {"price": price["id"], "product": price["product"]},
        "type": "price_details",
        "unit_amount_decimal": price["unit_amount_decimal"] if share is None else f"{share:f}",
    }


def _credited_lines(item: Json) -> Json | None:
    """What a proration item says it credits, as its line says it."""
    credited = item["proration_details"]["credited_items"]
    found: Json | None = None if credited is None else credited.get("invoice_line_item_details")
    return found
