"""The application: login, limits, faults and latency around the record service and SuiteQL."""

from __future__ import annotations

import asyncio
import logging

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.netsuite import errors
from sandbox.netsuite.options import Options
from sandbox.netsuite.protocol import control
from sandbox.netsuite.protocol.exchange import RECORD_ROOT, error_answer
from sandbox.netsuite.protocol.faults import Rule
from sandbox.netsuite.protocol.headers import check_language
from sandbox.netsuite.protocol.record_routes import add_record_routes
from sandbox.netsuite.protocol.service_routes import add_service_routes
from sandbox.netsuite.protocol.spoiling import spoiled
from sandbox.netsuite.protocol.state import ACCOUNT, Account, open_account
from sandbox.netsuite.protocol.tokens import TOKEN_PATH
from sandbox.netsuite.protocol.wire import ARRIVED, base_url, response_of
from sandbox.netsuite.protocol.work import JOBS, open_job_desk
from sandbox.netsuite.web.routes import add_book_pages

_LOG = logging.getLogger(__name__)
_WHOLE_CATALOG = RECORD_ROOT + "/metadata-catalog"
_READS = frozenset({"GET", "HEAD", "OPTIONS"})


def make_app(options: Options) -> web.Application:
    """One NetSuite account as an aiohttp application; its books open here and close with it."""
    app = web.Application(middlewares=[_answer], client_max_size=options.largest_body)
    app[ACCOUNT] = open_account(options)
    app[JOBS] = open_job_desk(app[ACCOUNT])
    add_record_routes(app)
    add_service_routes(app)
    if options.control:
        control.add_control_routes(app)
        add_book_pages(app)
    app.on_cleanup.append(_close)
    return app


async def _close(app: web.Application) -> None:
    await app[JOBS].close()
    app[ACCOUNT].books.close()


@web.middleware
async def _answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every response: refusals become error bodies, faults of this sandbox a 500, all carry an operation id."""
    account = request.app[ACCOUNT]
    is_control = request.path.startswith(control.ROOT)
    is_cut_off = False
    try:
        if is_control or request.path == TOKEN_PATH:
            response = await handler(request)
        else:
            response = await _guarded(account, request, handler)
    except errors.Refused as refused:
        response = _refusal(account, request, refused)
    except web.HTTPException as error:
        is_cut_off = error.status == 413
        response = _refusal(account, request, _routing_refusal(request, error, account.options))
    except Exception:  # noqa: BLE001 - a fault of the sandbox is logged and shown as the 500 it is
        _LOG.exception("%s %s failed", request.method, request.path)
        response = _refusal(account, request, errors.unexpected())
    if not is_control:
        account.meter.statuses[response.status] += 1
        if not response.prepared:
            response.headers["X-N-OperationId"] = f"sandbox-{next(account.operation_ids):08d}"
    if account.options.largest_body < (request.content_length or 0) or is_cut_off:
        await _hang_up(request, response)
    return response


async def _hang_up(request: web.Request, response: web.StreamResponse) -> None:
    """Answer and close: what is still to come of a body that is too large is not waited for."""
    await response.prepare(request)
    await response.write_eof()
    request.protocol.force_close()


def _refusal(account: Account, request: web.Request, refused: errors.Refused) -> web.Response:
    scheme = "Bearer" if request.headers.get("Authorization", "")[:7].lower() == "bearer " else "OAuth"
    return response_of(error_answer(refused, realm=account.options.realm, scheme=scheme))


def _routing_refusal(request: web.Request, error: web.HTTPException, options: Options) -> errors.Refused:
    if error.status == 405:
        return errors.Refused("The method is not allowed for this resource.", status=405, code="INVALID_REQUEST")
    if error.status == 413:
        return errors.body_too_large(options.largest_body)
    return errors.unknown_type(request.path, request.path)


async def _guarded(account: Account, request: web.Request, handler: Handler) -> web.StreamResponse:
    """Login (which uses the nonce up), concurrency, size, language, faults; then the time the request takes."""
    account.meter.requests[_label(request)] += 1
    url = f"{base_url(request)}{request.raw_path}"
    authorization = request.headers.get("Authorization", "")
    refusal = account.login.refusal(request.method, url, request.path, authorization)
    if refusal is not None:
        raise refusal
    with account.meter:
        if (request.content_length or 0) > account.options.largest_body:
            raise errors.body_too_large(account.options.largest_body)
        # Received whole, before it takes its time: a client that dies meanwhile does not undo what it has sent.
        await request.read()
        check_language(request.method, request.headers, account.options)
        fault = account.faults.take(request.method, request.path)
        wait_s = _wait_s(account, request, fault)
        if wait_s <= 0:
            return await spoiled(request, handler, fault)
        if request.method in _READS:
            await asyncio.sleep(wait_s)
            return await spoiled(request, handler, fault)
        with account.records.changes.arrival() as arrived:
            request[ARRIVED] = arrived
            await asyncio.sleep(wait_s)
            return await spoiled(request, handler, fault)


def _wait_s(account: Account, request: web.Request, fault: Rule | None) -> float:
    wait_s = account.latency.draw_s()
    if fault is not None:
        wait_s += fault.wait_s()
    if account.options.metadata_latency_ms and request.path.rstrip("/") == _WHOLE_CATALOG and not request.query_string:
        wait_s += account.options.metadata_latency_ms / 1000
    return wait_s


def _label(request: web.Request) -> str:
    """Method and resource, for the counts: `PUT invoice`, `POST suiteql`."""
    parts = request.path.split("/", 6)
    resource = parts[5] if len(parts) > 5 and parts[1:3] == ["services", "rest"] else request.path
    return f"{request.method} {resource}"
