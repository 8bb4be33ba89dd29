"""Fixtures of the extraction tests: the seeded fortnight, and staging on SQLite."""

from __future__ import annotations

import pytest

from sandbox.testing import running_stripe


@pytest.fixture(scope="module")
def fortnight():
    """The seeded fortnight, served once for the tests that only read it."""
    with running_stripe() as stripe:
        yield stripe


@pytest.fixture
def engine(sqlite_staging_engine):
    """Staging on SQLite: what is tested here is the reading."""
    return sqlite_staging_engine
