"""What lies around every request: count it, meet faults and limits, open an account, and write answers and refusals.

Receives an operation and the function that answers it (a Call in, JSON bytes or a Reply out); gives an aiohttp handler.
Every answer carries Request-Id and Stripe-Version; every refusal is Stripe's error envelope.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from urllib.parse import parse_qsl

from aiohttp import web

from sandbox.stripe.api.access import authorize
from sandbox.stripe.api.accounts import Accounts
from sandbox.stripe.api.api_error import ApiError
from sandbox.stripe.api.faults import Fault, Faults, RequestCounts
from sandbox.stripe.api.idempotency import IdempotencyKeys
from sandbox.stripe.api.options import API_VERSION, StripeOptions
from sandbox.stripe.api.query import Parameters, parse
from sandbox.stripe.api.rate_limits import RateLimiter
from sandbox.stripe.base.shelf import encode
from sandbox.stripe.world import World

JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"
_WRONG_FORM = "Invalid request (check that your POST content type is application/x-www-form-urlencoded)."

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Reply:
    """An answer that is not plain JSON."""

    body: bytes
    content_type: str = JSON


@dataclass
class Call:
    """One request that was let in: whose account, and what was asked. `form`: the decoded pairs of a POST."""

    request: web.Request
    world: World
    form: list[tuple[str, str]] = field(default_factory=list)

    @cached_property
    def parameters(self) -> Parameters:
        """The parameters of the query string, or of the form."""
        return parse(self.form if self.request.method == "POST" else self.request.query.items())

    @property
    def item_id(self) -> str:
        """The id in the path."""
        return self.request.match_info["id"]

    @property
    def path(self) -> str:
        """The path asked for; it is the `url` of lists."""
        return self.request.path


Answer = Callable[[Call], "bytes | Reply"]


class Frame:
    """Shared by all operations of one server."""

    def __init__(self, options: StripeOptions, accounts: Accounts) -> None:
        self.accounts = accounts
        self.faults = Faults()
        self.counts = RequestCounts()
        self._options = options
        self._limiter = None if options.limits is None else RateLimiter(options.limits)
        self._idempotency = IdempotencyKeys()
        self._request_numbers = count(1)
        self.after_write: Callable[[], None] | None = None

    def handler(self, operation: str, permission: str, answer: Answer) -> Handler:
        """The aiohttp handler of an operation (`GET /v1/charges/{id}`)."""

        async def handle(request: web.Request) -> web.StreamResponse:
            return await self._counted(request, operation, permission, answer)

        return handle

    async def unknown(self, request: web.Request, refusal: ApiError) -> web.StreamResponse:
        """Answer a request for which there is no operation."""

        def refuse(_call: Call) -> bytes:
            raise refusal

        return await self._counted(request, f"{request.method} {request.path}", "", refuse)

    async def _counted(
        self, request: web.Request, operation: str, permission: str, answer: Answer
    ) -> web.StreamResponse:
        self.counts.begin(operation)
        fault = self.faults.take(request.method, request.path)
        status: int | None = None
        try:
            response = await self._framed(request, operation, permission, answer, fault)
            is_broken_off = fault is not None and fault.status in {"drop", "drop_after", "cut"}
            status = None if is_broken_off else response.status
            return response
        finally:
            self.counts.end(status)

    async def _framed(
        self, request: web.Request, operation: str, permission: str, answer: Answer, fault: Fault | None
    ) -> web.StreamResponse:
        request_id = f"req_{next(self._request_numbers):014d}"
        headers = {"Request-Id": request_id, "Stripe-Version": request.headers.get("Stripe-Version", API_VERSION)}
        try:
            if fault is not None and fault.status == "drop":
                return _drop(request)
            world = authorize(request.headers, self.accounts, self._options, permission)
            if fault is not None:
                early = _struck(request, fault, headers)
                if early is not None:
                    return early
            delay_s = self._options.latency_s + (fault.seconds if fault is not None else 0)
            response = await self._let_in(Call(request, world), operation, answer, headers, delay_s)
            if request.method == "POST" and self.after_write is not None:
                self.after_write()
        except ApiError as error:
            body = encode(error.body(request_id))
            return web.Response(status=error.status, body=body, content_type=JSON, headers={**headers, **error.headers})
        if fault is not None and fault.status == "drop_after":
            return _drop(request)
        return await _cut(request, response) if fault is not None and fault.status == "cut" else response

    async def _let_in(
        self, call: Call, operation: str, answer: Answer, headers: dict[str, str], delay_s: float
    ) -> web.Response:
        if self._limiter is None:
            if delay_s:
                await asyncio.sleep(delay_s)
            return await self._answered(call, answer, headers)
        account_id = call.world.account["id"]
        self._limiter.enter(account_id, operation)
        try:
            if delay_s:
                await asyncio.sleep(delay_s)
            return await self._answered(call, answer, headers)
        finally:
            self._limiter.leave(account_id, operation)

    async def _answered(self, call: Call, answer: Answer, headers: dict[str, str]) -> web.Response:
        request = call.request
        if request.method != "POST":
            reply = answer(call)
            body, content_type = (reply, JSON) if isinstance(reply, bytes) else (reply.body, reply.content_type)
            return web.Response(body=body, content_type=content_type, headers=headers)
        call.form = await _form_of(request)
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return web.Response(body=_bytes(answer(call)), content_type=JSON, headers=headers)
        account_id = call.world.account["id"]
        kept = self._idempotency.begin(account_id, key, call.path, tuple(sorted(call.form)), call.world.now)
        headers["Idempotency-Key"] = key
        if kept.body is not None:
            headers |= {"Idempotent-Replayed": "true", "Original-Request": kept.request_id}
            return web.Response(body=kept.body, content_type=JSON, headers=headers)
        try:
            kept.body, kept.request_id = _bytes(answer(call)), headers["Request-Id"]
        except ApiError:
            self._idempotency.forget(account_id, key)
            raise
        return web.Response(body=kept.body, content_type=JSON, headers=headers)


def _bytes(reply: bytes | Reply) -> bytes:
    return reply if isinstance(reply, bytes) else reply.body


async def _form_of(request: web.Request) -> list[tuple[str, str]]:
    try:
        body = await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise ApiError(413, "Request body is too large.") from None
    except web.RequestPayloadError:
        raise ApiError(400, _WRONG_FORM) from None
    if body and request.content_type != _FORM:
        raise ApiError(400, _WRONG_FORM)
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=bool(body))
    except ValueError:
        raise ApiError(400, _WRONG_FORM) from None


def _struck(request: web.Request, fault: Fault, headers: dict[str, str]) -> web.StreamResponse | None:
    """What a fault answers instead of the operation, or None if the operation goes on."""
    match fault.status:
        case "empty_page":
            page = {"object": "list", "url": request.path, "has_more": True, "data": []}
            return web.Response(body=encode(page), content_type=JSON, headers=headers)
        case "slow" | "cut" | "drop_after" | "drop":
            return None
        case _:
            raise fault.error()


def _drop(request: web.Request) -> web.Response:
    """Break the connection off without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _cut(request: web.Request, whole: web.Response) -> web.StreamResponse:
    """Announce the whole body, send half of it, and close."""
    body = whole.body if isinstance(whole.body, bytes) else b""
    response = web.StreamResponse(status=whole.status, headers=whole.headers)
    response.content_length = len(body)
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response
