"""Signatures, tokens, and what a refused login means."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, unquote

import jwt
import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from stripe_netsuite.errors import (
    ConfigurationError,
    NetSuiteAuthenticationFailed,
    NetSuiteNotFound,
    NetSuiteUnavailable,
)
from stripe_netsuite.netsuite_api.auth import TOKEN_PATH, TokenAuthentication
from stripe_netsuite.netsuite_api.client import NetSuiteClient
from stripe_netsuite.netsuite_api.login import authentication_failure
from stripe_netsuite.settings import ClientCredentials, NetSuiteConnection, TokenCredentials
from tests.netsuite_api.conftest import SECRETS, ImpatientClock
from tests.netsuite_api.nasty_server import (
    INVALID_LOGIN,
    RECORD,
    TOO_MANY,
    NastyServer,
    Reply,
    Seen,
    error_reply,
    json_reply,
    located,
    rows_reply,
)

VECTOR = json.loads((Path(__file__).parent / "data" / "tba_vector.json").read_text())


@pytest.fixture(scope="module")
def private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def pem(private_key: rsa.RSAPrivateKey) -> str:
    return private_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def bearer_connection(server: NastyServer, pem: str) -> NetSuiteConnection:
    credentials = ClientCredentials("the-client", "the-certificate", pem)
    return NetSuiteConnection("netsuite_default", "1234567_SB1", credentials, server.url)


def test_the_signature_is_the_one_that_netsuite_publishes(clock: ImpatientClock) -> None:
    """The help's worked example (section_1534941088), to the last character, realm included."""
    credentials = TokenCredentials(
        VECTOR["consumer_key"], VECTOR["consumer_secret"], VECTOR["token"], VECTOR["token_secret"]
    )
    connection = NetSuiteConnection("n", VECTOR["realm"], credentials, "https://123456.suitetalk.api.netsuite.com")
    request = requests.Request(VECTOR["method"], VECTOR["url"]).prepare()
    TokenAuthentication(connection, credentials, clock).sign(
        request, nonce=VECTOR["nonce"], timestamp=VECTOR["timestamp"]
    )
    header = unquote(request.headers["Authorization"])
    assert f'oauth_signature="{VECTOR["expected_signature_base64"]}"' in header
    assert 'realm="123456"' in header


def test_the_realm_is_upper_case_with_underscore(server: NastyServer, clock: ImpatientClock) -> None:
    connection = NetSuiteConnection("n", "1234567-sb1", TokenCredentials(*SECRETS), server.url)
    with NetSuiteClient(connection, clock) as client:
        client.upsert("customer", "cus_1", {})
    assert 'realm="1234567_SB1"' in server.seen[0].headers["Authorization"]


def test_query_parameters_are_signed_but_stay_out_of_the_header(client: NetSuiteClient, server: NastyServer) -> None:
    server.script += [rows_reply([])]
    list(client.suiteql("SELECT c.id FROM currency c ORDER BY c.id"))
    seen = server.seen[0]
    assert seen.path.endswith("?limit=1000&offset=0")
    assert "limit" not in seen.headers["Authorization"]
    assert seen.headers["Prefer"] == "transient"
    assert "q" in json.loads(seen.body)


def test_every_attempt_has_a_fresh_nonce_and_signature(client: NetSuiteClient, server: NastyServer) -> None:
    """A re-sent signature is a reused nonce, which NetSuite answers with INVALID_LOGIN."""
    server.script += [TOO_MANY, TOO_MANY, TOO_MANY]
    client.upsert("customer", "cus_1", {"companyName": "Acme"})
    assert len(server.seen) == 4
    assert len({seen.nonce for seen in server.seen}) == 4
    assert len({seen.headers["Authorization"] for seen in server.seen}) == 4


def test_a_first_login_that_is_refused_stops_at_once(client: NetSuiteClient, server: NastyServer) -> None:
    server.script += [INVALID_LOGIN] * 9
    with pytest.raises(NetSuiteAuthenticationFailed, match="Login Audit Trail"):
        client.upsert("customer", "cus_1", {})
    assert len(server.seen) == 1


def test_a_wrong_clock_is_named_when_the_login_is_refused(connection: NetSuiteConnection, server: NastyServer) -> None:
    class SlowClock(ImpatientClock):
        def now(self) -> datetime:
            return super().now().replace(year=2020)

    server.script += [INVALID_LOGIN]
    with (
        NetSuiteClient(connection, SlowClock()) as client,
        pytest.raises(NetSuiteAuthenticationFailed, match="clock differs"),
    ):
        client.upsert("customer", "cus_1", {})


@pytest.mark.parametrize("stated", [None, "", "yesterday", "Sat, 21 Nov 2026 12:00:00 -0000"])
def test_a_server_that_does_not_tell_its_time_has_no_skew(connection: NetSuiteConnection, stated: str | None) -> None:
    response = requests.Response()
    response.status_code = 401
    if stated is not None:
        response.headers["Date"] = stated
    assert "clock differs" not in str(authentication_failure(connection, response, datetime(2020, 1, 1, tzinfo=UTC)))


def test_a_refused_login_after_a_success_is_throttling(
    client: NetSuiteClient, server: NastyServer, clock: ImpatientClock
) -> None:
    server.script += [located(f"{RECORD}/customer/1"), INVALID_LOGIN, INVALID_LOGIN]
    client.upsert("customer", "cus_1", {})
    assert client.upsert("customer", "cus_2", {}) == "1"
    assert len(clock.slept_s) == 2
    assert min(clock.slept_s) >= 1.0


def test_a_refusal_of_data_counts_as_a_success_of_the_login(client: NetSuiteClient, server: NastyServer) -> None:
    server.script += [error_reply(404, "The record instance does not exist.", "NONEXISTENT_ID"), INVALID_LOGIN]
    with pytest.raises(NetSuiteNotFound):
        client.get("customer", "9")
    client.upsert("customer", "cus_2", {})


def test_a_login_refused_for_good_after_a_success_ends_as_unavailable(
    client: NetSuiteClient, server: NastyServer
) -> None:
    client.upsert("customer", "cus_1", {})
    server.script += [INVALID_LOGIN] * 9
    with pytest.raises(NetSuiteUnavailable) as raised:
        client.upsert("customer", "cus_2", {})
    assert not raised.value.outcome_unknown
    assert len(server.seen) == 6


def token_server(tokens: list[str]) -> Callable[[Seen], Reply]:
    """Answer the token endpoint with one token after the other, and everything else with 204."""

    def answer(seen: Seen) -> Reply:
        if seen.path == TOKEN_PATH:
            return json_reply(200, {"access_token": tokens.pop(0), "expires_in": "3600", "token_type": "bearer"})
        return located(f"{RECORD}/customer/1")

    return answer


def test_the_assertion_is_ps256_for_this_account(
    server: NastyServer, pem: str, private_key: rsa.RSAPrivateKey, clock: ImpatientClock
) -> None:
    server.otherwise = token_server(["one"])
    with NetSuiteClient(bearer_connection(server, pem), clock) as client:
        client.upsert("customer", "cus_1", {})
    form = parse_qs(server.seen[0].body.decode())
    assert form["grant_type"] == ["client_credentials"]
    assertion = form["client_assertion"][0]
    assert jwt.get_unverified_header(assertion) == {"alg": "PS256", "typ": "JWT", "kid": "the-certificate"}
    claims = jwt.decode(assertion, private_key.public_key(), algorithms=["PS256"], audience=server.url + TOKEN_PATH)
    assert claims["iss"] == "the-client"
    assert claims["scope"] == ["rest_webservices"]
    assert 0 < claims["exp"] - claims["iat"] <= 3600
    assert server.seen[1].headers["Authorization"] == "Bearer one"


def test_a_token_serves_until_shortly_before_it_expires(server: NastyServer, pem: str, clock: ImpatientClock) -> None:
    server.otherwise = token_server(["one", "two"])
    with NetSuiteClient(bearer_connection(server, pem), clock) as client:
        client.upsert("customer", "cus_1", {})
        clock.ahead_s = 3400
        client.upsert("customer", "cus_2", {})
        clock.ahead_s = 3500
        client.upsert("customer", "cus_3", {})
    sent = [seen.headers.get("Authorization") for seen in server.seen if seen.path != TOKEN_PATH]
    assert sent == ["Bearer one", "Bearer one", "Bearer two"]


def test_an_invalid_token_is_renewed_once(server: NastyServer, pem: str, clock: ImpatientClock) -> None:
    server.otherwise = token_server(["one", "two"])
    server.script += [json_reply(200, {"access_token": "zero", "expires_in": 3600}), INVALID_LOGIN]
    with NetSuiteClient(bearer_connection(server, pem), clock) as client:
        client.upsert("customer", "cus_1", {})
    sent = [seen.headers.get("Authorization") for seen in server.seen if seen.path != TOKEN_PATH]
    assert sent == ["Bearer zero", "Bearer one"]


def test_a_token_refused_twice_stops_the_run(server: NastyServer, pem: str, clock: ImpatientClock) -> None:
    server.script += [json_reply(200, {"access_token": "zero"}), INVALID_LOGIN]
    server.script += [json_reply(200, {"access_token": "one"}), INVALID_LOGIN]
    with NetSuiteClient(bearer_connection(server, pem), clock) as client, pytest.raises(NetSuiteAuthenticationFailed):
        client.upsert("customer", "cus_1", {})
    assert len(server.seen) == 4


def test_a_refused_assertion_stops_the_run_and_prints_no_key(
    server: NastyServer, pem: str, clock: ImpatientClock
) -> None:
    server.script += [json_reply(400, {"error": "invalid_request"})]
    with (
        NetSuiteClient(bearer_connection(server, pem), clock) as client,
        pytest.raises(NetSuiteAuthenticationFailed) as raised,
    ):
        client.upsert("customer", "cus_1", {})
    assert "PRIVATE KEY" not in str(raised.value)


def test_a_token_endpoint_that_never_answers_is_unavailable(
    server: NastyServer, pem: str, clock: ImpatientClock
) -> None:
    server.otherwise = lambda _: Reply(503, b"<html/>", {"Content-Type": "text/html"})
    with (
        NetSuiteClient(bearer_connection(server, pem), clock) as client,
        pytest.raises(NetSuiteUnavailable, match="token endpoint"),
    ):
        client.upsert("customer", "cus_1", {})
    assert len(server.seen) == 4


def test_an_unusable_private_key_is_a_configuration_error_that_does_not_show_it(
    server: NastyServer, clock: ImpatientClock
) -> None:
    with (
        NetSuiteClient(bearer_connection(server, "-----BEGIN hush-hush"), clock) as client,
        pytest.raises(ConfigurationError, match="private key cannot sign") as raised,
    ):
        client.upsert("customer", "cus_1", {})
    assert "hush" not in str(raised.value)


def test_a_key_with_written_out_line_breaks_signs(server: NastyServer, pem: str, clock: ImpatientClock) -> None:
    server.otherwise = token_server(["one"])
    with NetSuiteClient(bearer_connection(server, pem.replace("\n", "\\n")), clock) as client:
        assert client.upsert("customer", "cus_1", {}) == "1"


def test_no_credential_is_logged_even_at_debug_level(
    client: NetSuiteClient, server: NastyServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.script += [TOO_MANY, error_reply(500, "oops", "UNEXPECTED_ERROR")]
    with pytest.raises(NetSuiteUnavailable) as raised:
        client.upsert("customer", "cus_1", {})
    text = caplog.text + str(raised.value) + repr(raised.value)
    assert "customer cus_1" in text
    for secret in (*SECRETS, "oauth_signature", server.seen[0].nonce):
        assert secret not in text
