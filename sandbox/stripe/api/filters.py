"""Which parameters each list has, and what they select. Data, and the one function that reads it.

After the pinned API version's list parameters. A parameter that is not here is refused, as Stripe refuses it.
"""

from sandbox.stripe.api.api_error import one_of
from sandbox.stripe.api.query import Parameters
from sandbox.stripe.api.selection import (
    Exists,
    Reader,
    Selection,
    any_of,
    automatic_tax,
    bounds,
    delivered,
    earliest_item,
    event_type,
    event_types,
    flag,
    is_not_canceled,
    members,
    pending,
    reference,
    some_item,
    subscription_status,
    text,
)

_CUSTOMER = {"customer": reference("customer"), "customer_account": text("customer_account")}
_CHARGE = {"charge": reference("charge"), "payment_intent": text("payment_intent")}
_COLLECTION = text("collection_method", "charge_automatically", "send_invoice")

# `limit`, `starting_after`, `ending_before` and `expand` belong to every list, `created` to all but two; `payout` of
# balance transactions is answered by the ledger.
FILTERS: dict[str, dict[str, Reader]] = {
    "application_fee": {"charge": text("charge")},  # a charge of the connected account
    "balance_transaction": {"currency": text("currency"), "source": text("source"), "type": text("type")},
    "charge": {
        "customer": reference("customer"),
        "payment_intent": text("payment_intent"),
        "transfer_group": text("transfer_group"),
    },
    "checkout.session": {
        **_CUSTOMER,
        "customer_details": members("customer_details", "email", required=("email",)),
        "payment_intent": text("payment_intent"),
        "payment_link": text("payment_link"),
        "status": text("status", "complete", "expired", "open"),
        "subscription": text("subscription"),
    },
    "coupon": {},
    "credit_note": {**_CUSTOMER, "invoice": reference("invoice")},
    "customer": {"email": text("email"), "test_clock": text("test_clock")},
    "customer_balance_transaction": {"invoice": reference("invoice")},
    "dispute": _CHARGE,
    "event": {"type": event_type, "types": event_types, "delivery_success": delivered},
    "invoice": {
        **_CUSTOMER,
        "collection_method": _COLLECTION,
        "due_date": bounds("due_date"),
        "status": text("status", "draft", "open", "paid", "uncollectible", "void"),
        "subscription": text("parent.subscription_details.subscription"),
    },
    "invoice_payment": {
        "invoice": reference("invoice"),
        "payment": members("payment", "type", "payment_intent", "payment_record", required=("type",)),
        "status": text("status", "open", "paid", "canceled"),
    },
    "invoiceitem": {**_CUSTOMER, "invoice": reference("invoice"), "pending": pending},
    "payment_intent": _CUSTOMER,
    "payout": {
        "arrival_date": bounds("arrival_date"),
        "destination": text("destination"),
        "status": text("status", "pending", "in_transit", "paid", "failed", "canceled"),
    },
    "plan": {"active": flag("active"), "product": reference("product")},
    "price": {
        "active": flag("active"),
        "currency": text("currency"),
        "lookup_keys": any_of("lookup_key"),
        "product": reference("product"),
        "recurring": members("recurring", "interval", "meter", "usage_type"),
        "type": text("type", "one_time", "recurring"),
    },
    "product": {
        "active": flag("active"),
        "ids": any_of("id"),
        "shippable": flag("shippable"),
        "type": text("type", "good", "service"),
        "url": text("url"),
    },
    "promotion_code": {
        **_CUSTOMER,
        "active": flag("active"),
        "code": text("code"),
        "coupon": reference("coupon", "promotion.coupon"),
    },
    "quote": {
        **_CUSTOMER,
        "status": text("status", "accepted", "canceled", "draft", "open"),
        "test_clock": text("test_clock"),
    },
    "refund": _CHARGE,
    "reporting.report_run": {},
    "subscription": {
        **_CUSTOMER,
        "automatic_tax": automatic_tax,
        "collection_method": _COLLECTION,
        "current_period_end": earliest_item("current_period_end"),
        "current_period_start": earliest_item("current_period_start"),
        "plan": some_item("plan.id"),
        "price": some_item("price.id"),
        "status": subscription_status,
        "test_clock": text("test_clock"),
    },
    "subscription_item": {"subscription": reference("subscription")},
    "tax_rate": {"active": flag("active"), "inclusive": flag("inclusive")},
    "topup": {"amount": bounds("amount"), "status": text("status", "canceled", "failed", "pending", "succeeded")},
    "transfer": {"destination": text("destination"), "transfer_group": text("transfer_group")},
}
WITHOUT_CREATED = frozenset({"quote", "subscription_item"})
_EXCLUSIVE = ("type", "types")  # of events: docs.stripe.com/api/events/list


def select(object_type: str, parameters: Parameters, exists: Exists) -> Selection:
    """Read the filters of a list out of its parameters. Raises ApiError for a value that Stripe would refuse."""
    selection = Selection(exists)
    if object_type == "event" and all(name in parameters for name in _EXCLUSIVE):
        raise one_of(_EXCLUSIVE)
    if object_type == "subscription" and "status" not in parameters:
        selection.tests.append(is_not_canceled)
    for name, read in FILTERS[object_type].items():
        if name in parameters:
            read(selection, name, parameters[name])
    return selection
