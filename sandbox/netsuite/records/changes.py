"""Optimistic conflicts: what changed while a write was on its way between loading a record and saving it.

A write that takes time loads its records when it arrives and saves them when the time is up. If another write has
saved one of them in between, NetSuite refuses with RCRD_HAS_BEEN_CHANGED. Writes that take no time never overlap.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sandbox.netsuite import errors
from sandbox.netsuite.jsontext import Body
from sandbox.netsuite.records.catalog import RecordType

Key = tuple[str, int]
"""Family and internal id of a record."""
_LINKING = ("apply", "credit", "deposit")


class ChangeLog:
    """The saves since the first of the writes now on their way arrived; empty when none is."""

    def __init__(self) -> None:
        self._sequence = 0
        self._waiting = 0
        self._saved: dict[Key, int] = {}
        self._created: dict[Key, int] = {}

    @contextmanager
    def arrival(self) -> Iterator[int]:
        """A write on its way: the moment it arrived, to be handed to `check` when it saves."""
        self._waiting += 1
        try:
            yield self._sequence
        finally:
            self._waiting -= 1
            if not self._waiting:
                self._saved.clear()
                self._created.clear()

    def check(self, keys: Iterable[Key], since: int | None) -> None:
        """Raise RCRD_HAS_BEEN_CHANGED if one of the records was saved after `since`.

        A record that did not exist then was not loaded, so it cannot have changed: two upserts of one new external id
        are decided by the external id alone.
        """
        if since is None:
            return
        for key in keys:
            if self._saved.get(key, 0) > since and self._created.get(key, 0) <= since:
                raise errors.stale_record()

    def note(self, keys: Iterable[Key], *, created: Key | None = None) -> None:
        """A save that took place."""
        if not self._waiting:
            return
        self._sequence += 1
        for key in keys:
            self._saved[key] = self._sequence
        if created is not None:
            self._created[created] = self._sequence


def linked(record_type: RecordType, *bodies: Body) -> set[Key]:
    """The transactions that a body's lines apply, refund or deposit: saving it changes them too."""
    if not record_type.is_transaction:
        return set()
    found: set[Key] = set()
    for body in bodies:
        for sublist in _LINKING:
            if sublist in record_type.sublists:
                documents = (line.get("doc") for line in (body.get(sublist) or {}).get("items") or ())
                found |= {(record_type.family, int(one["id"])) for one in documents if isinstance(one, dict)}
        if record_type.name == "deposit":
            numbers = (str(line.get("id")) for line in (body.get("payment") or {}).get("items") or ())
            found |= {(record_type.family, int(number)) for number in numbers if number.isascii() and number.isdigit()}
    return found
