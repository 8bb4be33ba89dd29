"""/_sandbox/: faults on order, counts, the login audit trail, the trial balance, periods. Only with `--control`."""

from __future__ import annotations

from aiohttp import web

from sandbox.netsuite import errors
from sandbox.netsuite.books.calendar import change_period
from sandbox.netsuite.books.proof import out_of_balance, trial_balance
from sandbox.netsuite.jsontext import decode_object
from sandbox.netsuite.protocol.faults import rules_from
from sandbox.netsuite.protocol.state import ACCOUNT
from sandbox.netsuite.protocol.wire import json_response, no_content

ROOT = "/_sandbox"


def add_control_routes(app: web.Application) -> None:
    """Register the control interface."""
    app.add_routes(
        [
            web.post(ROOT + "/faults", _faults),
            web.get(ROOT + "/requests", _requests),
            web.delete(ROOT + "/requests", _reset_requests),
            web.get(ROOT + "/login-audit", _login_audit),
            web.get(ROOT + "/trial-balance", _trial_balance),
            web.post(ROOT + "/period", _period),
            web.post(ROOT + "/expire-tokens", _expire_tokens),
        ]
    )


async def _faults(request: web.Request) -> web.Response:
    body = decode_object(await request.read())
    try:
        rules = rules_from(body)
    except (TypeError, ValueError, AttributeError) as error:
        raise errors.invalid_content(str(error)) from error
    request.app[ACCOUNT].faults.set(rules)
    return no_content()


async def _requests(request: web.Request) -> web.Response:
    account = request.app[ACCOUNT]
    nonces = {"distinct_nonces": account.login.distinct_nonces, "faults_left": account.faults.left()}
    return json_response({**account.meter.report(), **nonces})


async def _reset_requests(request: web.Request) -> web.Response:
    request.app[ACCOUNT].meter.reset()
    return no_content()


async def _login_audit(request: web.Request) -> web.Response:
    return json_response({"attempts": request.app[ACCOUNT].login.audit_trail()})


async def _trial_balance(request: web.Request) -> web.Response:
    books = request.app[ACCOUNT].books
    accounts = [
        {
            "subsidiary": entry.subsidiary,
            "account": entry.account,
            "number": entry.number,
            "name": entry.name,
            "debit": str(entry.debit),
            "credit": str(entry.credit),
            "balance": str(entry.balance),
        }
        for entry in trial_balance(books)
    ]
    return json_response({"accounts": accounts, "balanced": not out_of_balance(books)})


async def _period(request: web.Request) -> web.Response:
    body = decode_object(await request.read())
    flags = {name.lower(): value for name, value in body.items() if isinstance(value, bool)}
    if not change_period(request.app[ACCOUNT].books, str(body.get("period")), **flags):
        raise errors.unknown_record(request.path)
    return no_content()


async def _expire_tokens(request: web.Request) -> web.Response:
    return json_response({"expired": request.app[ACCOUNT].tokens.expire_all()})
