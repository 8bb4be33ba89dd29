"""A running sandbox and a signed client; after each test the books must balance."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.netsuite.testing import RunningNetSuite, running_netsuite
from tests.sandbox.netsuite.client import Client


@pytest.fixture
def netsuite() -> Iterator[RunningNetSuite]:
    with running_netsuite(control=True) as server:
        yield server


@pytest.fixture
def client(netsuite: RunningNetSuite) -> Iterator[Client]:
    client = Client(netsuite)
    yield client
    client.session.close()
    assert netsuite.is_balanced(), "debits and credits differ after the test"
