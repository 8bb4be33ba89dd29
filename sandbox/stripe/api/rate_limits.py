"""Stripe's rate limiters: requests a second of an account and of an operation, and requests under way at once.

Token buckets that hold one second's worth, in real time. Receives account and operation of each request; refuses with
429 and Stripe-Rate-Limited-Reason (docs.stripe.com/rate-limits).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.stripe.api.api_error import ApiError

SANDBOX_RATE = 25
LIVE_RATE = 100
ENDPOINT_RATE = 25
SLOW_RATE = 20  # search and files


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is allowed: requests a second, and requests under way at once. `None`: without limit.

    The rates are Stripe's documented ones for a sandbox; how many requests may be under way is not documented.
    `should_retry`: the Stripe-Should-Retry header of a refusal; None sends none.
    """

    global_rate: int = SANDBOX_RATE
    endpoint_rate: int = ENDPOINT_RATE
    slow_rate: int = SLOW_RATE
    global_concurrency: int | None = 100
    endpoint_concurrency: int | None = None
    should_retry: bool | None = None


LIVE = Limits(global_rate=LIVE_RATE)


@dataclass(slots=True)
class _Bucket:
    """A token bucket: `rate` a second, at most one second's worth at once."""

    rate: int
    level: float
    at: float

    def take(self, now: float) -> bool:
        self.level = min(float(self.rate), self.level + (now - self.at) * self.rate)
        self.at = now
        if self.level < 1:
            return False
        self.level -= 1
        return True


@dataclass(slots=True)
class RateLimiter:
    """The limiters of all accounts. `clock` gives seconds that only go forward."""

    limits: Limits
    clock: Callable[[], float] = time.monotonic
    _buckets: dict[tuple[str, str], _Bucket] = field(default_factory=dict)
    _under_way: dict[tuple[str, str], int] = field(default_factory=dict)

    def enter(self, account_id: str, operation: str) -> None:
        """Let a request in, or raise the 429 that names the limiter; `leave` must follow only what was let in."""
        everything, this = (account_id, ""), (account_id, operation)
        limits = self.limits
        if self._is_full(everything, limits.global_concurrency):
            raise self._refusal("global-concurrency")
        if self._is_full(this, limits.endpoint_concurrency):
            raise self._refusal("endpoint-concurrency")
        now = self.clock()
        if not self._bucket(this, self._rate_of(operation), now).take(now):
            raise self._refusal("endpoint-rate")
        if not self._bucket(everything, limits.global_rate, now).take(now):
            raise self._refusal("global-rate")
        for key in (everything, this):
            self._under_way[key] = self._under_way.get(key, 0) + 1

    def leave(self, account_id: str, operation: str) -> None:
        """A request that was let in has been answered."""
        for key in ((account_id, ""), (account_id, operation)):
            self._under_way[key] -= 1

    def _is_full(self, key: tuple[str, str], most: int | None) -> bool:
        return most is not None and self._under_way.get(key, 0) >= most

    def _rate_of(self, operation: str) -> int:
        is_slow = "/v1/files" in operation or operation.endswith("/search")
        return self.limits.slow_rate if is_slow else self.limits.endpoint_rate

    def _bucket(self, key: tuple[str, str], rate: int, now: float) -> _Bucket:
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = _Bucket(rate, float(rate), now)
        return bucket

    def _refusal(self, reason: str) -> ApiError:
        headers = {"Stripe-Rate-Limited-Reason": reason}
        if self.limits.should_retry is not None:
            headers["Stripe-Should-Retry"] = "true" if self.limits.should_retry else "false"
        text = "Request rate limit exceeded. Learn more about rate limits: https://docs.stripe.com/rate-limits"
        return ApiError(429, text, code="rate_limit", headers=headers)
