"""Finding records in bulk before anything is written: by external id, and customers by a field (ACCOUNTING B2).

A role with too few permissions sees nothing instead of an error: whoever takes "not found" for an answer must have
seen that a known record of the same group is found.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, get_args

from stripe_netsuite.domain.identity import collision_key
from stripe_netsuite.domain.netsuite_record import RecordGroup, RecordType
from stripe_netsuite.errors import InvariantBroken
from stripe_netsuite.netsuite_api.client import NetSuiteClient
from stripe_netsuite.netsuite_api.query_page import Row

CustomerField = Literal["companyname", "email", "entityid"]

_QUERIES: dict[RecordGroup, tuple[str, str]] = {
    "transaction": (
        "SELECT t.id, t.externalid, t.recordtype, t.voided FROM transaction t WHERE {in} ORDER BY t.id",
        "t.externalid",
    ),
    "entity": (
        "SELECT e.id, e.externalid, e.type, e.isinactive FROM entity e WHERE {in} ORDER BY e.id",
        "e.externalid",
    ),
    "item": (
        "SELECT i.id, i.externalid, i.itemtype, i.subtype, i.isinactive FROM item i WHERE {in} ORDER BY i.id",
        "i.externalid",
    ),
}
_TRANSACTION_TYPES = {one.value.lower(): one.value for one in RecordType}
_ENTITY_TYPES = {"custjob": RecordType.CUSTOMER.value}
_ITEM_TYPES = {
    ("service", "sale"): RecordType.SERVICE_SALE_ITEM.value,
    ("service", "resale"): RecordType.SERVICE_RESALE_ITEM.value,
    ("noninvtpart", "sale"): RecordType.NON_INVENTORY_SALE_ITEM.value,
    ("noninvtpart", "resale"): RecordType.NON_INVENTORY_RESALE_ITEM.value,
    ("discount", ""): RecordType.DISCOUNT_ITEM.value,
}


@dataclass(frozen=True, slots=True)
class Found:
    """A record found by its external id, which `external_id` shows as NetSuite stores it.

    `record_type` is spelt as in REST URLs where the product knows the type, else as SuiteQL writes it.
    """

    internal_id: str
    record_type: str
    external_id: str
    is_inactive: bool = False
    is_voided: bool = False


@dataclass(frozen=True, slots=True)
class FoundCustomer:
    """A customer found by a field."""

    internal_id: str
    entity_id: str
    company_name: str | None
    email: str | None
    subsidiary_id: str | None
    external_id: str | None
    is_inactive: bool


def lookup_external_ids(client: NetSuiteClient, group: RecordGroup, external_ids: Collection[str]) -> dict[str, Found]:
    """Return the records that bear these external ids, keyed as asked; those that do not exist are missing.

    NetSuite keeps external ids unique within `group` without regard to case, but SuiteQL may compare with it (the
    query must be able to use an index): two Stripe ids that differ by case alone are for the link table to tell apart.
    """
    template, column = _QUERIES[group]
    asked_by_key: dict[str, list[str]] = {}
    for asked in external_ids:
        asked_by_key.setdefault(collision_key(asked), []).append(asked)
    found: dict[str, Found] = {}
    for row in client.suiteql_in(template, column, list(external_ids)):
        record = _found(group, row)
        for asked in asked_by_key.get(collision_key(record.external_id), []):
            found[asked] = record
    return found


def lookup_customers_by_field(
    client: NetSuiteClient, customer_field: CustomerField, values: Collection[str]
) -> dict[str, list[FoundCustomer]]:
    """Return the customers whose field equals a value, without regard to case and spaces; keyed as asked.

    Two or more customers for one value are the caller's finding, not a choice made here (ACCOUNTING B2).
    """
    if customer_field not in get_args(CustomerField):
        raise InvariantBroken(
            "customers are not matched by this field",
            saw=repr(customer_field),
            expected=", ".join(get_args(CustomerField)),
        )
    asked_by_key: dict[str, list[str]] = {}
    for value in values:
        if key := _match_key(value):
            asked_by_key.setdefault(key, []).append(value)
    template = (
        "SELECT c.id, c.entityid, c.companyname, c.email, c.subsidiary, c.externalid, c.isinactive "
        "FROM customer c WHERE {in} ORDER BY c.id"
    )
    found: dict[str, list[FoundCustomer]] = {}
    for row in client.suiteql_in(template, f"LOWER(REPLACE(c.{customer_field}, ' ', ''))", list(asked_by_key)):
        for value in asked_by_key.get(_match_key(row.get(customer_field, "")), []):
            found.setdefault(value, []).append(_found_customer(row))
    return found


def _found(group: RecordGroup, row: Row) -> Found:
    match group:
        case "transaction":
            record_type = _TRANSACTION_TYPES.get(row["recordtype"].lower(), row["recordtype"])
        case "entity":
            record_type = _ENTITY_TYPES.get(row["type"].lower(), row["type"])
        case "item":
            kind = (row["itemtype"].lower(), row.get("subtype", "").lower())
            record_type = _ITEM_TYPES.get(kind, row["itemtype"])
    return Found(
        internal_id=row["id"],
        record_type=record_type,
        external_id=row["externalid"],
        is_inactive=row.get("isinactive") == "T",
        is_voided=row.get("voided") == "T",
    )


def _found_customer(row: Row) -> FoundCustomer:
    return FoundCustomer(
        internal_id=row["id"],
        entity_id=row.get("entityid", ""),
        company_name=row.get("companyname"),
        email=row.get("email"),
        subsidiary_id=row.get("subsidiary"),
        external_id=row.get("externalid"),
        is_inactive=row.get("isinactive") == "T",
    )


def _match_key(value: str) -> str:
    # As the query does it: only the space character, so that both sides agree on every value.
    return value.replace(" ", "").lower()
