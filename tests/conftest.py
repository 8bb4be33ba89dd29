"""Fixtures that several test packages share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from stripe_netsuite.staging.database import open_staging
from tests import databases


def pytest_configure(config: pytest.Config) -> None:
    """The first process makes the session's folder; pytest-xdist's workers inherit it."""
    if databases.SESSION_FOLDER_VARIABLE not in os.environ:
        config.stash[_FOLDER] = databases.open_session_folder()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Whoever made the folder deletes it."""
    folder = config.stash.get(_FOLDER, None)
    if folder is not None:
        databases.close_session_folder(folder)


_FOLDER = pytest.StashKey[Path]()


@pytest.fixture(params=["sqlite", "postgresql"])
def staging_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated staging database, one of each kind."""
    yield from _database_url(request.param, tmp_path, migrated=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_staging_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without tables, one of each kind."""
    yield from _database_url(request.param, tmp_path, migrated=False)


@pytest.fixture
def staging_engine(staging_url: str) -> Iterator[Engine]:
    """An engine on a migrated staging database, one of each kind."""
    engine = open_staging(staging_url)
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_staging_engine(tmp_path: Path) -> Iterator[Engine]:
    """An engine on a migrated SQLite file, for tests that are not about the database."""
    with databases.sqlite_database(tmp_path, migrated=True) as url:
        engine = open_staging(url)
        yield engine
        engine.dispose()


def _database_url(kind: str, folder: Path, *, migrated: bool) -> Iterator[str]:
    if kind == "sqlite":
        with databases.sqlite_database(folder, migrated=migrated) as url:
            yield url
    else:
        with databases.postgresql_database(databases.postgresql_server_url(), migrated=migrated) as url:
            yield url
