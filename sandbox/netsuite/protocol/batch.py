"""Batch requests: up to 100 records of one type in one request, one task for each (Oracle help article_0127092747).

Since 2026.1, where their order is not kept; in 2026.2 they run in order unless `Prefer: batch-processing="parallel"`.
"""

from __future__ import annotations

import re
from dataclasses import replace

from sandbox.netsuite import errors
from sandbox.netsuite.features import Release
from sandbox.netsuite.jsontext import Body
from sandbox.netsuite.protocol.exchange import Call

MOST_RECORDS = 100
_WITH_BODY = ("POST", "PATCH", "PUT")
_QUOTED = re.compile(r"""^(eid:)?['"](.*)['"]$""")


def is_batch(call: Call) -> bool:
    """Whether a call is about many records: a collection of bodies, or a list of ids to read or delete."""
    if len(call.segments) != 1:
        return False
    if call.method in _WITH_BODY:
        return call.is_collection
    return "ids" in call.query and call.method in ("GET", "DELETE")


def keeps_order(call: Call, release: Release) -> bool:
    """Whether later records may refer to earlier ones."""
    preference = call.preferences.replace(" ", "").replace('"', "")
    return release == "2026.2" and "batch-processing=parallel" not in preference


def split(call: Call, release: Release) -> list[Call]:
    """One call for each record. Raises what refuses the batch as a whole.

    A record that cannot be told (a PUT without external id) fails as a task, not as a batch.
    """
    if release == "2025.2":
        raise errors.invalid_content("Batch operations are not supported.")
    if not call.is_async:
        raise errors.invalid_header(
            "Prefer",
            "The required request header 'Prefer' is missing or has an invalid value. Provide 'respond-async'.",
        )
    if call.method in _WITH_BODY:
        parts = [_part(call, item) for item in _items(call)]
    else:
        if call.method == "GET" and not call.flag("expandRecords"):
            raise errors.invalid_parameter("expandRecords", call.query.get("expandRecords", ""))
        parts = [_about(call, _unquoted(name)) for name in call.names("ids")]
    if not 1 <= len(parts) <= MOST_RECORDS:
        raise errors.invalid_content(f"Provide between 1 and {MOST_RECORDS} records.")
    return parts


def _items(call: Call) -> list[Body]:
    items = call.body().get("items")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise errors.invalid_content('Provide {"items": [{…}]}.')
    return items


def _part(call: Call, item: Body) -> Call:
    """POST as it is; PATCH by id, else by external id; PUT by external id only."""
    if call.method == "POST":
        return _single(call, item)
    body = {name: value for name, value in item.items() if name != "id"}
    number, external_id = item.get("id"), item.get("externalId")
    if call.method == "PATCH" and number is not None:
        return _about(call, str(number), body)
    body.pop("externalId", None)
    return _about(call, f"eid:{external_id}" if external_id else "", body)


def _about(call: Call, segment: str, item: Body | None = None) -> Call:
    return _single(call, item, segment)


def _single(call: Call, item: Body | None, *segments: str) -> Call:
    path = "/".join((call.path.rstrip("/"), *segments))
    return replace(call, item=item, path=path, segments=(*call.segments, *segments), is_batched=True)


def _unquoted(name: str) -> str:
    return _QUOTED.sub(lambda match: (match[1] or "") + match[2], name)
