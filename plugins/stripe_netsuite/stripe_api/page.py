"""What a page of a Stripe list must be, so that walking by cursor gives every row once.

Receives decoded pages in the order they came. Promises to raise PageInvariantBroken where going on would lose or
repeat rows silently: Stripe's SDK and the connectors in the field end early and report success.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, NamedTuple, NoReturn, TypeVar

import msgspec

from stripe_netsuite.errors import PageInvariantBroken

Row = TypeVar("Row")


class ListPage(msgspec.Struct, Generic[Row]):
    """Stripe's list envelope."""

    object: str
    data: list[Row]
    has_more: bool


class PageKeys(NamedTuple):
    """What a walk goes on by. `created` holds None where the type has no creation."""

    ids: list[str]
    created: list[Any]


class PageChecker:
    """Checks the pages of one cursor walk over `path`.

    `object_type` is what each row's `object` must say. With `span` (first second, first second after) the rows must
    also lie in it and come newest first: slices of `created` depend on both.
    """

    def __init__(self, path: str, object_type: str | None, span: tuple[int, int] | None = None) -> None:
        self._path = path
        self._object_type = object_type
        self._span = span
        self._last_ids: frozenset[str] = frozenset()
        self._oldest: int | None = None

    def check(self, page: ListPage[Any]) -> PageKeys:
        """Check the next page; return the ids and creations of its rows, in their order."""
        if page.object != "list":
            self._broken("not a list", saw=f"object {page.object!r}", expected="object 'list'")
        if page.has_more and not page.data:
            self._broken("an empty page that promises more", saw="has_more true, no rows", expected="rows")
        ids, kinds, created = _columns(page.data)
        self._check_identity(ids, kinds)
        unique = frozenset(ids)
        if len(unique) != len(ids):
            repeated = next(identity for number, identity in enumerate(ids) if identity in ids[:number])
            self._broken("a page repeats a row", saw=repeated, expected="each id once")
        again = unique & self._last_ids
        if again:
            self._broken("the cursor does not move", saw=f"{min(again)} on two pages in a row", expected="older rows")
        if self._span and ids:
            self._check_order(ids, created, self._span)
        self._last_ids = unique
        return PageKeys(ids, created)

    def _check_identity(self, ids: Sequence[Any], kinds: Sequence[Any]) -> None:
        for identity, kind in zip(ids, kinds, strict=True):
            if not isinstance(identity, str) or not identity:
                self._broken("a row has no id", saw=repr(identity), expected="a Stripe id")
            if kind != self._object_type and self._object_type:
                self._broken("a row of another object type", saw=f"{kind} {identity}", expected=self._object_type)

    def _check_order(self, ids: Sequence[str], created: Sequence[Any], span: tuple[int, int]) -> None:
        before = span[1] - 1 if self._oldest is None else self._oldest
        for identity, instant in zip(ids, created, strict=True):
            if not isinstance(instant, int) or not span[0] <= instant < span[1]:
                self._broken(
                    "a row outside of the asked span",
                    saw=f"{identity} created {instant}",
                    expected=f"{span[0]} <= created < {span[1]}",
                )
            if instant > before:
                self._broken(
                    "rows are not sorted newest first",
                    saw=f"{identity} created {instant} after {before}",
                    expected="created never rising",
                )
            before = instant
        self._oldest = before

    def _broken(self, message: str, *, saw: str, expected: str) -> NoReturn:
        raise PageInvariantBroken(
            message,
            subject=f"Stripe list {self._path}",
            saw=saw,
            expected=expected,
            next_step="nothing of this list was taken for complete; run again, and tell Stripe if it stays",
        )


def _columns(rows: Sequence[Any]) -> tuple[list[Any], list[Any], list[Any]]:
    """Return ids, object types and creations of rows that are dicts or structs; None where a field is missing."""
    if rows and isinstance(rows[0], dict):
        return (
            [row.get("id") for row in rows],
            [row.get("object") for row in rows],
            [row.get("created") for row in rows],
        )
    return (
        [row.id for row in rows],
        [row.object for row in rows],
        [getattr(row, "created", None) for row in rows],
    )
