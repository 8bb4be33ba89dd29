"""What a transform starts from: the fields of the new record that the source record gives.

Oracle's map says which types become which. The request's body is merged over the defaults; a credit memo made from an
invoice is applied to it in full by default, a payment pays all that is open.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path

from sandbox.netsuite import errors
from sandbox.netsuite.books import application
from sandbox.netsuite.books.amounts import exact
from sandbox.netsuite.books.database import Books, Row
from sandbox.netsuite.jsontext import Body, decode_stored
from sandbox.netsuite.reading import Reader
from sandbox.netsuite.records.catalog import RecordType

_FILE = Path(__file__).parent.parent / "data" / "transforms.json"
TRANSFORMS: Mapping[str, tuple[str, ...]] = {
    source: tuple(targets) for source, targets in json.loads(_FILE.read_text(encoding="utf-8"))["map"].items()
}
"""Record type → the types it can be transformed into, whether or not this sandbox has them."""
_NOT_COPIED = frozenset({"line", "orderLine", "lineUniqueKey", "links", "refName"})
_SEGMENTS = ("class", "department", "location")
_SALE_FIELDS = ("discountItem", "discountRate", "taxDetailsOverride")


def target_name(source: RecordType, wanted: str) -> str | None:
    """The documented name of a transform's target, asked for in any case; None if there is no such transform."""
    return next((name for name in TRANSFORMS.get(source.name, ()) if name.lower() == wanted.lower()), None)


def transformed(books: Books, source: RecordType, row: Row, target: RecordType, body: Body) -> tuple[Body, Body]:
    """The defaults of the new record, and the request's body with its lines keyed as the new record's.

    Raises INVALID_INITIALIZE_REF's text where the source has nothing left to transform.
    """
    start = _DEFAULTS[source.name, target.name]
    defaults = start(books, row, body)
    return {name: value for name, value in defaults.items() if value is not None}, _keyed(defaults, body)


def _open_amount(books: Books, source: str, row: Row, target: str) -> Decimal:
    found = application.document(books, row["id"])
    if found is None or found.remaining <= 0:
        raise errors.cannot_transform(target, source, row["id"])
    return found.remaining


def _common(books: Books, row: Row, *, customer_field: str) -> Body:
    """Customer, subsidiary, currency and segments of a transaction."""
    stored = decode_stored(row["body"])
    segments = {name: stored[name] for name in _SEGMENTS if stored.get(name) is not None}
    found = books.row('SELECT entity, currency, sandbox_subsidiary FROM "transaction" WHERE id = ?', (row["id"],))
    if found is None:
        return {}
    return segments | {
        customer_field: _ref(found["entity"]),
        "subsidiary": _ref(found["sandbox_subsidiary"]),
        "currency": _ref(found["currency"]),
    }


def _ref(number: object) -> Body:
    return {"id": str(number)}


def _payment_of_invoice(books: Books, row: Row, body: Body) -> Body:
    """All that is open, or what the body pays of it."""
    left = _open_amount(books, "invoice", row, "customerPayment")
    paid = Reader(body).number("payment")
    amount = left if paid is None else min(left, paid)
    defaults = _common(books, row, customer_field="customer")
    defaults["apply"] = {"items": [{"doc": _ref(row["id"]), "apply": True, "amount": amount}]}
    found = application.document(books, row["id"])
    defaults["arAcct"] = _ref(found.receivables_account) if found is not None else None
    # Without an amount the payment is the sum of what it applies.
    defaults["payment"] = None if body.get("apply") is not None else amount
    return defaults


def _memo_of_invoice(books: Books, row: Row, body: Body) -> Body:
    """The invoice's lines, applied to it for as much as it takes."""
    defaults = _refund_of_sale(books, row, body)
    found = application.document(books, row["id"])
    if found is not None and found.remaining > 0:
        defaults["apply"] = {"items": [{"doc": _ref(row["id"]), "apply": True}]}
    return defaults


def _refund_of_sale(books: Books, row: Row, body: Body) -> Body:
    """The lines, segments, rate and custom fields of a sale."""
    del body
    stored = decode_stored(row["body"])
    lines = [
        {name: value for name, value in line.items() if name not in _NOT_COPIED} | {"line": line["line"]}
        for line in (stored.get("item") or {}).get("items") or []
    ]
    kept = {name: stored.get(name) for name in _SALE_FIELDS}
    custom = {name: value for name, value in stored.items() if name.startswith("custbody_")}
    defaults = {**custom, **kept, **_common(books, row, customer_field="entity")}
    defaults["item"] = {"items": lines}
    if stored.get("taxDetails"):
        defaults["taxDetails"] = stored["taxDetails"]
    posted = books.row('SELECT exchangerate FROM "transaction" WHERE id = ?', (row["id"],))
    defaults["exchangeRate"] = exact(posted["exchangerate"]) if posted is not None else None
    defaults["createdFrom"] = _ref(row["id"])
    return defaults


def _refund_of(source: str, sublist: str) -> Callable[[Books, Row, Body], Body]:
    """A refund of all that is left of a credit memo, a payment or a deposit."""

    def refund(books: Books, row: Row, body: Body) -> Body:
        del body
        _open_amount(books, source, row, "customerRefund")
        defaults = _common(books, row, customer_field="customer")
        defaults[sublist] = {"items": [{"doc": _ref(row["id"]), "apply": True}]}
        return defaults

    return refund


def _application_of_deposit(books: Books, row: Row, body: Body) -> Body:
    """The deposit, to be applied as the body says."""
    del body
    _open_amount(books, "customerDeposit", row, "depositApplication")
    return {**_common(books, row, customer_field="customer"), "deposit": _ref(row["id"])}


def _of_customer(customer_field: str) -> Callable[[Books, Row, Body], Body]:
    def of_customer(books: Books, row: Row, body: Body) -> Body:
        del body
        found = books.row("SELECT subsidiary, currency FROM customer WHERE id = ?", (row["id"],))
        defaults: Body = {customer_field: _ref(row["id"])}
        if found is not None:
            defaults |= {"subsidiary": _ref(found["subsidiary"]), "currency": _ref(found["currency"])}
        return defaults

    return of_customer


_DEFAULTS: Mapping[tuple[str, str], Callable[[Books, Row, Body], Body]] = {
    ("invoice", "customerPayment"): _payment_of_invoice,
    ("invoice", "creditMemo"): _memo_of_invoice,
    ("creditMemo", "customerRefund"): _refund_of("creditMemo", "apply"),
    ("customerPayment", "customerRefund"): _refund_of("customerPayment", "apply"),
    ("customerDeposit", "customerRefund"): _refund_of("customerDeposit", "deposit"),
    ("customerDeposit", "depositApplication"): _application_of_deposit,
    ("cashSale", "cashRefund"): _refund_of_sale,
    ("customer", "invoice"): _of_customer("entity"),
    ("customer", "cashSale"): _of_customer("entity"),
    ("customer", "customerPayment"): _of_customer("customer"),
}


def _keyed(defaults: Body, body: Body) -> Body:
    """The body with `orderLine` (a line of the source) as the key `line`; changed quantities are priced anew."""
    sent = body.get("item")
    lines = sent.get("items") if isinstance(sent, dict) else None
    if not isinstance(lines, list):
        return body
    given = {line["line"]: line for line in (defaults.get("item") or {}).get("items") or []}
    keyed: list[object] = []
    for line in lines:
        number = line.get("orderLine") if isinstance(line, dict) else None
        start = given.get(number) if isinstance(number, int) else None
        if start is None:
            keyed.append(line)
            continue
        changed = {name: value for name, value in line.items() if name != "orderLine"} | {"line": line["orderLine"]}
        if "amount" not in line and ({"quantity", "rate"} & line.keys()):
            start.setdefault("rate", _unit_price(start))
            start.pop("amount", None)
        keyed.append(changed)
    return {**body, "item": {**sent, "items": keyed}} if isinstance(sent, dict) else body


def _unit_price(line: Body) -> Decimal | None:
    reader = Reader(line)
    amount, quantity = reader.number("amount"), reader.number("quantity")
    return amount / quantity if amount is not None and quantity else amount
