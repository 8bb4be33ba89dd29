"""Runs a SuiteQL query read-only: public tables only, values as texts, lower-case names, nulls left out."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.netsuite import errors
from sandbox.netsuite.books import schema
from sandbox.netsuite.books.database import Books
from sandbox.netsuite.features import Features
from sandbox.netsuite.suiteql.functions import STORED_DATE, number_text, register
from sandbox.netsuite.suiteql.translate import to_sqlite

MOST_ROWS = 100_000
_PUBLIC = frozenset(schema.TABLES) | frozenset(schema.VIEWS)
_ALLOWED_ACTIONS = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_$ ]*")


@dataclass(frozen=True, slots=True)
class QueryPage:
    """One page of results and how many rows there are in all (at most 100,000)."""

    rows: list[dict[str, str]]
    total: int


class SuiteQL:
    """SuiteQL over the books' read-only connection."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._public = _PUBLIC - hidden_tables(books.options.features)
        self._prepare(books.reading)
        books.delayed.on_copy = self._prepare

    def hide(self, *tables: str) -> None:
        """Take the role's permission for tables away: to the query they are not there."""
        self._public -= set(tables)
        self._books.reading.set_authorizer(_authoriser(self._public))

    def _prepare(self, connection: sqlite3.Connection) -> None:
        register(connection, self._books.stamp)
        connection.execute("PRAGMA case_sensitive_like = ON")
        connection.set_authorizer(_authoriser(self._public))

    def run(self, query: str, params: list[Any], *, limit: int, offset: int) -> QueryPage:
        """A page of a query. Raises the 400 INVALID_PARAMETER of an invalid search."""
        statement = to_sqlite(query)
        if not all(isinstance(value, str | int) and not isinstance(value, bool) for value in params):
            raise errors.invalid_query("Search error occurred: params must be texts or numbers.")
        page_size = max(min(limit, MOST_ROWS - offset), 0)
        with self._books.lock:
            connection = self._books.delayed.connection()
            try:
                cursor = connection.execute(
                    f"SELECT * FROM ({statement}) LIMIT ? OFFSET ?",  # noqa: S608 - checked and authorised
                    (*params, page_size, offset),
                )
                names = _column_names([column[0] for column in cursor.description])
                found = cursor.fetchall()
                total = offset + len(found)
                if len(found) == page_size or offset:
                    counted = f"SELECT COUNT(*) FROM (SELECT 1 FROM ({statement}) LIMIT ?)"  # noqa: S608 - as above
                    total = connection.execute(counted, (*params, MOST_ROWS)).fetchone()[0]
            except sqlite3.Error as error:
                raise errors.invalid_query(_explained(error)) from error
        return QueryPage([_shown(names, row) for row in found], total)


def hidden_tables(features: Features) -> frozenset[str]:
    """Tables that a feature which is off keeps from being there."""
    hidden: set[str] = set()
    if not features.one_world:
        hidden |= {"subsidiary"}
    if not features.multi_currency:
        hidden |= {"currency", "currencyrate"}
    if not features.advanced_revenue:
        hidden |= {"revenueelement", "revenueplan", "revenueplanplannedrevenue"}
    return frozenset(hidden)


Authoriser = Callable[[int, str | None, str | None, str | None, str | None], int]


def _authoriser(public: frozenset[str]) -> Authoriser:
    """SQLite's own check while it compiles: reading public tables, and what their views read, is all there is."""

    def authorise(
        action: int, table: str | None, _column: str | None, _database: str | None, source: str | None
    ) -> int:
        if action in _ALLOWED_ACTIONS:
            return sqlite3.SQLITE_OK
        is_public = table in public or source in public
        return sqlite3.SQLITE_OK if action == sqlite3.SQLITE_READ and is_public else sqlite3.SQLITE_DENY

    return authorise


def _column_names(described: list[str]) -> list[str]:
    names: list[str] = []
    for name in described:
        plain = name.split(":")[0] if name.split(":")[-1].isdigit() else name
        names.append(plain.lower() if _NAME.fullmatch(plain) else f"expr{len(names) + 1}")
    return names


def _shown(names: list[str], row: tuple[Any, ...]) -> dict[str, str]:
    shown: dict[str, str] = {}
    for name, value in zip(names, row, strict=True):
        if value is None or value == "" or name.startswith("sandbox_"):
            continue
        if isinstance(value, str):
            is_date = STORED_DATE.fullmatch(value) is not None
            shown[name] = datetime.fromisoformat(value).strftime("%m/%d/%Y") if is_date else value
        else:
            shown[name] = number_text(value)
    return shown


def _explained(error: sqlite3.Error) -> str:
    text = str(error)
    if match := re.search(r"no such table: (\S+)|access to (\w+)\.", text):
        return f"Search error occurred: Record '{match[1] or match[2]}' was not found."
    if match := re.search(r"no such column: (\S+)", text):
        field = match[1].rsplit(".", 1)[-1]
        return f"Search error occurred: Field '{field}' was not found. Reason: REMOVED - Field is removed."
    return f"Search error occurred: Invalid or unsupported search. {text}"
