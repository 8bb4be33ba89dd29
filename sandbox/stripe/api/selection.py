"""How a list's parameters select objects: one reader for each way in which Stripe writes a filter.

A reader receives a parameter's name and value and adds to a Selection what objects must fulfil. Raises ApiError for a
value that Stripe would refuse, and for the id of an object that does not exist.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.stripe.api.api_error import ApiError, missing, no_such
from sandbox.stripe.api.query import Value, read_bounds, read_flag, read_list, read_members, read_text
from sandbox.stripe.base.shelf import Json, field_at

Test = Callable[[Json], bool]
Exists = Callable[[str, str], bool]
MAX_EVENT_TYPES = 20  # docs.stripe.com/api/events/list


@dataclass(slots=True)
class Selection:
    """What the filters of one request come to: texts that fields must equal, and further tests.

    `exists` tells whether an object of a type with an id is there (a deleted one counts).
    """

    exists: Exists
    equal: dict[str, str] = field(default_factory=dict)
    tests: list[Test] = field(default_factory=list)

    def matches(self, item: Json) -> bool:
        """Whether an object is selected."""
        return all(field_at(item, path) == text for path, text in self.equal.items()) and all(
            test(item) for test in self.tests
        )


Reader = Callable[[Selection, str, Value], None]


def text(path: str, *allowed: str) -> Reader:
    """A text held against a field; with `allowed`, one of these."""

    def read(selection: Selection, name: str, value: Value) -> None:
        selection.equal[path] = chosen(value, name, allowed)

    return read


def reference(target: str, path: str = "") -> Reader:
    """The id of an object of type `target` that must exist, held against a field, by default of the type's name."""

    def read(selection: Selection, name: str, value: Value) -> None:
        item_id = read_text(value, name)
        if not selection.exists(target, item_id):
            raise no_such(target, item_id, param=name, status=400)
        selection.equal[path or target] = item_id

    return read


def flag(path: str) -> Reader:
    """True or false."""

    def read(selection: Selection, name: str, value: Value) -> None:
        wanted = read_flag(value, name)
        selection.tests.append(lambda item: field_at(item, path) is wanted)

    return read


def bounds(path: str) -> Reader:
    """A number, or a range of numbers."""

    def read(selection: Selection, name: str, value: Value) -> None:
        wanted = read_bounds(value, name)
        selection.tests.append(lambda item: field_at(item, path) in wanted)

    return read


def any_of(path: str) -> Reader:
    """A list of texts, one of which the field has."""

    def read(selection: Selection, name: str, value: Value) -> None:
        texts = set(read_list(value, name))
        selection.tests.append(lambda item: field_at(item, path) in texts)

    return read


def members(path: str, *allowed: str, required: tuple[str, ...] = ()) -> Reader:
    """Named texts, each held against the field of its name below `path`."""

    def read(selection: Selection, name: str, value: Value) -> None:
        given = read_members(value, name, allowed)
        for member in required:
            if member not in given:
                raise missing(f"{name}[{member}]")
        selection.equal.update({f"{path}.{member}": wanted for member, wanted in given.items()})

    return read


def event_type(selection: Selection, name: str, value: Value) -> None:
    """An event type; `charge.*` is every type that begins so."""
    pattern = read_text(value, name)
    if pattern.endswith("*"):
        start = pattern[:-1]
        selection.tests.append(lambda item: item["type"].startswith(start))
    else:
        selection.tests.append(lambda item: item["type"] == pattern)


def event_types(selection: Selection, name: str, value: Value) -> None:
    """Up to 20 event types, without wildcards."""
    texts = set(read_list(value, name))
    if len(texts) > MAX_EVENT_TYPES:
        raise ApiError(400, f"You may only specify up to {MAX_EVENT_TYPES} event types.", param=name)
    selection.tests.append(lambda item: item["type"] in texts)


def delivered(selection: Selection, name: str, value: Value) -> None:
    """Whether no webhook endpoint still waits for the event."""
    wanted = read_flag(value, name)
    selection.tests.append(lambda item: (item["pending_webhooks"] == 0) is wanted)


def pending(selection: Selection, name: str, value: Value) -> None:
    """Whether an invoice item is still on no invoice."""
    wanted = read_flag(value, name)
    selection.tests.append(lambda item: (item["invoice"] is None) is wanted)


def automatic_tax(selection: Selection, name: str, value: Value) -> None:
    """`automatic_tax[enabled]`."""
    given = read_members(value, name, ("enabled",))
    if "enabled" not in given:
        raise missing(f"{name}[enabled]")
    wanted = read_flag(given["enabled"], f"{name}[enabled]")
    selection.tests.append(lambda item: field_at(item, "automatic_tax.enabled") is wanted)


SUBSCRIPTION_STATUSES = (
    "active",
    "canceled",
    "incomplete",
    "incomplete_expired",
    "past_due",
    "paused",
    "trialing",
    "unpaid",
)
_ENDED = frozenset({"canceled", "incomplete_expired"})


def subscription_status(selection: Selection, name: str, value: Value) -> None:
    """A status, `all`, or `ended`: canceled, or expired before the first payment."""
    match chosen(value, name, (*SUBSCRIPTION_STATUSES, "all", "ended")):
        case "all":
            pass
        case "ended":
            selection.tests.append(lambda item: item["status"] in _ENDED)
        case status:
            selection.equal["status"] = status


def is_not_canceled(item: Json) -> bool:
    """What a list of subscriptions shows unless asked for a status."""
    return bool(item["status"] != "canceled")


def earliest_item(field_name: str) -> Reader:
    """A range for the smallest value that a subscription's items have in a field."""

    def read(selection: Selection, name: str, value: Value) -> None:
        wanted = read_bounds(value, name)
        selection.tests.append(lambda item: min(_of_items(item, field_name), default=None) in wanted)

    return read


def some_item(path: str) -> Reader:
    """An id that one of a subscription's items has at `path`."""

    def read(selection: Selection, name: str, value: Value) -> None:
        wanted = read_text(value, name)
        selection.tests.append(lambda item: wanted in _of_items(item, path))

    return read


def chosen(value: Value, name: str, allowed: tuple[str, ...]) -> str:
    """A text that is one of `allowed`, if there are any."""
    given = read_text(value, name)
    if allowed and given not in allowed:
        raise ApiError(400, f"Invalid {name}: must be one of {', '.join(sorted(allowed))}", param=name)
    return given


def _of_items(item: Json, path: str) -> list[Any]:
    return [field_at(member, path) for member in item["items"]["data"]]
