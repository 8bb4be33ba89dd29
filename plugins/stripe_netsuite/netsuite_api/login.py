"""Why a login may have failed: NetSuite tells every cause with the same words, so name what can be seen from here."""

from __future__ import annotations

from datetime import datetime
from email.utils import parsedate_to_datetime

import requests

from stripe_netsuite.errors import NetSuiteAuthenticationFailed
from stripe_netsuite.settings import NetSuiteConnection

# NetSuite help section_1534941295: a TBA timestamp may differ by five minutes.
_ALLOWED_SKEW_S = 300


def authentication_failure(
    connection: NetSuiteConnection, response: requests.Response, now: datetime
) -> NetSuiteAuthenticationFailed:
    """Return the error for a 401; a clock that differs from the server's by over five minutes is named."""
    skew_s = _skew_s(response.headers.get("Date"), now)
    saw = f"HTTP {response.status_code}"
    if skew_s is not None and abs(skew_s) > _ALLOWED_SKEW_S:
        saw += f"; this machine's clock differs from the server's by {skew_s} s, at most {_ALLOWED_SKEW_S} are allowed"
    return NetSuiteAuthenticationFailed(
        "NetSuite refused the login",
        subject=f"connection {connection.conn_id}, account {connection.realm}",
        saw=saw,
        next_step="look up the reason in NetSuite under Setup > Users/Roles > View Login Audit Trail; usual ones: "
        "the role lacks REST Web Services or Log in using Access Tokens, the token was revoked, the clock is wrong",
    )


def _skew_s(date_header: str | None, now: datetime) -> int | None:
    if not date_header:
        return None
    try:
        server = parsedate_to_datetime(date_header)
    except ValueError:
        return None
    if server.tzinfo is None:
        return None
    return round((now - server).total_seconds())
