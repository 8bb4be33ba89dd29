"""References in bodies: what each field points to, whether it exists, and how it is called (refName)."""

from __future__ import annotations

import re
from typing import Any

from sandbox.netsuite import errors
from sandbox.netsuite.books.database import Books
from sandbox.netsuite.jsontext import Body
from sandbox.netsuite.records.catalog import RecordType

LIST_PREFIX = "list:"
TARGETS: dict[str, str] = {
    "entity": "entity",
    "customer": "entity",
    "currency": "currency",
    "baseCurrency": "currency",
    "transactionCurrency": "currency",
    "subsidiary": "subsidiary",
    "account": "account",
    "arAcct": "account",
    "receivablesAccount": "account",
    "incomeAccount": "account",
    "expenseAccount": "account",
    "deferredRevenueAccount": "account",
    "deferralAccount": "account",
    "item": "item",
    "discountItem": "item",
    "company": "entity",
    "doc": "transaction",
    "createdFrom": "transaction",
    "deposit": "transaction",
    "postingPeriod": "accountingperiod",
    "class": LIST_PREFIX + "classification",
    "department": LIST_PREFIX + "department",
    "location": LIST_PREFIX + "location",
    "paymentMethod": LIST_PREFIX + "paymentMethod",
    "paymentOption": LIST_PREFIX + "paymentMethod",
    "terms": LIST_PREFIX + "term",
    "taxSchedule": LIST_PREFIX + "taxSchedule",
    "taxItem": LIST_PREFIX + "taxCode",
    "taxCode": LIST_PREFIX + "taxCode",
    "salesTaxCode": LIST_PREFIX + "taxCode",
    "taxType": LIST_PREFIX + "taxType",
    "nexus": LIST_PREFIX + "nexus",
    "revenueRecognitionRule": LIST_PREFIX + "revenueRecognitionRule",
    "revRecSchedule": LIST_PREFIX + "revRecTemplate",
    "price": LIST_PREFIX + "priceLevel",
    "priceLevel": LIST_PREFIX + "priceLevel",
}
# The same name on records of one family only.
_FAMILY_TARGETS: dict[tuple[str, str], str] = {("entity", "parent"): "entity", ("item", "parent"): "item"}
# Checkboxes that share their name with a reference.
_PLAIN = frozenset({("payment", "deposit")})
TABLES: dict[str, tuple[str, str]] = {
    "entity": ("customer", "entityid"),
    "currency": ("currency", "name"),
    "subsidiary": ("subsidiary", "name"),
    "account": ("account", "accountsearchdisplayname"),
    "item": ("item", "itemid"),
    "transaction": ("transaction", "tranid"),
    "accountingperiod": ("accountingperiod", "periodname"),
}
_RECORD_NAMES = {
    "entity": "customer",
    "currency": "currency",
    "subsidiary": "subsidiary",
    "account": "account",
    "accountingperiod": "accountingPeriod",
}
_NUMBER = re.compile(r"-?[0-9]{1,18}")
# Reference data that `Books.cache` is emptied for when it changes.
_CACHED = frozenset({"account", "currency", "subsidiary", "item", "accountingperiod"})
MAY_BE_INACTIVE = ("entity", "item", "account", "currency", "subsidiary")


def target_of(record_type: RecordType, name: str, *, in_sublist: str | None = None) -> str | None:
    """What a property points to on this record; None if it is no reference here."""
    if in_sublist is None:
        if name in record_type.sublists:
            return None
        return TARGETS.get(name) or _FAMILY_TARGETS.get((record_type.family, name))
    if in_sublist == "subsidiary" or (in_sublist, name) in _PLAIN:
        return None
    return TARGETS.get(name)


def is_reference(record_type: RecordType, name: str, *, in_sublist: str | None = None) -> bool:
    """Whether a property is a reference on this record (the same name may be a sublist or plain on another)."""
    return target_of(record_type, name, in_sublist=in_sublist) is not None


def normalise(books: Books, record_type: RecordType, body: Body, *, dropped: list[str] | None = None) -> Body:
    """Turn every reference of a body into `{"id": "…"}` after checking that it exists and is active.

    Accepts `{"id"}`, `{"externalId"}` and a bare id. Raises the Invalid Field Value text with its path, or, where
    `dropped` is a list, leaves the property out and adds its path there (X-NetSuite-PropertyValueValidation).
    """
    done: Body = {}
    for name, value in body.items():
        if name in record_type.sublists and isinstance(value, dict):
            lines = value["items"]
            if lines is not None:
                lines = [_line(books, record_type, name, i, line, dropped) for i, line in enumerate(lines)]
            done[name] = {"items": lines}
            continue
        target = None if value is None else target_of(record_type, name)
        if target is None:
            done[name] = value
        else:
            _put(books, done, (name, target), value, name, dropped)
    return done


def _line(
    books: Books, record_type: RecordType, sublist: str, index: int, line: Body, dropped: list[str] | None
) -> Body:
    path = f"{sublist}.items[{index}]"
    if sublist == "subsidiary":
        return _resolve(books, "subsidiary", "subsidiary", line, path)
    done: Body = {}
    for name, value in line.items():
        target = None if value is None else target_of(record_type, name, in_sublist=sublist)
        if target is None:
            done[name] = value
        else:
            _put(books, done, (name, target), value, f"{path}.{name}", dropped)
    return done


def _put(books: Books, done: Body, field: tuple[str, str], value: Any, path: str, dropped: list[str] | None) -> None:
    name, target = field
    try:
        done[name] = _resolve(books, name, target, value, path)
    except errors.Refused:
        if dropped is None:
            raise
        dropped.append(path)


def _resolve(books: Books, name: str, target: str, value: Any, path: str) -> Body:
    given = value.get("id", value.get("externalId")) if isinstance(value, dict) else value
    if given is None or isinstance(given, bool | list | dict):
        raise errors.invalid_value(name, path=path)
    by_external_id = isinstance(value, dict) and "id" not in value
    found = _by_external_id(books, target, str(given)) if by_external_id else _by_id(books, target, str(given))
    if found is None:
        raise errors.invalid_field(given, name, path=path)
    return {"id": str(found)}


def _by_external_id(books: Books, target: str, external_id: str) -> int | None:
    if target not in TABLES:
        return None
    table, _ = TABLES[target]
    active = "AND t.isinactive = 'F'" if target in MAY_BE_INACTIVE else ""
    row = books.row(
        f'SELECT r.id FROM sandbox_record r JOIN "{table}" t ON t.id = r.id '  # noqa: S608 - names are ours
        f"WHERE r.family = ? AND r.externalkey = ? {active}",
        (target, external_id.casefold()),
    )
    return int(row["id"]) if row is not None else None


def _by_id(books: Books, target: str, text: str) -> int | None:
    if not _NUMBER.fullmatch(text):
        return None
    number = int(text)
    key = ("active", target, number)
    if key in books.cache:
        return number
    if not _is_active(books, target, number):
        return None
    if target in _CACHED or target.startswith(LIST_PREFIX):
        books.cache[key] = True
    return number


def _is_active(books: Books, target: str, number: int) -> bool:
    if target.startswith(LIST_PREFIX):
        query = "SELECT 1 FROM sandbox_list WHERE list = ? AND id = ?"
        return books.row(query, (target.removeprefix(LIST_PREFIX), number)) is not None
    table, _ = TABLES[target]
    active = "AND isinactive = 'F'" if target in MAY_BE_INACTIVE else ""
    return books.row(f'SELECT 1 FROM "{table}" WHERE id = ? {active}', (number,)) is not None  # noqa: S608 - names are ours


def shown(books: Books, record_type: RecordType, name: str, value: Body, base_url: str) -> Body:
    """A reference as GET shows it: `links`, `id`, `refName`; any other object as it is."""
    target = TARGETS.get(name) or _FAMILY_TARGETS.get((record_type.family, name))
    number = value.get("id")
    if target is None or number is None:
        return value
    if target.startswith(LIST_PREFIX):
        row = books.row(
            "SELECT name FROM sandbox_list WHERE list = ? AND id = ?", (target.removeprefix(LIST_PREFIX), int(number))
        )
        return {"links": [], "id": str(number), "refName": row["name"] if row is not None else ""}
    table, label = TABLES[target]
    row = books.row(f'SELECT "{label}" AS name FROM "{table}" WHERE id = ?', (int(number),))  # noqa: S608
    links = [{"rel": "self", "href": f"{base_url}/{_record_name(books, target, int(number))}/{number}"}]
    return {"links": links, "id": str(number), "refName": row["name"] if row is not None else ""}


def _record_name(books: Books, target: str, number: int) -> str:
    if target in _RECORD_NAMES:
        return _RECORD_NAMES[target]
    row = books.row("SELECT type FROM sandbox_record WHERE family = ? AND id = ?", (target, number))
    return str(row["type"]) if row is not None else target
