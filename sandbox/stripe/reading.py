"""Answers to reads: one object, a page of a list, an invoice's lines. Gives JSON bytes, raises ApiError.

Promises of every list: newest first, each object once however it is walked, `has_more` true only if something follows
(docs.stripe.com/api/pagination).
"""

from copy import deepcopy

from sandbox.stripe.account import EVENT_HORIZON_S
from sandbox.stripe.api_error import ApiError, no_such, unknown_parameter
from sandbox.stripe.expansion import expand
from sandbox.stripe.filters import FILTERS, Selection, select
from sandbox.stripe.query import PAGING, Bounds, Parameters, read_bounds, read_limit, read_list, read_text
from sandbox.stripe.shelf import Json, Key, Shelf, Slice, encode
from sandbox.stripe.world import World

# Path segment -> object type, for every list of the sandbox.
COLLECTIONS = {
    "balance_transactions": "balance_transaction",
    "charges": "charge",
    "coupons": "coupon",
    "customers": "customer",
    "events": "event",
    "invoice_payments": "invoice_payment",
    "invoices": "invoice",
    "payment_intents": "payment_intent",
    "payouts": "payout",
    "prices": "price",
    "products": "product",
    "refunds": "refund",
}


def read_one(world: World, object_type: str, item_id: str, parameters: Parameters) -> bytes:
    """One object by id; 404 if there is none, or an event older than the horizon."""
    _allow(parameters, {"expand"})
    shelf = world.shelves[object_type]
    item = shelf.find(item_id)
    if item is None or (object_type == "event" and item["created"] < world.now - EVENT_HORIZON_S):
        raise no_such(object_type, item_id)
    return _expanded(world, item, parameters) or shelf.encoded(item_id)


def read_plain(world: World, item: Json, parameters: Parameters) -> bytes:
    """An object that has no list: the account, the balance."""
    _allow(parameters, {"expand"})
    return _expanded(world, item, parameters) or encode(item)


def read_page(world: World, object_type: str, url: str, parameters: Parameters) -> bytes:
    """One page of a list."""
    ledger_only = {"payout"} if object_type == "balance_transaction" else set()
    _allow(parameters, PAGING | {"created"} | FILTERS[object_type].keys() | ledger_only)
    shelf = world.shelves[object_type]
    selection = select(object_type, parameters, lambda target, item_id: world.shelves[target].find(item_id) is not None)
    among = _payout_keys(world, parameters) if "payout" in parameters else _narrowest(shelf, selection)
    matches = selection.matches if selection.equal or selection.tests else None
    ids, has_more = shelf.page(_slice(world, object_type, parameters), matches, among)
    if "expand" in parameters:
        page = {"object": "list", "url": url, "has_more": has_more, "data": [shelf.find(item_id) for item_id in ids]}
        return _expanded(world, page, parameters) or encode(page)
    return _envelope(url, [shelf.encoded(item_id) for item_id in ids], has_more=has_more)


def read_lines(world: World, invoice_id: str, url: str, parameters: Parameters) -> bytes:
    """One page of an invoice's lines, in the invoice's order."""
    _allow(parameters, PAGING)
    if world.shelves["invoice"].find(invoice_id) is None:
        raise no_such("invoice", invoice_id, param="invoice")
    rows = world.lines_of(invoice_id)
    limit = read_limit(parameters)
    positions = {row["id"]: position for position, row in enumerate(rows)}
    after = _line_position(parameters, "starting_after", positions)
    before = _line_position(parameters, "ending_before", positions)
    if before is not None:
        chosen, has_more = rows[max(0, before - limit) : before], before > limit
    else:
        first = 0 if after is None else after + 1
        chosen, has_more = rows[first : first + limit], first + limit < len(rows)
    page = {"object": "list", "url": url, "has_more": has_more, "data": chosen}
    return _expanded(world, page, parameters) or encode(page)


def _line_position(parameters: Parameters, name: str, positions: dict[str, int]) -> int | None:
    if name not in parameters:
        return None
    line_id = read_text(parameters[name], name)
    if line_id not in positions:
        raise no_such("line_item", line_id, param=name, status=400)
    return positions[line_id]


def _envelope(url: str, items: list[bytes], *, has_more: bool) -> bytes:
    head = b'{"object":"list","url":%b,"has_more":%b,"data":[' % (encode(url), b"true" if has_more else b"false")
    return head + b",".join(items) + b"]}"


def _expanded(world: World, item: Json, parameters: Parameters) -> bytes | None:
    """The object with its expansions, or None if none were asked for."""
    if "expand" not in parameters:
        return None
    copy = deepcopy(item)
    expand(world, copy, read_list(parameters["expand"], "expand"))
    return encode(copy)


def _allow(parameters: Parameters, allowed: set[str] | frozenset[str]) -> None:
    for name in parameters:
        if name not in allowed:
            raise unknown_parameter(name)


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
    after = _cursor(world, object_type, parameters, "starting_after")
    before = _cursor(world, object_type, parameters, "ending_before")
    if after is not None and before is not None:
        raise ApiError(400, "You may only specify one of these parameters: starting_after, ending_before.")
    return Slice(read_limit(parameters), since, created.until, after, before)


def _cursor(world: World, object_type: str, parameters: Parameters, name: str) -> Key | None:
    if name not in parameters:
        return None
    item_id = read_text(parameters[name], name)
    item = world.shelves[object_type].find(item_id)
    if item is None or item.get("deleted"):
        raise no_such(object_type, item_id, param=name, status=400)
    return Shelf.key(item)
