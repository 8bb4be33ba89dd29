"""Lock-out after failed logins, and what bearer tokens are told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from requests_oauthlib import OAuth1

from sandbox.netsuite.options import Options
from sandbox.netsuite.protocol.login import LoginDesk
from sandbox.netsuite.protocol.tokens import TokenDesk
from tests.sandbox.netsuite.client import RECORD, Client
from tests.sandbox.netsuite.protocol_server import served


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with served() as one:
        yield one


def _status(client: Client, **changes: str) -> int:
    auth = client.auth
    if changes:
        options = client.server.options
        values = {
            "client_key": options.consumer_key,
            "client_secret": options.consumer_secret,
            "resource_owner_key": options.token_id,
            "resource_owner_secret": options.token_secret,
            "realm": options.realm,
            "signature_method": "HMAC-SHA256",
        }
        auth = OAuth1(**{**values, **changes})
    return requests.get(client.server.url + RECORD + "/customer", auth=auth, timeout=5).status_code


def test_five_failed_logins_lock_the_token_and_time_or_a_person_unlocks_it(client: Client) -> None:
    """The sixth, right one is refused too, with the same 401; `temporary_locked` stands in the audit trail."""
    for _ in range(4):
        assert _status(client, client_secret="wrong") == 401
    assert _status(client) == 200, "a success in between starts the count anew"
    for _ in range(5):
        assert _status(client, client_secret="wrong") == 401
    assert _status(client) == 401
    assert client.server.account.login.audit_trail()[-1]["reason"] == "temporary_locked"
    assert requests.post(client.server.url + "/_sandbox/unlock", timeout=5).status_code == 204
    assert _status(client) == 200


def test_a_stranger_cannot_lock_a_token(client: Client) -> None:
    """Requests that do not name the token, or name another, are refused without counting."""
    for _ in range(6):
        assert _status(client, resource_owner_key="unknown") == 401
    assert _status(client) == 200


def _signed(options: Options, nonce: str, now: float, secret: str) -> str:
    auth = OAuth1(
        options.consumer_key,
        secret,
        options.token_id,
        options.token_secret,
        realm=options.realm,
        signature_method="HMAC-SHA256",
        timestamp=str(int(now)),
        nonce=nonce,
    )
    header = requests.Request("GET", "http://localhost/x", auth=auth).prepare().headers["Authorization"]
    return header.decode() if isinstance(header, bytes) else header


@pytest.mark.parametrize(("limit", "late", "admitted"), [(5, 1799, False), (5, 1801, True), (0, 1, True)])
def test_the_lock_lasts_half_an_hour_and_can_be_switched_off(limit: int, late: int, admitted: bool) -> None:
    """1,800 seconds by the server's clock; with `lock_after_failures` 0 there is none."""
    options = Options(lock_after_failures=limit)
    now = [1_800_000_000.0]
    desk = LoginDesk(options, TokenDesk(options), clock=lambda: now[0])
    for number in range(5):
        assert not desk.admits("GET", "http://localhost/x", "/x", _signed(options, f"wrong{number}", now[0], "wrong"))
    now[0] += late
    right = _signed(options, "right-nonce", now[0], options.consumer_secret)
    assert desk.admits("GET", "http://localhost/x", "/x", right) is admitted


@pytest.mark.parametrize(
    ("header", "status", "error"),
    [
        ("Bearer", 400, "invalid_request"),
        ("Bearer a b", 400, "invalid_request"),
        ("Bearer unknown", 401, "invalid_token"),
    ],
)
def test_bearer_refusals_carry_their_challenge(client: Client, header: str, status: int, error: str) -> None:
    """400 for what is no bearer token, 401 for one that is not accepted, each with realm and error."""
    response = requests.get(client.server.url + RECORD + "/customer", headers={"Authorization": header}, timeout=5)
    challenge = response.headers["WWW-Authenticate"]
    assert response.status_code == status
    assert challenge.startswith('Bearer realm="SANDBOX_SB1"')
    assert f'error="{error}"' in challenge


def test_the_audit_trail_tells_an_expired_token_from_an_unknown_one() -> None:
    """AccessTokenExpired after an hour, TokenRejected for what was never issued."""
    now = [0.0]
    desk = TokenDesk(Options(), clock=lambda: now[0])
    desk._expiry["t"] = 3600.0
    assert desk.reason_against("t") is None
    now[0] = 3601.0
    assert desk.reason_against("t") == "AccessTokenExpired"
    assert desk.reason_against("other") == "TokenRejected"


def test_a_nonce_is_remembered_as_long_as_its_timestamp_is_good() -> None:
    """Signed five minutes ahead, it is refused again for ten minutes; after that its timestamp is."""
    options = Options()
    now = [1_800_000_000.0]
    desk = LoginDesk(options, TokenDesk(options), clock=lambda: now[0])
    ahead = _signed(options, "ahead-of-time", now[0] + 300, options.consumer_secret)
    reasons = []
    for later in (0, 0, 599, 2):
        now[0] += later
        other = _signed(options, f"other-{now[0]}-{len(reasons)}", now[0], options.consumer_secret)
        assert desk.admits("GET", "http://localhost/x", "/x", other), "other requests come in between"
        desk.admits("GET", "http://localhost/x", "/x", ahead)
        reasons.append(desk.audit_trail()[-1]["reason"])
    assert reasons == ["success", "nonce_used", "nonce_used", "InvalidTimestamp"]
