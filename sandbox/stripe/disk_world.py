"""An account whose objects are in a file: for more charges than memory holds, made once and served often.

`DiskWorld` is a world like any other; `save` completes its file. `SavedWorld` is that account again, at the instant it
was saved: to read, and to have metadata written back. It has no future: nothing is scheduled in it.
"""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from sandbox.stripe.base.account import INDEXED, PREFIXES
from sandbox.stripe.base.disk_shelf import DiskShelf, open_file
from sandbox.stripe.base.ledger import Ledger
from sandbox.stripe.base.shelf import Json, Key, Shelf, encode
from sandbox.stripe.world import World

_PAYOUT = "payout"  # the ledger rows of a payout are found as if the payout were a field of theirs
_ROW = "balance_transaction"


class DiskWorld(World):
    """A world that keeps its objects in the file of `connection`; `options` are those of `World`.

    Without `keeps_events` it writes none: a paid invoice leaves nine, each with a snapshot.
    """

    def __init__(
        self, connection: sqlite3.Connection, seed: int, start: datetime, *, keeps_events: bool, **options: Any
    ) -> None:
        super().__init__(seed, start, **options)
        self._connection = connection
        self._keeps_events = keeps_events
        self.shelves = _shelves(connection)
        self.ledger = Ledger(self.shelves[_ROW], self.ids)

    def emit(self, event_type: str, item: Json, previous: Json | None = None) -> None:
        """Write an event, if this world keeps them."""
        if self._keeps_events:
            super().emit(event_type, item, previous)

    def lines_of(self, invoice_id: str) -> list[Json]:
        """All lines of an invoice; of one that was put away, the lines that it shows of itself."""
        return self._lines[invoice_id] if invoice_id in self._lines else _shown_lines(self, invoice_id)

    def put_away_lines(self, invoice_id: str) -> None:
        """Forget the lines of an invoice that shows all of them. Raises ValueError for a longer one."""
        if self.get("invoice", invoice_id)["lines"]["has_more"]:
            raise ValueError(f"{invoice_id} has more lines than it shows: a file would lose them.")
        self._lines.pop(invoice_id, None)

    def save(self) -> None:
        """Complete the file: what is still in memory, the rows of each payout, the account, balance and clock."""
        for payout in self.shelves["payout"]:
            keys = self.ledger.keys_of_payout(payout["id"])
            rows = [(_ROW, _PAYOUT, payout["id"], *key) for key in keys]
            self._connection.executemany("INSERT INTO field VALUES (?, ?, ?, ?, ?)", rows)
        _flush(self.shelves)
        notes = {"account": self.account, "balance": self.balance(), "now": self.now}
        bodies = [(name, encode(value)) for name, value in sorted(notes.items())]
        self._connection.executemany("INSERT INTO note VALUES (?, ?)", bodies)


class SavedWorld(World):
    """The account of a completed file. Raises FileNotFoundError, or ValueError for a file that was not completed.

    What is written back to it (metadata) is gone when it is closed: the file stays what its seed made it.
    """

    def __init__(self, path: Path) -> None:
        connection = open_file(path, is_new=False)
        notes = {name: msgspec.json.decode(body) for name, body in connection.execute("SELECT name, body FROM note")}
        if notes.keys() != {"account", "balance", "now"}:
            connection.close()
            raise ValueError(
                f"{path} was not completed; remove it and make it again with `python -m sandbox generate`."
            )
        super().__init__(0, datetime.fromtimestamp(notes["now"], UTC), daily_payouts=False)
        self._connection = connection
        self.account = notes["account"]
        self.shelves = _shelves(connection)
        self.ledger = _SavedLedger(self.shelves[_ROW], self.ids)
        self._balance: Json = notes["balance"]

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def balance(self) -> Json:
        """The balance object, as it was when the file was completed."""
        return self._balance

    def lines_of(self, invoice_id: str) -> list[Json]:
        """The lines of an invoice: in a file it has no more than it shows of itself."""
        return _shown_lines(self, invoice_id)


class _SavedLedger(Ledger):
    """The payouts' rows of a file."""

    def __init__(self, shelf: Shelf, ids: Any) -> None:
        super().__init__(shelf, ids)
        self._saved = shelf

    def keys_of_payout(self, payout_id: str) -> list[Key]:
        """The rows of a payout, its own among them, oldest first."""
        return self._saved.keys_with(_PAYOUT, payout_id)


def _shown_lines(world: World, invoice_id: str) -> list[Json]:
    lines: list[Json] = world.get("invoice", invoice_id)["lines"]["data"]
    return lines


def _shelves(connection: sqlite3.Connection) -> dict[str, Shelf]:
    return {name: DiskShelf(connection, name, INDEXED.get(name, ())) for name in PREFIXES}


def _flush(shelves: dict[str, Shelf]) -> None:
    for shelf in shelves.values():
        if isinstance(shelf, DiskShelf):
            shelf.flush()
