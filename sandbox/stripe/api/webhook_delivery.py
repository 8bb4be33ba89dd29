"""Deliveries of events to webhook endpoints: signed, repeated until they are accepted, and wrong where told to be.

Events are sent when `deliver` is called: after the clock was set, after a write, or on demand. Repetitions wait for the
sandbox's clock. The signature's timestamp is the wall clock's, because receivers hold it against theirs.
"""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import aiohttp

from sandbox.stripe.api.accounts import Accounts
from sandbox.stripe.api.event_versions import encoded_event
from sandbox.stripe.api.webhooks import Endpoints, signature, wants
from sandbox.stripe.base.shelf import Json, Slice
from sandbox.stripe.world import World

# docs.stripe.com/webhooks: in a sandbox, three repetitions over a few hours; how they are spaced is not documented.
RETRY_AFTER_S = (5 * 60, 3600, 2 * 3600)
TIMEOUT_S = 10.0
_KEPT_RECORDS = 10_000

Wrong = Literal["lost", "duplicated", "late"]


@dataclass(slots=True)
class DeliveryFault:
    """What goes wrong with the next `times` events of a type (`*` at the end for all that begin so).

    `lost`: never sent; `duplicated`: sent twice; `late`: sent after everything else that is due.
    """

    type: str
    fault: Wrong
    times: int = 1

    def strikes(self, event_type: str) -> bool:
        """Whether it happens to this event; it counts as one of its `times`."""
        is_meant = self.type == event_type or (self.type.endswith("*") and event_type.startswith(self.type[:-1]))
        if not is_meant or self.times < 1:
            return False
        self.times -= 1
        return True


def delivery_fault_from(rule: dict[str, Any]) -> DeliveryFault:
    """A rule as the control endpoint receives it. Raises ValueError saying what is wrong."""
    if not {"type", "fault"} <= rule.keys() <= {"type", "fault", "times"} or rule["fault"] not in get_args(Wrong):
        raise ValueError(f"A rule has type, fault ({', '.join(get_args(Wrong))}) and perhaps times; got {rule}.")
    is_typed = isinstance(rule["type"], str) and isinstance(rule.get("times", 1), int)
    if not is_typed:
        raise ValueError(f"type is a text and times a number; got {rule}.")
    return DeliveryFault(**rule)


@dataclass(slots=True)
class _Delivery:
    """One event on its way to one endpoint. Ordered by `due`, the late ones last, then as they were made."""

    due: int
    is_late: bool
    number: int
    world: World
    endpoint_id: str
    event_id: str
    attempt: int = 1

    @property
    def order(self) -> tuple[int, bool, int]:
        return (self.due, self.is_late, self.number)


@dataclass(slots=True)
class _Seen:
    """Up to which instant events were looked at, and those of that instant."""

    at: int
    ids: set[str] = field(default_factory=set)


class Deliveries:
    """The deliveries of all accounts."""

    def __init__(self, accounts: Accounts) -> None:
        self.endpoints = {world.account["id"]: Endpoints(world) for world in accounts}
        self.records: list[Json] = []
        self._accounts = accounts
        self._faults: list[DeliveryFault] = []
        self._waiting: list[_Delivery] = []
        self._seen: dict[str, _Seen] = {}
        self._numbers = 0
        self._lock = asyncio.Lock()
        self._session: aiohttp.ClientSession | None = None

    def of(self, world: World) -> Endpoints:
        """The endpoints of an account. From now on its events are looked at."""
        self._look(world)
        return self.endpoints[world.account["id"]]

    def set_faults(self, rules: list[DeliveryFault]) -> None:
        """Replace all rules."""
        self._faults = list(rules)

    async def deliver(self) -> int:
        """Send everything that is due by the sandbox's clock; returns how many requests that took."""
        sent = 0
        async with self._lock:
            while True:
                for world in self._accounts:
                    if world.account["id"] in self._seen:
                        self._look(world)
                due = sorted(
                    (each for each in self._waiting if each.due <= each.world.now), key=lambda each: each.order
                )
                if not due:
                    return sent
                for delivery in due:
                    self._waiting.remove(delivery)
                    sent += await self._attempt(delivery)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    def _look(self, world: World) -> None:
        """Queue the events that have come since the last look."""
        account_id = world.account["id"]
        seen = self._seen.get(account_id)
        events = world.shelves["event"]
        if seen is None:
            self._seen[account_id] = _Seen(world.now, {event["id"] for event in _since(world, world.now)})
            return
        new = [event for event in _since(world, seen.at) if event["id"] not in seen.ids]
        for event in new:
            wanting = [each["id"] for each in self.endpoints[account_id] if wants(each, event["type"])]
            if wanting:
                event["pending_webhooks"] = len(wanting)
                events.touch(event["id"])
                self._queue(world, event, wanting)
        if world.now > seen.at:
            self._seen[account_id] = _Seen(world.now, {event["id"] for event in _since(world, world.now)})
        else:
            seen.ids.update(event["id"] for event in new)

    def _queue(self, world: World, event: Json, endpoint_ids: list[str]) -> None:
        rule = next((rule for rule in self._faults if rule.strikes(event["type"])), None)
        fault = None if rule is None else rule.fault
        if fault == "lost":
            return
        for endpoint_id in endpoint_ids * (2 if fault == "duplicated" else 1):
            self._numbers += 1
            due = world.now if fault == "late" else event["created"]
            self._waiting.append(_Delivery(due, fault == "late", self._numbers, world, endpoint_id, event["id"]))

    async def _attempt(self, delivery: _Delivery) -> int:
        """Send once; queue the repetition if it was not accepted. Returns the number of requests."""
        world = delivery.world
        endpoints = self.endpoints[world.account["id"]]
        endpoint = endpoints.find(delivery.endpoint_id)
        if endpoint is None or endpoint["status"] != "enabled":
            return 0
        body = encoded_event(world, delivery.event_id, endpoint["api_version"])
        status = await self._send(endpoint["url"], body, endpoints.secret_of(endpoint["id"]))
        is_accepted = status is not None and 200 <= status < 300
        self.records.append(
            {
                "event": delivery.event_id,
                "endpoint": endpoint["id"],
                "attempt": delivery.attempt,
                "at": delivery.due,
                "status": status,
            }
        )
        del self.records[:-_KEPT_RECORDS]
        if is_accepted:
            event = world.get("event", delivery.event_id)
            event["pending_webhooks"] = max(0, event["pending_webhooks"] - 1)
            world.shelves["event"].touch(delivery.event_id)
        elif delivery.attempt <= len(RETRY_AFTER_S):
            delivery.due += RETRY_AFTER_S[delivery.attempt - 1]
            delivery.attempt += 1
            self._waiting.append(delivery)
        return 1

    async def _send(self, url: str, body: bytes, secret: str) -> int | None:
        """The status of the answer, or None if there was none."""
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_S))
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            "Stripe-Signature": signature(secret, body, int(time.time())),
        }
        try:
            async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as response:
                return response.status
        except (aiohttp.ClientError, TimeoutError):
            return None


def _since(world: World, instant: int) -> Iterable[Json]:
    """The events created at an instant or later, oldest first."""
    shelf = world.shelves["event"]
    ids, _ = shelf.page(Slice(limit=len(shelf), since=instant))
    for event_id in reversed(ids):
        event = shelf.find(event_id)
        if event is not None:
            yield event
