"""Decode one staged payload, or say in a finding what is wrong with it.

A payload that does not fit is quarantined as it is (`schema_violation`); it never stops the objects beside it.
"""

from __future__ import annotations

import re

import msgspec

from stripe_netsuite.domain.decoding import OBJECT_TYPES, decode
from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.domain.stripe_object import StripeObject

__all__ = ["OBJECT_TYPES", "SCHEMA_SUGGESTION", "SCHEMA_VIOLATION", "SCHEMA_WORDS", "decode", "decode_or_finding"]

SCHEMA_VIOLATION = "schema_violation"
SCHEMA_WORDS = "Every object has the fields, of the kinds, that Stripe documents for the API version in use."
SCHEMA_SUGGESTION = (
    "Compare the object with Stripe's API reference. If Stripe changed the field, the API version pinned here needs an "
    "update; otherwise fetch the object again with a backfill of its day."
)

_WRONG_KIND = re.compile(r"^Expected `(?P<expected>[^`]+)`, got `(?P<found>[^`]+)`")
_MISSING = re.compile(r"^Object missing required field `(?P<field>[^`]+)`")
_PATH = re.compile(r" - at `(?P<path>[^`]+)`$")


def decode_or_finding(account: str, object_type: str, stripe_id: str, payload: bytes) -> StripeObject | Finding:
    """Return the typed object, or a critical finding `schema_violation` with JSON path, expected and found.

    Also a finding: a payload that carries another id than the one it is staged under.
    """
    try:
        stripe_object = decode(object_type, payload)
    except msgspec.DecodeError as error:
        path, expected, found = _explain(error)
        return _violation(account, object_type, stripe_id, path=path, expected=expected, found=found)
    if stripe_object.id != stripe_id:
        return _violation(account, object_type, stripe_id, path="$.id", expected=stripe_id, found=stripe_object.id)
    return stripe_object


def _violation(account: str, object_type: str, stripe_id: str, *, path: str, expected: str, found: str) -> Finding:
    return Finding(
        code=SCHEMA_VIOLATION,
        severity=Severity.CRITICAL,
        stage="validate",
        stripe_account=account,
        message=f"The {object_type.replace('_', ' ')} cannot be read: {path} should be {expected}, is {found}.",
        stripe_id=stripe_id,
        object_type=object_type,
        expected=f"{path}: {expected}",
        found=found,
        suggestion=SCHEMA_SUGGESTION,
        details=(("path", path),),
    )


def _explain(error: msgspec.DecodeError) -> tuple[str, str, str]:
    """Return (JSON path, expected, found) from msgspec's message; the message never holds a value."""
    message = str(error)
    where = _PATH.search(message)
    path = where["path"] if where else "$"
    if missing := _MISSING.match(message):
        return f"{path}.{missing['field']}", "present", "missing"
    if wrong := _WRONG_KIND.match(message):
        return path, wrong["expected"], wrong["found"]
    return path, "JSON as Stripe documents it", _PATH.sub("", message)
