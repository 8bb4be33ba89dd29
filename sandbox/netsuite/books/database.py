"""One set of books in one SQLite database: a connection that writes, and one for SuiteQL that can only read.

Promises: a request is one database transaction (`writing`), all of it or nothing; ids are never used twice.
"""

from __future__ import annotations

import itertools
import re
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from sandbox.netsuite.books import schema
from sandbox.netsuite.books.delay import DelayedView
from sandbox.netsuite.options import Options

_MEMORY_NAMES = itertools.count(1)
_REFERENCE_CHANGE = re.compile(
    r'(?:INTO|UPDATE|FROM) "?(?:account|currency|subsidiary|accountingperiod|item|sandbox_tax_code)"?\b'
)
Row = sqlite3.Row


class Books:
    """The database of one NetSuite account and the choices it was started with."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.lock = threading.RLock()
        self._stamp = options.now.strftime("%Y-%m-%dT%H:%M:%S")
        self.cache: dict[Any, Any] = {}
        """Reference data read before (accounts, currencies, subsidiaries, periods, items); emptied by what changes it."""
        uri, reading_uri = _uris(options.state)
        self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        if options.state is not None:
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
        self.reading = sqlite3.connect(reading_uri, uri=True, check_same_thread=False, isolation_level=None)
        self.delayed = DelayedView(self.reading, options.query_lag_s)
        self.is_new = not self.rows("SELECT 1 FROM sqlite_master WHERE name = 'sandbox_record'")
        if self.is_new:
            with self.writing():
                for statement in schema.creation_script():
                    self.execute(statement)
                self.execute(f"PRAGMA user_version = {schema.VERSION}")
        if self.rows("PRAGMA user_version")[0][0] != schema.VERSION:
            self.reading.close()
            self._connection.close()
            raise ValueError(f"{options.state} was made by another version of this sandbox. Delete it and start again.")
        self._add_custom_columns()

    def _add_custom_columns(self) -> None:
        for prefix, table in schema.CUSTOM_FIELD_TABLE.items():
            present = {row["name"] for row in self.rows(f'PRAGMA table_info("{table}")')}
            for name in self.options.custom_fields:
                if name.startswith(prefix) and name not in present:
                    self.execute(f'ALTER TABLE "{table}" ADD COLUMN "{name}"')

    @property
    def today(self) -> date:
        """The business day: the default transaction date."""
        return self.options.now.date()

    @property
    def now(self) -> datetime:
        """The business clock: created and modified times."""
        return self.options.now

    @property
    def stamp(self) -> str:
        """The business clock as the tables keep it."""
        return self._stamp

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One request's changes: committed at the end, rolled back on any exception."""
        with self.lock:
            self.delayed.keep()
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                self.cache.clear()
                raise
            self._connection.execute("COMMIT")

    def execute(self, statement: str, values: Sequence[Any] = ()) -> None:
        """Run one statement with bound values."""
        if _changes_reference_data(statement):
            self.cache.clear()
        self._connection.execute(statement, values)

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[Row]:
        """All rows of a query."""
        with self.lock:
            return self._connection.execute(query, values).fetchall()

    def row(self, query: str, values: Sequence[Any] = ()) -> Row | None:
        """The first row of a query, or None."""
        with self.lock:
            found: Row | None = self._connection.execute(query, values).fetchone()
            return found

    def insert(self, table: str, values: dict[str, Any]) -> None:
        """Insert one row; `values` by column name."""
        self.execute(_insertion(table, tuple(values)), tuple(values.values()))

    def insert_all(self, table: str, rows: Sequence[dict[str, Any]]) -> None:
        """Insert rows that all have the same columns, in one statement run once for each."""
        if rows:
            statement = _insertion(table, tuple(rows[0]))
            if _changes_reference_data(statement):
                self.cache.clear()
            self._connection.executemany(statement, [tuple(row.values()) for row in rows])

    def next_id(self, family: str) -> int:
        """A fresh internal id of a family (`transaction`, `entity`, …); ids of deleted records do not return."""
        row = self._connection.execute(
            "INSERT INTO sandbox_counter VALUES (?, 2) ON CONFLICT (family) DO UPDATE SET next = next + 1 RETURNING next",
            (family,),
        ).fetchall()[0]
        return int(row[0]) - 1

    def close(self) -> None:
        """Close both connections."""
        with self.lock:
            self.delayed.close()
            self.reading.close()
            self._connection.close()


@lru_cache(maxsize=512)
def _insertion(table: str, names: tuple[str, ...]) -> str:
    columns = ", ".join(f'"{name}"' for name in names)
    return f'INSERT INTO "{table}" ({columns}) VALUES ({", ".join("?" * len(names))})'  # noqa: S608 - names are ours


@lru_cache(maxsize=512)
def _changes_reference_data(statement: str) -> bool:
    return not statement.startswith("SELECT") and _REFERENCE_CHANGE.search(statement) is not None


def _uris(state: Path | None) -> tuple[str, str]:
    if state is None:
        uri = f"file:sandbox-netsuite-{next(_MEMORY_NAMES)}?mode=memory&cache=shared"
        return uri, uri
    state.parent.mkdir(parents=True, exist_ok=True)
    uri = state.resolve().as_uri()
    return uri, f"{uri}?mode=ro"


def stored_day(day: date) -> str:
    """A date as the tables keep it."""
    return f"{day.isoformat()}T00:00:00"


def day_of(text: str) -> date:
    """The date of a stored date."""
    return date.fromisoformat(text[:10])
