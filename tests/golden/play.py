"""Plays a golden case: what the transforms, the plan and the payout's deposit answer to its `in.json`."""

from __future__ import annotations

from collections.abc import Callable

from stripe_netsuite.domain.stripe_object import (
    BalanceTransaction,
    Charge,
    Coupon,
    Customer,
    Invoice,
    InvoicePayment,
    Price,
    Product,
)
from stripe_netsuite.transform.control import held
from stripe_netsuite.transform.customer import customer_from_stripe, global_customer
from stripe_netsuite.transform.customer_update import changed_fields
from stripe_netsuite.transform.invoice import invoice_from_stripe
from stripe_netsuite.transform.item import discount_item_from_coupon, item_from_price, shared_item
from stripe_netsuite.transform.other_system import linked_charge
from stripe_netsuite.transform.payment import customer_payment_from_charge
from tests.golden.answer import answer, booked, shown
from tests.golden.case import Case, Json
from tests.golden.given_back_play import play_dispute, play_money_back, play_refund
from tests.golden.load_play import play_load
from tests.golden.other_modes_play import linked_roles, summaries_of_day
from tests.golden.payout_play import play_payout, play_suspense


def play(kind: str, case: Json) -> Json:
    """Return what `out.json` must say. `kind` is the name of the case's folder's folder."""
    return _PLAYERS[kind](Case(case))


def _customer(case: Case) -> Json:
    currencies = case.given.get("currencies", ["usd"])
    if case.given.get("global_customer"):
        return booked([global_customer(case.books, currencies)])
    customer = case.one("customer", Customer)
    return shown(customer_from_stripe(customer, case.books, currencies, is_needed=case.given.get("is_needed", True)))


def _customer_update(case: Case) -> Json:
    customer = case.one("customer", Customer)
    changes = changed_fields(customer, case.given["netsuite"], case.given["updates"])
    return answer("booked" if changes else "excluded", "" if changes else "nothing to change", changes=changes)


def _item(case: Case) -> Json:
    if "shared" in case.given:
        return booked([shared_item(case.given["shared"], case.books)])
    coupon = case.first("coupon", Coupon)
    if coupon is not None:
        return booked([discount_item_from_coupon(coupon, case.books)])
    return booked([item_from_price(case.one("price", Price), case.first("product", Product), case.books)])


def _invoice(case: Case) -> Json:
    invoice = case.one("invoice", Invoice)
    return shown(held(invoice.metadata, "invoice", invoice.id, case.books) or invoice_from_stripe(invoice, case.books))


def _payment(case: Case) -> Json:
    charge = case.one("charge", Charge)
    if case.books.mode == "reconcile_only":
        return shown(linked_charge(charge, case.ledger, linked_roles(case.given), case.books))
    invoices = [invoice.metadata for invoice in case.all("invoice", Invoice)]
    waiting = held(charge.metadata, "charge", charge.id, case.books, invoices)
    if waiting is not None:
        return shown(waiting)
    unbooked = frozenset(case.given.get("invoices_before_sync_start", []))
    return shown(
        customer_payment_from_charge(
            charge,
            case.first("balance_transaction", BalanceTransaction),
            case.all("invoice_payment", InvoicePayment),
            unbooked,
            case.books,
            case.given.get("invoice_room_minor", {}),
        )
    )


_PLAYERS: dict[str, Callable[[Case], Json]] = {
    "customer": _customer,
    "customer_update": _customer_update,
    "item": _item,
    "invoice": _invoice,
    "load": play_load,
    "payment": _payment,
    "refund": play_refund,
    "money_back": play_money_back,
    "dispute": play_dispute,
    "payout": play_payout,
    "suspense": play_suspense,
    "summary": lambda case: summaries_of_day(case.all("charge", Charge), case.ledger, case.given, case.books),
}
