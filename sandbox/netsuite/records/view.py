"""Records as GET shows them: computed amounts and states, references with links and names, sublists or their stubs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sandbox.netsuite.books import application
from sandbox.netsuite.books.amounts import exact
from sandbox.netsuite.books.database import Books, Row
from sandbox.netsuite.books.deposit import deposit_amounts
from sandbox.netsuite.jsontext import Body, decode_stored
from sandbox.netsuite.records import references
from sandbox.netsuite.records.catalog import RecordType
from sandbox.netsuite.records.reference_view import reference_body


def record_view(books: Books, record_type: RecordType, row: Row, base_url: str, *, expand: bool) -> Body:
    """A record's JSON; nulls are left out. `expand` shows sublists with their lines instead of a link."""
    own_url = f"{base_url}/{record_type.name}/{row['id']}"
    body = _complete(books, record_type, row)
    shown: Body = {"links": [{"rel": "self", "href": own_url}], "id": str(row["id"])}
    if row["externalid"] is not None:
        shown["externalId"] = row["externalid"]
    for name, value in body.items():
        if value is None:
            continue
        if name in record_type.sublists:
            url = f"{own_url}/{name}"
            shown[name] = sublist_view(books, value["items"], url, base_url) if expand else _stub(url)
        elif isinstance(value, dict):
            shown[name] = references.shown(books, name, value, base_url)
        else:
            shown[name] = value
    return shown


def sublist_view(books: Books, lines: list[Body], url: str, base_url: str) -> Body:
    """A sublist with all its lines."""
    items = []
    for index, line in enumerate(lines, start=1):
        key = line.get("line", index)
        shown: Body = {"links": [{"rel": "self", "href": f"{url}/{key}"}]}
        for name, value in line.items():
            shown[name] = references.shown(books, name, value, base_url) if isinstance(value, dict) else value
        items.append(shown)
    return {"links": [{"rel": "self", "href": url}], "items": items, "totalResults": len(items)}


def sublist_lines(books: Books, record_type: RecordType, row: Row, sublist: str) -> list[Body]:
    """The lines of one sublist of a record, for the sub-resource routes."""
    value = _complete(books, record_type, row).get(sublist)
    return list(value["items"]) if value is not None else []


def _stub(url: str) -> Body:
    return {"links": [{"rel": "self", "href": url}]}


def _stamp(text: str) -> str:
    return text[:19] + "Z"


def _complete(books: Books, record_type: RecordType, row: Row) -> Body:
    """The stored body with what NetSuite computes."""
    body = decode_stored(row["body"])
    if record_type.is_transaction:
        return {**body, **_transaction_fields(books, record_type, row["id"], body)}
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
        return {**body, **computed}
    if record_type.family == "item":
        times = {"createdDate": _stamp(row["created"]), "lastModifiedDate": _stamp(row["modified"])}
        return {"isInactive": False, **body, **times}
    return reference_body(books, record_type, row["id"])


def _customer_currencies(books: Books, customer: int) -> list[Body]:
    rows = books.rows(
        "SELECT currency FROM sandbox_customer_currency WHERE customer = ? ORDER BY currency", (customer,)
    )
    return [{"currency": {"id": str(row["currency"])}} for row in rows]


def _transaction_fields(books: Books, record_type: RecordType, record_id: int, body: Body) -> Body:
    row = books.row('SELECT * FROM "transaction" WHERE id = ?', (record_id,))
    if row is None:
        return {}
    total = abs(exact(row["foreigntotal"]))
    computed: Body = {
        "tranId": row["tranid"],
        "transactionNumber": row["transactionnumber"],
        "tranDate": row["trandate"][:10],
        "postingPeriod": {"id": str(row["postingperiod"])},
        "currency": {"id": str(row["currency"])},
        "exchangeRate": exact(row["exchangerate"]),
        "subsidiary": {"id": str(row["sandbox_subsidiary"])},
        "createdDate": _stamp(row["createddate"]),
        "lastModifiedDate": _stamp(row["lastmodifieddate"]),
    }
    if record_type.name not in ("journalEntry", "deposit"):
        computed["status"] = {"id": row["sandbox_status"].replace(" ", "_"), "refName": row["sandbox_status"]}
    if record_type.name != "journalEntry":
        computed["total"] = total
    return {**computed, **_type_fields(books, record_type.name, record_id, body, row)}


def _type_fields(books: Books, type_name: str, record_id: int, body: Body, row: Row) -> Body:
    found = application.document(books, record_id)
    if type_name == "deposit":
        return {"payment": {"items": _deposit_lines(books, record_id, body)}}
    if found is None:
        return {}
    own: Body = {
        "arAcct" if "Payment" in type_name or "Refund" in type_name else "account": _ref(found.receivables_account)
    }
    match type_name:
        case "invoice":
            own |= {"subtotal": found.total, "amountPaid": found.used, "amountRemaining": found.remaining}
        case "creditMemo":
            own |= {"subtotal": found.total, "applied": found.used, "unapplied": found.remaining}
            own |= {"amountRemaining": found.remaining, "apply": {"items": _applied_lines(books, record_id)}}
        case "customerPayment":
            main = books.row(
                'SELECT account FROM transactionaccountingline WHERE "transaction" = ? AND transactionline = 0',
                (record_id,),
            )
            own |= {"payment": found.total, "applied": found.used, "unapplied": found.remaining}
            own |= {"apply": {"items": _applied_lines(books, record_id)}}
            own |= {"account": _ref(main["account"])} if main is not None else {}
        case _:
            own |= {"apply": {"items": _applied_lines(books, record_id)}, "deposit": None}
    if row["entity"] is not None:
        own["entity" if type_name in ("invoice", "creditMemo") else "customer"] = _ref(row["entity"])
    return own


def _ref(number: int) -> Body:
    return {"id": str(number)}


def _applied_lines(books: Books, target: int) -> list[Body]:
    """The apply lines a transaction carries, with what is still due on each document."""
    lines: list[Body] = []
    for part in application.applications(books, target):
        source = application.document(books, part.source)
        if part.target != target or source is None:
            continue
        row = books.row('SELECT tranid FROM "transaction" WHERE id = ?', (source.id,))
        lines.append(
            {
                "doc": _ref(source.id),
                "line": 0,
                "apply": True,
                "amount": part.amount,
                "due": source.remaining + part.amount,
                "total": source.total,
                "refNum": row["tranid"] if row is not None else None,
                "applyDate": source.day.isoformat(),
            }
        )
    return lines


def _deposit_lines(books: Books, deposit: int, body: Body) -> list[Body]:
    """The payment lines of a deposit in the order they were sent."""
    amounts = deposit_amounts(books, deposit)
    sent = [int(line["id"]) for line in (body.get("payment") or {}).get("items") or []]
    lines: list[Body] = []
    for number in [key for key in sent if key in amounts]:
        row = books.row('SELECT * FROM "transaction" WHERE id = ?', (number,))
        if row is None:
            continue
        shown: dict[str, Any] = {
            "id": number,
            "deposit": True,
            "type": row["type"],
            "docDate": row["trandate"][:10],
            "docNumber": row["tranid"],
            "entity": _ref(row["entity"]),
            "currency": _ref(row["currency"]),
            "transactionAmount": exact(row["foreigntotal"]),
            "paymentAmount": Decimal(amounts[number]),
        }
        lines.append(shown)
    return lines
