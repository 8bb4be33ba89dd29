"""Stripe's rate limiters: each by its documented figure and header, with a clock in hand, and over HTTP."""

import threading

import pytest
import stripe as sdk
from stripe_asking import ask

from sandbox.stripe.api.api_error import ApiError
from sandbox.stripe.api.options import StripeOptions
from sandbox.stripe.api.rate_limits import LIVE, Limits, RateLimiter
from sandbox.testing import running_stripe

CHARGES, CUSTOMERS, FILE = "GET /v1/charges", "GET /v1/customers", "GET /v1/files/{id}"


class Clock:
    """Seconds that pass when told."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def let_in(limiter, operation, count, account="acct_1"):
    """How many of `count` requests at one instant get in, and why the first other one does not."""
    entered = 0
    for _ in range(count):
        try:
            limiter.enter(account, operation)
        except ApiError as error:
            return entered, error.headers["Stripe-Rate-Limited-Reason"]
        limiter.leave(account, operation)
        entered += 1
    return entered, None


@pytest.mark.parametrize(
    ("limits", "operation", "rate", "reason"),
    [
        (Limits(), CHARGES, 25, "endpoint-rate"),
        (LIVE, CHARGES, 25, "endpoint-rate"),
        (Limits(), FILE, 20, "endpoint-rate"),
        (Limits(endpoint_rate=1000), CHARGES, 25, "global-rate"),
        (Limits(global_rate=100, endpoint_rate=1000), CHARGES, 100, "global-rate"),
    ],
)
def test_a_second_lets_in_what_is_documented_and_a_second_later_as_much_again(limits, operation, rate, reason):
    clock = Clock()
    limiter = RateLimiter(limits, clock)
    assert let_in(limiter, operation, 2 * rate) == (rate, reason)
    clock.now += 0.5
    assert let_in(limiter, operation, rate)[0] == rate // 2
    clock.now += 60
    assert let_in(limiter, operation, 2 * rate) == (rate, reason), "what was not used for a minute does not add up"


def test_a_sandbox_account_has_25_a_second_over_all_operations_and_accounts_do_not_share():
    limiter = RateLimiter(Limits(), Clock())
    assert let_in(limiter, CHARGES, 20) == (20, None)
    assert let_in(limiter, CUSTOMERS, 20) == (5, "global-rate")
    assert let_in(limiter, CUSTOMERS, 20, account="acct_2") == (20, None)


def test_only_so_many_requests_may_be_under_way():
    limiter = RateLimiter(Limits(global_concurrency=3, endpoint_concurrency=2), Clock())
    limiter.enter("acct_1", CHARGES)
    limiter.enter("acct_1", CHARGES)
    with pytest.raises(ApiError) as refused:
        limiter.enter("acct_1", CHARGES)
    assert refused.value.headers == {"Stripe-Rate-Limited-Reason": "endpoint-concurrency"}
    limiter.enter("acct_1", CUSTOMERS)
    assert let_in(limiter, FILE, 1) == (0, "global-concurrency")
    limiter.leave("acct_1", CHARGES)
    assert let_in(limiter, FILE, 1) == (1, None)


@pytest.mark.parametrize("should_retry", [None, True, False])
def test_over_http_a_429_is_stripes_error_with_its_headers(should_retry):
    limits = Limits(global_rate=2, should_retry=should_retry)
    with running_stripe(options=StripeOptions(scenario="empty", limits=limits)) as stripe:
        answers = [ask(stripe, "/v1/charges") for _ in range(5)]
    limited = answers[-1]
    assert [answer.status for answer in answers[:2]] == [200, 200]
    assert (limited.status, limited.body["error"]["code"]) == (429, "rate_limit")
    assert limited.headers["Stripe-Rate-Limited-Reason"] == "global-rate"
    expected = {None: None, True: "true", False: "false"}[should_retry]
    assert limited.headers.get("Stripe-Should-Retry") == expected
    assert limited.headers["Request-Id"].startswith("req_")


def test_over_http_requests_that_wait_count_as_under_way():
    limits = Limits(global_rate=1000, endpoint_rate=1000, endpoint_concurrency=1)
    with running_stripe(options=StripeOptions(scenario="empty", limits=limits, control=True)) as stripe:
        stripe.set_faults({"path": "/v1/charges", "status": "slow", "seconds": 0.5, "times": 20})
        statuses: list[int] = []
        threads = [
            threading.Thread(target=lambda: statuses.append(ask(stripe, "/v1/charges").status)) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(statuses) == [200, 429, 429, 429]


def test_stripes_sdk_tells_a_429_as_its_own_error(monkeypatch):
    monkeypatch.setattr(sdk, "enable_telemetry", False)
    with running_stripe(options=StripeOptions(scenario="empty", limits=Limits(global_rate=1))) as stripe:
        client = sdk.StripeClient(stripe.key, base_addresses={"api": stripe.url})
        client.v1.charges.list()
        with pytest.raises(sdk.RateLimitError) as refused:
            client.v1.charges.list()
    assert refused.value.headers["stripe-rate-limited-reason"] == "global-rate"
