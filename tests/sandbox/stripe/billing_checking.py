"""Checks that hold for any world after anything on the billing side: sums of invoices and notes, and all shapes."""

import json
from collections import defaultdict
from typing import Any

import jsonschema_rs

from sandbox.stripe.base.shelf import encode
from sandbox.stripe.world import World

Json = dict[str, Any]

SCHEMA_NAMES = {
    "checkout.session": "checkout_session",
    "invoiceitem": "invoice_item",
    "line_item": "invoice_line_item",
}
BILLING = (
    "checkout.session",
    "coupon",
    "credit_note",
    "customer",
    "customer_balance_transaction",
    "customer_cash_balance_transaction",
    "discount",
    "invoice",
    "invoice_payment",
    "invoiceitem",
    "plan",
    "price",
    "product",
    "promotion_code",
    "quote",
    "subscription",
    "subscription_item",
    "tax_rate",
)


def check_billing(world: World) -> None:
    """Raise AssertionError unless every invoice, note and balance adds up to the minor unit."""
    for invoice in world.shelves["invoice"]:
        rows = world.lines_of(invoice["id"])
        _check_totals(invoice, rows)
        _check_dues(world, invoice)
        assert invoice["lines"]["data"] == rows[:10]
        assert invoice["lines"]["has_more"] == (len(rows) > 10)
        assert (invoice["number"] is None) == (invoice["status"] == "draft")
    for note in world.shelves["credit_note"]:
        _check_note(world, note)
    _check_balances(world)


def _check_totals(invoice: Json, rows: list[Json]) -> None:
    amount = sum(row["amount"] for row in rows)
    by_discount: defaultdict[str, int] = defaultdict(int)
    for row in rows:
        taken = sum(part["amount"] for part in row["discount_amounts"])
        assert taken == 0 or 0 <= taken <= row["amount"], row
        assert row["subtotal"] == row["amount"]
        for part in row["discount_amounts"]:
            by_discount[part["discount"]] += part["amount"]
    shown = {part["discount"]: part["amount"] for part in invoice["total_discount_amounts"]}
    assert shown == {discount: by_discount[discount] for discount in shown}
    assert set(by_discount) <= set(shown)
    exclusive, inclusive = (
        sum(tax["amount"] for row in rows for tax in row["taxes"] if tax["tax_behavior"] == behavior)
        for behavior in ("exclusive", "inclusive")
    )
    assert sum(tax["amount"] for tax in invoice["total_taxes"]) == exclusive + inclusive
    total = amount - sum(shown.values()) + exclusive + invoice["amount_shipping"]
    assert invoice["total"] == total
    assert invoice["total_excluding_tax"] == total - exclusive - inclusive
    of_lines = sum(amount for discount, amount in shown.items() if discount not in invoice["discounts"])
    assert invoice["subtotal"] == amount - of_lines


def _check_dues(world: World, invoice: Json) -> None:
    assert invoice["amount_due"] == invoice["amount_paid"] + invoice["amount_remaining"], invoice["id"]
    assert min(invoice["amount_due"], invoice["amount_remaining"], invoice["amount_overpaid"]) >= 0
    assert invoice["amount_paid_off_stripe"] <= invoice["amount_paid"]
    if invoice["status"] == "paid":
        assert invoice["amount_remaining"] == 0
    if invoice["status"] == "draft":
        assert invoice["ending_balance"] is None
        return
    moved = invoice["ending_balance"] - invoice["starting_balance"]
    credited = invoice["pre_payment_credit_notes_amount"]
    assert invoice["total"] - moved == invoice["amount_due"] + credited
    payments = [
        world.get("invoice_payment", key[1])
        for key in world.shelves["invoice_payment"].keys_with("invoice", invoice["id"])
    ]
    paid = sum(payment["amount_paid"] for payment in payments if payment["status"] == "paid")
    recorded = sum(
        payment["amount_paid"]
        for payment in payments
        if payment["status"] == "paid" and payment["payment"]["type"] == "payment_record"
    )
    assert paid - recorded == (
        invoice["amount_paid"] - invoice["amount_paid_off_stripe"] + invoice["amount_overpaid"]
    ), invoice["id"]
    assert all(payment["status"] != "open" for payment in payments) or invoice["amount_remaining"]


def _check_note(world: World, note: Json) -> None:
    rows = world.credit_note_lines_of(note["id"])
    assert note["amount"] == note["total"] == note["pre_payment_amount"] + note["post_payment_amount"]
    refunded = sum(part["amount_refunded"] for part in note["refunds"])
    balance = note["customer_balance_transaction"]
    credited = 0 if balance is None else -world.get("customer_balance_transaction", balance)["amount"]
    assert note["post_payment_amount"] == refunded + credited + (note["out_of_band_amount"] or 0)
    if rows:
        exclusive = sum(tax["amount"] for row in rows for tax in row["taxes"] if tax["tax_behavior"] == "exclusive")
        amount = sum(row["amount"] - row["discount_amount"] for row in rows)
        assert note["total"] == amount + exclusive + note["amount_shipping"]


def _check_balances(world: World) -> None:
    totals: defaultdict[tuple[str, str], int] = defaultdict(int)
    for transaction in world.shelves["customer_balance_transaction"]:
        totals[transaction["customer"], transaction["currency"]] += transaction["amount"]
    for customer in world.shelves["customer"]:
        mine = {currency: total for (owner, currency), total in totals.items() if owner == customer["id"]}
        assert world.credit_balances_of(customer["id"]) == mine
        assert customer["balance"] == mine.get(customer["currency"], 0)


class BillingShapes:
    """The pinned API version's schemas of billing objects, compiled once each."""

    def __init__(self, schema: Json) -> None:
        self._schema = schema
        self._checks: dict[str, Any] = {}

    def errors(self, item: Json) -> list[str]:
        """What of an object does not fit Stripe's schema of its type."""
        kind = SCHEMA_NAMES.get(item["object"], item["object"])
        if kind not in self._checks:
            schema = {**self._schema["objects"][kind], "$defs": self._schema["$defs"]}
            self._checks[kind] = jsonschema_rs.validator_for(schema)
        found = self._checks[kind].iter_errors(json.loads(encode(item)))
        return [f"{item.get('id')} {'.'.join(map(str, error.instance_path))}: {error.message[:200]}" for error in found]

    def check(self, world: World) -> None:
        """Raise AssertionError unless every billing object, and every snapshot of one, fits."""
        wrong = [text for kind in BILLING for item in world.shelves[kind] for text in self.errors(item)]
        for event in world.shelves["event"]:
            snapshot = json.loads(encode(event["data"]["object"]))
            if snapshot["object"] in BILLING:
                wrong += [f"{event['type']}: {text}" for text in self.errors(snapshot)]
        for invoice in world.shelves["invoice"]:
            wrong += [text for row in world.lines_of(invoice["id"]) for text in self.errors(row)]
        for note in world.shelves["credit_note"]:
            wrong += [text for row in world.credit_note_lines_of(note["id"]) for text in self.errors(row)]
        assert wrong == []


def events_of(world: World, item_id: str) -> list[str]:
    """The types of an object's events, in the order they were written."""
    return [
        event["type"]
        for event in world.shelves["event"]._objects.values()  # as written: within a second, lists go by id
        if json.loads(encode(event["data"]["object"])).get("id") == item_id
    ]


def payments_on(world: World, invoice_id: str) -> list[Json]:
    """The invoice payments of an invoice, in the order they were made."""
    shelf = world.shelves["invoice_payment"]
    return [item for item in shelf._objects.values() if item["invoice"] == invoice_id]
