"""Many rows in few round trips, and one writer at a time: what the SQLite and PostgreSQL dialects say differently.

Everything here works on an open connection inside the caller's transaction. Where rows come by the ten thousand they
are tuples and go to the driver as they are: executemany on SQLite, COPY on PostgreSQL, values always apart from SQL.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from stripe_netsuite.staging.schema import UtcInstant

Row = TypeVar("Row")
Values = tuple[Any, ...]

# SQLite binds at most 32,766 values a statement; 2,000 ids leave room for the rest of any query here.
CHUNK = 2_000
# Below this a temporary table costs more than it saves.
_FEW = 50


def chunks(rows: Sequence[Row], size: int = CHUNK) -> Iterator[Sequence[Row]]:
    """Cut a sequence into pieces of at most `size`."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def insert_into(conn: Connection, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    """Return the dialect's INSERT, the one that knows ON CONFLICT."""
    return postgresql.insert(table) if is_postgresql(conn) else sqlite.insert(table)


def upsert(conn: Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]], *, keep: Collection[str] = ()) -> None:
    """Insert, or replace by primary key all columns but those of `keep`. The rows' keys must differ."""
    if not rows:
        return
    statement = insert_into(conn, table)
    fixed = {column.name for column in table.primary_key} | set(keep)
    replacing = {column.name: statement.excluded[column.name] for column in table.c if column.name not in fixed}
    upserting = statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=replacing)
    for chunk in chunks(rows):
        conn.execute(upserting, [dict(row) for row in chunk])


def insert_many(conn: Connection, table: sa.Table, columns: Sequence[str], rows: Sequence[Values]) -> None:
    """Insert tuples of these columns, all of them new; a key that exists already is the database's error."""
    if not rows:
        return
    names = ", ".join(columns)
    if is_postgresql(conn):
        _copy(conn, f"{table.name} ({names})", _with_instants(table, columns, rows, datetime.isoformat))
        return
    marks = ", ".join("?" * len(columns))
    conn.exec_driver_sql(
        f"INSERT INTO {table.name} ({names}) VALUES ({marks})",  # noqa: S608 - names of our own schema
        list(_with_instants(table, columns, rows, _sqlite_text)),
    )


def update_many(
    conn: Connection, table: sa.Table, keys: Sequence[str], changes: Sequence[str], rows: Sequence[Values]
) -> None:
    """Update the rows that `keys` find; each tuple has the new values of `changes`, then the keys."""
    if not rows:
        return
    columns = [*changes, *keys]
    if is_postgresql(conn) and len(rows) >= _FEW:
        _update_from_copy(conn, table, keys, changes, _with_instants(table, columns, rows, datetime.isoformat))
        return
    mark = "%s" if is_postgresql(conn) else "?"
    setting = ", ".join(f"{name} = {mark}" for name in changes)
    finding = " AND ".join(f"{name} = {mark}" for name in keys)
    text = str if is_postgresql(conn) else _sqlite_text
    conn.exec_driver_sql(
        f"UPDATE {table.name} SET {setting} WHERE {finding}",  # noqa: S608 - names of our own schema
        list(_with_instants(table, columns, rows, text)),
    )


def lock_for_writing(conn: Connection, subject: str) -> None:
    """Make this transaction the only one that writes about `subject`, until it ends; then reading first is safe.

    PostgreSQL: an advisory lock of the transaction. SQLite: the write lock of the whole file.
    """
    if is_postgresql(conn):
        number = int.from_bytes(hashlib.sha256(subject.encode()).digest()[:8], signed=True)
        conn.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))
    elif not getattr(conn.connection.dbapi_connection, "in_transaction", False):
        conn.exec_driver_sql("BEGIN IMMEDIATE")


def lock_account(conn: Connection, stripe_account: str) -> None:
    """Make this transaction the only one that stages for the account: one lock, so no two can wait for each other."""
    lock_for_writing(conn, f"staging of {stripe_account}")


def is_postgresql(conn: Connection) -> bool:
    """Tell the two dialects apart."""
    return conn.dialect.name == "postgresql"


def _update_from_copy(
    conn: Connection, table: sa.Table, keys: Sequence[str], changes: Sequence[str], rows: Iterable[Values]
) -> None:
    names = ", ".join([*changes, *keys])
    setting = ", ".join(f"{name} = incoming.{name}" for name in changes)
    finding = " AND ".join(f"{table.name}.{name} = incoming.{name}" for name in keys)
    conn.exec_driver_sql(
        f"CREATE TEMPORARY TABLE incoming ON COMMIT DROP AS SELECT {names} FROM {table.name} LIMIT 0"  # noqa: S608
    )
    _copy(conn, f"incoming ({names})", rows)
    # Without statistics the planner takes the new table for a small one and may join it row by row.
    conn.exec_driver_sql("ANALYZE incoming")
    conn.exec_driver_sql(f"UPDATE {table.name} SET {setting} FROM incoming WHERE {finding}")  # noqa: S608
    conn.exec_driver_sql("DROP TABLE incoming")


def _copy(conn: Connection, target: str, rows: Iterable[Values]) -> None:
    """Send tuples by PostgreSQL's COPY, in its text format: tabs between values, backslash N for none."""
    lines = io.StringIO("".join("\t".join([_copy_text(value) for value in row]) + "\n" for row in rows))
    driver_connection: Any = conn.connection.dbapi_connection
    with driver_connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {target} FROM STDIN", lines)


def _copy_text(value: str | int | None) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    return str(value)


def _with_instants(table: sa.Table, columns: Sequence[str], rows: Iterable[Values], text: Any) -> Iterable[Values]:
    """Write the instants of the tuples as text; the driver is not to guess."""
    places = [place for place, name in enumerate(columns) if isinstance(table.c[name].type, UtcInstant)]
    if not places:
        return rows
    return (_with_text(row, places, text) for row in rows)


def _with_text(row: Values, places: Sequence[int], text: Any) -> Values:
    values = list(row)
    for place in places:
        values[place] = text(values[place])
    return tuple(values)


@lru_cache(maxsize=4_096)
def _sqlite_text(instant: datetime) -> str:
    """As SQLAlchemy writes it: UTC, microseconds always there."""
    return instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
