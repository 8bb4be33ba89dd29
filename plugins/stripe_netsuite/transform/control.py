"""May this object be booked at all? What people say in its metadata (ACCOUNTING G1). Pure.

`netsuite_block_integration` holds an object and what depends on it; where policy books by allow-list,
`netsuite_allow_integration` releases it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.transform.booking import hold
from stripe_netsuite.transform.books import Books
from stripe_netsuite.transform.outcome import Waiting

BLOCK_KEY = "netsuite_block_integration"
ALLOW_KEY = "netsuite_allow_integration"
DUPLICATE_KEY = "netsuite_allow_duplicate"

Metadata = Mapping[str, str]


def is_set(metadata: Metadata, key: str) -> bool:
    """Tell whether a key says yes; anything but `true` does not, and an empty value takes it back."""
    return metadata.get(key, "").strip().lower() == "true"


def blocked(metadata: Metadata, object_type: str, stripe_id: str, books: Books) -> Waiting | None:
    """Return what holds an object that its metadata blocks; None lets it through."""
    if not is_set(metadata, BLOCK_KEY):
        return None
    return hold(
        books,
        object_type,
        stripe_id,
        "blocked",
        f"Its metadata in Stripe holds it back ({BLOCK_KEY}); what depends on it waits, and so does its payout.",
        found=f"{BLOCK_KEY}: {metadata[BLOCK_KEY]}",
        suggestion="Take the key off in Stripe when it may be booked; it goes on by itself.",
    )


def blocked_payout(metadata: Metadata, payout_id: str, books: Books) -> Finding | None:
    """Return the finding that holds a payout's deposit back, where its metadata says so."""
    if not is_set(metadata, BLOCK_KEY):
        return None
    return Finding(
        code="blocked",
        severity=Severity.CRITICAL,
        stage="reconcile",
        stripe_account=books.stripe_account,
        object_type="payout",
        stripe_id=payout_id,
        message=f"The payout's metadata in Stripe holds its deposit back ({BLOCK_KEY}).",
        suggestion="Take the key off in Stripe when it may be booked; it goes on by itself.",
    )


def held(
    metadata: Metadata, object_type: str, stripe_id: str, books: Books, allowed_by: Sequence[Metadata] = ()
) -> Waiting | None:
    """Return what holds an invoice or payment; under the allow-list one of its own or `allowed_by` must allow it."""
    waiting = blocked(metadata, object_type, stripe_id, books)
    if waiting is not None or books.integration == "all":
        return waiting
    if any(is_set(one, ALLOW_KEY) for one in (metadata, *allowed_by)):
        return None
    return Waiting(f"not on the allow-list: {ALLOW_KEY} is not set")
