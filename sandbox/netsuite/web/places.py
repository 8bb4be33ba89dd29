"""The addresses of the NetSuite pages."""

from __future__ import annotations

from urllib.parse import quote

BOOKS = "/_sandbox/books"
RECORDS = f"{BOOKS}/records"


def record_place(type_name: str, record_id: int) -> str:
    """The page of one record."""
    return f"{RECORDS}/{quote(type_name)}/{record_id}"
