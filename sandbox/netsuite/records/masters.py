"""Customers, items and currency rates: their required fields, their unique names, and their SuiteQL rows."""

from __future__ import annotations

from decimal import Decimal

from sandbox.netsuite import errors
from sandbox.netsuite.books.amounts import stored
from sandbox.netsuite.books.database import Books, stored_day
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
    """Write a customer. Needs a company name (or first and last name of a person) and a subsidiary.

    The entity id defaults to the name and is unique among all entities: `This entity already exists.`
    """
    is_person = body.flag("isPerson")
    first, last, company = body.text("firstName"), body.text("lastName"), body.text("companyName")
    if is_person and not (first and last):
        raise errors.missing_value("First Name", "Last Name") if not first else errors.missing_value("Last Name")
    if not is_person and not company:
        raise errors.missing_value("Company Name")
    subsidiary = body.reference("subsidiary")
    if subsidiary is None:
        raise errors.missing_value("Primary Subsidiary")
    name = body.text("entityId") or company or f"{first} {last}"
    _check_lengths(
        {"entityId": (name, _MOST_NAME), "companyName": (company, _MOST_NAME), "email": (body.text("email"), 254)}
    )
    taken = books.row("SELECT id FROM customer WHERE entityid = ? COLLATE NOCASE AND id <> ?", (name, record_id))
    if taken is not None:
        raise errors.user_error(errors.DUPLICATE_ENTITY)
    default = books.row("SELECT currency FROM subsidiary WHERE id = ?", (subsidiary,))
    currency = body.reference("currency") or (int(default["currency"]) if default is not None else 1)
    _check_unchanged_subsidiary(books, record_id, subsidiary)
    books.execute("DELETE FROM customer WHERE id = ?", (record_id,))
    books.insert(
        "customer",
        {
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
            "isinactive": "T" if body.flag("isInactive") else "F",
            "externalid": external_id,
            "datecreated": books.stamp,
            "lastmodifieddate": books.stamp,
            **body.custom("custentity_"),
        },
    )
    books.execute("DELETE FROM sandbox_customer_currency WHERE customer = ?", (record_id,))
    listed = {line.reference("currency") for line in body.lines("currencyList")} - {None}
    for key in sorted({currency, *(key for key in listed if key is not None)}):
        books.execute("INSERT INTO sandbox_customer_currency VALUES (?, ?)", (record_id, key))


def save_item(books: Books, record_type: RecordType, record_id: int, body: Reader, external_id: str | None) -> None:
    """Write an item. Needs a unique item id, its account, its rate (discount items) and a subsidiary collection."""
    name = body.text("itemId")
    if not name:
        raise errors.missing_value("Item Name/Number")
    offered = body.lines("subsidiary")
    if not offered:
        raise errors.missing_value("Subsidiary")
    is_discount = record_type.name == "discountItem"
    account_field = "account" if is_discount else "incomeAccount"
    account = body.reference(account_field)
    if account is None and not (is_discount and body.flag("nonPosting")):
        raise errors.missing_value("Account" if is_discount else "Income Account")
    if is_discount and not body.has("rate"):
        raise errors.missing_value("Rate")
    _check_lengths({"itemId": (name, 60), "displayName": (body.text("displayName"), 60)})
    taken = books.row("SELECT id FROM item WHERE itemid = ? COLLATE NOCASE AND id <> ?", (name, record_id))
    if taken is not None:
        raise errors.user_error(errors.DUPLICATE_ITEM)
    item_type, subtype = _ITEM_TYPES[record_type.name]
    books.execute("DELETE FROM item WHERE id = ?", (record_id,))
    books.insert(
        "item",
        {
            "id": record_id,
            "itemid": name,
            "displayname": body.text("displayName"),
            "fullname": name,
            "itemtype": item_type,
            "subtype": subtype,
            "incomeaccount": account,
            "isinactive": "T" if body.flag("isInactive") else "F",
            "externalid": external_id,
            "lastmodifieddate": books.stamp,
            **body.custom("custitem_"),
        },
    )
    books.execute("DELETE FROM sandbox_item_subsidiary WHERE item = ?", (record_id,))
    includes = "T" if body.flag("includeChildren") else "F"
    for key in {int(line.body["id"]) for line in offered}:
        books.execute("INSERT INTO sandbox_item_subsidiary VALUES (?, ?, ?)", (record_id, key, includes))


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
    """Whether a transaction refers to a customer or item, which then cannot be deleted."""
    column = {"entity": "entity", "item": "item"}.get(family)
    if column is None:
        return False
    query = f"SELECT 1 FROM transactionline WHERE {column} = ? LIMIT 1"  # noqa: S608 - one of two names
    return books.row(query, (record_id,)) is not None


def delete_row(books: Books, family: str, record_id: int) -> None:
    """Take a customer, item or rate out of its SuiteQL table."""
    table = {"entity": "customer", "item": "item", "currencyrate": "currencyrate"}[family]
    books.execute(f'DELETE FROM "{table}" WHERE id = ?', (record_id,))  # noqa: S608 - one of three names


def _check_unchanged_subsidiary(books: Books, customer: int, subsidiary: int) -> None:
    row = books.row("SELECT subsidiary FROM customer WHERE id = ?", (customer,))
    if row is not None and row["subsidiary"] != subsidiary and is_used(books, "entity", customer):
        raise errors.user_error(
            "You cannot change the subsidiary of this entity because one or more transactions exist for this entity."
        )


def _check_lengths(values: dict[str, tuple[str | None, int]]) -> None:
    for name, (value, most) in values.items():
        if value is not None and len(value) > most:
            raise errors.user_error(
                f"The field {name} contained more than the maximum number ( {most} ) of characters allowed."
            )
