"""/services/rest/record/v1 and /services/rest/async/v1: answered now, or taken as a job and answered 202."""

from __future__ import annotations

from aiohttp import web

from sandbox.netsuite import errors
from sandbox.netsuite.protocol.batch import is_batch, keeps_order, split
from sandbox.netsuite.protocol.exchange import RECORD_ROOT, Answer, Call
from sandbox.netsuite.protocol.headers import idempotency_key
from sandbox.netsuite.protocol.jobs import JOB_ROOT
from sandbox.netsuite.protocol.operations import perform
from sandbox.netsuite.protocol.state import ACCOUNT, Account
from sandbox.netsuite.protocol.targets import named_type
from sandbox.netsuite.protocol.wire import base_url, call_from, response_of
from sandbox.netsuite.protocol.work import JOBS


def add_record_routes(app: web.Application) -> None:
    """Register the record service and the jobs it starts."""
    app.add_routes(
        [
            web.route("*", RECORD_ROOT + "/{tail:.+}", _records),
            web.get(JOB_ROOT + "/{tail:.+}", _jobs),
        ]
    )


async def _records(request: web.Request) -> web.Response:
    account = request.app[ACCOUNT]
    call = await call_from(request)
    if call.is_async or is_batch(call):
        return response_of(_accepted(request, account, call))
    return response_of(perform(account, call))


def _accepted(request: web.Request, account: Account, call: Call) -> Answer:
    """202 with the location of a job (Oracle help subsect_161278579295, article_0127092747)."""
    key = idempotency_key(call.headers)
    release = account.options.features.release
    if is_batch(call):
        named_type(account, call)
        calls, in_order, root = split(call, release), keeps_order(call, release), call.base
    else:
        calls, in_order, root = [call], True, ""
    job = request.app[JOBS].submit(calls, in_order=in_order, key=key)
    headers = {
        "Preference-Applied": "respond-async",
        "Location": f"{root}{JOB_ROOT}/{job.id}",
        "X-NetSuite-JobId": str(job.id),
    }
    return Answer(202, headers)


async def _jobs(request: web.Request) -> web.Response:
    if not request.path.removeprefix(JOB_ROOT).strip("/"):
        raise errors.unknown_record(request.path)
    return response_of(request.app[JOBS].answer(request.path, base_url(request)))
