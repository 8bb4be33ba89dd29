"""The Stripe sandbox for tests: real HTTP on a free port, and the world behind it in hand.

`with running_stripe() as stripe:` serves until the block ends. Change the world between requests, not while one is
under way: it has no lock.
"""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.scenarios.registry import load
from sandbox.server import serve_in_thread
from sandbox.stripe.account import unix
from sandbox.stripe.app import make_app
from sandbox.stripe.options import SECRET_KEY, StripeOptions
from sandbox.stripe.world import World


@dataclass(frozen=True, slots=True)
class RunningStripe:
    """A served world. `key` is a secret key that it accepts."""

    url: str
    world: World
    key: str = SECRET_KEY

    def set_faults(self, *rules: dict[str, Any]) -> None:
        """Replace the fault rules: `{"path": "/v1/charges", "status": 429, "times": 2}` (sandbox.stripe.faults)."""
        self._control("faults", {"rules": list(rules)})

    def advance_to(self, instant: datetime) -> None:
        """Let time pass; the scenario plays on."""
        self._control("clock", {"now": unix(instant)})

    def requests(self) -> dict[str, Any]:
        """What has been asked since the start: total, operations, statuses, status_429, max_in_flight."""
        return self._control("requests", None)

    def _control(self, name: str, body: dict[str, Any] | None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_sandbox/{name}", data=data)  # noqa: S310 - loopback
        with urllib.request.urlopen(request) as response:  # noqa: S310 - loopback
            answer: dict[str, Any] = json.load(response)
        return answer


@contextmanager
def running_stripe(world: World | None = None, options: StripeOptions | None = None) -> Iterator[RunningStripe]:
    """Serve `world`, or the world of `options` (default: the seeded fortnight, with the control endpoints)."""
    chosen = options or StripeOptions(control=True)
    served = world or load(chosen.scenario, chosen.seed, chosen.now)
    server = serve_in_thread(make_app(chosen, served))
    try:
        yield RunningStripe(server.url, served)
    finally:
        server.stop()
