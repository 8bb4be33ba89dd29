"""Which fields of Stripe's objects may be staged: a list, as data; whatever it does not name is dropped on arrival.

So card data, fingerprints, bank details, IP addresses, client secrets and hosted links never reach the database.
`row_type` turns a list into a struct that decodes exactly these fields and encodes them again as they came: null stays
null, absent stays absent, numbers keep their digits. A field of another kind than listed (an object where an id is
due) is an error and not a leak.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType


def _paths(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# `a.b` is a field of an object, `a[].b` of each object of a list (or the object's id, where Stripe did not expand it).
# The last step is a scalar (text, whole number, boolean, null); `#` marks a decimal number, `{}` a map of texts.
_DISCOUNT = _paths("""
    id object deleted start end source.type source.coupon
""")

_LINE_FIELDS = _paths("""
    id object amount currency description discount_amounts[].amount discount_amounts[].discount discountable
    invoice livemode metadata{} parent.type parent.invoice_item_details.invoice_item
    parent.invoice_item_details.proration parent.invoice_item_details.subscription
    parent.subscription_item_details.invoice_item parent.subscription_item_details.proration
    parent.subscription_item_details.subscription parent.subscription_item_details.subscription_item
    period.start period.end pricing.type pricing.unit_amount_decimal pricing.price_details.price
    pricing.price_details.product quantity quantity_decimal subtotal taxes[].amount taxes[].tax_behavior
    taxes[].taxability_reason taxes[].taxable_amount taxes[].tax_rate_details.tax_rate
""")

_LINE_ITEM = (*_LINE_FIELDS, *(f"discounts[].{path}" for path in _DISCOUNT))

_INVOICE = _paths("""
    id object created deleted livemode number status currency customer description billing_reason
    collection_method auto_advance attempt_count amount_due amount_paid amount_paid_off_stripe
    amount_overpaid amount_remaining amount_shipping subtotal total total_excluding_tax starting_balance
    ending_balance pre_payment_credit_notes_amount post_payment_credit_notes_amount due_date effective_at
    period_start period_end from_invoice.action from_invoice.invoice latest_revision parent.type
    parent.subscription_details.subscription parent.quote_details.quote status_transitions.finalized_at
    status_transitions.marked_uncollectible_at status_transitions.paid_at status_transitions.voided_at
    total_discount_amounts[].amount total_discount_amounts[].discount total_taxes[].amount
    total_taxes[].tax_behavior total_taxes[].taxability_reason total_taxes[].taxable_amount
    total_taxes[].tax_rate_details.tax_rate lines.object lines.has_more metadata{}
""")

ALLOWED_FIELDS: dict[str, tuple[str, ...]] = {
    "customer": _paths("""
        id object created deleted livemode name business_name individual_name email description phone currency
        balance delinquent tax_exempt address.city address.country address.line1 address.line2
        address.postal_code address.state metadata{}
    """),
    "product": _paths("""
        id object created deleted livemode active name description default_price tax_code type unit_label
        updated metadata{}
    """),
    "price": _paths("""
        id object created deleted livemode active currency product nickname lookup_key type billing_scheme
        unit_amount unit_amount_decimal tax_behavior recurring.interval recurring.interval_count
        recurring.usage_type metadata{}
    """),
    "coupon": _paths("""
        id object created deleted livemode name percent_off# amount_off currency duration duration_in_months
        valid metadata{}
    """),
    "invoice": (
        *_INVOICE,
        *(f"discounts[].{path}" for path in _DISCOUNT),
        *(f"lines.data[].{path}" for path in _LINE_ITEM),
    ),
    "line_item": _LINE_ITEM,
    "invoice_payment": _paths("""
        id object created livemode status currency invoice amount_paid amount_requested is_default payment.type
        payment.charge payment.payment_intent payment.payment_record status_transitions.paid_at
        status_transitions.canceled_at
    """),
    "charge": _paths("""
        id object created livemode status paid captured refunded disputed currency amount amount_captured
        amount_refunded balance_transaction failure_balance_transaction failure_code failure_message customer
        payment_intent description statement_descriptor calculated_statement_descriptor application_fee_amount
        on_behalf_of transfer_group outcome.type outcome.network_status payment_method_details.type metadata{}
    """),
    "refund": _paths("""
        id object created status currency amount charge payment_intent balance_transaction
        failure_balance_transaction failure_reason pending_reason reason description destination_details.type
        metadata{}
    """),
    "dispute": _paths("""
        id object created livemode status currency amount charge payment_intent reason is_charge_refundable
        network_reason_code balance_transactions[].id payment_method_details.type metadata{}
    """),
    "payout": _paths("""
        id object created livemode status reconciliation_status automatic currency amount arrival_date
        balance_transaction failure_balance_transaction failure_code failure_message method type source_type
        original_payout reversed_by description statement_descriptor metadata{}
    """),
}

_Scalar = str | int | bool | None


@lru_cache(maxsize=32)
def row_type(object_type: str) -> type[Any]:
    """Return the struct that holds an object type's allowed fields; `id` and `object` must be there."""
    return _struct(object_type, ALLOWED_FIELDS[object_type])


# Maps of texts (metadata) are sorted: Stripe promises no order of their keys.
_encoder = msgspec.json.Encoder(decimal_format="number", order="deterministic")


def encode(row: Any) -> bytes:
    """Return the JSON of a row's allowed fields, in the order of the list; the same content gives the same bytes."""
    return _encoder.encode(row)


def _struct(name: str, paths: Sequence[str]) -> type[Any]:
    fields: list[tuple[str, Any, Any]] = []
    children: dict[str, list[str]] = {}
    for path in paths:
        head, dot, rest = path.partition(".")
        if not dot:
            fields.append(_leaf(path))
            continue
        if head not in children:
            children[head] = []
            fields.append((head, None, UNSET))
        children[head].append(rest)
    return msgspec.defstruct(name, [_with_child(name, field, children) for field in fields], kw_only=True, gc=False)


def _with_child(name: str, field: tuple[str, Any, Any], children: dict[str, list[str]]) -> tuple[str, Any, Any]:
    head, _, default = field
    if head not in children:
        return field
    child: Any = _struct(f"{name}_{head.removesuffix('[]')}", children[head])
    if head.endswith("[]"):
        return head.removesuffix("[]"), list[child | str] | None | UnsetType, default
    return head, child | None | UnsetType, default


def _leaf(path: str) -> tuple[str, Any, Any]:
    if path in ("id", "object"):
        return path, str | UnsetType, UNSET
    if path.endswith("#"):
        return path.removesuffix("#"), Decimal | None | UnsetType, UNSET
    if path.endswith("{}"):
        return path.removesuffix("{}"), dict[str, str] | None | UnsetType, UNSET
    return path, _Scalar | UnsetType, UNSET
