"""How a request for a page is answered, whatever happens: with a page."""

from __future__ import annotations

import logging

from aiohttp import web

from sandbox.pages.drawing import PageMissing, Site, sealed

_LOG = logging.getLogger(__name__)


async def answer(request: web.Request, site: Site, *, subject: str, note: str) -> web.StreamResponse:
    """What the request's route gives, or a page that says why there is nothing. Pages only show: any other method is 405."""
    return sealed(await _answer(request, site, subject, note))


async def _answer(request: web.Request, site: Site, subject: str, note: str) -> web.StreamResponse:
    match = request.match_info
    try:
        if request.method not in ("GET", "HEAD"):
            return site.error(405, "These pages only show.", subject=subject, note=note)
        if match.http_exception is not None:
            raise PageMissing(f"There is no page {request.path}.")
        return await match.handler(request)
    except PageMissing as missing:
        return site.error(404, str(missing), subject=subject, note=note)
    except Exception:  # noqa: BLE001 - a fault of the pages is logged and shown as one
        _LOG.exception("%s failed", request.path)
        return site.error(500, "This page could not be drawn; the sandbox's log says why.", subject=subject, note=note)
