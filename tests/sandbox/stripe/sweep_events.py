"""What no real account's events could tell: contradictions between the events of a world and its objects."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec

from sandbox.stripe.base.shelf import encode
from sandbox.stripe.world import World

Json = dict[str, Any]
_decode = msgspec.json.Decoder(dict, float_hook=Decimal).decode

# Fields that change without an event of the object itself: another object's event tells of it, or none does.
SILENT = {
    "charge": {"amount_refunded", "refunded", "disputed"},  # refund.failed, charge.dispute.created
    "coupon": {"times_redeemed"},
    "customer": {"next_invoice_sequence"},
    "dispute": {"balance_transactions"},  # a row that became available
    "invoiceitem": {"invoice"},
    "payment_intent": {"amount"},  # follows what remains of its invoice
    "promotion_code": {"times_redeemed"},
}
WITHOUT_EVENTS = {
    "balance_transaction",
    "customer_balance_transaction",
    "discount",
    "fee_refund",
    "invoice_payment",
    "subscription_item",
    "transfer_reversal",
}
FIRST = ("created", "succeeded", "failed", "pending", "completed", "funded")
NO_CHANGE_TOLD = {"charge.refund.updated"}  # a second name of refund.updated and refund.failed


def event_contradictions(world: World) -> list[str]:
    """All that a sweep finds; events in the order they were written."""
    events = list(world.shelves["event"]._objects.values())  # as written: within a second, lists go by id
    last: dict[tuple[str, str], Json] = {}
    found: list[str] = []
    instant = 0
    for event in events:
        snapshot = _decode(bytes(event["data"]["object"]))
        key = (snapshot["object"], snapshot["id"])
        if event["created"] < instant or event["created"] > world.now:
            found.append(f"{event['id']} is told at another time than it happened")
        instant = event["created"]
        if snapshot.get("created", 0) > event["created"]:
            found.append(f"{event['id']} tells of {snapshot['id']} before it was made")
        if key not in last and key[0] not in WITHOUT_EVENTS and not event["type"].endswith(FIRST):
            found.append(f"{event['type']} is the first to tell of {snapshot['id']}")
        found += previous_attributes(event, last.get(key), snapshot)
        last[key] = snapshot
    return found + list(unevented(world, last))


def previous_attributes(event: Json, earlier: Json | None, snapshot: Json) -> Iterator[str]:
    """What an event says was there before was there before, and is all that changed."""
    told, name = event["data"].get("previous_attributes"), f"{event['type']} of {snapshot['id']}"
    if (told is not None) != (event["type"].endswith(".updated") and event["type"] not in NO_CHANGE_TOLD):
        yield f"{name} has previous attributes {told}"
    if not told or earlier is None:
        return
    was = _decode(encode(told))
    changed = {field for field in {**earlier, **snapshot} if earlier.get(field) != snapshot.get(field)}
    unsaid = changed - was.keys() - SILENT.get(snapshot["object"], set())
    if unsaid:
        yield f"{name} does not say that {sorted(unsaid)} changed"
    for field, value in was.items():
        if not agrees(value, earlier.get(field)) or snapshot.get(field) == value:
            yield f"{name} says {field} was {value}; it was {earlier.get(field)} and is {snapshot.get(field)}"


def agrees(told: Any, was: Any) -> bool:
    """Whether what is told of a value is what it was: of an object only members are told."""
    if isinstance(told, dict) and isinstance(was, dict):
        return all(agrees(value, was.get(name)) for name, value in told.items())
    return bool(told == was)


def unevented(world: World, last: dict[tuple[str, str], Json]) -> Iterator[str]:
    """Every object is as its newest event told it."""
    for kind, shelf in world.shelves.items():
        if kind in WITHOUT_EVENTS | {"event"}:
            continue
        for item in shelf:
            told = last.get((kind, item["id"]))
            if told is None:
                yield f"no event tells of {item['id']}"
                continue
            now = _decode(shelf.encoded(item["id"]))
            changed = {field for field in {**told, **now} if told.get(field) != now.get(field)} - SILENT.get(
                kind, set()
            )
            if changed:
                yield f"no event tells that {sorted(changed)} of {item['id']} changed"
