"""The ledger line and the event hint as they come over the wire: typed, everything else skipped while decoding.

None of them can be part of a reference cycle, so the garbage collector need not look at them (`gc=False`).
"""

from __future__ import annotations

import msgspec

from stripe_netsuite.domain.stripe_object import BalanceTransaction


class LedgerRow(BalanceTransaction, frozen=True, kw_only=True, gc=False):
    """A balance transaction with the `object` name that page checks need."""

    object: str


class EventObject(msgspec.Struct, frozen=True, gc=False):
    """What an event is about. Upcoming invoices have no id; a deleted object's snapshot still has its creation."""

    object: str = ""
    id: str | None = None
    created: int | None = None


class EventData(msgspec.Struct, frozen=True, gc=False):
    """The snapshot; it is in an older API version, so only identity is taken from it."""

    object: EventObject


class EventRow(msgspec.Struct, frozen=True, gc=False):
    """An event: a hint that an object changed."""

    id: str
    object: str
    type: str
    created: int
    data: EventData
