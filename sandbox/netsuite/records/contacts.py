"""Contacts: people who can be attached to a customer. They share ids and external ids with the other entities."""

from __future__ import annotations

from sandbox.netsuite import errors
from sandbox.netsuite.books.database import Books
from sandbox.netsuite.jsontext import Body, decode_stored
from sandbox.netsuite.reading import Reader

DUPLICATE = "A contact record with this name already exists. Every contact record must have a unique name."


def save_contact(books: Books, record_id: int, body: Reader) -> None:
    """Check a contact: a name (entity id, or first or last name) that no other contact has; with OneWorld a subsidiary."""
    name = contact_name(body.body)
    if not name:
        raise errors.missing_value("Contact Name")
    if books.options.features.one_world and body.reference("subsidiary") is None:
        raise errors.missing_value("Primary Subsidiary")
    rows = books.rows("SELECT body FROM sandbox_record WHERE type = 'contact' AND id <> ?", (record_id,))
    if any(contact_name(decode_stored(row["body"])).casefold() == name.casefold() for row in rows):
        raise errors.user_error(DUPLICATE)


def contact_name(body: Body) -> str:
    """A contact's name: its entity id, or first and last name."""
    parts = (body.get("firstName"), body.get("lastName"))
    return str(body.get("entityId") or " ".join(str(part) for part in parts if part))
