"""Contacts attached to records (`!attach`, `!detach`), and the `contactRoles` that GET of a customer shows."""

from __future__ import annotations

from sandbox.netsuite.books.database import Books, Row
from sandbox.netsuite.jsontext import Body, decode_stored
from sandbox.netsuite.records.catalog import RecordType
from sandbox.netsuite.records.contacts import contact_name

PRIMARY_CONTACT = "-10"
_ROLE_NAMES = {PRIMARY_CONTACT: "Primary Contact"}


def attach(books: Books, target: RecordType, record_id: int, contact: int, role: str | None) -> None:
    """Attach a contact; a second time changes its role."""
    with books.writing():
        books.execute(
            "INSERT OR REPLACE INTO sandbox_attachment (family, id, contact, role) VALUES (?, ?, ?, ?)",
            (target.family, record_id, contact, role),
        )


def detach(books: Books, target: RecordType, record_id: int, contact: int) -> bool:
    """Detach a contact; False if it was not attached."""
    with books.writing():
        found = _rows(books, target.family, record_id)
        books.execute(
            "DELETE FROM sandbox_attachment WHERE family = ? AND id = ? AND contact = ?",
            (target.family, record_id, contact),
        )
    return any(row["contact"] == contact for row in found)


def forget(books: Books, family: str, record_id: int) -> None:
    """Take a deleted record out of every attachment. Runs inside the caller's transaction."""
    books.execute("DELETE FROM sandbox_attachment WHERE family = ? AND id = ?", (family, record_id))
    if family == "entity":
        books.execute("DELETE FROM sandbox_attachment WHERE contact = ?", (record_id,))


def contact_roles(books: Books, family: str, record_id: int, base_url: str) -> list[Body]:
    """The lines of `contactRoles`."""
    return [_shown(books, row, base_url) for row in _rows(books, family, record_id)]


def _rows(books: Books, family: str, record_id: int) -> list[Row]:
    return books.rows(
        "SELECT contact, role FROM sandbox_attachment WHERE family = ? AND id = ? ORDER BY contact", (family, record_id)
    )


def _shown(books: Books, row: Row, base_url: str) -> Body:
    found = books.row("SELECT body FROM sandbox_record WHERE family = 'entity' AND id = ?", (row["contact"],))
    body = decode_stored(found["body"]) if found is not None else {}
    number = str(row["contact"])
    links = [{"rel": "self", "href": f"{base_url}/contact/{number}"}]
    line: Body = {
        "contact": {"links": links, "id": number, "refName": contact_name(body)},
        "contactName": contact_name(body),
    }
    if body.get("email"):
        line["email"] = body["email"]
    if row["role"] is not None:
        line["role"] = {"id": row["role"], "refName": _ROLE_NAMES.get(row["role"], "")}
    return line
