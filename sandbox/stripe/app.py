"""The HTTP interface: which operation answers which path. Receives options (and worlds that are already there).

Gives an aiohttp application. Below /v1 everything is Stripe's; /_sandbox/ is ours.
"""

import asyncio
from collections.abc import Sequence
from functools import partial

from aiohttp import web

from sandbox.stripe.api.access import reached
from sandbox.stripe.api.accounts import Accounts
from sandbox.stripe.api.api_error import ApiError
from sandbox.stripe.api.control import CONTROL_PATH, Control
from sandbox.stripe.api.frame import Answer, Call, Frame, Handler, Reply
from sandbox.stripe.api.options import StripeOptions
from sandbox.stripe.api.query import PAGING, allow, read_limit
from sandbox.stripe.api.reading import (
    list_body,
    read_lines,
    read_nested,
    read_nested_one,
    read_one,
    read_page,
    read_plain,
    require_owner,
)
from sandbox.stripe.api.reports import Reports, list_report_types, one_report_type
from sandbox.stripe.api.webhook_delivery import Deliveries
from sandbox.stripe.api.webhooks import Endpoints
from sandbox.stripe.api.writing import update_metadata
from sandbox.stripe.base.resources import COLLECTIONS, LINES, NESTED, PERMISSIONS, UPDATE_EVENTS, Nested
from sandbox.stripe.web.routes import add_account_pages
from sandbox.stripe.world import World


def make_app(options: StripeOptions, worlds: Sequence[World]) -> web.Application:
    """The application over `worlds`, one an account; the first is the platform of the others."""
    return _Interface(options, Accounts(worlds, options.keys)).app()


class _Interface:
    """The routes, and the answers that need all accounts."""

    def __init__(self, options: StripeOptions, accounts: Accounts) -> None:
        self._options = options
        self._accounts = accounts
        self._frame = Frame(options, accounts)
        self._reports = Reports(options.report_delay_s)
        self._deliveries = Deliveries(accounts)
        self._delivering: set[asyncio.Task[int]] = set()
        self._frame.after_write = self._deliver_soon

    def app(self) -> web.Application:
        @web.middleware
        async def unrouted(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self._unrouted(request, handler)

        app = web.Application(middlewares=[unrouted])
        self._get(app, "account", "account", self._own_account)
        self._get(app, "accounts", "account", self._list_accounts)
        self._get(app, "accounts/{id}", "account", self._one_account)
        self._get(app, "balance", "balance", _balance)
        self._add_reports(app)
        self._add_webhooks(app)
        self._get(app, "customers/{id}/cash_balance", "customer", _cash_balance)
        for path, (owner, members) in LINES.items():
            self._get(app, path, owner, partial(_lines, owner, members))
        for path, nested in NESTED.items():
            self._get(app, path, nested.members, partial(_nested, nested))
            if nested.has_single:
                self._get(app, f"{path}/{{member}}", nested.members, partial(_nested_one, nested))
        for segment, object_type in COLLECTIONS.items():
            self._get(app, segment, object_type, partial(_page, object_type))
            self._get(app, f"{segment}/{{id}}", object_type, partial(_one, object_type))
            if object_type in UPDATE_EVENTS:
                self._post(app, f"{segment}/{{id}}", object_type, partial(_update_metadata, object_type))
        if self._options.control:
            Control(self._accounts, self._frame, self._deliveries).add_routes(app)
            add_account_pages(app, self._accounts)
        app.on_cleanup.append(self._close)
        return app

    def _add_reports(self, app: web.Application) -> None:
        run = "reporting.report_run"
        self._get(app, "reporting/report_types", run, _report_types)
        self._get(app, "reporting/report_types/{id}", run, _report_type)
        self._post(app, "reporting/report_runs", run, self._run_report)
        self._get(app, "files/{id}", "file", self._file)
        self._get(app, "files/{id}/contents", "file", self._file_contents)

    def _add_webhooks(self, app: web.Application) -> None:
        endpoint = "webhook_endpoint"
        self._get(app, f"{endpoint}s", endpoint, lambda call: self._webhooks(call).page(call.path, call.parameters))
        self._get(
            app, f"{endpoint}s/{{id}}", endpoint, lambda call: self._webhooks(call).one(call.item_id, call.parameters)
        )
        self._post(app, f"{endpoint}s", endpoint, lambda call: self._webhooks(call).create(call.parameters))
        self._post(
            app,
            f"{endpoint}s/{{id}}",
            endpoint,
            lambda call: self._webhooks(call).update(call.item_id, call.parameters),
        )
        delete = self._frame.handler(
            f"DELETE /v1/{endpoint}s/{{id}}", "webhook_write", lambda call: self._webhooks(call).delete(call.item_id)
        )
        app.router.add_delete(f"/v1/{endpoint}s/{{id}}", delete)

    def _webhooks(self, call: Call) -> Endpoints:
        return self._deliveries.of(call.world)

    def _deliver_soon(self) -> None:
        """Send the events of a write once it has been answered."""
        task = asyncio.get_running_loop().create_task(self._deliveries.deliver())
        self._delivering.add(task)
        task.add_done_callback(self._delivering.discard)

    async def _close(self, _app: web.Application) -> None:
        for task in list(self._delivering):
            task.cancel()
        await asyncio.gather(*self._delivering, return_exceptions=True)
        await self._deliveries.close()

    def _get(self, app: web.Application, path: str, object_type: str, answer: Answer) -> None:
        permission = f"{PERMISSIONS.get(object_type, object_type)}_read"
        app.router.add_get(f"/v1/{path}", self._frame.handler(f"GET /v1/{path}", permission, answer), allow_head=False)

    def _post(self, app: web.Application, path: str, object_type: str, answer: Answer) -> None:
        permission = f"{PERMISSIONS.get(object_type, object_type)}_write"
        app.router.add_post(f"/v1/{path}", self._frame.handler(f"POST /v1/{path}", permission, answer))

    async def _unrouted(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse as Stripe does what no operation answers."""
        try:
            return await handler(request)
        except web.HTTPNotFound:
            if request.path.startswith(CONTROL_PATH):
                raise
            text = f"Unrecognized request URL ({request.method}: {request.path}). Please see https://stripe.com/docs."
            return await self._frame.unknown(request, ApiError(404, text))
        except web.HTTPMethodNotAllowed as error:
            if request.path.startswith(CONTROL_PATH):
                raise
            text = f"The sandbox has no {request.method} for {request.path}."
            headers = {"Allow": ", ".join(sorted(error.allowed_methods))}
            return await self._frame.unknown(request, ApiError(405, text, headers=headers))

    def _run_report(self, call: Call) -> bytes:
        return self._reports.run(call.world, call.parameters, str(call.request.url.origin()))

    def _file(self, call: Call) -> bytes:
        return self._reports.file(call.world, call.item_id, call.parameters)

    def _file_contents(self, call: Call) -> Reply:
        return Reply(self._reports.contents(call.world, call.item_id), "text/csv")

    def _own_account(self, call: Call) -> bytes:
        return read_plain(call.world, call.world.account, call.parameters)

    def _one_account(self, call: Call) -> bytes:
        """The account itself, or one that is connected to it."""
        world = reached(self._accounts, call.world, call.item_id)
        return read_plain(world, world.account, call.parameters)

    def _list_accounts(self, call: Call) -> bytes:
        """The connected accounts; there are never more than a page of them."""
        allow(call.parameters, PAGING)
        read_limit(call.parameters)
        rows = [world.account for world in self._accounts.connected_to(call.world)]
        return list_body(call.world, "account", call.path, rows, call.parameters)


def _report_types(call: Call) -> bytes:
    return list_report_types(call.world, call.path, call.parameters)


def _report_type(call: Call) -> bytes:
    return one_report_type(call.world, call.item_id, call.parameters)


def _balance(call: Call) -> bytes:
    return read_plain(call.world, call.world.balance(), call.parameters)


def _cash_balance(call: Call) -> bytes:
    require_owner(call.world, "customer", call.item_id)
    return read_plain(call.world, call.world.cash_balance_of(call.item_id), call.parameters)


def _page(object_type: str, call: Call) -> bytes:
    return read_page(call.world, object_type, call.path, call.parameters)


def _one(object_type: str, call: Call) -> bytes:
    return read_one(call.world, object_type, call.item_id, call.parameters)


def _lines(owner: str, members: str, call: Call) -> bytes:
    return read_lines(call.world, owner, members, call.item_id, call.path, call.parameters)


def _nested(nested: Nested, call: Call) -> bytes:
    return read_nested(call.world, nested, call.item_id, call.path, call.parameters)


def _nested_one(nested: Nested, call: Call) -> bytes:
    member_id = call.request.match_info["member"]
    return read_nested_one(call.world, nested, call.item_id, member_id, call.parameters)


def _update_metadata(object_type: str, call: Call) -> bytes | Reply:
    expansions = update_metadata(call.world, object_type, call.item_id, call.parameters)
    return read_one(call.world, object_type, call.item_id, expansions)
