"""How objects looked before the breaking releases of the API: one function for each type and release.

Each receives an object that it may change (one release younger than wanted), the world for what must be looked up,
and the instant of the snapshot: what came later is not told. After docs.stripe.com/changelog/basil and /clover.
"""

from copy import deepcopy
from typing import Any

from sandbox.stripe.base.shelf import Json, field_at
from sandbox.stripe.world import World


def discount_before_clover(world: World, discount: Json, _at: int) -> None:
    """`coupon`, expanded, where `source` is now."""
    discount["coupon"] = _found(world, "coupon", (discount.pop("source", None) or {}).get("coupon"))


def promotion_code_before_clover(world: World, code: Json, _at: int) -> None:
    """`coupon`, expanded, where `promotion` is now."""
    code["coupon"] = _found(world, "coupon", (code.pop("promotion", None) or {}).get("coupon"))


def charge_before_basil(world: World, charge: Json, at: int) -> None:
    """A charge knew its invoice."""
    charge["invoice"] = _invoice_of(world, charge.get("payment_intent"), at)


def payment_intent_before_basil(world: World, intent: Json, at: int) -> None:
    """A payment intent knew its invoice."""
    intent["invoice"] = _invoice_of(world, intent["id"], at)


def invoice_before_basil(world: World, invoice: Json, at: int) -> None:
    """One charge and payment intent, `paid`, `subscription`, `tax` and `total_tax_amounts`; no `parent`."""
    parent = invoice.pop("parent", None) or {}
    subscription = parent.get("subscription_details") or {}
    intent = _default_intent(world, invoice["id"], at)
    taxes = invoice.pop("total_taxes", None) or []
    invoice.pop("payments", None)
    discounts = invoice.get("discounts") or []
    invoice.update(
        application_fee_amount=None,
        charge=None if intent is None else _latest_charge(world, intent, at),
        discount=_found(world, "discount", discounts[0]) if discounts else None,
        paid=invoice["status"] == "paid",
        paid_out_of_band=invoice["status"] == "paid" and bool(invoice.get("amount_paid_off_stripe")),
        payment_intent=intent,
        quote=(parent.get("quote_details") or {}).get("quote"),
        subscription=subscription.get("subscription"),
        subscription_details={"metadata": subscription.get("metadata")} if subscription else None,
        tax=sum(row["amount"] for row in taxes) if taxes else None,
        total_tax_amounts=[_tax_amount(row) for row in taxes],
        transfer_data=None,
    )


def line_item_before_basil(world: World, line: Json, _at: int) -> None:
    """The whole `price`, `proration`, `type` and `tax_amounts`; no `parent`, `pricing` or `taxes`."""
    parent = line.pop("parent", None) or {}
    details = parent.get("subscription_item_details") or parent.get("invoice_item_details") or {}
    taxes = line.pop("taxes", None) or []
    pricing = line.pop("pricing", None) or {}
    is_of_subscription = bool(parent.get("subscription_item_details"))
    exclusive = sum(row["amount"] for row in taxes if row["tax_behavior"] == "inclusive")
    line.update(
        amount_excluding_tax=line["amount"] - exclusive,
        invoice_item=details.get("invoice_item"),
        plan=None,
        price=_found(world, "price", field_at(pricing, "price_details.price")),
        proration=bool(details.get("proration")),
        proration_details=details.get("proration_details"),
        subscription_item=details.get("subscription_item"),
        tax_amounts=[_tax_amount(row) for row in taxes],
        tax_rates=[_found(world, "tax_rate", field_at(row, "tax_rate_details.tax_rate")) for row in taxes],
        type="subscription" if is_of_subscription else "invoiceitem",
        unit_amount_excluding_tax=pricing.get("unit_amount_decimal"),
    )


def credit_note_before_basil(_world: World, note: Json, _at: int) -> None:
    """One `refund`, and `tax_amounts`."""
    refunds = note.pop("refunds", None) or []
    note["refund"] = refunds[0]["refund"] if refunds else None
    note["tax_amounts"] = [_tax_amount(row) for row in note.pop("total_taxes", None) or []]


def credit_note_line_before_basil(_world: World, line: Json, _at: int) -> None:
    """`tax_amounts`."""
    line["tax_amounts"] = [_tax_amount(row) for row in line.pop("taxes", None) or []]


def subscription_before_basil(world: World, subscription: Json, _at: int) -> None:
    """The period on the subscription itself, and one `discount`."""
    items = subscription["items"]["data"]
    discounts = subscription.get("discounts") or []
    subscription["current_period_start"] = min((item["current_period_start"] for item in items), default=None)
    subscription["current_period_end"] = min((item["current_period_end"] for item in items), default=None)
    subscription["discount"] = _found(world, "discount", discounts[0]) if discounts else None
    for item in items:
        del item["current_period_start"], item["current_period_end"]


def _tax_amount(tax: Json) -> Json:
    return {
        "amount": tax["amount"],
        "inclusive": tax["tax_behavior"] == "inclusive",
        "tax_rate": field_at(tax, "tax_rate_details.tax_rate"),
        "taxability_reason": tax["taxability_reason"],
        "taxable_amount": tax["taxable_amount"],
    }


def _found(world: World, object_type: str, item_id: Any) -> Any:
    """A copy of the object, or the id of one that is not there any more."""
    if not isinstance(item_id, str):
        return item_id
    item = world.shelves[object_type].find(item_id)
    return item_id if item is None else deepcopy(item)


def _invoice_of(world: World, intent: str | None, at: int) -> str | None:
    if intent is None:
        return None
    payments = world.shelves["invoice_payment"]
    for created, payment_id in payments.keys_with("payment.payment_intent", intent):
        payment = payments.find(payment_id)
        if created <= at and payment is not None:
            return str(payment["invoice"])
    return None


def _default_intent(world: World, invoice_id: str, at: int) -> str | None:
    payments = world.shelves["invoice_payment"]
    for created, payment_id in payments.keys_with("invoice", invoice_id):
        payment = payments.find(payment_id)
        if created <= at and payment is not None:
            intent = field_at(payment, "payment.payment_intent")
            return None if intent is None else str(intent)
    return None


def _latest_charge(world: World, intent: str, at: int) -> str | None:
    keys = [key for key in world.shelves["charge"].keys_with("payment_intent", intent) if key[0] <= at]
    return keys[-1][1] if keys else None
