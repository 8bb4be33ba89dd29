"""What a fault makes of a request: refused or dropped before anything is done, or done and then spoiled."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.netsuite import errors
from sandbox.netsuite.protocol.faults import Kind, Rule
from sandbox.netsuite.protocol.scripts import change_after_save
from sandbox.netsuite.protocol.state import ACCOUNT

_BAD_GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"
_UNAVAILABLE = "<html><head><title>503</title></head><body>Service Unavailable</body></html>"
_AFTER_COMMIT: Mapping[Kind, Kind] = {
    "drop_after_commit": "drop_before",
    "status_500_after_commit": "status_500",
    "html_502_after_commit": "html_502",
}
_REFUSALS: Mapping[Kind, Callable[[], errors.Refused]] = {
    "status_429": errors.too_many_requests,
    "status_500": errors.unexpected,
    "stale_record": errors.stale_record,
    "workflow_lock": lambda: errors.user_error(errors.LOCKED_BY_WORKFLOW),
}
_PAGES: Mapping[Kind, tuple[int, str]] = {"html_502": (502, _BAD_GATEWAY), "html_503": (503, _UNAVAILABLE)}


async def spoiled(request: web.Request, handler: Handler, fault: Rule | None) -> web.StreamResponse:
    """The answer, or what the fault makes of it. Raises the refusals it stands for."""
    if fault is None:
        return await handler(request)
    kind = fault.kind
    if kind in _AFTER_COMMIT:
        await handler(request)
        kind = _AFTER_COMMIT[kind]
    if kind in _REFUSALS:
        refusal = _REFUSALS[kind]()
        raise refusal
    if kind in _PAGES:
        status, page = _PAGES[kind]
        return web.Response(status=status, text=page, content_type="text/html")
    if kind == "drop_before":
        return _drop(request)
    response = await handler(request)
    if kind == "user_event_change":
        change_after_save(request.app[ACCOUNT], response.headers.get("Location", ""), fault.fields)
    return response


def _drop(request: web.Request) -> web.StreamResponse:
    """Reset the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=204)
