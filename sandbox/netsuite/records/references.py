"""References in bodies: what each field points to, whether it exists, and how it is called (refName)."""

from __future__ import annotations

from typing import Any

from sandbox.netsuite import errors
from sandbox.netsuite.books.database import Books
from sandbox.netsuite.jsontext import Body
from sandbox.netsuite.records.catalog import RecordType

_LIST = "list:"
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
    "doc": "transaction",
    "postingPeriod": "accountingperiod",
    "class": _LIST + "classification",
    "department": _LIST + "department",
    "location": _LIST + "location",
    "paymentMethod": _LIST + "paymentMethod",
    "paymentOption": _LIST + "paymentMethod",
    "terms": _LIST + "term",
    "taxSchedule": _LIST + "taxSchedule",
    "price": _LIST + "priceLevel",
    "priceLevel": _LIST + "priceLevel",
}
_TABLES: dict[str, tuple[str, str]] = {
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
_MAY_BE_INACTIVE = ("entity", "item", "account", "currency", "subsidiary")


def is_reference(record_type: RecordType, name: str, *, in_sublist: str | None = None) -> bool:
    """Whether a property is a reference on this record (the same name may be a sublist or plain on another)."""
    if in_sublist is None and name in record_type.sublists:
        return False
    if in_sublist == "subsidiary":
        return False
    return name in TARGETS


def normalise(books: Books, record_type: RecordType, body: Body) -> Body:
    """Turn every reference of a body into `{"id": "…"}` after checking that it exists and is active.

    Accepts `{"id"}`, `{"externalId"}` and a bare id. Raises the Invalid Field Value text with its path.
    """
    done: Body = {}
    for name, value in body.items():
        if name in record_type.sublists and isinstance(value, dict):
            lines = value["items"]
            done[name] = {
                "items": None if lines is None else [_line(books, record_type, name, i, x) for i, x in enumerate(lines)]
            }
        elif value is not None and is_reference(record_type, name):
            done[name] = _resolve(books, name, value, name)
        else:
            done[name] = value
    return done


def _line(books: Books, record_type: RecordType, sublist: str, index: int, line: Body) -> Body:
    path = f"{sublist}.items[{index}]"
    if sublist == "subsidiary":
        return _resolve(books, "subsidiary", line, path)
    return {
        name: _resolve(books, name, value, f"{path}.{name}")
        if value is not None and is_reference(record_type, name, in_sublist=sublist)
        else value
        for name, value in line.items()
    }


def _resolve(books: Books, name: str, value: Any, path: str) -> Body:
    target = TARGETS[name]
    given = value.get("id", value.get("externalId")) if isinstance(value, dict) else value
    if given is None or isinstance(given, bool | list | dict):
        raise errors.invalid_value(name, path=path)
    by_external_id = isinstance(value, dict) and "id" not in value
    found = _by_external_id(books, target, str(given)) if by_external_id else _by_id(books, target, str(given))
    if found is None:
        raise errors.invalid_field(given, name, path=path)
    return {"id": str(found)}


def _by_external_id(books: Books, target: str, external_id: str) -> int | None:
    row = books.row(
        "SELECT id FROM sandbox_record WHERE family = ? AND externalkey = ?", (target, external_id.casefold())
    )
    return _by_id(books, target, str(row["id"])) if row is not None else None


def _by_id(books: Books, target: str, text: str) -> int | None:
    if not text.lstrip("-").isdigit():
        return None
    number = int(text)
    if target.startswith(_LIST):
        row = books.row("SELECT id FROM sandbox_list WHERE list = ? AND id = ?", (target.removeprefix(_LIST), number))
        return number if row is not None else None
    table, _ = _TABLES[target]
    active = "AND isinactive = 'F'" if target in _MAY_BE_INACTIVE else ""
    row = books.row(f'SELECT id FROM "{table}" WHERE id = ? {active}', (number,))  # noqa: S608 - names are ours
    return number if row is not None else None


def shown(books: Books, name: str, value: Body, base_url: str) -> Body:
    """A reference as GET shows it: `links`, `id`, `refName`."""
    target = TARGETS.get(name)
    number = value.get("id")
    if target is None or number is None:
        return value
    if target.startswith(_LIST):
        row = books.row(
            "SELECT name FROM sandbox_list WHERE list = ? AND id = ?", (target.removeprefix(_LIST), int(number))
        )
        return {"links": [], "id": str(number), "refName": row["name"] if row is not None else ""}
    table, label = _TABLES[target]
    row = books.row(f'SELECT "{label}" AS name FROM "{table}" WHERE id = ?', (int(number),))  # noqa: S608
    links = [{"rel": "self", "href": f"{base_url}/{_record_name(books, target, int(number))}/{number}"}]
    return {"links": links, "id": str(number), "refName": row["name"] if row is not None else ""}


def _record_name(books: Books, target: str, number: int) -> str:
    if target in _RECORD_NAMES:
        return _RECORD_NAMES[target]
    row = books.row("SELECT type FROM sandbox_record WHERE family = ? AND id = ?", (target, number))
    return str(row["type"]) if row is not None else target
