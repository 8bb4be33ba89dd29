"""Many writes side by side: one result each, errors where they belong, and an orderly end after a fatal one."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator

import pytest

from stripe_netsuite.errors import InvariantBroken, NetSuiteDuplicate, NetSuiteProtocolError, NetSuiteUnavailable
from stripe_netsuite.netsuite_api.client import NetSuiteClient
from stripe_netsuite.netsuite_api.write_many import WriteRequest
from tests.netsuite_api.nasty_server import HTML_200, RECORD, NastyServer, Reply, Seen, error_reply, located


def requests_for(count: int) -> list[WriteRequest]:
    return [WriteRequest(f"k{n}", "customer", f"cus_{n}", {"n": n}) for n in range(count)]


def by_number(special: dict[int, Reply]) -> Callable[[Seen], Reply]:
    """Answer the request of body {"n": n} with its own reply, else with internal id 1000 + n."""

    def answer(seen: Seen) -> Reply:
        n = json.loads(seen.body)["n"]
        return special.get(n, located(f"{RECORD}/customer/{1000 + n}"))

    return answer


def test_each_request_has_one_result_with_its_own_id(client: NetSuiteClient, server: NastyServer) -> None:
    server.otherwise = by_number({})
    results = list(client.write_many(requests_for(40)))
    assert {result.key: result.internal_id for result in results} == {f"k{n}": str(1000 + n) for n in range(40)}


def test_an_error_of_one_record_is_its_result(client: NetSuiteClient, server: NastyServer) -> None:
    server.otherwise = by_number(
        {3: error_reply(400, "This entity already exists."), 7: Reply(drop=True), 9: error_reply(500, "x")}
    )
    results = {result.key: result for result in client.write_many(requests_for(12))}
    assert len(results) == 12
    assert isinstance(results["k3"].error, NetSuiteDuplicate)
    for lost in ("k7", "k9"):
        error = results[lost].error
        assert isinstance(error, NetSuiteUnavailable)
        assert error.outcome_unknown
        assert results[lost].internal_id is None
    assert len(server.seen) == 12


def test_a_fatal_error_is_raised_after_the_results_of_all_that_was_sent(
    client: NetSuiteClient, server: NastyServer
) -> None:
    server.otherwise = by_number({2: HTML_200})
    keys = set()

    def collect() -> None:
        for result in client.write_many(requests_for(500)):
            keys.add(result.key)

    with pytest.raises(NetSuiteProtocolError):
        collect()
    assert len(server.seen) < 30
    assert keys == {f"k{json.loads(seen.body)['n']}" for seen in server.seen} - {"k2"}


def test_leaving_early_sends_no_more(client: NetSuiteClient, server: NastyServer) -> None:
    server.otherwise = by_number({})
    iterator = client.write_many(requests_for(500))
    assert isinstance(iterator, Generator)
    next(iterator)
    iterator.close()
    assert len(server.seen) < 30


def test_a_body_that_may_not_be_sent_is_fatal(client: NetSuiteClient, server: NastyServer) -> None:
    with pytest.raises(InvariantBroken):
        list(client.write_many([WriteRequest("k", "customer", "cus_1", {"amount": 0.1})]))
    assert not server.seen


def test_requests_may_be_made_on_the_way(client: NetSuiteClient, server: NastyServer) -> None:
    """A generator is drawn on no further ahead than there are workers to feed."""
    server.otherwise = by_number({})
    drawn = []

    def requests() -> Iterator[WriteRequest]:
        for request in requests_for(50):
            drawn.append(request.key)
            yield request

    results = client.write_many(requests())
    next(results)
    assert len(drawn) < 20
    assert len(list(results)) == 49


def test_nothing_to_write_is_no_request(client: NetSuiteClient, server: NastyServer) -> None:
    assert list(client.write_many([])) == []
    assert not server.seen


def test_a_request_does_not_print_its_body() -> None:
    assert "secret-address" not in repr(WriteRequest("k", "customer", "cus_1", {"email": "secret-address"}))
