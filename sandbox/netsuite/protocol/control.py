"""/_sandbox/: faults, latency, other integrations, counts, login audit, trial balance, periods. Only with `--control`."""

from __future__ import annotations

from aiohttp import web

from sandbox.netsuite import errors
from sandbox.netsuite.books.calendar import change_period
from sandbox.netsuite.books.customer_merge import merge_customers
from sandbox.netsuite.books.proof import out_of_balance, trial_balance
from sandbox.netsuite.books.revenue import update_plans
from sandbox.netsuite.books.void import void_transaction
from sandbox.netsuite.jsontext import decode_object
from sandbox.netsuite.protocol.faults import rules_from
from sandbox.netsuite.protocol.state import ACCOUNT
from sandbox.netsuite.protocol.wire import json_response, no_content
from sandbox.netsuite.reading import Reader

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
            web.post(ROOT + "/merge-customers", _merge_customers),
            web.post(ROOT + "/void", _void),
            web.post(ROOT + "/revenue-plans", _revenue_plans),
            web.post(ROOT + "/expire-tokens", _expire_tokens),
            web.post(ROOT + "/unlock", _unlock),
            web.post(ROOT + "/latency", _latency),
            web.post(ROOT + "/others", _others),
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


async def _merge_customers(request: web.Request) -> web.Response:
    """`{"duplicate": 501, "master": 502}`: what a person does with Duplicate Detection & Merge."""
    body = Reader(decode_object(await request.read()))
    duplicate, master = body.reference("duplicate"), body.reference("master")
    if duplicate is None or master is None:
        raise errors.invalid_content("Name `duplicate` and `master`.")
    moved = merge_customers(request.app[ACCOUNT].books, duplicate=duplicate, master=master)
    return json_response({"transactions_moved": moved})


async def _void(request: web.Request) -> web.Response:
    """`{"transaction": 1001, "day": "2026-12-01"}`: Void on the record's page; `day` is the reversing journal's."""
    body = Reader(decode_object(await request.read()))
    number = body.reference("transaction")
    if number is None:
        raise errors.invalid_content("Name the `transaction`.")
    journal = void_transaction(request.app[ACCOUNT].books, number, day=body.day("day"))
    return json_response({"journal": journal})


async def _revenue_plans(request: web.Request) -> web.Response:
    """Update Revenue Arrangements and Revenue Plans."""
    return json_response({"updated": update_plans(request.app[ACCOUNT].books)})


async def _expire_tokens(request: web.Request) -> web.Response:
    return json_response({"expired": request.app[ACCOUNT].tokens.expire_all()})


async def _unlock(request: web.Request) -> web.Response:
    """End the lock-out after failed logins."""
    request.app[ACCOUNT].login.unlock()
    return no_content()


async def _latency(request: web.Request) -> web.Response:
    """`{"latency_ms": 800, "latency_sigma": 0.4}`: how long requests take from now on."""
    body = decode_object(await request.read())
    latency = request.app[ACCOUNT].latency
    try:
        median, sigma = float(body.get("latency_ms", 0)), float(body.get("latency_sigma", 0))
    except (TypeError, ValueError) as error:
        raise errors.invalid_content(str(error)) from error
    latency.median_ms, latency.sigma = median, sigma
    return no_content()


async def _others(request: web.Request) -> web.Response:
    """`{"requests": 3}`: how many of the account's concurrent requests other integrations hold."""
    number = decode_object(await request.read()).get("requests")
    if not isinstance(number, int) or number < 0:
        raise errors.invalid_content('Provide {"requests": n}.')
    request.app[ACCOUNT].meter.others = number
    return no_content()
