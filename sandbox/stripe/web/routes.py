"""Where the Stripe pages stand: accounts with their balances and payouts, a payout with its rows, and any object as JSON.

Mounted with the control interface only. Nothing here changes a world, counts as a request or needs a key, as the server
listens on this machine only.
"""

from __future__ import annotations

from functools import partial

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.pages.answering import answer
from sandbox.stripe.api.accounts import Accounts
from sandbox.stripe.web import pages
from sandbox.stripe.web.places import ACCOUNTS, HOME, SITE


def add_account_pages(app: web.Application, accounts: Accounts) -> None:
    """Register the pages over `accounts`."""

    @web.middleware
    async def shown(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path != HOME and not request.path.startswith(f"{ACCOUNTS}/"):
            return await handler(request)
        return await answer(request, SITE, **pages.whose(accounts))

    app.middlewares.insert(0, shown)  # before Stripe's own answer to an unknown URL
    account = ACCOUNTS + "/{account}"
    app.router.add_get(HOME, partial(pages.home, accounts))
    app.router.add_get(account, partial(pages.one_account, accounts))
    app.router.add_get(account + "/payouts/{id}", partial(pages.payout, accounts))
    app.router.add_get(account + "/{type}", partial(pages.listing, accounts))
    app.router.add_get(account + "/{type}/{id}", partial(pages.one_object, accounts))
