"""How the concurrency limit is found and kept. The server counts what is really in flight."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from stripe_netsuite.netsuite_api.client import NetSuiteClient
from stripe_netsuite.netsuite_api.governor import ConcurrencyGovernor
from stripe_netsuite.netsuite_api.write_many import WriteRequest
from stripe_netsuite.settings import NetSuiteConnection, TokenCredentials
from tests.netsuite_api.conftest import SECRETS, ImpatientClock
from tests.netsuite_api.nasty_server import NastyServer


class Crowd:
    """A NetSuite without a network: refuses at once whoever comes on top of `limit` others."""

    def __init__(self, limit: int, service_s: float = 0.002) -> None:
        self.limit = limit
        self.service_s = service_s
        self.inside = 0
        self.done = 0
        self.refused = 0
        self._lock = threading.Lock()

    def serve(self) -> bool:
        """Take one request in, or refuse it."""
        with self._lock:
            if self.inside >= self.limit:
                self.refused += 1
                return False
            self.inside += 1
        time.sleep(self.service_s)
        with self._lock:
            self.inside -= 1
            self.done += 1
        return True


def push(governor: ConcurrencyGovernor, crowd: Crowd, threads: int, requests: int) -> None:
    """Send `requests` requests through the governor, each repeated until it is served."""
    left = iter(range(requests))
    lock = threading.Lock()

    def work() -> None:
        while True:
            with lock:
                if next(left, None) is None:
                    return
            while not once(governor, crowd.serve):
                time.sleep(0.001)

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def once(governor: ConcurrencyGovernor, serve: Callable[[], bool]) -> bool:
    with governor.slot() as slot:
        if serve():
            slot.succeeded()
            return True
        slot.throttled()
        return False


def test_a_known_limit_is_never_overrun_and_is_used(clock: ImpatientClock) -> None:
    governor, crowd = ConcurrencyGovernor(5, clock), Crowd(5)
    push(governor, crowd, threads=12, requests=300)
    assert crowd.refused == 0
    assert governor.counts().max_in_flight == 5
    assert governor.counts().requests == crowd.done == 300


def test_a_discovered_limit_costs_under_two_percent(clock: ImpatientClock) -> None:
    governor, crowd = ConcurrencyGovernor(20, clock), Crowd(5)
    push(governor, crowd, threads=20, requests=2000)
    assert crowd.done == 2000
    assert crowd.refused < 40
    assert 4 <= governor.allowed <= 6


def test_it_starts_with_what_every_account_allows_and_grows_only_when_full(clock: ImpatientClock) -> None:
    governor = ConcurrencyGovernor(20, clock)
    assert governor.allowed == 4
    for _ in range(50):
        once(governor, lambda: True)  # one at a time proves nothing about four
    assert governor.allowed == 4
    with governor.slot() as first, governor.slot(), governor.slot(), governor.slot() as last:
        last.succeeded()
        first.succeeded()
    assert governor.allowed == 5


def test_a_refusal_shrinks_and_a_burst_counts_once(clock: ImpatientClock) -> None:
    governor = ConcurrencyGovernor(10, clock)
    grow_to(governor, 10)
    slots = [governor.slot() for _ in range(10)]
    opened = [slot.__enter__() for slot in slots]
    for slot, one in zip(slots, opened, strict=True):
        one.throttled()
        slot.__exit__(None, None, None)
    assert governor.allowed == 7  # × 0.7 once, not ten times
    assert governor.counts().throttled == 10


def test_after_a_refusal_it_comes_back_to_the_level_that_held(clock: ImpatientClock) -> None:
    """Six were too many, so five are used again, not four, and six are not tried soon."""
    governor = ConcurrencyGovernor(20, clock)
    grow_to(governor, 6)
    slots = [governor.slot() for _ in range(6)]
    opened = [slot.__enter__() for slot in slots]
    opened[-1].throttled()
    for slot in reversed(slots):
        slot.__exit__(None, None, None)
    assert governor.allowed == 4
    for _ in range(10):
        fill(governor)
    assert governor.allowed == 5


def fill(governor: ConcurrencyGovernor) -> None:
    """Let as many requests succeed as may be in flight at once."""
    slots = [governor.slot() for _ in range(governor.allowed)]
    opened = [slot.__enter__() for slot in slots]
    for slot, one in zip(slots, opened, strict=True):
        one.succeeded()
        slot.__exit__(None, None, None)


def grow_to(governor: ConcurrencyGovernor, level: int) -> None:
    while governor.allowed < level:
        slots = [governor.slot() for _ in range(governor.allowed)]
        for slot in [(slot, slot.__enter__()) for slot in slots]:
            slot[1].succeeded()
            slot[0].__exit__(None, None, None)


def test_a_limit_that_rises_again_is_found_again(clock: ImpatientClock) -> None:
    """Another integration took most of the account's pool for a while."""
    governor, crowd = ConcurrencyGovernor(10, clock), Crowd(2)
    push(governor, crowd, threads=10, requests=200)
    assert governor.allowed <= 3
    crowd.limit = 10
    push(governor, crowd, threads=10, requests=1500)
    assert governor.allowed >= 8


def test_a_slot_is_given_back_when_the_request_fails(clock: ImpatientClock) -> None:
    governor = ConcurrencyGovernor(1, clock)
    for _ in range(3):
        with pytest.raises(RuntimeError), governor.slot():
            raise RuntimeError
    assert governor.counts().requests == 3


def test_a_limit_is_at_least_one(clock: ImpatientClock) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        ConcurrencyGovernor(0, clock)


def requests_for(count: int) -> list[WriteRequest]:
    return [WriteRequest(f"k{n}", "customer", f"cus_{n}", {"companyName": "x"}) for n in range(count)]


def test_over_the_wire_a_known_limit_brings_no_429(
    client: NetSuiteClient, server: NastyServer, clock: ImpatientClock
) -> None:
    server.limit = 5
    server.service_s = 0.04
    results = list(client.write_many(requests_for(60)))
    assert len(results) == 60
    assert server.refused == 0
    assert 3 <= server.most_in_flight <= 5


def test_over_the_wire_a_lower_limit_is_found_and_everything_is_written(
    server: NastyServer, clock: ImpatientClock
) -> None:
    server.limit = 3
    server.service_s = 0.005
    connection = NetSuiteConnection("n", "1", TokenCredentials(*SECRETS), server.url, concurrency=12)
    with NetSuiteClient(connection, clock) as client:
        results = list(client.write_many(requests_for(300)))
    assert {result.key for result in results} == {f"k{n}" for n in range(300)}
    assert all(result.error is None for result in results)
    assert server.refused < 30
    assert client.governor.counts().throttled == server.refused
