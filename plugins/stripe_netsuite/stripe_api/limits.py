"""How fast Stripe may be asked: token buckets for the account and for each endpoint, slower after a 429.

Promises: in any span of T seconds a bucket lets at most `burst + rate × T` requests through. Stripe allows 100/s live,
25/s in a sandbox, 25/s an endpoint (docs.stripe.com/rate-limits); the defaults stay under each of them.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass

from stripe_netsuite.clock import Clock

# A segment that names one object: `in_1Nx…`, `ch_3P…`. Coupons and customers may have ids of any shape, so the
# position counts too: /v1/<list>/<id>/<sublist>.
_OBJECT_PATH = re.compile(r"^(/v\d/[a-z_]+)/[^/]+(/[a-z_]+)?$")

_FLOOR = 1 / 32
_RECOVERY_PER_S = 0.05
_CUT_PAUSE_S = 1.0


@dataclass(frozen=True)
class Limits:
    """Requests per second, and how many may come at once; None means unlimited. `workers` bounds parallel reads."""

    account_per_s: float | None
    endpoint_per_s: float | None
    account_burst: int = 1
    endpoint_burst: int = 1
    workers: int = 8

    @classmethod
    def for_key(cls, api_key: str) -> Limits:
        """Return what Stripe allows for a live or a sandbox key, with a margin for other users of the account."""
        if "_test_" in api_key[:9]:
            return cls(account_per_s=20, endpoint_per_s=20, account_burst=5, endpoint_burst=5, workers=20)
        return cls(account_per_s=80, endpoint_per_s=24, account_burst=20, endpoint_burst=1, workers=26)

    @classmethod
    def unlimited(cls, workers: int = 4) -> Limits:
        """Return no limit at all: for a server that has none."""
        return cls(account_per_s=None, endpoint_per_s=None, workers=workers)


def endpoint_of(path: str) -> str:
    """Return Stripe's named operation of a GET path: `/v1/invoices/in_1/lines` is `/v1/invoices/:id/lines`."""
    match = _OBJECT_PATH.match(path)
    return f"{match[1]}/:id{match[2] or ''}" if match else path


class TokenBucket:
    """One limit, as the instant at which the bucket is full again (GCRA). Not thread-safe: `RateLimiter` locks."""

    def __init__(self, rate_per_s: float, burst: int) -> None:
        self.full_rate = rate_per_s
        self.rate = rate_per_s
        self.burst = burst
        self._full_at = 0.0
        self._changed_at = 0.0

    def wait_s(self, now: float) -> float:
        """Return how long until a token is there; 0 when there is one."""
        self._recover(now)
        return max(0.0, self._full_at - now - (self.burst - 1) / self.rate)

    def take(self, now: float) -> None:
        """Take the token that `wait_s` promised."""
        self._full_at = max(self._full_at, now) + 1 / self.rate

    def cut(self, now: float) -> None:
        """Halve the rate after a 429. Answers to requests that were already on their way count as one."""
        if self.rate < self.full_rate and now - self._changed_at < _CUT_PAUSE_S:
            return
        self.rate = max(self.rate / 2, self.full_rate * _FLOOR)
        self._changed_at = now

    def _recover(self, now: float) -> None:
        quiet_s = now - self._changed_at
        if self.rate < self.full_rate and quiet_s >= _CUT_PAUSE_S:
            self.rate = min(self.full_rate, self.rate + self.full_rate * _RECOVERY_PER_S * quiet_s)
            self._changed_at = now


class RateLimiter:
    """The buckets of one Stripe account, shared by all threads of a client."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self._limits = limits
        self._clock = clock
        self._lock = threading.Lock()
        self._account = TokenBucket(limits.account_per_s, limits.account_burst) if limits.account_per_s else None
        self._endpoints: dict[str, TokenBucket] = {}

    def acquire(self, endpoint: str) -> None:
        """Wait until both the account's and the endpoint's bucket have a token, and take both."""
        while True:
            with self._lock:
                now = self._clock.monotonic_s()
                buckets = self._buckets(endpoint)
                wait_s = max((bucket.wait_s(now) for bucket in buckets), default=0.0)
                # A wait below clock precision would spin for ever on a clock that rounds.
                if wait_s < 1e-6:
                    for bucket in buckets:
                        bucket.take(now)
                    return
            self._clock.sleep(wait_s)

    def throttled(self, endpoint: str, reason: str | None) -> None:
        """Slow down after a 429; `reason` is `Stripe-Rate-Limited-Reason`, absent for lock timeouts."""
        with self._lock:
            now = self._clock.monotonic_s()
            for bucket in self._buckets(endpoint):
                is_account = bucket is self._account
                if reason is None or not reason.startswith("endpoint" if is_account else "global"):
                    bucket.cut(now)

    def rates(self, endpoint: str) -> list[float]:
        """Return the rates in force for an endpoint: the account's first. Empty when unlimited."""
        with self._lock:
            return [bucket.rate for bucket in self._buckets(endpoint)]

    def _buckets(self, endpoint: str) -> list[TokenBucket]:
        buckets = [self._account] if self._account else []
        if self._limits.endpoint_per_s:
            bucket = self._endpoints.get(endpoint)
            if bucket is None:
                bucket = TokenBucket(self._limits.endpoint_per_s, self._limits.endpoint_burst)
                self._endpoints[endpoint] = bucket
            buckets.append(bucket)
        return buckets
