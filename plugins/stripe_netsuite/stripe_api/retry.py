"""Which answers of Stripe are worth asking again, and how long to wait before that.

Only reads go through here, so asking again is always safe. The SDK retries neither 429 nor a body that was cut.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from stripe_netsuite.stripe_api.transport import Answer


@dataclass(frozen=True)
class RetryPolicy:
    """At most `attempts` requests within `total_s`; waits grow from `base_s` to `cap_s`, with full jitter."""

    attempts: int = 9
    base_s: float = 0.5
    cap_s: float = 20.0
    total_s: float = 180.0

    def wait_s(self, attempt: int, rng: random.Random) -> float:
        """Return the wait after the failed attempt number `attempt` (from 1)."""
        return rng.uniform(0, min(self.cap_s, self.base_s * 2.0 ** (attempt - 1)))


def is_worth_retrying(answer: Answer) -> bool:
    """Tell whether the same GET may succeed later: 429, 409, 5xx, or Stripe says so itself.

    `Stripe-Should-Retry: false` on a 5xx is about replayed writes; a read asks again.
    """
    if answer.status in (409, 429) or answer.status >= 500:
        return True
    return answer.status >= 400 and answer.headers.get("stripe-should-retry") == "true"
