"""Classes, departments and locations: the line's own, else the header's; refused where a feature makes them mandatory."""

from __future__ import annotations

from typing import Any

from sandbox.netsuite import errors
from sandbox.netsuite.books.database import Books
from sandbox.netsuite.reading import Reader

_LABELS = {"department": "Department", "class": "Class", "location": "Location"}


def segments_of(body: Reader) -> dict[str, int]:
    """The segments a body or line names itself."""
    named = {name: body.reference(name) for name in _LABELS}
    return {name: value for name, value in named.items() if value is not None}


def line_segments(books: Books, header: dict[str, int], line: Reader) -> dict[str, Any]:
    """The segment and custom columns of a line. Raises `Please enter value(s) for: …` for mandatory ones."""
    found = header | segments_of(line)
    check_mandatory(books, found)
    return {**found, **line.custom("custcol_")}


def check_mandatory(books: Books, found: dict[str, int]) -> None:
    """Refuse where a mandatory segment is missing."""
    missing = [label for name, label in _LABELS.items() if name in books.options.features.mandatory - found.keys()]
    if missing:
        raise errors.missing_value(*missing)
