"""The application: login, limits, faults and latency around the record service and SuiteQL."""

from __future__ import annotations

import asyncio
import logging
import math

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.netsuite import errors
from sandbox.netsuite.options import Options
from sandbox.netsuite.protocol import control
from sandbox.netsuite.protocol.faults import Rule
from sandbox.netsuite.protocol.record_routes import add_record_routes
from sandbox.netsuite.protocol.service_routes import add_service_routes
from sandbox.netsuite.protocol.state import ACCOUNT, Account, open_account
from sandbox.netsuite.protocol.tokens import TOKEN_PATH
from sandbox.netsuite.protocol.wire import base_url, error_response

_LOG = logging.getLogger(__name__)
_LARGEST_BODY = 104 * 1024 * 1024
_BAD_GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"
_UNAVAILABLE = "<html><head><title>503</title></head><body>Service Unavailable</body></html>"


def make_app(options: Options) -> web.Application:
    """One NetSuite account as an aiohttp application; its books open here and close with it."""
    app = web.Application(middlewares=[_answer], client_max_size=_LARGEST_BODY)
    app[ACCOUNT] = open_account(options)
    add_record_routes(app)
    add_service_routes(app)
    if options.control:
        control.add_control_routes(app)
    app.on_cleanup.append(_close)
    return app


async def _close(app: web.Application) -> None:
    app[ACCOUNT].books.close()


@web.middleware
async def _answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every response: refusals become error bodies, faults of this sandbox a 500, all carry an operation id."""
    account = request.app[ACCOUNT]
    try:
        response = await _guarded(request, handler)
    except errors.Refused as refused:
        response = error_response(refused, realm=account.options.realm)
    except web.HTTPException as error:
        response = error_response(_routing_refusal(request, error), realm=account.options.realm)
    except Exception:  # noqa: BLE001 - a fault of the sandbox is logged and shown as the 500 it is
        _LOG.exception("%s %s failed", request.method, request.path)
        unexpected = errors.Refused(
            "An unexpected error occurred. Error ID: sandbox", status=500, code="UNEXPECTED_ERROR"
        )
        response = error_response(unexpected, realm=account.options.realm)
    if not request.path.startswith(control.ROOT):
        account.meter.statuses[response.status] += 1
        if not response.prepared:
            response.headers["X-N-OperationId"] = f"sandbox-{next(account.operation_ids):08d}"
    return response


def _routing_refusal(request: web.Request, error: web.HTTPException) -> errors.Refused:
    if error.status == 405:
        return errors.Refused("The method is not allowed for this resource.", status=405, code="INVALID_REQUEST")
    return errors.unknown_type(request.path, request.path)


async def _guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
    account = request.app[ACCOUNT]
    if request.path.startswith(control.ROOT) or request.path == TOKEN_PATH:
        return await handler(request)
    account.meter.requests[_label(request)] += 1
    url = f"{base_url(request)}{request.raw_path}"
    if not account.login.admits(request.method, url, request.path, request.headers.get("Authorization", "")):
        raise errors.login_refused()
    with account.meter.slot():
        # Received whole, before it takes its time: a client that dies meanwhile does not undo what it has sent.
        await request.read()
        fault = account.faults.take(request.method, request.path)
        await asyncio.sleep(_latency_s(account))
        if fault is None:
            return await handler(request)
        return await _faulty(request, handler, fault)


async def _faulty(request: web.Request, handler: Handler, fault: Rule) -> web.StreamResponse:
    match fault.kind:
        case "delay":
            await asyncio.sleep(fault.delay_ms / 1000)
            return await handler(request)
        case "drop_before":
            return _drop(request)
        case "drop_after_commit":
            await handler(request)
            return _drop(request)
        case "status_429":
            raise errors.Refused(
                "Concurrent request limit exceeded. Request blocked.", status=429, code="CONCURRENCY_LIMIT_EXCEEDED"
            )
        case "status_500" | "status_500_after_commit":
            if fault.kind == "status_500_after_commit":
                await handler(request)
            raise errors.Refused("An unexpected error occurred. Error ID: sandbox", status=500, code="UNEXPECTED_ERROR")
        case "html_502" | "html_502_after_commit":
            if fault.kind == "html_502_after_commit":
                await handler(request)
            return web.Response(status=502, text=_BAD_GATEWAY, content_type="text/html")
        case "html_503":
            return web.Response(status=503, text=_UNAVAILABLE, content_type="text/html")


def _drop(request: web.Request) -> web.StreamResponse:
    """Reset the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=204)


def _label(request: web.Request) -> str:
    """Method and resource, for the counts: `PUT invoice`, `POST suiteql`."""
    parts = request.path.removeprefix("/services/rest/").split("/")
    resource = parts[2] if len(parts) > 2 else request.path
    return f"{request.method} {resource}"


def _latency_s(account: Account) -> float:
    """How long this request takes: the median, or a draw from the lognormal distribution around it."""
    median_ms, sigma = account.options.latency_ms, account.options.latency_sigma
    if median_ms <= 0:
        return 0.0
    factor = math.exp(account.random.gauss(0.0, sigma)) if sigma > 0 else 1.0
    return median_ms * factor / 1000
