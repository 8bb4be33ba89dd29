"""The HTTP interface: routes, keys, headers, error envelopes, faults, and the control endpoints.

Receives options (or a world that is already there), gives an aiohttp application. Every answer below /v1 carries
Request-Id and Stripe-Version; every refusal is Stripe's error envelope.
"""

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from itertools import count

import msgspec
from aiohttp import web

from sandbox.scenarios.registry import load
from sandbox.stripe.api_error import ApiError, no_such, unknown_parameter
from sandbox.stripe.catalogue import WRITABLE_METADATA
from sandbox.stripe.faults import Fault, Faults, RequestCounts, fault_from
from sandbox.stripe.options import API_VERSION, StripeOptions
from sandbox.stripe.query import Parameters, parse, read_members
from sandbox.stripe.reading import COLLECTIONS, read_lines, read_one, read_page, read_plain
from sandbox.stripe.shelf import encode
from sandbox.stripe.world import World

CONTROL_PATH = "/_sandbox/"
_JSON = "application/json"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def make_app(options: StripeOptions, world: World | None = None) -> web.Application:
    """The application over `world`, by default the world of the options' scenario, seed and instant."""
    return _Interface(options, world or load(options.scenario, options.seed, options.now)).app()


class _Interface:
    """The handlers and what they share."""

    def __init__(self, options: StripeOptions, world: World) -> None:
        self._options = options
        self._world = world
        self._faults = Faults()
        self._counts = RequestCounts()
        self._request_numbers = count(1)

    def app(self) -> web.Application:
        @web.middleware
        async def frame(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self._frame(request, handler)

        app = web.Application(middlewares=[frame])
        app.router.add_get("/v1/account", self._account)
        app.router.add_get("/v1/accounts/{id}", self._account)
        app.router.add_get("/v1/balance", self._balance)
        app.router.add_get("/v1/invoices/{id}/lines", self._lines)
        for segment, object_type in COLLECTIONS.items():
            app.router.add_get(f"/v1/{segment}", self._page)
            app.router.add_get(f"/v1/{segment}/{{id}}", self._one)
            if object_type in WRITABLE_METADATA:
                app.router.add_post(f"/v1/{segment}/{{id}}", self._update_metadata)
        if self._options.control:
            app.router.add_post(f"{CONTROL_PATH}clock", self._set_clock)
            app.router.add_post(f"{CONTROL_PATH}faults", self._set_faults)
            app.router.add_get(f"{CONTROL_PATH}requests", self._show_requests)
        return app

    async def _frame(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Around every request: count it, meet faults, check the key, and write refusals as Stripe does."""
        if request.path.startswith(CONTROL_PATH):
            return await handler(request)
        request_id = f"req_{next(self._request_numbers):014d}"
        resource = request.match_info.route.resource
        self._counts.begin(f"{request.method} {request.path if resource is None else resource.canonical}")
        fault = self._faults.take(request.path)
        status: int | None = None
        try:
            if self._options.latency_s:
                await asyncio.sleep(self._options.latency_s)
            response = await self._answer(request, handler, request_id, fault)
            is_broken_off = fault is not None and fault.status in {"drop", "cut"}
            status = None if is_broken_off else response.status
            return response
        finally:
            self._counts.end(status)

    async def _answer(
        self, request: web.Request, handler: Handler, request_id: str, fault: Fault | None
    ) -> web.StreamResponse:
        headers = {"Request-Id": request_id, "Stripe-Version": request.headers.get("Stripe-Version", API_VERSION)}
        try:
            if fault is not None and fault.status == "drop":
                return _drop(request)
            self._authorize(request)
            if fault is not None and fault.status == "empty_page":
                page = {"object": "list", "url": request.path, "has_more": True, "data": []}
                return web.Response(body=encode(page), content_type=_JSON, headers=headers)
            if fault is not None and fault.status != "cut":
                raise fault.error()
            response = await handler(request)
            response.headers.update(headers)
            return await _cut(request, response) if fault is not None else response
        except web.HTTPNotFound:
            text = f"Unrecognized request URL ({request.method}: {request.path}). Please see https://stripe.com/docs."
            refusal = ApiError(404, text)
        except web.HTTPMethodNotAllowed:
            refusal = ApiError(405, f"The sandbox has no {request.method} for {request.path}.")
        except ApiError as error:
            refusal = error
        body = encode(refusal.body(request_id))
        return web.Response(
            status=refusal.status, body=body, content_type=_JSON, headers={**headers, **refusal.headers}
        )

    def _authorize(self, request: web.Request) -> None:
        key = _key_of(request.headers.get("Authorization", ""))
        if not key:
            text = "You did not provide an API key. Provide it in the Authorization header, using Bearer auth."
            raise ApiError(401, text)
        if key not in self._options.keys:
            raise ApiError(401, "Invalid API Key provided.", code="api_key_invalid")
        version = request.headers.get("Stripe-Version", API_VERSION)
        if version != API_VERSION:
            text = f"Invalid Stripe API version: {version}. The sandbox renders {API_VERSION} only."
            raise ApiError(400, text)

    async def _account(self, request: web.Request) -> web.Response:
        account = self._world.account
        item_id = request.match_info.get("id") or account["id"]
        if item_id != account["id"]:
            raise no_such("account", item_id)
        return _json(read_plain(self._world, account, _query(request)))

    async def _balance(self, request: web.Request) -> web.Response:
        return _json(read_plain(self._world, self._world.balance(), _query(request)))

    async def _page(self, request: web.Request) -> web.Response:
        return _json(read_page(self._world, _type_of(request), request.path, _query(request)))

    async def _one(self, request: web.Request) -> web.Response:
        return _json(read_one(self._world, _type_of(request), request.match_info["id"], _query(request)))

    async def _lines(self, request: web.Request) -> web.Response:
        return _json(read_lines(self._world, request.match_info["id"], request.path, _query(request)))

    async def _update_metadata(self, request: web.Request) -> web.Response:
        object_type, item_id = _type_of(request), request.match_info["id"]
        form = parse((name, str(text)) for name, text in (await request.post()).items())
        expansions: Parameters = {name: value for name, value in form.items() if name == "expand"}
        for name in form.keys() - {"metadata", "expand"}:
            raise unknown_parameter(name)
        item = self._world.shelves[object_type].find(item_id)
        if item is None or item.get("deleted"):
            raise no_such(object_type, item_id)
        changes = form.get("metadata", {})
        if changes == "":  # `metadata=` removes every key
            changes = dict.fromkeys(item["metadata"], "")
        self._world.update_metadata(object_type, item_id, dict(read_members(changes, "metadata", changes)))
        return _json(read_one(self._world, object_type, item_id, expansions))

    async def _set_clock(self, request: web.Request) -> web.Response:
        """`{"now": <Unix seconds>}`: let time pass; what the scenario has in store until then happens."""
        try:
            instant = int(msgspec.json.decode(await request.read(), type=dict[str, int])["now"])
            self._world.advance_to(datetime.fromtimestamp(instant, UTC))
        except (msgspec.DecodeError, KeyError, ValueError) as error:
            return _refuse(error)
        return _json(encode({"now": self._world.now}))

    async def _set_faults(self, request: web.Request) -> web.Response:
        """`{"rules": [{"path": …, "status": …, "times": …}]}`: replaces the rules that were there."""
        try:
            rules = msgspec.json.decode(await request.read())["rules"]
            self._faults.set([fault_from(rule) for rule in rules])
        except (msgspec.DecodeError, KeyError, TypeError, ValueError) as error:
            return _refuse(error)
        return _json(encode({"rules": len(rules)}))

    async def _show_requests(self, _request: web.Request) -> web.Response:
        return _json(encode(self._counts.summary()))


def _json(body: bytes) -> web.Response:
    return web.Response(body=body, content_type=_JSON)


def _refuse(error: Exception) -> web.Response:
    return web.Response(status=400, body=encode({"error": f"{type(error).__name__}: {error}"}), content_type=_JSON)


def _query(request: web.Request) -> Parameters:
    return parse(request.query.items())


def _type_of(request: web.Request) -> str:
    return COLLECTIONS[request.path.split("/")[2]]


def _key_of(authorization: str) -> str:
    """The key of a Bearer header, or of a Basic one (the key is the user name, without a password)."""
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return credentials.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(credentials).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return ""


def _drop(request: web.Request) -> web.Response:
    """Break the connection off before anything is answered."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _cut(request: web.Request, whole: web.StreamResponse) -> web.StreamResponse:
    """Announce the whole body, send half of it, and close."""
    body = whole.body if isinstance(whole, web.Response) and isinstance(whole.body, bytes) else b""
    response = web.StreamResponse(status=whole.status, headers=whole.headers)
    response.content_length = len(body)
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response
