"""The concurrency limit and the faults on order, over real connections."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from sandbox.netsuite.testing import RunningNetSuite, running_netsuite
from tests.sandbox.netsuite.client import RECORD, Client


def _customer(name: str) -> dict[str, object]:
    return {"companyName": name, "subsidiary": {"id": "1"}}


def test_the_limit_counts_what_is_in_flight() -> None:
    """Eight at once against a limit of three: three pass, five get 429 at once; later all pass again."""
    with running_netsuite(concurrency_limit=3, latency_ms=300) as server, ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: Client(server).send("GET", RECORD + "/customer"), range(8)))
        assert sorted(answer.status_code for answer in answers) == [200] * 3 + [429] * 5
        refused = next(answer for answer in answers if answer.status_code == 429)
        assert refused.json()["o:errorDetails"][0]["o:errorCode"] == "CONCURRENCY_LIMIT_EXCEEDED"
        assert "Retry-After" not in refused.headers
        counts = server.requests
        assert (counts["max_in_flight"], counts["too_many_requests"], counts["distinct_nonces"]) == (3, 5, 8)
        assert Client(server).send("GET", RECORD + "/customer").status_code == 200


def test_drop_after_commit_writes_and_says_nothing(netsuite: RunningNetSuite, client: Client) -> None:
    """The most valuable fault: the record is there, the answer is not."""
    netsuite.fail("drop_after_commit", method="PUT", path_contains="/customer/")
    with pytest.raises(requests.ConnectionError):
        client.send("PUT", RECORD + "/customer/eid:cus_1", _customer("Ada"))
    assert client.rows("SELECT externalid FROM customer") == [{"externalid": "cus_1"}]
    assert netsuite.requests["writes_committed"] == 1


def test_drop_before_writes_nothing(netsuite: RunningNetSuite, client: Client) -> None:
    """The connection is reset before anything is done; the next request is healthy."""
    netsuite.fail("drop_before", method="PUT", path_contains="/CUSTOMER/")
    with pytest.raises(requests.ConnectionError):
        client.send("PUT", RECORD + "/customer/eid:cus_1", _customer("Ada"))
    assert client.rows("SELECT id FROM customer") == []
    client.write("PUT", "/customer/eid:cus_1", _customer("Ada"))


def test_faults_over_the_control_interface(client: Client) -> None:
    """429, 500 and an HTML 502, each as often as ordered; an unknown kind is refused."""
    url = client.server.url + "/_sandbox/faults"
    rules = [
        {"kind": "status_429", "path_contains": "/customer", "times": 2},
        {"kind": "status_500", "method": "GET"},
        {"kind": "html_502"},
    ]
    assert client.session.post(url, json={"rules": rules}, timeout=5).status_code == 204
    answers = [client.send("GET", RECORD + "/customer") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [429, 429, 500, 502, 200]
    assert answers[3].headers["Content-Type"].startswith("text/html")
    assert client.session.post(url, json={"rules": [{"kind": "fire"}]}, timeout=5).status_code == 400


def test_a_delay_outlasts_a_clients_patience(netsuite: RunningNetSuite, client: Client) -> None:
    """The write is committed although the client has given up."""
    netsuite.fail("delay", method="GET", delay_ms=400)
    with pytest.raises(requests.ReadTimeout):
        requests.get(netsuite.url + RECORD + "/customer", auth=client.auth, timeout=0.1)


def test_control_is_absent_unless_asked_for() -> None:
    """Without the option there is no /_sandbox/."""
    with running_netsuite() as server:
        assert requests.get(server.url + "/_sandbox/requests", timeout=5).status_code in (401, 404)


def test_requests_are_counted_by_method_and_type(client: Client) -> None:
    """GET /_sandbox/requests tells what came in and what was written; DELETE starts anew."""
    client.customer()
    url = client.server.url + "/_sandbox/requests"
    counts = client.session.get(url, timeout=5).json()
    assert counts["requests"] == {"PUT customer": 1}
    assert (counts["writes"], counts["writes_committed"]) == ({"PUT customer": 1}, 1)
    client.session.delete(url, timeout=5)
    assert client.session.get(url, timeout=5).json()["writes_committed"] == 0


def test_system_services(client: Client) -> None:
    """GovernanceLimits and serverTime."""
    limits = client.send("GET", "/services/rest/system/v1/governanceLimits").json()
    assert limits["accountConcurrencyLimit"] == client.server.options.concurrency_limit
    assert "serverTime" in client.send("GET", "/services/rest/system/v1/serverTime").json()
