"""All objects of one type: kept by id, found newest first, handed out as ready JSON bytes.

Receives plain dicts as Stripe writes them (`id`; `created` in Unix seconds). An object that was changed must be
`touch`ed: its bytes are kept between two changes. Lists are ordered by `created` and, within a second, by id.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator, MutableMapping
from dataclasses import dataclass
from typing import Any

import msgspec

Json = dict[str, Any]
Key = tuple[int, str]

encode = msgspec.json.Encoder(decimal_format="number").encode


def field_at(item: Json, path: str) -> Any:
    """The value at a dotted path, or None where the path ends early."""
    value: Any = item
    for name in path.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


@dataclass(frozen=True, slots=True)
class Slice:
    """Which part of a shelf a page is cut from: `created` in [since, until), beside the cursor, at most `limit`."""

    limit: int
    since: int | None = None
    until: int | None = None
    starting_after: Key | None = None
    ending_before: Key | None = None


class Shelf:
    """The objects of one type; `indexed` names fields (dotted) that never change and are filtered by often."""

    def __init__(self, indexed: tuple[str, ...] = ()) -> None:
        self._objects: MutableMapping[str, Json] = {}
        self._encoded: dict[str, bytes] = {}
        self._order: list[Key] = []
        self._indexed = indexed
        self._keys_by_value: dict[tuple[str, str], list[Key]] = {}

    def __len__(self) -> int:
        return len(self._order)

    def __iter__(self) -> Iterator[Json]:
        """The listed objects, oldest first."""
        return (self._objects[key[1]] for key in list(self._order))

    def put(self, item: Json) -> None:
        """Add an object."""
        key = self.key(item)
        self._objects[item["id"]] = item
        insort(self._order, key)
        for path in self._indexed:
            value = field_at(item, path)
            if value is not None:
                insort(self._keys_by_value.setdefault((path, value), []), key)

    def find(self, item_id: str) -> Json | None:
        """The object, or the stub of a deleted one, or None."""
        return self._objects.get(item_id)

    def touch(self, item_id: str) -> None:
        """Say that an object was changed."""
        self._encoded.pop(item_id, None)

    def save(self, item: Json) -> None:
        """Say that this object, as `find` gave it, was changed."""
        self.touch(item["id"])

    def replace_by_stub(self, stub: Json) -> None:
        """Leave only the stub of a deleted object: it is found by id and no longer listed."""
        item = self._objects[stub["id"]]
        key = self.key(item)
        self._order.remove(key)
        for path in self._indexed:
            value = field_at(item, path)
            if value is not None:
                self._keys_by_value[path, value].remove(key)
        self._objects[stub["id"]] = stub
        self.touch(stub["id"])

    def encoded(self, item_id: str) -> bytes:
        """The object as JSON."""
        found = self._encoded.get(item_id)
        if found is None:
            found = self._encoded[item_id] = encode(self._objects[item_id])
        return found

    def is_indexed(self, path: str) -> bool:
        """Whether `keys_with` answers for this field."""
        return path in self._indexed

    def keys_with(self, path: str, value: str) -> list[Key]:
        """The keys of the objects whose indexed field has this value, oldest first."""
        return self._keys_by_value.get((path, value), [])

    def page(
        self, part: Slice, matches: Callable[[Json], bool] | None = None, among: list[Key] | None = None
    ) -> tuple[list[str], bool]:
        """Ids of one page, newest first, and whether more follow in the direction of travel.

        `among` (sorted oldest first) narrows the search to these keys. With `ending_before` the page holds the
        objects next to the cursor on its newer side (docs.stripe.com/api/pagination).
        """
        keys = self._order if among is None else among
        low = 0 if part.since is None else bisect_left(keys, (part.since, ""))
        high = len(keys) if part.until is None else bisect_left(keys, (part.until, ""))
        if part.ending_before is not None:
            cursor = part.ending_before
            low = max(low, bisect_left(keys, cursor))
            if low < len(keys) and keys[low] == cursor:
                low += 1
            found, has_more = self._take(keys, range(low, high), part.limit, matches)
            return found[::-1], has_more
        if part.starting_after is not None:
            high = min(high, bisect_left(keys, part.starting_after))
        return self._take(keys, range(high - 1, low - 1, -1), part.limit, matches)

    def _take(
        self, keys: list[Key], positions: range, limit: int, matches: Callable[[Json], bool] | None
    ) -> tuple[list[str], bool]:
        found: list[str] = []
        for position in positions:
            item_id = keys[position][1]
            if matches is not None and not matches(self._objects[item_id]):
                continue
            if len(found) == limit:
                return found, True
            found.append(item_id)
        return found, False

    @staticmethod
    def key(item: Json) -> Key:
        """What lists are ordered by: `created`, an invoice item's `date`. The stub of a deleted object sorts as oldest."""
        created: int = item["created"] if "created" in item else item.get("date", 0)
        return (created, item["id"])
