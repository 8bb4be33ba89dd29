"""What NetSuite computes on a transaction: amounts paid and open, state, accounts, the lines it applies or deposits.

Receives the stored body, gives the fields to lay over it; references are `{"id": "…"}`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sandbox.netsuite.books.amounts import ZERO, exact
from sandbox.netsuite.books.database import Books, Row
from sandbox.netsuite.books.deposit import deposit_amounts
from sandbox.netsuite.books.document import Document, document
from sandbox.netsuite.books.tax import Tax, posted_taxes
from sandbox.netsuite.jsontext import Body
from sandbox.netsuite.records.catalog import RecordType

_SALES = ("invoice", "creditMemo", "cashSale", "cashRefund")
_WITH_MONEY_ACCOUNT = ("customerPayment", "customerDeposit", "cashSale", "cashRefund")


def transaction_fields(books: Books, record_type: RecordType, record_id: int, body: Body) -> Body:
    """The computed fields of a transaction; empty if it is not in the books."""
    row = books.row('SELECT * FROM "transaction" WHERE id = ?', (record_id,))
    if row is None:
        return {}
    computed: Body = {
        "tranId": row["tranid"],
        "transactionNumber": row["transactionnumber"],
        "tranDate": row["trandate"][:10],
        "postingPeriod": {"id": str(row["postingperiod"])},
        "currency": {"id": str(row["currency"])},
        "exchangeRate": exact(row["exchangerate"]),
        "subsidiary": {"id": str(row["sandbox_subsidiary"])},
        "createdDate": row["createddate"][:19] + "Z",
        "lastModifiedDate": row["lastmodifieddate"][:19] + "Z",
    }
    name = record_type.name
    if name not in ("journalEntry", "deposit"):
        computed["status"] = {"id": row["sandbox_status"].replace(" ", "_"), "refName": row["sandbox_status"]}
    if name != "journalEntry":
        computed["total"] = abs(exact(row["foreigntotal"]))
    if name == "deposit":
        return {**computed, "payment": {"items": _deposit_lines(books, record_id, body)}}
    if name in _WITH_MONEY_ACCOUNT:
        computed |= _money_account(books, record_id)
    if name in _SALES:
        computed |= _sale_fields(books, record_id, abs(exact(row["foreigntotal"])), body)
    if row["entity"] is not None:
        computed["entity" if name in _SALES else "customer"] = _ref(row["entity"])
    found = document(books, record_id)
    return computed | (_document_fields(books, name, found) if found is not None else {})


def _sale_fields(books: Books, record_id: int, total: Decimal, body: Body) -> Body:
    """Subtotal and tax: SuiteTax shows its details, given or computed; legacy tax the code all lines share."""
    features = books.options.features
    if not (features.sui_tax or features.legacy_tax):
        return {"subtotal": total}
    found = posted_taxes(books, record_id)
    tax = sum((entry.amount for entry in found), ZERO)
    shown: Body = {"subtotal": total - tax, "taxTotal": tax}
    if features.sui_tax and body.get("taxDetails") is None:
        shown["taxDetails"] = {"items": [_tax_detail(entry) for entry in found]}
    elif not features.sui_tax and len(found) == 1:
        shown["taxItem"] = _ref(found[0].code.id)
    return shown


def _tax_detail(tax: Tax) -> Body:
    code = tax.code
    return {"taxType": _ref(code.tax_type), "taxCode": _ref(code.id), "taxRate": code.rate, "taxAmount": tax.amount}


def _document_fields(books: Books, type_name: str, found: Document) -> Body:
    """What the apply engine knows of a document."""
    applied: Body = {"applied": found.used, "unapplied": found.remaining}
    match type_name:
        case "invoice":
            own: Body = {"account": _ref(found.receivables_account)}
            return own | {"amountPaid": found.used, "amountRemaining": found.remaining}
        case "creditMemo":
            own = {"account": _ref(found.receivables_account), "amountRemaining": found.remaining}
            return own | applied | {"apply": {"items": _applied_lines(books, found)}}
        case "customerPayment":
            own = {"arAcct": _ref(found.receivables_account), "payment": found.total}
            return own | applied | {"apply": {"items": _applied_lines(books, found)}}
        case "customerDeposit":
            return {"payment": found.total}
        case "depositApplication":
            own = {"arAcct": _ref(found.receivables_account)}
            return own | applied | {"apply": {"items": _applied_lines(books, found)}}
        case _:
            own = {"arAcct": _ref(found.receivables_account), "deposit": None}
            return own | {"apply": {"items": _applied_lines(books, found)}}


def _money_account(books: Books, record_id: int) -> Body:
    query = 'SELECT account FROM transactionaccountingline WHERE "transaction" = ? AND transactionline = 0'
    main = books.row(query, (record_id,))
    return {"account": _ref(main["account"])} if main is not None else {}


def _ref(number: int) -> Body:
    return {"id": str(number)}


def _applied_lines(books: Books, own: Document) -> list[Body]:
    """The apply lines a transaction carries, with what is still due on each document.

    An invoice that a payment settled with credits or deposits shows the whole amount; a deposit application that NetSuite
    made shows what it was made for.
    """
    is_made = own.kind.name == "depositApplication"
    rows = books.rows(
        "SELECT source, target, amount FROM sandbox_application WHERE target = ? OR maker = ? OR (? AND source = ?) "
        "ORDER BY id",
        (own.id, own.id, is_made, own.id),
    )
    amounts: dict[int, Decimal] = {}
    for row in rows:
        other = row["target"] if row["source"] == own.id else row["source"]
        amounts[other] = amounts.get(other, ZERO) + exact(row["amount"])
    return [line for number, amount in amounts.items() if (line := _applied_line(books, number, amount)) is not None]


def _applied_line(books: Books, number: int, amount: Decimal) -> Body | None:
    source = document(books, number)
    row = books.row('SELECT tranid FROM "transaction" WHERE id = ?', (number,))
    if source is None:
        return None
    return {
        "doc": _ref(source.id),
        "line": 0,
        "apply": True,
        "amount": amount,
        "due": source.remaining + amount,
        "total": source.total,
        "refNum": row["tranid"] if row is not None else None,
        "applyDate": source.day.isoformat(),
    }


def _deposit_lines(books: Books, deposit: int, body: Body) -> list[Body]:
    """The payment lines of a deposit in the order they were sent."""
    amounts = deposit_amounts(books, deposit)
    sent = [int(line["id"]) for line in (body.get("payment") or {}).get("items") or []]
    rows = {number: _deposited(books, number) for number in sent if number in amounts}
    return [_deposit_line(row, amounts[number]) for number, row in rows.items() if row is not None]


def _deposited(books: Books, number: int) -> Row | None:
    return books.row('SELECT * FROM "transaction" WHERE id = ?', (number,))


def _deposit_line(row: Row, amount: Decimal) -> Body:
    shown: dict[str, Any] = {
        "id": row["id"],
        "deposit": True,
        "type": row["type"],
        "docDate": row["trandate"][:10],
        "docNumber": row["tranid"],
        "currency": _ref(row["currency"]),
        "transactionAmount": exact(row["foreigntotal"]),
        "paymentAmount": amount,
    }
    return shown | ({"entity": _ref(row["entity"])} if row["entity"] is not None else {})
