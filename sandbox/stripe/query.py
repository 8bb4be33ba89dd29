"""Stripe's way of writing parameters: `created[gte]=1`, `expand[]=customer`, `expand[0]=customer`, `payment[type]=…`.

Receives the decoded pairs of a query string or form; gives a mapping of names to a text, a list of texts, or a
mapping of texts, and reads the ones that every list has. Raises ApiError as Stripe would.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sandbox.stripe.api_error import ApiError, unknown_parameter

Value = str | list[str] | dict[str, str]
Parameters = dict[str, Value]

MAX_LIMIT = 100
DEFAULT_LIMIT = 10
PAGING = frozenset({"limit", "starting_after", "ending_before", "expand"})

_NAME = re.compile(r"([^\[\]]+)(?:\[([^\]]*)\])?")


def parse(pairs: Iterable[tuple[str, str]]) -> Parameters:
    """Gather pairs by parameter. Raises ApiError for a name that is none, or one used in two ways."""
    parameters: Parameters = {}
    for name, text in pairs:
        matched = _NAME.fullmatch(name)
        if matched is None:
            raise unknown_parameter(name)
        base, key = matched.groups()
        if key is None:
            parameters[base] = text
        elif key == "" or key.isdigit():
            values = parameters.setdefault(base, [])
            if not isinstance(values, list):
                raise ApiError(400, f"Invalid array: {base}", param=base)
            values.append(text)
        else:
            members = parameters.setdefault(base, {})
            if not isinstance(members, dict):
                raise ApiError(400, "Invalid object", param=base)
            members[key] = text
    return parameters


@dataclass(frozen=True, slots=True)
class Bounds:
    """A range of instants or dates, half open: since <= value < until."""

    since: int | None = None
    until: int | None = None

    def __contains__(self, value: object) -> bool:
        return (
            isinstance(value, int)
            and (self.since is None or value >= self.since)
            and (self.until is None or value < self.until)
        )


def read_text(value: Value, name: str) -> str:
    """A parameter that is a plain text."""
    if not isinstance(value, str):
        raise ApiError(400, "Invalid string", param=name)
    return value


def read_list(value: Value, name: str) -> list[str]:
    """A parameter that is an array."""
    if not isinstance(value, list):
        raise ApiError(400, "Invalid array", param=name)
    return value


def read_members(value: Value, name: str, allowed: Iterable[str]) -> Mapping[str, str]:
    """A parameter with named members, of which only the allowed may occur."""
    if not isinstance(value, dict):
        raise ApiError(400, "Invalid object", param=name)
    for member in value:
        if member not in allowed:
            raise unknown_parameter(f"{name}[{member}]")
    return value


def read_integer(text: str, name: str) -> int:
    """A whole number."""
    try:
        return int(text)
    except ValueError:
        raise ApiError(400, f"Invalid integer: {text}", code="parameter_invalid_integer", param=name) from None


def read_bounds(value: Value, name: str) -> Bounds:
    """`name=5`, or `name[gt|gte|lt|lte]=5`."""
    if isinstance(value, str):
        exact = read_integer(value, name)
        return Bounds(exact, exact + 1)
    since: int | None = None
    until: int | None = None
    for member, text in read_members(value, name, ("gt", "gte", "lt", "lte")).items():
        number = read_integer(text, f"{name}[{member}]")
        if member in {"gt", "gte"}:
            low = number + 1 if member == "gt" else number
            since = low if since is None else max(since, low)
        else:
            high = number + 1 if member == "lte" else number
            until = high if until is None else min(until, high)
    return Bounds(since, until)


def read_limit(parameters: Parameters) -> int:
    """The page size: 1 to 100, by default 10 (docs.stripe.com/api/pagination)."""
    if "limit" not in parameters:
        return DEFAULT_LIMIT
    limit = read_integer(read_text(parameters["limit"], "limit"), "limit")
    if limit > MAX_LIMIT:
        text = f"This value must be less than or equal to {MAX_LIMIT} (it currently is '{limit}')."
        raise ApiError(400, text, param="limit")
    if limit < 1:
        text = f"This value must be greater than or equal to 1 (it currently is '{limit}')."
        raise ApiError(400, text, param="limit")
    return limit
