"""The control endpoints below /_sandbox/: the clock, faults, what has been asked, and webhook deliveries.

For tests and demos; closed unless the options open them. They take and give JSON and need no key.
"""

from datetime import UTC, datetime
from typing import Any

import msgspec
from aiohttp import web

from sandbox.stripe.api.accounts import Accounts
from sandbox.stripe.api.faults import fault_from
from sandbox.stripe.api.frame import JSON, Frame
from sandbox.stripe.api.webhook_delivery import Deliveries, delivery_fault_from
from sandbox.stripe.base.shelf import encode

CONTROL_PATH = "/_sandbox/"
_Rules = dict[str, list[dict[str, Any]]]


class Control:
    """The handlers of the control endpoints."""

    def __init__(self, accounts: Accounts, frame: Frame, deliveries: Deliveries) -> None:
        self._accounts = accounts
        self._frame = frame
        self._deliveries = deliveries

    def add_routes(self, app: web.Application) -> None:
        """Open the endpoints."""
        app.router.add_get(f"{CONTROL_PATH}clock", self._show_clock)
        app.router.add_post(f"{CONTROL_PATH}clock", self._set_clock)
        app.router.add_post(f"{CONTROL_PATH}faults", self._set_faults)
        app.router.add_get(f"{CONTROL_PATH}requests", self._show_requests)
        app.router.add_post(f"{CONTROL_PATH}events/duplicate", self._duplicate_event)
        app.router.add_get(f"{CONTROL_PATH}webhooks", self._show_webhooks)
        app.router.add_post(f"{CONTROL_PATH}webhooks/deliver", self._deliver)
        app.router.add_post(f"{CONTROL_PATH}webhooks/faults", self._set_webhook_faults)

    async def _show_clock(self, _request: web.Request) -> web.Response:
        return _json({"now": self._accounts.first.now})

    async def _set_clock(self, request: web.Request) -> web.Response:
        """`{"now": <Unix seconds>}`: let time pass; what the scenario has in store until then happens."""
        try:
            instant = int(msgspec.json.decode(await request.read(), type=dict[str, int])["now"])
            for world in self._accounts:
                world.advance_to(datetime.fromtimestamp(instant, UTC))
        except (msgspec.DecodeError, KeyError, OverflowError, ValueError) as error:
            return _refuse(error)
        await self._deliveries.deliver()
        return _json({"now": self._accounts.first.now})

    async def _set_faults(self, request: web.Request) -> web.Response:
        """`{"rules": [{"path": …, "status": …, "times": …}]}`: replaces the rules that were there."""
        try:
            rules = msgspec.json.decode(await request.read(), type=_Rules)["rules"]
            self._frame.faults.set([fault_from(rule) for rule in rules])
        except (msgspec.DecodeError, KeyError, TypeError, ValueError) as error:
            return _refuse(error)
        return _json({"rules": len(rules)})

    async def _show_requests(self, _request: web.Request) -> web.Response:
        return _json(self._frame.counts.summary())

    async def _duplicate_event(self, request: web.Request) -> web.Response:
        """`{"id": "evt_…", "later_s": 0}`: a second event about the same change, created so much later.

        Stripe promises neither that a change has one event nor an order of events (docs.stripe.com/webhooks).
        """
        try:
            asked = msgspec.json.decode(await request.read())
            world = next(world for world in self._accounts if world.shelves["event"].find(asked["id"]) is not None)
            event = world.get("event", asked["id"])
            copy = {**event, "id": world.ids.next("evt"), "created": event["created"] + int(asked.get("later_s", 0))}
        except (msgspec.DecodeError, KeyError, StopIteration, TypeError, ValueError) as error:
            return _refuse(error)
        world.shelves["event"].put(copy)
        await self._deliveries.deliver()
        return _json({"id": copy["id"]})

    async def _show_webhooks(self, _request: web.Request) -> web.Response:
        """The requests that were sent to webhook endpoints; a `status` of null: there was no answer."""
        return _json({"deliveries": self._deliveries.records})

    async def _deliver(self, _request: web.Request) -> web.Response:
        """Send all that is due now."""
        return _json({"sent": await self._deliveries.deliver()})

    async def _set_webhook_faults(self, request: web.Request) -> web.Response:
        """`{"rules": [{"type": "charge.*", "fault": "lost", "times": 1}]}`: replaces the rules that were there."""
        try:
            given = msgspec.json.decode(await request.read(), type=_Rules)["rules"]
            rules = [delivery_fault_from(rule) for rule in given]
        except (msgspec.DecodeError, AttributeError, KeyError, TypeError, ValueError) as error:
            return _refuse(error)
        self._deliveries.set_faults(rules)
        return _json({"rules": len(rules)})


def _json(value: object) -> web.Response:
    return web.Response(body=encode(value), content_type=JSON)


def _refuse(error: Exception) -> web.Response:
    return web.Response(status=400, body=encode({"error": f"{type(error).__name__}: {error}"}), content_type=JSON)
