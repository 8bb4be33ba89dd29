"""Customers, items and currency rates: their required fields, their unique names, and their SuiteQL rows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sandbox.netsuite import errors
from sandbox.netsuite.books.amounts import stored
from sandbox.netsuite.books.audit import note_changes, note_deletion
from sandbox.netsuite.books.database import Books, Row, stored_day
from sandbox.netsuite.books.reference import base_currency
from sandbox.netsuite.reading import Reader
from sandbox.netsuite.records.catalog import RecordType

_ITEM_TYPES = {
    "serviceSaleItem": ("Service", "Sale"),
    "serviceResaleItem": ("Service", "Resale"),
    "nonInventorySaleItem": ("NonInvtPart", "Sale"),
    "nonInventoryResaleItem": ("NonInvtPart", "Resale"),
    "discountItem": ("Discount", None),
}
_MOST_NAME = 83


def save_customer(books: Books, record_id: int, body: Reader, external_id: str | None) -> None:
    """Write a customer. Needs a company name (or first and last name of a person) and, in OneWorld, a subsidiary.

    The entity id defaults to the name and is unique among all entities: `This entity already exists.`
    """
    is_person = body.flag("isPerson")
    first, last, company = body.text("firstName"), body.text("lastName"), body.text("companyName")
    if is_person and not (first and last):
        raise errors.missing_value("First Name", "Last Name") if not first else errors.missing_value("Last Name")
    if not is_person and not company:
        raise errors.missing_value("Company Name")
    name = _entity_id(books, record_id, body, default=company or f"{first} {last}")
    _check_lengths(
        {"entityId": (name, _MOST_NAME), "companyName": (company, _MOST_NAME), "email": (body.text("email"), 254)}
    )
    before = books.row("SELECT * FROM customer WHERE id = ?", (record_id,))
    subsidiary = _customer_subsidiary(books, body, before)
    currency = body.reference("currency") or base_currency(books, subsidiary).id
    parent = _parent(books, record_id, body)
    columns = {
        "id": record_id,
        "entityid": name,
        "companyname": company,
        "firstname": first,
        "lastname": last,
        "email": body.text("email"),
        "phone": body.text("phone"),
        "isperson": "T" if is_person else "F",
        "currency": currency,
        "subsidiary": subsidiary,
        "parent": parent,
        "isinactive": "T" if body.flag("isInactive") else "F",
        "externalid": external_id,
        "datecreated": before["datecreated"] if before is not None else books.stamp,
        "lastmodifieddate": books.stamp,
        **body.custom("custentity_"),
    }
    if before is not None:
        books.execute("DELETE FROM customer WHERE id = ?", (record_id,))
        books.execute("DELETE FROM sandbox_customer_currency WHERE customer = ?", (record_id,))
    books.insert("customer", columns)
    listed = {line.reference("currency") for line in body.lines("currencyList")} - {None}
    rows = [{"customer": record_id, "currency": key} for key in sorted({currency, *(key for key in listed if key)})]
    books.insert_all("sandbox_customer_currency", rows)
    after = books.row("SELECT * FROM customer WHERE id = ?", (record_id,)) if before is not None else None
    if before is not None and after is not None:
        note_changes(books, "entity", record_id, before, after)


def _entity_id(books: Books, record_id: int, body: Reader, *, default: str) -> str:
    """The entity id: given, or the name where entities are numbered; never another entity's."""
    given = body.text("entityId")
    if not given and not books.options.features.auto_numbering:
        raise errors.missing_value("Customer ID")
    name = given or default
    if (
        books.row("SELECT id FROM customer WHERE entityid = ? COLLATE NOCASE AND id <> ?", (name, record_id))
        is not None
    ):
        raise errors.user_error(errors.DUPLICATE_ENTITY)
    return name


def _customer_subsidiary(books: Books, body: Reader, before: Row | None) -> int:
    subsidiary = body.reference("subsidiary")
    if subsidiary is None:
        if books.options.features.one_world:
            raise errors.missing_value("Primary Subsidiary")
        subsidiary = 1
    if before is not None and before["subsidiary"] != subsidiary and is_used(books, "entity", before["id"]):
        raise errors.user_error(
            "You cannot change the subsidiary of this entity because one or more transactions exist for this entity."
        )
    return subsidiary


def _parent(books: Books, record_id: int, body: Reader) -> int | None:
    """The customer above; refused where it would stand above itself."""
    parent = body.reference("parent")
    current = parent
    while current is not None:
        if current == record_id:
            raise errors.invalid_field(parent, "parent", path="parent")
        row = books.row("SELECT parent FROM customer WHERE id = ?", (current,))
        current = row["parent"] if row is not None else None
    return parent


def save_item(books: Books, record_type: RecordType, record_id: int, body: Reader, external_id: str | None) -> None:
    """Write an item. Needs a unique item id, its account, its rate (discount items) and a subsidiary collection."""
    name = body.text("itemId")
    if not name:
        raise errors.missing_value("Item Name/Number")
    offered = _offered(books, body)
    _check_item(books, record_type, body)
    _check_lengths({"itemId": (name, 60), "displayName": (body.text("displayName"), 60)})
    if books.row("SELECT id FROM item WHERE itemid = ? COLLATE NOCASE AND id <> ?", (name, record_id)) is not None:
        raise errors.user_error(errors.DUPLICATE_ITEM)
    before = books.row("SELECT * FROM item WHERE id = ?", (record_id,))
    books.execute("DELETE FROM item WHERE id = ?", (record_id,))
    columns = {"id": record_id, "externalid": external_id, "lastmodifieddate": books.stamp}
    books.insert("item", {**columns, **_item_columns(record_type, name, body, offered)})
    books.execute("DELETE FROM sandbox_item_subsidiary WHERE item = ?", (record_id,))
    for key, below in offered.items():
        books.execute("INSERT INTO sandbox_item_subsidiary VALUES (?, ?, ?)", (record_id, key, "T" if below else "F"))
    after = books.row("SELECT * FROM item WHERE id = ?", (record_id,)) if before is not None else None
    if before is not None and after is not None:
        note_changes(books, "item", record_id, before, after)


def _check_item(books: Books, record_type: RecordType, body: Reader) -> None:
    """What an item needs besides its name, by type and features."""
    features = books.options.features
    is_discount = record_type.name == "discountItem"
    has_account = body.has("account" if is_discount else "incomeAccount")
    if not has_account and not (is_discount and body.flag("nonPosting")):
        raise errors.missing_value("Account" if is_discount else "Income Account")
    if is_discount and not body.has("rate"):
        raise errors.missing_value("Rate")
    if features.sui_tax and not is_discount and not body.has("taxSchedule"):
        raise errors.missing_value("Tax Schedule")
    if features.advanced_revenue and body.has("revenueRecognitionRule") and not body.has("deferredRevenueAccount"):
        raise errors.missing_value("Deferred Revenue Account")


def _item_columns(record_type: RecordType, name: str, body: Reader, offered: dict[int, bool]) -> dict[str, Any]:
    """The SuiteQL columns of an item and what sales must know of it."""
    item_type, subtype = _ITEM_TYPES[record_type.name]
    is_discount = record_type.name == "discountItem"
    account = body.reference("account" if is_discount else "incomeAccount")
    rate = body.body.get("rate")
    return {
        "itemid": name,
        "displayname": body.text("displayName"),
        "fullname": name,
        "itemtype": item_type,
        "subtype": subtype,
        "incomeaccount": account,
        "isinactive": "T" if body.flag("isInactive") else "F",
        "sandbox_account": None if is_discount and body.flag("nonPosting") else account,
        "sandbox_deferred": None if is_discount else body.reference("deferredRevenueAccount"),
        "sandbox_rate": str(rate) if rate is not None else None,
        "sandbox_offered": ",".join(f"{key}+" if below else str(key) for key, below in offered.items()),
        "sandbox_tax_schedule": body.reference("taxSchedule"),
        "sandbox_tax_code": body.reference("salesTaxCode"),
        "sandbox_rule": body.reference("revenueRecognitionRule"),
        **body.custom("custitem_"),
    }


def _offered(books: Books, body: Reader) -> dict[int, bool]:
    """The subsidiaries that sell an item, and whether those below them do too."""
    lines = body.lines("subsidiary")
    if not lines:
        if books.options.features.one_world:
            raise errors.missing_value("Subsidiary")
        return {1: True}
    return {int(line.body["id"]): body.flag("includeChildren") for line in lines}


def save_rate(books: Books, record_id: int, body: Reader) -> None:
    """Write a currency rate: one unit of the transaction currency in units of the base currency, from a day on."""
    base, currency = body.reference("baseCurrency"), body.reference("transactionCurrency")
    rate, day = body.number("exchangeRate"), body.day("effectiveDate")
    missing = [
        label
        for label, value in (
            ("Base Currency", base),
            ("Source Currency", currency),
            ("Exchange Rate", rate),
            ("Effective Date", day),
        )
        if value is None
    ]
    if missing or rate is None or day is None:
        raise errors.missing_value(*missing)
    if rate <= Decimal(0):
        raise errors.user_error("Invalid currency conversion rate.")
    books.execute("DELETE FROM currencyrate WHERE id = ?", (record_id,))
    row = {
        "id": record_id,
        "basecurrency": base,
        "transactioncurrency": currency,
        "exchangerate": stored(rate),
        "effectivedate": stored_day(day),
        "lastmodifieddate": books.stamp,
    }
    books.insert("currencyrate", row)


def is_used(books: Books, family: str, record_id: int) -> bool:
    """Whether a transaction or a sub-customer refers to a customer or item, which then cannot be deleted."""
    column = {"entity": "entity", "item": "item"}.get(family)
    if column is None:
        return False
    query = f"SELECT 1 FROM transactionline WHERE {column} = ? LIMIT 1"  # noqa: S608 - one of two names
    if books.row(query, (record_id,)) is not None:
        return True
    below = "SELECT 1 FROM customer WHERE parent = ? LIMIT 1"
    return family == "entity" and books.row(below, (record_id,)) is not None


def delete_row(books: Books, family: str, record_id: int) -> None:
    """Take a customer, item or rate out of its SuiteQL table; customers and items leave a deleted record behind."""
    table = {"entity": "customer", "item": "item", "currencyrate": "currencyrate"}[family]
    name = {"customer": "entityid", "item": "itemid"}.get(table)
    row = books.row(f'SELECT * FROM "{table}" WHERE id = ?', (record_id,))  # noqa: S608 - one of three names
    if name is not None and row is not None:
        note_deletion(books, "Customer" if table == "customer" else "Item", record_id, row[name])
    books.execute(f'DELETE FROM "{table}" WHERE id = ?', (record_id,))  # noqa: S608 - one of three names


def _check_lengths(values: dict[str, tuple[str | None, int]]) -> None:
    for name, (value, most) in values.items():
        if value is not None and len(value) > most:
            raise errors.user_error(
                f"The field {name} contained more than the maximum number ( {most} ) of characters allowed."
            )
