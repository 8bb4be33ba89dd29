"""Where the pages stand, and what every page answers with: HTML, a strict content policy, and pages for errors, too.

Mounted with the control interface only. Nothing here changes the books; there is no login, as the server listens on
this machine only.
"""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.netsuite.protocol.state import ACCOUNT
from sandbox.netsuite.web import ledger_pages, record_pages, watch_pages
from sandbox.netsuite.web.drawing import SITE, whose
from sandbox.netsuite.web.places import BOOKS
from sandbox.pages.answering import answer
from sandbox.pages.drawing import sealed


def add_book_pages(app: web.Application) -> None:
    """Register the pages, and `/` as the way to them."""
    app.middlewares.insert(0, _pages)  # before login and counts: looking is not a request to NetSuite
    app.add_routes(
        [
            web.get(f"{BOOKS}/", ledger_pages.trial_balance),
            web.get(f"{BOOKS}/records", record_pages.types),
            web.get(BOOKS + "/records/{type}", record_pages.listing),
            web.get(BOOKS + "/records/{type}/{id}", record_pages.record),
            web.get(f"{BOOKS}/periods", watch_pages.periods),
            web.get(f"{BOOKS}/logins", watch_pages.logins),
            web.get(f"{BOOKS}/requests", watch_pages.requests),
        ]
    )


@web.middleware
async def _pages(request: web.Request, handler: Handler) -> web.StreamResponse:
    if request.path in ("/", BOOKS):
        return sealed(web.Response(status=302, headers={"Location": f"{BOOKS}/"}))
    if not request.path.startswith(f"{BOOKS}/"):
        return await handler(request)
    return await answer(request, SITE, **whose(request.app[ACCOUNT]))
