"""Stripe accounts served from a thread of this process: real HTTP on a free port, and the worlds behind it in hand.

Change a world between requests, not while one is under way: it has no lock.
"""

import json
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.server import serve_in_thread
from sandbox.stripe.api.options import SECRET_KEY, StripeOptions
from sandbox.stripe.app import make_app
from sandbox.stripe.base.account import unix
from sandbox.stripe.world import World


@dataclass(frozen=True, slots=True)
class RunningStripe:
    """A served world, or several: `world` is the first. `key` is a secret key that it accepts."""

    url: str
    world: World
    key: str = SECRET_KEY

    def set_faults(self, *rules: dict[str, Any]) -> None:
        """Replace the fault rules: `{"path": "/v1/charges", "status": 429, "times": 2}` (sandbox.stripe.api.faults)."""
        self._control("faults", {"rules": list(rules)})

    def advance_to(self, instant: datetime) -> None:
        """Let time pass in all worlds; their scenarios play on, and due webhooks are sent."""
        self._control("clock", {"now": unix(instant)})

    def requests(self) -> dict[str, Any]:
        """What has been asked since the start: total, operations, statuses, status_429, max_in_flight."""
        return self._control("requests", None)

    def deliver_webhooks(self) -> int:
        """Send the webhooks that are due; returns the number of requests sent."""
        sent: int = self._control("webhooks/deliver", {})["sent"]
        return sent

    def set_webhook_faults(self, *rules: dict[str, Any]) -> None:
        """Replace the rules for deliveries: `{"type": "charge.*", "fault": "lost"}` (sandbox.stripe.api.webhook_delivery)."""
        self._control("webhooks/faults", {"rules": list(rules)})

    def webhook_deliveries(self) -> list[dict[str, Any]]:
        """The requests sent to webhook endpoints: event, endpoint, attempt, at, status."""
        deliveries: list[dict[str, Any]] = self._control("webhooks", None)["deliveries"]
        return deliveries

    def duplicate_event(self, event_id: str, *, later_s: int = 0) -> str:
        """Have a second event tell of the same change; returns its id."""
        copy_id: str = self._control("events/duplicate", {"id": event_id, "later_s": later_s})["id"]
        return copy_id

    def _control(self, name: str, body: dict[str, Any] | None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_sandbox/{name}", data=data)  # noqa: S310 - loopback
        with urllib.request.urlopen(request) as response:  # noqa: S310 - loopback
            answer: dict[str, Any] = json.load(response)
        return answer


@contextmanager
def served(worlds: Sequence[World], options: StripeOptions) -> Iterator[RunningStripe]:
    """Serve these accounts until the block ends; the first of them is the platform of the others."""
    server = serve_in_thread(make_app(options, worlds))
    try:
        yield RunningStripe(server.url, worlds[0])
    finally:
        server.stop()
