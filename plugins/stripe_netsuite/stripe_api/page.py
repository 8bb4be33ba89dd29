"""What a page of a Stripe list must be, so that walking by cursor gives every row once.

Receives decoded pages in the order they came. Promises to raise PageInvariantBroken where going on would lose or
repeat rows silently: Stripe's SDK and the connectors in the field end early and report success.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, NoReturn, TypeVar

import msgspec

from stripe_netsuite.errors import PageInvariantBroken

Row = TypeVar("Row")


class ListPage(msgspec.Struct, Generic[Row]):
    """Stripe's list envelope."""

    object: str
    data: list[Row]
    has_more: bool


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

    def check(self, page: ListPage[Any]) -> Sequence[str]:
        """Check the next page; return the ids of its rows."""
        if page.object != "list":
            self._broken("not a list", saw=f"object {page.object!r}", expected="object 'list'")
        if page.has_more and not page.data:
            self._broken("an empty page that promises more", saw="has_more true, no rows", expected="rows")
        ids = [self._checked_id(row) for row in page.data]
        unique = frozenset(ids)
        if len(unique) != len(ids):
            self._broken("a page repeats a row", saw=_repeated(ids), expected="each id once")
        again = unique & self._last_ids
        if again:
            self._broken("the cursor does not move", saw=f"{min(again)} on two pages in a row", expected="older rows")
        if self._span:
            self._check_order(page.data, self._span)
        self._last_ids = unique
        return ids

    def _checked_id(self, row: Any) -> str:
        identity, kind = field_of(row, "id"), field_of(row, "object")
        if not isinstance(identity, str) or not identity:
            self._broken("a row has no id", saw=repr(identity), expected="a Stripe id")
        if self._object_type and kind != self._object_type:
            self._broken("a row of another object type", saw=f"{kind} {identity}", expected=self._object_type)
        return identity

    def _check_order(self, rows: Sequence[Any], span: tuple[int, int]) -> None:
        for row in rows:
            created = field_of(row, "created")
            if not isinstance(created, int) or not span[0] <= created < span[1]:
                self._broken(
                    "a row outside of the asked span",
                    saw=f"{field_of(row, 'id')} created {created}",
                    expected=f"{span[0]} <= created < {span[1]}",
                )
            if self._oldest is not None and created > self._oldest:
                self._broken(
                    "rows are not sorted newest first",
                    saw=f"{field_of(row, 'id')} created {created} after {self._oldest}",
                    expected="created never rising",
                )
            self._oldest = created

    def _broken(self, message: str, *, saw: str, expected: str) -> NoReturn:
        raise PageInvariantBroken(
            message,
            subject=f"Stripe list {self._path}",
            saw=saw,
            expected=expected,
            next_step="nothing of this list was taken for complete; run again, and tell Stripe if it stays",
        )


def field_of(row: Any, name: str) -> Any:
    """Return a field of a row that is a dict or a struct; None where it is missing."""
    return row.get(name) if isinstance(row, dict) else getattr(row, name, None)


def _repeated(ids: Sequence[str]) -> str:
    seen: set[str] = set()
    for identity in ids:
        if identity in seen:
            return identity
        seen.add(identity)
    return ""
