"""`expand[]`: ids in a response replaced by the objects they name (docs.stripe.com/expand).

Data: which fields of which type can be expanded. Receives objects that may be changed (copies); raises ApiError for a
property that cannot be expanded and for more than four levels.
"""

from copy import deepcopy

from sandbox.stripe.api_error import ApiError
from sandbox.stripe.shelf import Json
from sandbox.stripe.world import World

MAX_LEVELS = 4

# Field -> the type it names; "" where the id's prefix tells it.
EXPANDABLE: dict[str, dict[str, str]] = {
    "balance_transaction": {"source": ""},
    "charge": {
        "balance_transaction": "balance_transaction",
        "customer": "customer",
        "failure_balance_transaction": "balance_transaction",
        "payment_intent": "payment_intent",
    },
    "discount": {"customer": "customer", "source.coupon": "coupon"},
    "invoice": {"customer": "customer", "discounts": "discount", "total_discount_amounts.discount": "discount"},
    "invoice_payment": {
        "invoice": "invoice",
        "payment.charge": "charge",
        "payment.payment_intent": "payment_intent",
    },
    "line_item": {
        "discounts": "discount",
        "discount_amounts.discount": "discount",
        "pricing.price_details.price": "price",
    },
    "payment_intent": {"customer": "customer", "latest_charge": "charge"},
    "payout": {
        "balance_transaction": "balance_transaction",
        "failure_balance_transaction": "balance_transaction",
        "original_payout": "payout",
        "reversed_by": "payout",
    },
    "price": {"product": "product"},
    "product": {"default_price": "price"},
    "refund": {
        "balance_transaction": "balance_transaction",
        "charge": "charge",
        "customer": "customer",
        "failure_balance_transaction": "balance_transaction",
        "payment_intent": "payment_intent",
    },
}
# Lists that a response has only when asked for: field -> type of the members, their field that names the owner.
INCLUDABLE: dict[tuple[str, str], tuple[str, str]] = {
    ("charge", "refunds"): ("refund", "charge"),
    ("invoice", "payments"): ("invoice_payment", "invoice"),
}
_TYPE_BY_PREFIX = {"ch": "charge", "re": "refund", "po": "payout"}


def expand(world: World, item: Json, properties: list[str]) -> None:
    """Expand each property (dotted) of `item`, in place; for a list the properties start with `data`."""
    for prop in properties:
        levels = prop.split(".")
        if len(levels) > MAX_LEVELS:
            raise ApiError(400, f"You cannot expand more than {MAX_LEVELS} levels of a property. Property: {prop}")
        _walk(world, item, "", levels, prop)


def _walk(world: World, node: Json, inner: str, levels: list[str], prop: str, *, lenient: bool = False) -> None:
    """Follow `levels` from `node`; `inner` is the path inside the object so far, when `node` is a part of it.

    `lenient`: the object is one of several types that the property may hold, and may lack what another one has.
    """
    if not levels:
        return
    name, rest = levels[0], levels[1:]
    owner_type, path = _position(node, inner, name)
    _include(world, node, owner_type, name)
    target = EXPANDABLE.get(owner_type, {}).get(path)
    if name not in node:
        if lenient or _leads_to_expandable(owner_type, path):
            return
        raise _not_expandable(prop)
    found = node[name]
    if target is not None:
        found = node[name] = _replaced(world, found, target)
    elif found is not None and not isinstance(found, (dict, list)):
        raise _not_expandable(prop)
    for member in found if isinstance(found, list) else [found]:
        if isinstance(member, dict):
            inside = "" if "object" in member else f"{owner_type}:{path}"
            _walk(world, member, inside, rest, prop, lenient=lenient or target == "")


def _leads_to_expandable(owner_type: str, path: str) -> bool:
    """Whether an object of this type may have the field, though this one has not."""
    return any(known == path or known.startswith(f"{path}.") for known in EXPANDABLE.get(owner_type, {}))


def _position(node: Json, inner: str, name: str) -> tuple[str, str]:
    if "object" in node:
        return node["object"], name
    owner_type, _, path = inner.partition(":")
    return owner_type, f"{path}.{name}"


def _replaced(world: World, value: object, target: str) -> object:
    """The object an id names (a list: each of them); anything else stays what it is."""
    if isinstance(value, list):
        return [_replaced(world, member, target) for member in value]
    if not isinstance(value, str):
        return value
    object_type = target or _TYPE_BY_PREFIX.get(value.partition("_")[0], "")
    shelf = world.shelves.get(object_type)
    found = None if shelf is None else shelf.find(value)
    return value if found is None else deepcopy(found)


def _include(world: World, node: Json, owner_type: str, name: str) -> None:
    member_type, owner_field = INCLUDABLE.get((owner_type, name), ("", ""))
    if not member_type or name in node or "object" not in node:
        return
    shelf = world.shelves[member_type]
    members = [deepcopy(shelf.find(key[1])) for key in reversed(shelf.keys_with(owner_field, node["id"]))]
    url = f"/v1/{owner_type}s/{node['id']}/{name}"
    node[name] = {"object": "list", "data": members, "has_more": False, "url": url}


def _not_expandable(prop: str) -> ApiError:
    text = f"This property cannot be expanded ({prop}). You may want to try expanding 'data.{prop}' instead."
    return ApiError(400, text, param="expand")
