"""The Stripe object types that are staged, as data: where they are listed, what to expand, what they refer to.

A new object type is one entry here and one allow-list in `fields.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Reference = tuple[str, str]
"""Object type and Stripe id."""


@dataclass(frozen=True)
class Stream:
    """One object type. `amount_field` is what its stage count adds up; None where it carries no money."""

    object_type: str
    path: str
    references: Callable[[Any], Iterator[Reference]]
    amount_field: str | None = None
    expand: tuple[str, ...] = ()
    id_prefixes: tuple[str, ...] = ()
    params: tuple[tuple[str, str], ...] = ()

    @property
    def list_expand(self) -> tuple[str, ...]:
        """What to expand on the list endpoint."""
        return tuple(f"data.{path}" for path in self.expand)


def _nothing(_row: Any) -> Iterator[Reference]:
    return iter(())


def _of_price(row: Any) -> Iterator[Reference]:
    yield from _one("product", row.product)


def _of_invoice(row: Any) -> Iterator[Reference]:
    yield from _one("customer", row.customer)
    yield from _of_discounts(row)
    for line in row.lines.data or () if row.lines else ():
        details = line.pricing.price_details if line.pricing else None
        if details:
            yield from _one("price", details.price)
            yield from _one("product", details.product)
        yield from _of_discounts(line)


def _of_discounts(row: Any) -> Iterator[Reference]:
    for discount in row.discounts or ():
        # A discount that is only an id leads nowhere: Stripe has no way to ask for it.
        if not isinstance(discount, str) and discount.source:
            yield from _one("coupon", discount.source.coupon)


def _of_invoice_payment(row: Any) -> Iterator[Reference]:
    yield from _one("invoice", row.invoice)


def _of_charge(row: Any) -> Iterator[Reference]:
    yield from _one("customer", row.customer)


def _of_refund(row: Any) -> Iterator[Reference]:
    yield from _one("charge", row.charge)


def _of_dispute(row: Any) -> Iterator[Reference]:
    yield from _one("charge", row.charge)


def _one(object_type: str, identity: Any) -> Iterator[Reference]:
    # Absent fields are UNSET, which is falsy like null.
    if identity:
        yield object_type, identity


# Charges come before invoice payments: what a payment intent paid is asked only for charges that the list of invoice
# payments leaves open.
STREAMS: tuple[Stream, ...] = (
    Stream("charge", "/v1/charges", _of_charge, "amount", id_prefixes=("ch_", "py_")),
    Stream("refund", "/v1/refunds", _of_refund, "amount", id_prefixes=("re_", "pyr_")),
    Stream("dispute", "/v1/disputes", _of_dispute, "amount", id_prefixes=("du_", "dp_")),
    Stream("payout", "/v1/payouts", _nothing, "amount", id_prefixes=("po_",)),
    # Open ones have no event and moved nothing; a payment that succeeds is listed as paid.
    Stream(
        "invoice_payment",
        "/v1/invoice_payments",
        _of_invoice_payment,
        "amount_requested",
        id_prefixes=("inpay_",),
        params=(("status", "paid"),),
    ),
    Stream(
        "invoice",
        "/v1/invoices",
        _of_invoice,
        "total",
        expand=("discounts", "lines.data.discounts"),
        id_prefixes=("in_",),
    ),
    Stream("customer", "/v1/customers", _nothing, id_prefixes=("cus_",)),
    Stream("price", "/v1/prices", _of_price, id_prefixes=("price_",)),
    Stream("product", "/v1/products", _nothing, id_prefixes=("prod_",)),
    Stream("coupon", "/v1/coupons", _nothing),
)

STREAM_BY_TYPE: dict[str, Stream] = {stream.object_type: stream for stream in STREAMS}

LEDGER_PATH = "/v1/balance_transactions"
LEDGER_TYPE = "balance_transaction"
EVENTS_PATH = "/v1/events"

# Any event whose object is one of our types is a hint to read that object again. All types in one unfiltered list:
# an hour in which nothing happened costs one request, and a type that Stripe adds later is not missed.
HINTED_TYPES = frozenset(STREAM_BY_TYPE)


def stream_of_id(stripe_id: str) -> Stream | None:
    """Return the object type that an id's prefix tells; None where it tells nothing (coupons)."""
    for stream in STREAMS:
        if stripe_id.startswith(stream.id_prefixes):
            return stream
    return None
