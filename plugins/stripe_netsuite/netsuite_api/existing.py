"""Records that somebody named or that look the same: do they exist, and which one is it (ACCOUNTING B2, B5)?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from stripe_netsuite.netsuite_api.client import NetSuiteClient
from stripe_netsuite.netsuite_api.lookup import Found
from stripe_netsuite.netsuite_api.suiteql import column_name, internal_ids

ItemField = Literal["itemid", "displayname"]

_BY_ID: dict[Literal["customer", "item"], tuple[str, str]] = {
    "customer": ("SELECT c.id, c.isinactive FROM customer c WHERE {in} ORDER BY c.id", "c.id"),
    "item": ("SELECT i.id, i.isinactive FROM item i WHERE {in} ORDER BY i.id", "i.id"),
}
_ITEMS_BY_FIELD: dict[ItemField, tuple[str, str]] = {
    "itemid": (
        "SELECT i.id, i.itemid AS matched FROM item i WHERE i.isinactive = 'F' AND {in} ORDER BY i.id",
        "LOWER(REPLACE(i.itemid, ' ', ''))",
    ),
    "displayname": (
        "SELECT i.id, i.displayname AS matched FROM item i WHERE i.isinactive = 'F' AND {in} ORDER BY i.id",
        "LOWER(REPLACE(i.displayname, ' ', ''))",
    ),
}
_BY_BODY_FIELD = (
    "SELECT t.id, t.externalid, t.recordtype, t.voided, t.field AS matched FROM transaction t WHERE {in} ORDER BY t.id"
)


@dataclass(frozen=True, slots=True)
class Presence:
    """Whether a named record is there."""

    exists: bool
    is_inactive: bool = False


def lookup_presence(
    client: NetSuiteClient, kind: Literal["customer", "item"], ids: Collection[str]
) -> dict[str, Presence]:
    """Return for each internal id whether the record exists and is active; ids that are no numbers do not exist."""
    presence = dict.fromkeys(ids, Presence(exists=False))
    template, column = _BY_ID[kind]
    numbers = internal_ids([one for one in ids if one.isascii() and one.isdigit()])
    for row in client.suiteql_in(template, column, numbers) if numbers else ():
        presence[row["id"]] = Presence(exists=True, is_inactive=row.get("isinactive") == "T")
    return presence


def lookup_items_by_field(
    client: NetSuiteClient, item_field: ItemField, values: Collection[str]
) -> dict[str, list[str]]:
    """Return the internal ids of the active items whose field equals a value, without case and spaces; keyed as asked."""
    asked_by_key: dict[str, list[str]] = {}
    for value in values:
        if key := value.replace(" ", "").lower():
            asked_by_key.setdefault(key, []).append(value)
    template, column = _ITEMS_BY_FIELD[item_field]
    found: dict[str, list[str]] = {}
    for row in client.suiteql_in(template, column, list(asked_by_key)):
        for value in asked_by_key.get(row.get("matched", "").replace(" ", "").lower(), []):
            found.setdefault(value, []).append(row["id"])
    return found


def lookup_by_body_field(client: NetSuiteClient, body_field: str, values: Collection[str]) -> dict[str, list[Found]]:
    """Return the transactions whose custom body field is one of the values, to the letter; keyed as asked."""
    column = column_name(f"t.{body_field}")
    template = _BY_BODY_FIELD.replace("t.field", column)
    asked = set(values)
    found: dict[str, list[Found]] = {}
    for row in client.suiteql_in(template, column, sorted(asked)) if asked else ():
        if row.get("matched") in asked:
            record = Found(
                row["id"], row.get("recordtype", ""), row.get("externalid", ""), is_voided=row.get("voided") == "T"
            )
            found.setdefault(row["matched"], []).append(record)
    return found
