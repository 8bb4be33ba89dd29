"""Answers to reads: one object, a page of a list, a list that belongs to an object. Gives JSON bytes, raises ApiError.

Promises of every list: newest first, each object once however it is walked, `has_more` true only if something follows
(docs.stripe.com/api/pagination).
"""

from sandbox.stripe.api.api_error import ApiError, no_such, one_of
from sandbox.stripe.api.event_versions import encoded_event
from sandbox.stripe.api.expansion import decode, expand, lines_of
from sandbox.stripe.api.filters import FILTERS, WITHOUT_CREATED, select
from sandbox.stripe.api.query import (
    PAGING,
    Bounds,
    Parameters,
    allow,
    read_bounds,
    read_limit,
    read_list,
    read_required,
    read_text,
)
from sandbox.stripe.api.selection import Selection
from sandbox.stripe.base.account import EVENT_HORIZON_S
from sandbox.stripe.base.resources import Nested
from sandbox.stripe.base.shelf import Json, Key, Shelf, Slice, encode
from sandbox.stripe.world import World

_CURSORS = ("starting_after", "ending_before")
_READ_WHEN_DELETED = frozenset({"customer"})  # docs.stripe.com/api/customers/retrieve; no other GET has such an answer
_PAGING_AND_CREATED = PAGING | {"created"}
_ALLOWED = {
    object_type: frozenset(
        (PAGING if object_type in WITHOUT_CREATED else _PAGING_AND_CREATED)
        | names.keys()
        | ({"payout"} if object_type == "balance_transaction" else set())
    )
    for object_type, names in FILTERS.items()
}


def read_one(world: World, object_type: str, item_id: str, parameters: Parameters) -> bytes:
    """One object by id; 404 if there is none, or an event older than the horizon."""
    allow(parameters, ("expand",))
    item = found(world, object_type, item_id)
    if item is None or (object_type == "event" and item["created"] < world.now - EVENT_HORIZON_S):
        raise no_such(object_type, item_id)
    return _expanded(world, item, parameters) or _body(world, object_type, item_id)


def found(world: World, object_type: str, item_id: str) -> Json | None:
    """The object of an id that a request names; a deleted one is gone, but for a customer, whose stub stays."""
    item = world.shelves[object_type].find(item_id)
    is_gone = item is not None and item.get("deleted") and object_type not in _READ_WHEN_DELETED
    return None if is_gone else item


def read_plain(world: World, item: Json, parameters: Parameters) -> bytes:
    """An object that has no list: the account, the balance."""
    allow(parameters, ("expand",))
    return _expanded(world, item, parameters) or encode(item)


def read_page(world: World, object_type: str, url: str, parameters: Parameters) -> bytes:
    """One page of a list."""
    allow(parameters, _ALLOWED[object_type])
    if object_type == "subscription_item":
        read_required(parameters, "subscription")
    shelf = world.shelves[object_type]
    selection = select(object_type, parameters, lambda target, item_id: found(world, target, item_id) is not None)
    among = _payout_keys(world, parameters) if "payout" in parameters else _narrowest(shelf, selection)
    return _page(world, object_type, url, parameters, selection, among)


def read_nested(world: World, nested: Nested, owner_id: str, url: str, parameters: Parameters) -> bytes:
    """One page of the objects that belong to another one."""
    filters = ("created", "invoice") if nested.members == "customer_balance_transaction" else ()
    allow(parameters, (*PAGING, *filters))
    require_owner(world, nested.owner, owner_id)
    selection = Selection(lambda target, item_id: found(world, target, item_id) is not None)
    for name, read in FILTERS.get(nested.members, {}).items():
        if name in parameters:
            read(selection, name, parameters[name])
    selection.equal[nested.by] = owner_id
    among = _narrowest(world.shelves[nested.members], selection)
    return _page(world, nested.members, url, parameters, selection, among)


def read_nested_one(world: World, nested: Nested, owner_id: str, item_id: str, parameters: Parameters) -> bytes:
    """One of the objects that belong to another one."""
    require_owner(world, nested.owner, owner_id)
    item = world.shelves[nested.members].find(item_id)
    if item is None or item[nested.by] != owner_id:
        raise no_such(nested.members, item_id)
    return read_one(world, nested.members, item_id, parameters)


def read_lines(world: World, owner: str, members: str, owner_id: str, url: str, parameters: Parameters) -> bytes:
    """One page of the lines of an invoice, a credit note, a quote or a checkout session, in its order."""
    allow(parameters, PAGING)
    require_owner(world, owner, owner_id)
    rows = lines_of(world, owner, owner_id)
    limit = read_limit(parameters)
    positions = {row["id"]: position for position, row in enumerate(rows)}
    _refuse_both_cursors(parameters)
    after = _line_position(parameters, "starting_after", positions)
    before = _line_position(parameters, "ending_before", positions)
    if before is not None:
        chosen, has_more = rows[max(0, before - limit) : before], before > limit
    else:
        first = 0 if after is None else after + 1
        chosen, has_more = rows[first : first + limit], first + limit < len(rows)
    return list_body(world, members, url, chosen, parameters, has_more=has_more)


def list_body(
    world: World, members: str, url: str, rows: list[Json], parameters: Parameters, *, has_more: bool = False
) -> bytes:
    """The list object around `rows`, expanded where asked."""
    page = {"object": "list", "url": url, "has_more": has_more, "data": rows}
    return _expanded(world, page, parameters, members=members) or encode(page)


def _page(
    world: World,
    object_type: str,
    url: str,
    parameters: Parameters,
    selection: Selection,
    among: list[Key] | None,
) -> bytes:
    shelf = world.shelves[object_type]
    matches = selection.matches if selection.equal or selection.tests else None
    ids, has_more = shelf.page(_slice(world, object_type, parameters), matches, among)
    if "expand" in parameters:
        rows = [row for row in map(shelf.find, ids) if row is not None]
        return list_body(world, object_type, url, rows, parameters, has_more=has_more)
    items = [_body(world, object_type, item_id) for item_id in ids]
    head = b'{"object":"list","url":%b,"has_more":%b,"data":[' % (encode(url), b"true" if has_more else b"false")
    return head + b",".join(items) + b"]}"


def _body(world: World, object_type: str, item_id: str) -> bytes:
    if object_type == "event":
        return encoded_event(world, item_id)
    return world.shelves[object_type].encoded(item_id)


def _expanded(world: World, item: Json, parameters: Parameters, *, members: str = "") -> bytes | None:
    """The object with its expansions, or None if none were asked for."""
    if "expand" not in parameters:
        return None
    copy = decode(encode(item))
    expand(world, copy, read_list(parameters["expand"], "expand"), members=members)
    return encode(copy)


def require_owner(world: World, owner: str, owner_id: str) -> None:
    """Raise the 404 of a path whose first object is not there."""
    if found(world, owner, owner_id) is None:
        raise no_such(owner, owner_id, param=owner)


def _line_position(parameters: Parameters, name: str, positions: dict[str, int]) -> int | None:
    if name not in parameters:
        return None
    line_id = read_text(parameters[name], name)
    if line_id not in positions:
        raise no_such("line_item", line_id, param=name, status=400)
    return positions[line_id]


def _narrowest(shelf: Shelf, selection: Selection) -> list[Key] | None:
    """The shortest list of keys that an indexed filter leaves, or None without one."""
    lists = [shelf.keys_with(path, text) for path, text in selection.equal.items() if shelf.is_indexed(path)]
    return min(lists, key=len) if lists else None


def _payout_keys(world: World, parameters: Parameters) -> list[Key]:
    """The rows of a payout: only of an automatic one, once reconciled (docs.stripe.com/payouts/reconciliation)."""
    payout_id = read_text(parameters["payout"], "payout")
    payout = world.shelves["payout"].find(payout_id)
    if payout is None:
        raise no_such("payout", payout_id, param="payout", status=400)
    if not payout["automatic"]:
        text = "Balance transaction history can only be filtered on automatic payouts, not manual."
        raise ApiError(400, text, param="payout")
    if payout["reconciliation_status"] != "completed":
        text = f"Balance transactions of payout {payout_id} are not reconciled yet ({payout['reconciliation_status']})."
        raise ApiError(400, text, param="payout")
    return world.ledger.keys_of_payout(payout_id)


def _slice(world: World, object_type: str, parameters: Parameters) -> Slice:
    created = read_bounds(parameters["created"], "created") if "created" in parameters else Bounds()
    since = created.since
    if object_type == "event":
        horizon = world.now - EVENT_HORIZON_S
        since = horizon if since is None else max(since, horizon)
    _refuse_both_cursors(parameters)
    after = _cursor(world, object_type, parameters, "starting_after")
    before = _cursor(world, object_type, parameters, "ending_before")
    return Slice(read_limit(parameters), since, created.until, after, before)


def _refuse_both_cursors(parameters: Parameters) -> None:
    if all(name in parameters for name in _CURSORS):
        raise one_of(_CURSORS)


def _cursor(world: World, object_type: str, parameters: Parameters, name: str) -> Key | None:
    if name not in parameters:
        return None
    item_id = read_text(parameters[name], name)
    item = world.shelves[object_type].find(item_id)
    if item is None or item.get("deleted"):
        raise no_such(object_type, item_id, param=name, status=400)
    return Shelf.key(item)
