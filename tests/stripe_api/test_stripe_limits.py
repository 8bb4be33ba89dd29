"""The limiter's law: never more than burst + rate × T in any span of T seconds, and not much less when busy."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stripe_netsuite.stripe_api.client import StripeClient
from stripe_netsuite.stripe_api.limits import Limits, RateLimiter, endpoint_of
from stripe_netsuite.stripe_api.transport import Answer
from tests.stripe_api.wire import FakeClock, connection, scripted


def _admitted(limiter: RateLimiter, clock: FakeClock, endpoints: list[str], idle: list[float]) -> list[float]:
    at = []
    for endpoint, pause in zip(endpoints, idle, strict=True):
        clock.sleep(pause)
        limiter.acquire(endpoint)
        at.append(clock.monotonic_s())
    return at


@settings(max_examples=80, deadline=None)
@given(
    account=st.integers(5, 100),
    endpoint=st.integers(2, 30),
    burst=st.integers(1, 20),
    work=st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([0.0, 0.0, 0.0, 0.05, 1.5])), max_size=150),
)
def test_no_span_sees_more_than_burst_and_rate(account, endpoint, burst, work):
    """For the account and for each endpoint, over every pair of admissions."""
    clock = FakeClock()
    limiter = RateLimiter(Limits(account, endpoint, burst, 1), clock)
    at = _admitted(limiter, clock, [name for name, _ in work], [pause for _, pause in work])

    def holds(times: list[float], rate: float, most: int) -> bool:
        return all(
            j - i + 1 <= most + rate * (times[j] - times[i]) + 1e-3
            for i in range(len(times))
            for j in range(i, len(times))
        )

    assert holds(at, account, burst)
    for name in "abc":
        assert holds([t for t, (one, _) in zip(at, work, strict=True) if one == name], endpoint, 1)


def test_a_busy_client_uses_what_it_may():
    """A thousand requests in a row take no longer than the rate asks for."""
    clock = FakeClock()
    limiter = RateLimiter(Limits(None, 24, 1, 1), clock)
    _admitted(limiter, clock, ["a"] * 1000, [0.0] * 1000)
    assert 999 / 24 <= clock.monotonic_s() + 1e-3 <= 999 / 24 * 1.01


def test_429_halves_the_rate_once_a_second_and_it_recovers():
    """Twenty answers of one burst are one sign; after twenty quiet seconds the full rate is back."""
    clock = FakeClock()
    limiter = RateLimiter(Limits(80, 24), clock)
    for _ in range(20):
        limiter.throttled("a", "endpoint-rate")
    assert limiter.rates("a") == [80, 12]
    assert limiter.rates("b") == [80, 24]
    clock.sleep(2)
    limiter.throttled("a", "global-rate")
    assert limiter.rates("a")[0] == 40
    for _ in range(25):
        clock.sleep(1)
        limiter.acquire("a")
    assert limiter.rates("a") == [80, 24]


def test_a_429_from_stripe_reaches_the_limiter():
    """The client passes Stripe's reason on; without a reason both limits give way."""
    answers = [Answer(429, {}, b"{}"), Answer(200, {}, b'{"id":"ch_1","object":"charge"}')]
    client = StripeClient(connection("http://wire"), FakeClock(), Limits(80, 24), transport=scripted(answers))
    client.get("/v1/charges/ch_1")
    account, endpoint = client._limiter.rates("/v1/charges/:id")
    assert account < 80
    assert endpoint < 24


@pytest.mark.parametrize(
    ("key", "account"), [("sk_test_x", 20), ("rk_test_x", 20), ("sk_live_x", 80), ("rk_live_x", 80), ("sk_x_test_", 80)]
)
def test_the_key_tells_the_limit(key, account):
    """Sandbox keys get 20 a second, all others the live limit's 80; both below what Stripe allows."""
    assert Limits.for_key(key).account_per_s == account


@pytest.mark.parametrize(
    ("path", "endpoint"),
    [
        ("/v1/charges", "/v1/charges"),
        ("/v1/charges/ch_1", "/v1/charges/:id"),
        ("/v1/invoices/in_1/lines", "/v1/invoices/:id/lines"),
        ("/v1/coupons/50%25%20off", "/v1/coupons/:id"),
        ("/v1/balance", "/v1/balance"),
    ],
)
def test_endpoints_are_stripes_named_operations(path, endpoint):
    """Counts and limits go by operation, not by id."""
    assert endpoint_of(path) == endpoint
