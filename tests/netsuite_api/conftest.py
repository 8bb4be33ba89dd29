"""A NetSuite client against the nasty server, on a clock that does not wait."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from stripe_netsuite.netsuite_api.client import NetSuiteClient
from stripe_netsuite.settings import NetSuiteConnection, TokenCredentials
from tests.netsuite_api.nasty_server import NastyServer, nasty_server

SECRETS = ("the-consumer-key", "the-consumer-secret", "the-token-id", "the-token-secret")


class ImpatientClock:
    """Real time, but sleeping only notes for how long (and waits a thousandth of it)."""

    def __init__(self) -> None:
        self.slept_s: list[float] = []
        self.ahead_s = 0.0

    def now(self) -> datetime:
        """Return the real time: signatures carry it."""
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        """Return the real monotonic time, set forward by `ahead_s`."""
        return time.monotonic() + self.ahead_s

    def sleep(self, duration_s: float) -> None:
        """Note the duration; wait a thousandth of it."""
        self.slept_s.append(duration_s)
        time.sleep(duration_s / 1000)


@pytest.fixture
def clock() -> ImpatientClock:
    return ImpatientClock()


@pytest.fixture
def server() -> Iterator[NastyServer]:
    with nasty_server() as running:
        yield running


@pytest.fixture
def connection(server: NastyServer) -> NetSuiteConnection:
    return NetSuiteConnection("netsuite_default", "1234567_SB1", TokenCredentials(*SECRETS), server.url, concurrency=5)


@pytest.fixture
def client(connection: NetSuiteConnection, clock: ImpatientClock) -> Iterator[NetSuiteClient]:
    with NetSuiteClient(connection, clock, timeout_s=5.0) as opened:
        yield opened
