"""Opens the staging database and brings it to the current schema.

Receives a URL or an Airflow connection's fields; gives an engine on which readers never block writers, writers wait
for each other instead of failing, and a transaction sees what was committed before each of its statements.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from stripe_netsuite.errors import ConfigurationError
from stripe_netsuite.staging.bulk import lock_for_writing
from stripe_netsuite.staging.schema import VERSION_TABLE
from stripe_netsuite.staging.schema_approval import payout_approval  # noqa: F401 - its tables belong to the schema

# The newest file of migrations/versions; a test holds the two together. Knowing it here spares the common case
# (nothing to migrate) the import of Alembic.
HEAD_REVISION = "0006"

_MIGRATIONS = Path(__file__).parent / "migrations"
_SUBJECT = "connection staging_default"
_BUSY_TIMEOUT_S = 60
_READING_WORDS = ("SELECT", "WITH", "PRAGMA", "EXPLAIN", "BEGIN")


def open_staging(url: str) -> Engine:
    """Return an engine for the staging database, tried once.

    Raises ConfigurationError, which never shows the password, for a URL that is wrong or leads nowhere.
    """
    parsed = _parsed(url)
    if parsed.get_backend_name() == "sqlite":
        engine = sa.create_engine(parsed, connect_args={"timeout": _BUSY_TIMEOUT_S})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "before_cursor_execute", _begin_immediate)
    else:
        # `values_plus_batch`: many UPDATEs travel together, too.
        engine = sa.create_engine(parsed, pool_pre_ping=True, executemany_mode="values_plus_batch")
    try:
        with engine.connect():
            pass
    except DBAPIError as error:
        engine.dispose()
        raise ConfigurationError(
            "the staging database cannot be opened",
            subject=_SUBJECT,
            saw=f"{_shown(parsed)}: {_first_line(error, parsed)}",
            expected="a reachable SQLite file or PostgreSQL database",
            next_step="check host, port, schema, login and password of the connection",
        ) from None
    return engine


def migrate(engine: Engine) -> None:
    """Bring the schema to the newest revision; several processes may call it at once, one of them works.

    Raises ConfigurationError when the database was written by a newer version of this product.
    """
    with engine.connect() as conn:
        if _revision(conn) == HEAD_REVISION:
            return
    with engine.begin() as conn:
        lock_for_writing(conn, "migrations")
        if _revision(conn) != HEAD_REVISION:
            _upgrade(conn)


@contextmanager
def reading(url: str) -> Iterator[Connection]:
    """Give a connection to the staging database at the current schema, for a report; closed afterwards.

    Raises ConfigurationError as `open_staging` and `migrate` do.
    """
    engine = open_staging(url)
    try:
        migrate(engine)
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def staging_url(fields: Mapping[str, Any] | None, airflow_home: Path) -> str:
    """Return the SQLAlchemy URL of the connection `staging_default`; without one, a SQLite file in AIRFLOW_HOME.

    `extra.url` wins; else `conn_type` is `sqlite` (`host` or `schema` is the file) or `postgres` (`schema` is the
    database). The URL carries the password: never log it. Raises ConfigurationError for any other type.
    """
    if not fields:
        return f"sqlite:///{airflow_home / 'stripe_netsuite.db'}"
    url = _extra(fields).get("url")
    if url:
        return str(url)
    match str(fields.get("conn_type") or "").lower():
        case "sqlite":
            path = fields.get("host") or fields.get("schema")
            return f"sqlite:///{path or airflow_home / 'stripe_netsuite.db'}"
        case "postgres" | "postgresql":
            return _postgresql_url(fields).render_as_string(hide_password=False)
        case other:
            raise ConfigurationError(
                "this type of connection cannot hold the staging tables",
                subject=_SUBJECT,
                saw=f"conn_type {other!r}",
                expected="sqlite, postgres, or a SQLAlchemy URL as extra.url",
            )


def _postgresql_url(fields: Mapping[str, Any]) -> URL:
    host = str(fields.get("host") or "")
    # A host that is a folder is a Unix socket, which libpq takes as a parameter.
    on_socket = host.startswith("/")
    port = fields.get("port")
    return URL.create(
        "postgresql+psycopg2",
        username=fields.get("login") or None,
        password=fields.get("password") or None,
        host=None if on_socket else host or None,
        port=int(port) if port else None,
        database=fields.get("schema") or None,
        query={"host": host} if on_socket else {},
    )


def _parsed(url: str) -> URL:
    if url.startswith("postgres://"):
        url = "postgresql" + url.removeprefix("postgres")
    try:
        parsed = make_url(url)
        # A bare `postgresql://` would choose whatever driver SQLAlchemy prefers this year.
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg2")
        parsed.get_dialect()
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise _unusable(url.partition(":")[0]) from None
    if parsed.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg2"):
        raise _unusable(parsed.drivername) from None
    return parsed


def _unusable(scheme: str) -> ConfigurationError:
    return ConfigurationError(
        "not a usable database URL",
        subject=_SUBJECT,
        saw=f"a URL that starts with {scheme[:30]!r}",
        expected="sqlite:////absolute/path.db or postgresql+psycopg2://user:password@host:port/database",
    )


def _extra(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    extra = fields.get("extra") or {}
    if isinstance(extra, str):
        try:
            extra = json.loads(extra)
        except json.JSONDecodeError:
            raise ConfigurationError("extra is not JSON", subject=_SUBJECT) from None
    if not isinstance(extra, Mapping):
        raise ConfigurationError("extra is not a JSON object", subject=_SUBJECT)
    return extra


def _shown(url: URL) -> str:
    """Where the URL leads, without login, password and query (which may hold a password as well)."""
    port = f":{url.port}" if url.port else ""
    return f"{url.get_backend_name()}://{url.host or ''}{port}/{url.database or ''}"


def _first_line(error: DBAPIError, url: URL) -> str:
    line = (str(error.orig).splitlines() or [""])[0]
    return line.replace(str(url.password), "…") if url.password else line


def _prepare_sqlite(dbapi_connection: Any, _record: object) -> None:
    # The driver opens no transaction by itself: `_begin_immediate` does, and only for writing.
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    try:
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = NORMAL")
        cursor.execute("PRAGMA foreign_keys = ON")
    finally:
        cursor.close()


def _begin_immediate(
    conn: Connection, cursor: Any, statement: str, _parameters: object, context: Any, _executemany: object
) -> None:
    """Take SQLite's write lock with the first writing statement, when waiting for it still can help.

    A transaction that read first and then wants to write would be refused at once if another one wrote meanwhile.
    So reading opens none: it sees the newest commit with each statement, as on PostgreSQL.
    """
    dbapi_connection = conn.connection.dbapi_connection
    if getattr(dbapi_connection, "in_transaction", False):
        return
    is_writing = context is not None and (context.isinsert or context.isupdate or context.isdelete)
    if is_writing or not statement.lstrip()[:7].upper().startswith(_READING_WORDS):
        cursor.execute("BEGIN IMMEDIATE")


def _revision(conn: Connection) -> str | None:
    if not sa.inspect(conn).has_table(VERSION_TABLE):
        return None
    versions = sa.table(VERSION_TABLE, sa.column("version_num"))
    revision: str | None = conn.execute(sa.select(versions.c.version_num)).scalar()
    return revision


def _upgrade(conn: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - 0.2 s that only a real migration should cost
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = conn
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise ConfigurationError(
            "the staging database has a schema that this version does not know",
            subject=_SUBJECT,
            saw=str(error),
            expected=f"revision {HEAD_REVISION} or older",
            next_step="install the newer version that wrote this database",
        ) from None
