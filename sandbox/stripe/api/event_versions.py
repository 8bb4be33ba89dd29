"""In which shape an event's snapshot is told: that of the API version that the event bears.

Events are rendered in the account's version at their creation, not in the caller's (docs.stripe.com/api/events).
Receives a world and an event, gives JSON bytes. Fields that Stripe merely added later are told in every version;
what a breaking release moved or took away is put back.
"""

from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache

import msgspec

from sandbox.stripe.api import older_shapes as older
from sandbox.stripe.base.shelf import Json, encode
from sandbox.stripe.world import World

Change = Callable[[World, Json, int], None]

CLOVER = "2025-09-30"
BASIL = "2025-03-31"
# Breaking releases, newest first: what an object of a type becomes in any version before.
CHANGES: tuple[tuple[str, dict[str, Change]], ...] = (
    (
        CLOVER,
        {"discount": older.discount_before_clover, "promotion_code": older.promotion_code_before_clover},
    ),
    (
        BASIL,
        {
            "charge": older.charge_before_basil,
            "credit_note": older.credit_note_before_basil,
            "credit_note_line_item": older.credit_note_line_before_basil,
            "invoice": older.invoice_before_basil,
            "line_item": older.line_item_before_basil,
            "payment_intent": older.payment_intent_before_basil,
            "subscription": older.subscription_before_basil,
        },
    ),
)
_decode = msgspec.json.Decoder(dict, float_hook=Decimal).decode


def encoded_event(world: World, event_id: str, api_version: str | None = None) -> bytes:
    """The event as JSON, its snapshot in `api_version` (default: the one it bears)."""
    shelf = world.shelves["event"]
    event = shelf.find(event_id)
    if event is None:
        raise KeyError(f"no such event: {event_id!r}")
    version = api_version or event["api_version"]
    if version == event["api_version"]:
        told = shelf.encoded(event_id)
        for mark in _marks(version):
            if mark in told:
                break
        else:
            return told
    snapshot = event["data"]["object"]
    body: Json = _decode(bytes(snapshot) if isinstance(snapshot, msgspec.Raw) else encode(snapshot))
    render(world, body, version, event["created"])
    data = {**event["data"], "object": body}
    previous = data.get("previous_attributes")
    if body.get("object") == "invoice" and version[: len(BASIL)] < BASIL and previous and "status" in previous:
        data["previous_attributes"] = {**previous, "paid": previous["status"] == "paid"}
    return encode({**event, "api_version": version, "data": data})


@lru_cache
def _marks(version: str) -> tuple[bytes, ...]:
    """What the bytes of a snapshot hold if it holds an object whose type changed after `version`."""
    return tuple(
        b'"object":"%b"' % object_type.encode()
        for release, by_type in CHANGES
        if version[: len(release)] < release
        for object_type in by_type
    )


def render(world: World, node: Json, version: str, at: int) -> None:
    """Give `node`, and every object in it, the shape of `version`, in place; `at`: the snapshot's instant."""
    changes = [by_type for release, by_type in CHANGES if version[: len(release)] < release]
    if changes:
        _render(world, node, changes, at)


def _render(world: World, node: Json, changes: list[dict[str, Change]], at: int) -> None:
    for value in list(node.values()):
        for member in value if isinstance(value, list) else [value]:
            if isinstance(member, dict):
                _render(world, member, changes, at)
    object_type = node.get("object")
    if isinstance(object_type, str) and "deleted" not in node:
        for by_type in changes:
            if object_type in by_type:
                by_type[object_type](world, node, at)
