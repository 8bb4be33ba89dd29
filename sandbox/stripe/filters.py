"""Which parameters each list has, and what they select. Data, and the one function that reads it.

After the pinned API version's list parameters. A parameter that is not here is refused, as Stripe refuses it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, assert_never

from sandbox.stripe.api_error import ApiError, no_such
from sandbox.stripe.query import Parameters, Value, read_bounds, read_list, read_members, read_text
from sandbox.stripe.shelf import Json, field_at

Test = Callable[[Json], bool]
Kind = Literal["text", "reference", "flag", "range", "any_of", "pattern", "members"]


@dataclass(frozen=True, slots=True)
class Filter:
    """A parameter: how it is written, the field it is held against, and the values it may have (none: any).

    `reference`: an id that must exist, of type `target`. `members`: each member is held against the field of its name.
    """

    kind: Kind
    path: str
    allowed: frozenset[str] = frozenset()
    target: str = ""
    required: tuple[str, ...] = ()


@dataclass(slots=True)
class Selection:
    """What the filters of one request come to: texts that fields must equal, and further tests."""

    equal: dict[str, str] = field(default_factory=dict)
    tests: list[Test] = field(default_factory=list)

    def matches(self, item: Json) -> bool:
        """Whether an object is selected."""
        return all(field_at(item, path) == text for path, text in self.equal.items()) and all(
            test(item) for test in self.tests
        )


def _text(path: str, *allowed: str) -> Filter:
    return Filter("text", path, frozenset(allowed))


def _reference(target: str) -> Filter:
    return Filter("reference", target, target=target)


_ACTIVE = Filter("flag", "active")

# `created`, `limit`, `starting_after`, `ending_before` and `expand` belong to every list; `payout` of balance
# transactions is answered by the ledger.
FILTERS: dict[str, dict[str, Filter]] = {
    "balance_transaction": {"currency": _text("currency"), "source": _text("source"), "type": _text("type")},
    "charge": {
        "customer": _reference("customer"),
        "payment_intent": _text("payment_intent"),
        "transfer_group": _text("transfer_group"),
    },
    "coupon": {},
    "customer": {"email": _text("email"), "test_clock": _text("test_clock")},
    "event": {"type": Filter("pattern", "type"), "types": Filter("any_of", "type")},
    "invoice": {
        "collection_method": _text("collection_method", "charge_automatically", "send_invoice"),
        "customer": _reference("customer"),
        "customer_account": _text("customer_account"),
        "due_date": Filter("range", "due_date"),
        "status": _text("status", "draft", "open", "paid", "uncollectible", "void"),
        "subscription": _text("parent.subscription_details.subscription"),
    },
    "invoice_payment": {
        "invoice": _reference("invoice"),
        "payment": Filter(
            "members", "payment", frozenset({"type", "payment_intent", "payment_record"}), required=("type",)
        ),
        "status": _text("status", "open", "paid", "canceled"),
    },
    "payment_intent": {"customer": _reference("customer"), "customer_account": _text("customer_account")},
    "payout": {
        "arrival_date": Filter("range", "arrival_date"),
        "destination": _text("destination"),
        "status": _text("status", "pending", "in_transit", "paid", "failed", "canceled"),
    },
    "price": {
        "active": _ACTIVE,
        "currency": _text("currency"),
        "lookup_keys": Filter("any_of", "lookup_key"),
        "product": _reference("product"),
        "recurring": Filter("members", "recurring", frozenset({"interval", "meter", "usage_type"})),
        "type": _text("type", "one_time", "recurring"),
    },
    "product": {
        "active": _ACTIVE,
        "ids": Filter("any_of", "id"),
        "shippable": Filter("flag", "shippable"),
        "type": _text("type", "good", "service"),
        "url": _text("url"),
    },
    "refund": {"charge": _reference("charge"), "payment_intent": _text("payment_intent")},
}


def select(object_type: str, parameters: Parameters, exists: Callable[[str, str], bool]) -> Selection:
    """Read the filters of a list out of its parameters. Raises ApiError for a value that Stripe would refuse."""
    selection = Selection()
    for name, rule in FILTERS[object_type].items():
        if name in parameters:
            _read(selection, name, rule, parameters[name], exists)
    return selection


def _read(selection: Selection, name: str, rule: Filter, value: Value, exists: Callable[[str, str], bool]) -> None:
    path = rule.path
    match rule.kind:
        case "text":
            selection.equal[path] = _one_of(rule.allowed, read_text(value, name), name)
        case "reference":
            item_id = read_text(value, name)
            if not exists(rule.target, item_id):
                raise no_such(rule.target, item_id, param=name, status=400)
            selection.equal[path] = item_id
        case "flag":
            wanted = _one_of(frozenset({"true", "false"}), read_text(value, name), name) == "true"
            selection.tests.append(lambda item: field_at(item, path) is wanted)
        case "range":
            bounds = read_bounds(value, name)
            selection.tests.append(lambda item: field_at(item, path) in bounds)
        case "any_of":
            texts = set(read_list(value, name))
            selection.tests.append(lambda item: field_at(item, path) in texts)
        case "pattern":
            pattern = read_text(value, name)  # `charge.*` is every type that begins so
            start = pattern.removesuffix("*")
            selection.tests.append(
                lambda item: item[path] == pattern or (start != pattern and item[path].startswith(start))
            )
        case "members":
            selection.equal.update(_members(name, rule, value))
        case _:
            assert_never(rule.kind)


def _members(name: str, rule: Filter, value: Value) -> dict[str, str]:
    members = read_members(value, name, rule.allowed)
    for member in rule.required:
        if member not in members:
            text = f"Missing required param: {name}[{member}]."
            raise ApiError(400, text, code="parameter_missing", param=f"{name}[{member}]")
    return {f"{rule.path}.{member}": text for member, text in members.items()}


def _one_of(allowed: frozenset[str], text: str, name: str) -> str:
    if allowed and text not in allowed:
        choices = ", ".join(sorted(allowed))
        raise ApiError(400, f"Invalid {name}: must be one of {choices}", param=name)
    return text
