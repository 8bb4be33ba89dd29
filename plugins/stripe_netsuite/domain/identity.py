"""External ids: who a NetSuite record is, derived from the Stripe id and the record's role (DESIGN §7).

NetSuite's external ids are case-insensitive and shared by a whole record group; Stripe's ids are case-sensitive.
"""

from __future__ import annotations

import hashlib
import re
from enum import StrEnum

from stripe_netsuite.errors import InvariantBroken

_ALLOWED = re.compile(r"^[A-Za-z0-9_-]{1,240}$")


class Role(StrEnum):
    """What a record is *for* in the life of its Stripe object. MAIN carries the bare Stripe id."""

    MAIN = "main"
    CREDIT_MEMO = "cm"
    REINSTATED = "rf"


def external_id(stripe_id: str, role: Role = Role.MAIN) -> str:
    """Return the external id: the Stripe id for the main record, `<role>-<id>` for further ones.

    Raises InvariantBroken for characters that NetSuite does not take in an `eid:` URL.
    """
    value = stripe_id if role is Role.MAIN else f"{role.value}-{stripe_id}"
    if not _ALLOWED.match(value):
        raise InvariantBroken(
            "not usable as a NetSuite external id", saw=repr(value), expected="letters, digits, _ and - only"
        )
    return value


def collision_key(value: str) -> str:
    """Return what NetSuite compares external ids by."""
    return value.lower()


def suffixed(value: str) -> str:
    """Return the external id for a Stripe id that differs from a taken one only by case; same input, same result."""
    return f"{value}-x{hashlib.sha256(value.encode()).hexdigest()[:8]}"


def content_hash(payload: bytes) -> str:
    """Return the hash by which two versions of a payload are compared (hex, 32 characters)."""
    return hashlib.sha256(payload).hexdigest()[:32]
