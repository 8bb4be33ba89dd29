"""Storms by chance and by seed, latency as a distribution, the pool shared with other integrations."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

import pytest

from sandbox.netsuite.protocol.faults import UNLIMITED, Faults, rules_from
from sandbox.netsuite.protocol.latency import Latency
from sandbox.netsuite.testing import running_netsuite
from tests.sandbox.netsuite.client import RECORD, Client
from tests.sandbox.netsuite.protocol_server import served


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with served() as one:
        yield one


def _storm(seed: int, percent: float = 20) -> list[bool]:
    faults = Faults()
    faults.set(rules_from({"rules": [{"kind": "status_429", "percent": percent, "seed": seed}]}))
    return [faults.take("GET", "/services/rest/record/v1/customer") is not None for _ in range(2000)]


def test_a_storm_is_the_same_for_the_same_seed_and_has_its_share() -> None:
    """20 percent are spoiled, which ones the seed decides."""
    assert _storm(7) == _storm(7)
    assert _storm(7) != _storm(8)
    assert 300 < sum(_storm(7)) < 500
    assert sum(_storm(7, 0)) == 0
    assert sum(_storm(7, 100)) == 2000


def test_a_storm_holds_until_it_is_replaced_and_does_not_count_as_left(client: Client) -> None:
    """Over the control interface; with `times` it ends by itself."""
    url = client.server.url + "/_sandbox/faults"
    client.session.post(url, json={"rules": [{"kind": "status_429", "percent": 50, "seed": 3}]}, timeout=5)
    answers = [client.send("GET", RECORD + "/customer").status_code for _ in range(40)]
    assert set(answers) == {200, 429}
    assert client.server.faults.left() == 0
    client.session.post(url, json={"rules": []}, timeout=5)
    assert client.send("GET", RECORD + "/customer").status_code == 200
    (rule,) = rules_from({"rules": [{"kind": "status_500", "percent": 50, "times": 3}]})
    assert rule.times == 3 != UNLIMITED
    assert (
        client.session.post(url, json={"rules": [{"kind": "status_500", "percent": 101}]}, timeout=5).status_code == 400
    )


def test_latency_is_a_distribution_around_its_median() -> None:
    """Lognormal: half of the draws lie below the median, the same seed draws the same."""
    draws = _draws(800, 0.5)
    assert statistics.median(draws) == pytest.approx(0.8, rel=0.1)
    assert max(draws) > 1.5
    assert _draws(800, 0.5) == _draws(800, 0.5)
    assert set(_draws(800, 0)) == {0.8}


def _draws(median: float, sigma: float) -> list[float]:
    latency = Latency(median, sigma, 7)
    return [latency.draw_s() for _ in range(1000)]


def test_latency_may_be_changed_while_serving(client: Client) -> None:
    """POST /_sandbox/latency holds from the next request on."""
    url = client.server.url + "/_sandbox/latency"
    assert client.session.post(url, json={"latency_ms": 5, "latency_sigma": 0.2}, timeout=5).status_code == 204
    assert client.server.account.latency.median_ms == 5
    assert client.session.post(url, json={"latency_ms": "soon"}, timeout=5).status_code == 400
    client.session.post(url, json={"latency_ms": 0}, timeout=5)


def test_other_integrations_take_from_the_same_pool(client: Client) -> None:
    """With all five requests of the account held by others there is none left, for records and SuiteQL alike."""
    url = client.server.url + "/_sandbox/others"
    client.session.post(url, json={"requests": 5}, timeout=5)
    assert client.send("GET", RECORD + "/customer").status_code == 429
    query = client.send(
        "POST", "/services/rest/query/v1/suiteql", {"q": "SELECT id FROM currency"}, headers={"Prefer": "transient"}
    )
    assert query.status_code == 429
    client.session.post(url, json={"requests": 4}, timeout=5)
    assert client.send("GET", RECORD + "/customer").status_code == 200
    client.session.post(url, json={"requests": 0}, timeout=5)
    assert client.session.post(url, json={"requests": -1}, timeout=5).status_code == 400


def test_a_limit_of_the_integration_is_its_own() -> None:
    """Reserved: others cannot take it, and it cannot have more; governanceLimits tells which kind it is."""
    with running_netsuite(concurrency_limit=5, integration_concurrency_limit=2) as server:
        client = Client(server)
        server.account.meter.others = 5
        assert client.send("GET", RECORD + "/customer").status_code == 200
        limits = client.send("GET", "/services/rest/system/v1/governanceLimits").json()
        assert limits == {
            "accountConcurrencyLimit": 5,
            "accountUnallocatedConcurrencyLimit": 3,
            "integrationConcurrencyLimit": 2,
            "integrationLimitType": "integrationSpecific",
        }
        with server.account.meter, server.account.meter:
            assert client.send("GET", RECORD + "/customer").status_code == 429
        client.session.close()
