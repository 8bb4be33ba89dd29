"""`expand[]`: ids in a response replaced by the objects they name (docs.stripe.com/expand).

Data: what each type's fields may name (data/expandable.json, after the pinned API version's declarations). Receives
objects that may be changed (copies); raises ApiError for a property that cannot be expanded and for more than four
levels. The id of an object that the sandbox does not keep (a payment method, a bank account) stays an id.
"""

from copy import deepcopy
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from sandbox.stripe.api.api_error import ApiError
from sandbox.stripe.base.shelf import Json, encode
from sandbox.stripe.world import World

MAX_LEVELS = 4
EMBEDDED = 10  # objects that an included list shows; the rest is at its url


class Fields(msgspec.Struct, frozen=True):
    """What a type's fields (dotted) hold: an id or an object of these types, an object, a list of objects."""

    expandable: dict[str, tuple[str, ...]] = {}
    contained: dict[str, tuple[str, ...]] = {}
    lists: dict[str, tuple[str, ...]] = {}


FIELDS = msgspec.json.decode((Path(__file__).parent / "data" / "expandable.json").read_bytes(), type=dict[str, Fields])
# Lists that a response has only when asked for: field -> type of the members, their field that names the owner, url.
INCLUDABLE: dict[tuple[str, str], tuple[str, str, str]] = {
    ("charge", "refunds"): ("refund", "charge", "/v1/charges/{}/refunds"),
    ("customer", "subscriptions"): ("subscription", "customer", "/v1/customers/{}/subscriptions"),
    ("invoice", "payments"): ("invoice_payment", "invoice", "/v1/invoices/{}/payments"),
}
ORDERS = {"checkout.session": "/v1/checkout/sessions/{}/line_items", "quote": "/v1/quotes/{}/line_items"}
_NOTHING = Fields()

# A copy of an object that may be changed: written and read again it is made ten times as fast as by `deepcopy`.
decode = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal).decode


def lines_of(world: World, owner: str, owner_id: str) -> list[Json]:
    """The lines of an invoice, a credit note, a quote or a checkout session, in its order."""
    match owner:
        case "invoice":
            return world.lines_of(owner_id)
        case "credit_note":
            return world.credit_note_lines_of(owner_id)
        case _:
            return world.order_lines_of(owner_id)


def expand(world: World, item: Json, properties: list[str], *, members: str = "") -> None:
    """Expand each property (dotted) of `item`, in place; `members`: the type of the objects if `item` is a list."""
    for prop in properties:
        levels = prop.split(".")
        if len(levels) > MAX_LEVELS:
            raise ApiError(400, f"You cannot expand more than {MAX_LEVELS} levels of a property. Property: {prop}")
        if not members:
            _require(_leads_somewhere(item["object"], prop), prop)
            _walk(world, item, "", levels)
            continue
        if levels[0] != "data":
            text = f"This property cannot be expanded ({prop}). You may want to try expanding 'data.{prop}' instead."
            raise ApiError(400, text, param="expand")
        _require(len(levels) > 1 and _leads_somewhere(members, prop.partition(".")[2]), prop)
        for member in item["data"]:
            _walk(world, member, "", levels[1:])


def _require(is_expandable: bool, prop: str) -> None:  # noqa: FBT001 - the condition is the subject
    if not is_expandable:
        raise ApiError(400, f"This property cannot be expanded ({prop}).", param="expand")


@lru_cache(maxsize=1024)
def _leads_somewhere(object_type: str, path: str) -> bool:
    """Whether a path from an object of this type ends at something that can be expanded or is an object itself."""
    fields = FIELDS.get(object_type, _NOTHING)
    levels = path.split(".")
    for count in range(1, len(levels) + 1):
        field, rest = ".".join(levels[:count]), levels[count:]
        targets = fields.expandable.get(field, fields.contained.get(field))
        if targets is None and field in fields.lists:
            if not rest:
                return True
            targets = fields.lists[field] if rest[0] == "data" and len(rest) > 1 else ()
            rest = rest[1:]
        if targets is not None:
            return not rest or any(_leads_somewhere(target, ".".join(rest)) for target in targets)
    return False


def _walk(world: World, node: Json, inner: str, levels: list[str]) -> None:
    """Follow `levels` from `node` and replace what can be; `inner` is the path from the object that `node` is part of."""
    if not levels:
        return
    owner_type, _, prefix = inner.partition(":")
    if "object" in node:
        owner_type, prefix = node["object"], ""
        _include(world, node, levels[0])
    name, rest = levels[0], levels[1:]
    path = f"{prefix}.{name}" if prefix else name
    found = node.get(name)
    targets = FIELDS.get(owner_type, _NOTHING).expandable.get(path)
    if targets is not None and found is not None:
        found = node[name] = _replaced(world, found, targets)
    for member in found if isinstance(found, list) else [found]:
        if isinstance(member, dict):
            _walk(world, member, f"{owner_type}:{path}", rest)


def _replaced(world: World, value: object, targets: tuple[str, ...]) -> object:
    """The object an id names (a list: each of them); anything else stays what it is."""
    if isinstance(value, list):
        return [_replaced(world, member, targets) for member in value]
    if not isinstance(value, str):
        return value
    for target in targets:
        if target == "account" and value == world.account["id"]:
            return deepcopy(world.account)
        found = world.shelves[target].find(value) if target in world.shelves else None
        if found is not None:
            return decode(encode(found))
    return value


def _include(world: World, node: Json, name: str) -> None:
    """Put into `node` what a response has only when asked for."""
    url = ORDERS.get(node["object"], "").format(node["id"]) if name == "line_items" else ""
    if url:
        rows = lines_of(world, node["object"], node["id"])
        some = decode(encode({"data": rows[:EMBEDDED]}))["data"]
        node[name] = {"object": "list", "data": some, "has_more": len(rows) > EMBEDDED, "url": url}
    if (node["object"], name) == ("customer", "cash_balance") and "deleted" not in node:
        node[name] = world.cash_balance_of(node["id"])
    member_type, owner_field, url = INCLUDABLE.get((node["object"], name), ("", "", ""))
    if not member_type or name in node or "deleted" in node:
        return
    shelf = world.shelves[member_type]
    keys = shelf.keys_with(owner_field, node["id"])[::-1]
    members = [decode(encode(shelf.find(key[1]))) for key in keys[:EMBEDDED]]
    node[name] = {"object": "list", "data": members, "has_more": len(keys) > EMBEDDED, "url": url.format(node["id"])}
