"""SuiteQL, the token endpoint and the small system services."""

from __future__ import annotations

from datetime import UTC, datetime

from aiohttp import web

from sandbox.netsuite import errors
from sandbox.netsuite.jsontext import decode_object
from sandbox.netsuite.protocol.state import ACCOUNT
from sandbox.netsuite.protocol.tokens import TOKEN_PATH, TokenRefused
from sandbox.netsuite.protocol.wire import base_url, json_response, paged, paging

QUERY_PATH = "/services/rest/query/v1/suiteql"
SYSTEM = "/services/rest/system/v1"


def add_service_routes(app: web.Application) -> None:
    """Register SuiteQL, OAuth 2.0 and the system services."""
    app.add_routes(
        [
            web.post(QUERY_PATH, _query),
            web.post(TOKEN_PATH, _token),
            web.get(SYSTEM + "/governanceLimits", _limits),
            web.get(SYSTEM + "/serverTime", _time),
        ]
    )


async def _query(request: web.Request) -> web.Response:
    if "transient" not in request.headers.get("Prefer", ""):
        raise errors.invalid_header(
            "Prefer", "The required request header 'Prefer' is missing or has an invalid value. Provide 'transient'."
        )
    limit, offset = paging(request.query)
    body = decode_object(await request.read())
    text, params = body.get("q"), body.get("params", [])
    if not isinstance(text, str) or not isinstance(params, list):
        raise errors.invalid_content('Provide {"q": "SELECT …"}.')
    page = request.app[ACCOUNT].queries.run(text, params, limit=limit, offset=offset)
    items = [{"links": [], **row} for row in page.rows]
    url = f"{base_url(request)}{request.path}"
    return json_response(paged(url, items, total=page.total, limit=limit, offset=offset))


async def _token(request: web.Request) -> web.Response:
    form = await request.post()
    try:
        return json_response(request.app[ACCOUNT].tokens.issue(form, base_url(request) + TOKEN_PATH))
    except TokenRefused as refused:
        return json_response({"error": refused.code, "error_description": str(refused)}, status=400)


async def _limits(request: web.Request) -> web.Response:
    """Oracle help article_0625010817: what the account allows, and what this integration has of it."""
    account = request.app[ACCOUNT]
    if not account.options.is_administrator:
        raise errors.Refused(
            "Permission Violation: you may not access this record.", status=403, code="INSUFFICIENT_PERMISSION"
        )
    own = account.options.integration_concurrency_limit
    limits: dict[str, object] = {
        "accountConcurrencyLimit": account.options.concurrency_limit,
        "accountUnallocatedConcurrencyLimit": account.meter.unallocated,
    }
    if own is not None:
        limits["integrationConcurrencyLimit"] = own
    limits["integrationLimitType"] = "accountLimit" if own is None else "integrationSpecific"
    return json_response(limits)


async def _time(_request: web.Request) -> web.Response:
    """The time that signatures are checked against, not the business clock (Oracle help article_0528010158)."""
    return json_response({"serverTime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")})
