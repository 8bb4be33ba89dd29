"""How a PATCH or PUT changes a stored body: fields replace, null clears, sublist lines match by key or are appended."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sandbox.netsuite.jsontext import Body
from sandbox.netsuite.records.catalog import RecordType

_NUMBERED = "line"


def merge(record_type: RecordType, stored: Body, change: Body, *, replace: frozenset[str]) -> Body:
    """The body after a change. `replace` names the sublists whose lines are replaced as a whole (`?replace=`)."""
    merged = dict(stored)
    for name, value in change.items():
        if name in record_type.sublists:
            lines = _lines(record_type, name, stored, value, replace=name in replace)
            merged[name] = {"items": _numbered(record_type, name, lines)}
        elif value is None:
            merged.pop(name, None)
        else:
            merged[name] = value
    return merged


def _lines(record_type: RecordType, name: str, stored: Body, value: Any, *, replace: bool) -> list[Body]:
    if value is None or value["items"] is None:
        return []
    new: list[Body] = value["items"]
    old: list[Body] = [dict(line) for line in (stored.get(name) or {}).get("items") or []]
    if replace:
        old = []
    keys = record_type.sublists[name]
    by_key: dict[str, list[Body]] = defaultdict(list)
    for known in old:
        by_key[_key(known.get(keys[0]))].append(known)
    for line in new:
        alike = by_key[_key(line.get(keys[0]))]
        match = next((known for known in alike if _same_line(keys, known, line)), None)
        if match is None:
            old.append({field: entry for field, entry in line.items() if entry is not None})
            alike.append(old[-1])
        else:
            _update(match, line)
    return old


def _update(match: Body, line: Body) -> None:
    for field, entry in line.items():
        if entry is None:
            match.pop(field, None)
        else:
            match[field] = entry


def _same_line(keys: tuple[str, ...], known: Body, line: Body) -> bool:
    """Whether a sent line means a known one: the first key must agree, further keys where both name them."""
    first = keys[0]
    if line.get(first) is None or _key(known.get(first)) != _key(line[first]):
        return False
    return all(known.get(key) is None or line.get(key) is None or known[key] == line[key] for key in keys[1:])


def _key(value: Any) -> str:
    return str(value.get("id")) if isinstance(value, dict) else str(value)


def _numbered(record_type: RecordType, name: str, lines: list[Body]) -> list[Body]:
    """Give each new line of an item, other, cash-back or journal sublist its line number."""
    if record_type.sublists[name] != (_NUMBERED,):
        return lines
    highest = max((line[_NUMBERED] for line in lines if isinstance(line.get(_NUMBERED), int)), default=0)
    for line in lines:
        if line.get(_NUMBERED) is None:
            highest += 1
            line[_NUMBERED] = highest
    return lines
