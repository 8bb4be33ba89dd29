"""customers.yaml: whether and how NetSuite customers are found, created and updated (ACCOUNTING B1 to B4)."""

from __future__ import annotations

from typing import Literal

from stripe_netsuite.mapping.part import MappingModel, RecordSelector

UpdatePolicy = Literal["never", "fill_empty", "overwrite"]


class CustomerMatch(MappingModel):
    """The pair of fields by which existing customers are found: whole value, case and blanks do not count (B2)."""

    stripe: Literal["email", "name", "id"]
    """Field of the Stripe customer."""
    netsuite: Literal["email", "companyname", "entityid"]
    """Field of the NetSuite customer."""


class CustomerUpdates(MappingModel):
    """What happens to a field of the NetSuite customer when it changes in Stripe (B3)."""

    name: UpdatePolicy = "never"
    """Company name, or first and last name."""
    email: UpdatePolicy = "never"
    """E-mail address."""
    phone: UpdatePolicy = "never"
    """Phone number."""


class Customers(MappingModel):
    """Every choice about customers."""

    policy: Literal["create", "create_always", "link_only", "global"] = "create"
    """`create` at the first transaction, `create_always` as soon as Stripe has the customer, `link_only` never
    create, `global` book everything on the global customer (B1)."""
    global_customer: RecordSelector = RecordSelector(name="Stripe Unallocated Charges")
    """Customer of charges without a customer, and of all under `policy: global` (B1)."""
    match: CustomerMatch | None = None
    """How to find existing customers before one is created; by link sheet and external id alone without it (B2)."""
    kind: Literal["company", "individual"] = "company"
    """Whether created customers are companies or individuals (B2)."""
    entity_id: Literal["stripe_id", "name", "auto"] = "stripe_id"
    """Customer ID of created customers: the Stripe id, the name, or NetSuite's auto-numbering. NetSuite refuses a
    second customer of the same name."""
    updates: CustomerUpdates = CustomerUpdates()
    """What later changes in Stripe do to the NetSuite customer (B3)."""
    currencies: Literal["transacted", "all_listed"] = "transacted"
    """Currencies of a created customer: those it transacts in, or every currency listed under the Stripe account's
    `banks` (B4)."""
