"""What watches over the account: accounting periods, the login audit trail with true reasons, requests by status."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import web

from sandbox.netsuite.protocol.state import ACCOUNT
from sandbox.netsuite.web.drawing import page

_MOST_ATTEMPTS = 100


async def periods(request: web.Request) -> web.Response:
    """GET /periods: each period, from when to when, and what is closed or locked."""
    account = request.app[ACCOUNT]
    rows = account.books.rows(
        'SELECT p.*, (SELECT COUNT(*) FROM "transaction" t WHERE t.postingperiod = p.id) AS transactions '
        "FROM accountingperiod p ORDER BY p.startdate, p.enddate DESC"
    )
    return page("periods.html", account, here="periods", title="Accounting periods", rows=rows)


async def logins(request: web.Request) -> web.Response:
    """GET /logins: the newest attempts first; `?refused=1` leaves out what was let in."""
    account = request.app[ACCOUNT]
    attempts = list(reversed(account.login.audit_trail()))
    refused = [attempt for attempt in attempts if attempt["reason"] != "success"]
    only_refused = request.query.get("refused") == "1"
    shown = refused if only_refused else attempts
    return page(
        "logins.html",
        account,
        here="logins",
        title="Login audit trail",
        attempts=shown[:_MOST_ATTEMPTS],
        total=len(attempts),
        found=len(shown),
        refused=len(refused),
        only_refused=only_refused,
    )


async def requests(request: web.Request) -> web.Response:
    """GET /requests: how many of each kind, how they were answered, how many at once."""
    account = request.app[ACCOUNT]
    meter = account.meter
    return page(
        "requests.html",
        account,
        here="requests",
        title="Requests",
        statuses=[(status, _phrase(status), count) for status, count in sorted(meter.statuses.items())],
        requests=sorted(meter.requests.items()),
        writes=sorted(meter.writes.items()),
        max_in_flight=meter.max_in_flight,
        limit=account.options.concurrency_limit,
    )


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
