"""Stripe's JSON into typed Stripe objects: one decoder for each object type, decimals exact.

Receives the staged bytes, gives a frozen object of `domain.stripe_object`, or raises `msgspec.ValidationError`
(a field has the wrong type or is missing; the message ends in the JSON path) or `msgspec.DecodeError` (not JSON).
Fields that the product does not book from are ignored.
"""

from __future__ import annotations

import functools
from decimal import Decimal
from typing import Any

import msgspec

from stripe_netsuite.domain.stripe_object import (
    BalanceTransaction,
    Charge,
    Coupon,
    Customer,
    Dispute,
    Invoice,
    InvoicePayment,
    Payout,
    Price,
    Product,
    Refund,
    StripeObject,
)
from stripe_netsuite.errors import InvariantBroken

OBJECT_TYPES: dict[str, type[StripeObject]] = {
    "customer": Customer,
    "product": Product,
    "price": Price,
    "coupon": Coupon,
    "invoice": Invoice,
    "invoice_payment": InvoicePayment,
    "charge": Charge,
    "refund": Refund,
    "dispute": Dispute,
    "payout": Payout,
    "balance_transaction": BalanceTransaction,
}


def decode(object_type: str, payload: bytes) -> StripeObject:
    """Decode one object; `object_type` is Stripe's `object` name.

    Raises msgspec.ValidationError or msgspec.DecodeError when the payload is not such an object, and
    InvariantBroken for a type that the product does not know.
    """
    stripe_object: StripeObject = _decoder(object_type).decode(payload)
    return stripe_object


@functools.cache
def _decoder(object_type: str) -> msgspec.json.Decoder[Any]:
    kind = OBJECT_TYPES.get(object_type)
    if kind is None:
        raise InvariantBroken("no such Stripe object type", saw=object_type, expected=", ".join(sorted(OBJECT_TYPES)))
    return msgspec.json.Decoder(kind, float_hook=Decimal)
