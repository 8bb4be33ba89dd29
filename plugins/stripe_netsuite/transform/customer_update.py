"""Which fields of a NetSuite customer follow a change in Stripe (ACCOUNTING B3). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from stripe_netsuite.domain.stripe_object import Customer
from stripe_netsuite.transform.customer import NAME_LENGTH, PERSON_LENGTH

FieldPolicy = Literal["never", "fill_empty", "overwrite"]


def changed_fields(
    customer: Customer, current: Mapping[str, Any], policy_by_field: Mapping[str, FieldPolicy]
) -> dict[str, Any]:
    """Return the REST fields to change: `current` is the record as NetSuite gives it, policies by name, email, phone.

    A field that Stripe left empty never empties NetSuite's; names are cut as they are when the customer is created.
    """
    changes: dict[str, Any] = {}
    for name, field in (("email", "email"), ("phone", "phone")):
        _put(changes, field, getattr(customer, name), current.get(field), policy_by_field[name])
    stripe_name = " ".join((customer.name or "").split())
    if current.get("isPerson"):
        first, _, last = stripe_name.partition(" ")
        if last:
            _put(changes, "firstName", first[:PERSON_LENGTH], current.get("firstName"), policy_by_field["name"])
            _put(changes, "lastName", last[:PERSON_LENGTH], current.get("lastName"), policy_by_field["name"])
    else:
        _put(changes, "companyName", stripe_name[:NAME_LENGTH], current.get("companyName"), policy_by_field["name"])
    return changes


def _put(changes: dict[str, Any], field: str, wanted: str | None, current: Any, policy: FieldPolicy) -> None:
    if not wanted or wanted == current or policy == "never":
        return
    if policy == "overwrite" or not current:
        changes[field] = wanted
