"""Responses and paging in NetSuite's envelopes."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from sandbox.netsuite import errors
from sandbox.netsuite.jsontext import encode

_MOST_ROWS = 1000
ERROR_TYPE = "application/vnd.oracle.resource+json; type=error"


def base_url(request: web.Request) -> str:
    """Scheme and host as the client used them: links and Location must lead back to where it came from."""
    return f"{request.scheme}://{request.host}"


def json_response(body: Any, *, status: int = 200, content_type: str = "application/json") -> web.Response:
    """A JSON response."""
    return web.Response(body=encode(body), status=status, headers={"Content-Type": content_type})


def no_content() -> web.Response:
    """204, as every successful write answers."""
    return web.Response(status=204)


def error_response(refused: errors.Refused, *, realm: str) -> web.Response:
    """A refusal; a login refusal carries the challenge seen on live accounts."""
    response = json_response(refused.body(), status=refused.status, content_type=ERROR_TYPE)
    if refused.status == 401:
        response.headers["WWW-Authenticate"] = (
            f'OAuth realm="{realm}", error="token_rejected", error_description="Invalid login attempt."'
        )
    return response


def paging(request: web.Request) -> tuple[int, int]:
    """`limit` (1 to 1000) and `offset` (a multiple of limit) of the URL. Raises INVALID_PARAMETER."""
    limit = _whole(request, "limit", _MOST_ROWS)
    offset = _whole(request, "offset", 0)
    if not 1 <= limit <= _MOST_ROWS:
        raise errors.invalid_parameter("limit", str(limit))
    if offset % limit:
        raise errors.invalid_parameter("offset", str(offset))
    return limit, offset


def _whole(request: web.Request, name: str, default: int) -> int:
    text = request.query.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise errors.invalid_parameter(name, text)
    return int(text)


def paged(request: web.Request, items: list[Any], *, total: int, limit: int, offset: int) -> dict[str, Any]:
    """The envelope of a page."""
    url = f"{base_url(request)}{request.path}"
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
