"""Between aiohttp and the record service: calls from requests, responses from answers, and paging in NetSuite's envelope."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from sandbox.netsuite import errors
from sandbox.netsuite.jsontext import encode
from sandbox.netsuite.protocol.exchange import RECORD_ROOT, Answer, Call

_MOST_ROWS = 1000
ARRIVED = web.RequestKey("arrived", int)
"""When a request that takes its time arrived (`ChangeLog.arrival`)."""


def base_url(request: web.Request) -> str:
    """Scheme and host as the client used them: links and Location must lead back to where it came from."""
    return f"{request.scheme}://{request.host}"


async def call_from(request: web.Request) -> Call:
    """The request as the record service takes it."""
    path = request.path
    return Call(
        method=request.method,
        path=path,
        query=request.query,
        headers=request.headers,
        data=await request.read(),
        base=base_url(request),
        segments=tuple(path.removeprefix(RECORD_ROOT).strip("/").split("/")),
        since=request.get(ARRIVED),
    )


def response_of(answer: Answer) -> web.Response:
    """The answer as aiohttp sends it."""
    return web.Response(body=answer.data or None, status=answer.status, headers=answer.headers)


def json_response(body: Any, *, status: int = 200, content_type: str = "application/json") -> web.Response:
    """A JSON response."""
    return web.Response(body=encode(body), status=status, headers={"Content-Type": content_type})


def no_content() -> web.Response:
    """204, as every successful write answers."""
    return web.Response(status=204)


def paging(query: Mapping[str, str]) -> tuple[int, int]:
    """`limit` (1 to 1000) and `offset` (a multiple of limit) of the URL. Raises INVALID_PARAMETER."""
    limit = _whole(query, "limit", _MOST_ROWS)
    offset = _whole(query, "offset", 0)
    if not 1 <= limit <= _MOST_ROWS:
        raise errors.invalid_parameter("limit", str(limit))
    if offset % limit:
        raise errors.invalid_parameter("offset", str(offset))
    return limit, offset


def _whole(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise errors.invalid_parameter(name, text)
    return int(text)


def paged(url: str, items: list[Any], *, total: int, limit: int, offset: int) -> dict[str, Any]:
    """The envelope of a page; `url` is without its query."""
    has_more = offset + len(items) < total
    last = max(total - 1, 0) // limit * limit
    places = {"self": offset}
    if offset > 0:
        places |= {"first": 0, "previous": offset - limit}
    if has_more:
        places |= {"next": offset + limit, "last": last}
    links = [{"rel": rel, "href": f"{url}?limit={limit}&offset={place}"} for rel, place in places.items()]
    return {
        "links": links,
        "count": len(items),
        "hasMore": has_more,
        "items": items,
        "offset": offset,
        "totalResults": total,
    }
