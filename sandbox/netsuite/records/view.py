"""Records as GET shows them: computed amounts and states, references with links and names, sublists or their stubs."""

from __future__ import annotations

from sandbox.netsuite.books.database import Books, Row
from sandbox.netsuite.jsontext import Body, decode_stored
from sandbox.netsuite.records import references
from sandbox.netsuite.records.attachments import contact_roles
from sandbox.netsuite.records.catalog import RecordType
from sandbox.netsuite.records.line_view import item_lines
from sandbox.netsuite.records.reference_view import reference_body
from sandbox.netsuite.records.transaction_view import transaction_fields


def record_view(books: Books, record_type: RecordType, row: Row, base_url: str, *, expand: bool) -> Body:
    """A record's JSON; nulls are left out. `expand` shows sublists with their lines instead of a link."""
    own_url = f"{base_url}/{record_type.name}/{row['id']}"
    body = _complete(books, record_type, row, base_url)
    shown: Body = {"links": [{"rel": "self", "href": own_url}], "id": str(row["id"])}
    if row["externalid"] is not None:
        shown["externalId"] = row["externalid"]
    for name, value in body.items():
        if value is None:
            continue
        if name in record_type.sublists:
            url = f"{own_url}/{name}"
            shown[name] = sublist_view(books, record_type, value["items"], url, base_url) if expand else _stub(url)
        elif isinstance(value, dict):
            shown[name] = references.shown(books, record_type, name, value, base_url)
        else:
            shown[name] = value
    return shown


def sublist_view(books: Books, record_type: RecordType, lines: list[Body], url: str, base_url: str) -> Body:
    """A sublist with all its lines."""
    items = []
    for index, line in enumerate(lines, start=1):
        key = line.get("line", index)
        shown: Body = {"links": [{"rel": "self", "href": f"{url}/{key}"}]}
        for name, value in line.items():
            if isinstance(value, dict):
                shown[name] = references.shown(books, record_type, name, value, base_url)
            elif value is not None:
                shown[name] = value
        items.append(shown)
    return {"links": [{"rel": "self", "href": url}], "items": items, "totalResults": len(items)}


def sublist_lines(books: Books, record_type: RecordType, row: Row, sublist: str, base_url: str) -> list[Body]:
    """The lines of one sublist of a record, for the sub-resource routes."""
    value = _complete(books, record_type, row, base_url).get(sublist)
    return list(value["items"]) if value is not None else []


def _stub(url: str) -> Body:
    return {"links": [{"rel": "self", "href": url}]}


def _stamp(text: str) -> str:
    return text[:19] + "Z"


def _complete(books: Books, record_type: RecordType, row: Row, base_url: str) -> Body:
    """The stored body with what NetSuite computes."""
    body = decode_stored(row["body"])
    if record_type.is_transaction:
        lines = item_lines(books, record_type.name, row["id"], body)
        return {**body, **lines, **transaction_fields(books, record_type, row["id"], body)}
    if record_type.family == "entity":
        found = books.row("SELECT * FROM customer WHERE id = ?", (row["id"],))
        computed: Body = {"dateCreated": _stamp(row["created"]), "lastModifiedDate": _stamp(row["modified"])}
        if found is not None:
            computed |= {
                "entityId": found["entityid"],
                "isPerson": found["isperson"] == "T",
                "isInactive": found["isinactive"] == "T",
                "currency": {"id": str(found["currency"])},
                "currencyList": {"items": _customer_currencies(books, row["id"])},
            }
        roles = contact_roles(books, record_type.family, row["id"], base_url)
        return {**body, **computed} | ({"contactRoles": {"items": roles}} if roles else {})
    if record_type.family == "item":
        times = {"createdDate": _stamp(row["created"]), "lastModifiedDate": _stamp(row["modified"])}
        return {"isInactive": False, **body, **times}
    return reference_body(books, record_type, row["id"])


def _customer_currencies(books: Books, customer: int) -> list[Body]:
    rows = books.rows(
        "SELECT currency FROM sandbox_customer_currency WHERE customer = ? ORDER BY currency", (customer,)
    )
    return [{"currency": {"id": str(row["currency"])}} for row in rows]
