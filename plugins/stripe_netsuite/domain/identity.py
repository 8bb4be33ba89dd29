"""External ids: who a NetSuite record is, derived from the Stripe id and the record's role (DESIGN §7).

NetSuite's external ids are case-insensitive and shared by a whole record group; Stripe's ids are case-sensitive.
"""

from __future__ import annotations

import hashlib
import re
from enum import StrEnum

from stripe_netsuite.errors import InvariantBroken

_ALLOWED = re.compile(r"[A-Za-z0-9_-]{1,240}")
_MOVEMENT = re.compile(r"(d[up]_[A-Za-z0-9]+)-[0-9]+")
_REFUSED = re.compile(r"[^A-Za-z0-9_-]")


class Role(StrEnum):
    """What a record is *for* in the life of its Stripe object. MAIN carries the bare Stripe id."""

    MAIN = "main"
    CREDIT_MEMO = "cm"
    REINSTATED = "rf"
    JOURNAL = "je"
    REVERSAL = "jr"
    FAILED = "fl"
    INVOICE = "in"
    REBILLED = "ri"
    REOPENED = "ro"
    CLEARED = "sx"
    MISSING_PART = "ad"


def external_id(stripe_id: str, role: Role = Role.MAIN) -> str:
    """Return the external id: the Stripe id for the main record, `<role>-<id>` for further ones.

    Coupons and old plans carry ids that people chose. What NetSuite does not take in an `eid:` URL (anything but
    letters, digits, `_` and `-`) becomes `-`, and a hash of the whole id keeps two such ids apart.
    """
    if not stripe_id:
        raise InvariantBroken("an empty Stripe id has no external id")
    value = stripe_id if role is Role.MAIN else f"{role.value}-{stripe_id}"
    if _ALLOWED.fullmatch(value):
        return value
    return suffixed(value, _REFUSED.sub("-", value)[:200])


def movement_id(stripe_id: str, number: int) -> str:
    """Return under which id the n-th movement of a dispute is booked: the dispute's own, from the second on numbered."""
    return stripe_id if number == 1 else f"{stripe_id}-{number}"


def is_dispute(stripe_id: str) -> bool:
    """Whether the id is a dispute's."""
    return stripe_id.startswith(("du_", "dp_"))


def source_of(record_id: str) -> str:
    """Return the dispute behind `movement_id`; every other id is its own."""
    match = _MOVEMENT.fullmatch(record_id)
    return match[1] if match else record_id


def collision_key(value: str) -> str:
    """Return what NetSuite compares external ids by."""
    return value.lower()


def is_same_external_id(ours: str, stored: str) -> bool:
    """Whether a record found by `ours` bears it, and not that of another object whose id differs by case.

    A server may store external ids in one case throughout; Stripe's ids mix both, so that tells the two apart.
    """
    return stored in (ours, ours.lower(), ours.upper())


def suffixed(value: str, stem: str | None = None) -> str:
    """Return `stem` (default: the value) with a hash of the value: for ids that NetSuite would take for another one."""
    return f"{value if stem is None else stem}-x{hashlib.sha256(value.encode()).hexdigest()[:8]}"


def content_hash(payload: bytes) -> str:
    """Return the hash by which two versions of a payload are compared (hex, 32 characters)."""
    return hashlib.sha256(payload).hexdigest()[:32]
