"""Shelves in a file: the same as in memory, for a world that is larger than memory.

Receives a SQLite connection; keeps in memory only the objects used last and, once a list is asked for, the keys of
its type. Promises: what was put or touched is in the file after `flush`; the same calls give the same file.
"""

import sqlite3
from bisect import insort
from collections import OrderedDict
from collections.abc import Iterator, MutableMapping
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import msgspec

from sandbox.stripe.base.shelf import Json, Key, Shelf, encode, field_at

# Objects of one type that are kept decoded. A step of business holds far fewer in its hands at a time.
KEPT_OBJECTS = 2_000

_SCHEMA = """
CREATE TABLE IF NOT EXISTS object (
    type TEXT NOT NULL, created INTEGER NOT NULL, id TEXT NOT NULL, is_listed INTEGER NOT NULL, body BLOB NOT NULL,
    UNIQUE (type, id)
);
CREATE TABLE IF NOT EXISTS field (
    type TEXT NOT NULL, path TEXT NOT NULL, value TEXT NOT NULL, created INTEGER NOT NULL, id TEXT NOT NULL,
    PRIMARY KEY (type, path, value, created, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS note (name TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
"""

# Rates stay decimals: a float would not come out as it went in.
_decode = msgspec.json.Decoder(dict, float_hook=Decimal).decode


def open_file(path: Path, *, is_new: bool) -> sqlite3.Connection:
    """Open the file of a world; what is written to one that was there is forgotten when it is closed.

    Raises FileExistsError or FileNotFoundError, so that nothing is overwritten unseen; ValueError for another file.
    """
    if is_new and path.exists():
        raise FileExistsError(f"{path} exists; name a file that does not, or remove it first.")
    if not is_new and not path.is_file():
        raise FileNotFoundError(f"{path} is not there; make it with `python -m sandbox generate --out {path}`.")
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    if is_new:
        # The file can be made again from its seed: it need not survive a crash of the machine while it is written.
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.executescript(_SCHEMA)
        return connection
    try:
        connection.execute("SELECT count(*) FROM note")
        connection.execute("BEGIN")  # never committed
    except sqlite3.DatabaseError as error:
        connection.close()
        raise ValueError(f"{path} is not a file that `python -m sandbox generate` made: {error}.") from error
    return connection


class _Bodies(MutableMapping[str, Json]):
    """The objects of one type by id; those used last are kept decoded and written back when they give way."""

    def __init__(self, connection: sqlite3.Connection, object_type: str, most: int) -> None:
        self._connection = connection
        self._type = object_type
        self._most = most
        self._kept: OrderedDict[str, Json] = OrderedDict()
        self._changed: set[str] = set()

    def __getitem__(self, item_id: str) -> Json:
        kept = self._kept.get(item_id)
        if kept is not None:
            self._kept.move_to_end(item_id)
            return kept
        item: Json = _decode(self.bytes_of(item_id))
        self._keep(item_id, item)
        return item

    def __setitem__(self, item_id: str, item: Json) -> None:
        self._keep(item_id, item)
        self._changed.add(item_id)

    def __delitem__(self, item_id: str) -> None:
        raise TypeError("An object of a sandbox is never forgotten; a deleted one leaves a stub.")

    def __iter__(self) -> Iterator[str]:
        self.flush()
        rows = self._connection.execute("SELECT id FROM object WHERE type = ? ORDER BY created, id", (self._type,))
        return (row[0] for row in rows.fetchall())

    def __len__(self) -> int:
        self.flush()
        query = "SELECT count(*) FROM object WHERE type = ? AND is_listed"
        return int(self._connection.execute(query, (self._type,)).fetchone()[0])

    def bytes_of(self, item_id: str) -> bytes:
        """The object as JSON, as it is now. Raises KeyError."""
        if item_id in self._changed:
            return encode(self._kept[item_id])
        row = self._connection.execute(
            "SELECT body FROM object WHERE type = ? AND id = ?", (self._type, item_id)
        ).fetchone()
        if row is None:
            raise KeyError(item_id)
        body: bytes = row[0]
        return body

    def mark_changed(self, item_id: str) -> None:
        """The object in hand was changed. Raises RuntimeError if it was put away meanwhile: the change would be lost."""
        if item_id not in self._kept:
            raise RuntimeError(f"{item_id} was changed after it was put away; keep more objects in memory.")
        self._changed.add(item_id)

    def flush(self) -> None:
        """Write what was changed."""
        for item_id in sorted(self._changed):
            self._write(item_id)
        self._changed.clear()

    def _keep(self, item_id: str, item: Json) -> None:
        self._kept[item_id] = item
        self._kept.move_to_end(item_id)
        if len(self._kept) > self._most:
            oldest = next(iter(self._kept))
            if oldest in self._changed:
                self._write(oldest)
                self._changed.discard(oldest)
            del self._kept[oldest]

    def _write(self, item_id: str) -> None:
        item = self._kept[item_id]
        self._connection.execute(
            "INSERT INTO object VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (type, id) DO UPDATE SET body = excluded.body, is_listed = excluded.is_listed",
            (self._type, item.get("created", 0), item_id, not item.get("deleted", False), encode(item)),
        )


class DiskShelf(Shelf):
    """The objects of one type in a file; `indexed` as for `Shelf`, `kept` objects stay decoded in memory."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        object_type: str,
        indexed: tuple[str, ...] = (),
        *,
        kept: int = KEPT_OBJECTS,
    ) -> None:
        super().__init__(indexed)
        self._connection = connection
        self._type = object_type
        self._bodies = _Bodies(connection, object_type, kept)
        self._objects = self._bodies
        self._keys: list[Key] | None = None

    @property
    def _order(self) -> list[Key]:
        """The keys of the listed objects, read when first asked for: who only writes never holds them."""
        if self._keys is None:
            self._bodies.flush()
            query = "SELECT created, id FROM object WHERE type = ? AND is_listed ORDER BY created, id"
            self._keys = self._connection.execute(query, (self._type,)).fetchall()
        return self._keys

    @_order.setter
    def _order(self, keys: list[Key]) -> None:
        self._keys = keys or None

    def put(self, item: Json) -> None:
        """Add an object."""
        key = self.key(item)
        self._bodies[item["id"]] = item
        if self._keys is not None:
            insort(self._keys, key)
        for path in self._indexed:
            value = field_at(item, path)
            if value is not None:
                self._connection.execute("INSERT INTO field VALUES (?, ?, ?, ?, ?)", (self._type, path, value, *key))

    def find(self, item_id: str) -> Json | None:
        """The object, or the stub of a deleted one, or None."""
        with suppress(KeyError):
            return self._bodies[item_id]
        return None

    def touch(self, item_id: str) -> None:
        """Say that an object was changed."""
        self._bodies.mark_changed(item_id)

    def save(self, item: Json) -> None:
        """Say that this object was changed. Raises RuntimeError for a copy that is not the one kept."""
        self._bodies.mark_changed(item["id"])
        if self._bodies[item["id"]] is not item:
            raise RuntimeError(f"{item['id']} was changed in a copy from before it was put away; fetch it again.")

    def replace_by_stub(self, stub: Json) -> None:
        """Leave only the stub of a deleted object."""
        key = self.key(self._bodies[stub["id"]])
        self._order.remove(key)
        self._connection.execute("DELETE FROM field WHERE type = ? AND id = ?", (self._type, stub["id"]))
        self._bodies[stub["id"]] = stub

    def encoded(self, item_id: str) -> bytes:
        """The object as JSON."""
        return self._bodies.bytes_of(item_id)

    def keys_with(self, path: str, value: str) -> list[Key]:
        """The keys of the objects whose indexed field has this value, oldest first."""
        query = "SELECT created, id FROM field WHERE type = ? AND path = ? AND value = ? ORDER BY created, id"
        return self._connection.execute(query, (self._type, path, value)).fetchall()

    def flush(self) -> None:
        """Write what is still only in memory."""
        self._bodies.flush()
