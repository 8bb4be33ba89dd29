"""Stripe's way of writing parameters: `created[gte]=1`, `expand[]=customer`, `expand[0]=customer`, `payment[type]=…`.

Receives the decoded pairs of a query string or form; gives a mapping of names to a text, a list of texts, or a
mapping of the same, and reads the ones that every list has. Raises ApiError as Stripe would.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sandbox.stripe.api.api_error import ApiError, missing, unknown_parameter

Value = str | list[str] | dict[str, "Value"]
Parameters = dict[str, Value]

MAX_LIMIT = 100
DEFAULT_LIMIT = 10
PAGING = frozenset({"limit", "starting_after", "ending_before", "expand"})

_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_KEYS = re.compile(r"\[([^\[\]]*)\]")
_INTEGER = re.compile(r"-?[0-9]{1,19}")
_BEYOND_INT64 = 2**63
_ARRAY_KEY = re.compile(r"[0-9]*")


def parse(pairs: Iterable[tuple[str, str]]) -> Parameters:
    """Gather pairs by parameter. Raises ApiError for a name that is none, or one used in two ways."""
    parameters: Parameters = {}
    for name, text in pairs:
        if "[" not in name and "]" not in name:
            parameters[name] = text
            continue
        matched = _NAME.fullmatch(name)
        if matched is None:
            raise unknown_parameter(name)
        _put(parameters, matched[1], _KEYS.findall(matched[2]), text)
    return parameters


def _put(members: dict[str, Value], name: str, keys: list[str], text: str) -> None:
    """Put `text` where `name[key][key]…` says."""
    for key in keys[:-1]:
        inner = members.setdefault(name, {})
        if not isinstance(inner, dict):
            raise ApiError(400, "Invalid object", param=name)
        members, name = inner, key
    if _ARRAY_KEY.fullmatch(keys[-1]):
        values = members.setdefault(name, [])
        if not isinstance(values, list):
            raise ApiError(400, "Invalid array", param=name)
        values.append(text)
    else:
        inner = members.setdefault(name, {})
        if not isinstance(inner, dict):
            raise ApiError(400, "Invalid object", param=name)
        inner[keys[-1]] = text


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


def allow(parameters: Parameters, allowed: Iterable[str]) -> None:
    """Refuse a parameter that the operation does not have."""
    for name in parameters:
        if name not in allowed:
            raise unknown_parameter(name)


def read_text(value: Value, name: str) -> str:
    """A parameter that is a text, and not an empty one."""
    if not isinstance(value, str):
        raise ApiError(400, "Invalid string", param=name)
    if not value:
        text = (
            f"You passed an empty string for '{name}'. We assume empty values are an attempt to unset a parameter; "
            f"however '{name}' cannot be unset. You should remove '{name}' from your request or supply a non-empty value."
        )
        raise ApiError(400, text, code="parameter_invalid_empty", param=name)
    return value


def read_required(parameters: Parameters, name: str) -> str:
    """A text that must be there."""
    if name not in parameters:
        raise missing(name)
    return read_text(parameters[name], name)


def read_list(value: Value, name: str) -> list[str]:
    """A parameter that is an array."""
    if not isinstance(value, list):
        raise ApiError(400, "Invalid array", param=name)
    return value


def read_flag(value: Value, name: str) -> bool:
    """`true` or `false`."""
    text = read_text(value, name)
    if text not in {"true", "false"}:
        raise ApiError(400, f"Invalid boolean: {text}", param=name)
    return text == "true"


def read_members(value: Value, name: str, allowed: Iterable[str]) -> Mapping[str, str]:
    """A parameter with named texts, of which only the allowed may occur."""
    if not isinstance(value, dict):
        raise ApiError(400, "Invalid object", param=name)
    members: dict[str, str] = {}
    for member, text in value.items():
        if member not in allowed:
            raise unknown_parameter(f"{name}[{member}]")
        if not isinstance(text, str):
            raise ApiError(400, "Invalid string", param=f"{name}[{member}]")
        members[member] = text
    return members


def read_integer(text: str, name: str) -> int:
    """A whole number."""
    if _INTEGER.fullmatch(text) is None or abs(int(text)) >= _BEYOND_INT64:
        raise ApiError(400, f"Invalid integer: {text}", code="parameter_invalid_integer", param=name)
    return int(text)


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
