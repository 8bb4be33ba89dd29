"""Signatures are checked as strictly as NetSuite's; the client learns nothing, the audit trail everything."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import jwt
import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA1, SIGNATURE_HMAC_SHA256
from requests_oauthlib import OAuth1

from sandbox.netsuite.errors import INVALID_LOGIN_TEXT
from sandbox.netsuite.options import Options
from sandbox.netsuite.protocol.login import LoginDesk
from sandbox.netsuite.protocol.signature import Signer, header_parameters
from sandbox.netsuite.protocol.tokens import TOKEN_PATH, TokenDesk
from sandbox.netsuite.testing import RunningNetSuite, running_netsuite
from tests.sandbox.netsuite.client import RECORD, Client

VECTOR = json.loads((Path(__file__).parent / "data" / "oauth1_tba_vector.json").read_text(encoding="utf-8"))


def test_oracles_published_signature_is_reproduced() -> None:
    """The golden vector of NetSuite's help gives the signature printed there."""
    oauth = {
        "oauth_consumer_key": VECTOR["consumer_key"],
        "oauth_token": VECTOR["token"],
        "oauth_signature_method": VECTOR["signature_method"],
        "oauth_timestamp": VECTOR["timestamp"],
        "oauth_nonce": VECTOR["nonce"],
        "oauth_version": VECTOR["version"],
        "realm": VECTOR["realm"],
    }
    signer = Signer(VECTOR["consumer_secret"], VECTOR["token_secret"])
    assert signer.sign(VECTOR["method"], VECTOR["url"], oauth) == VECTOR["expected_signature_base64"]


def _auth(options: Options, **changes: Any) -> OAuth1:
    values = {
        "client_key": options.consumer_key,
        "client_secret": options.consumer_secret,
        "resource_owner_key": options.token_id,
        "resource_owner_secret": options.token_secret,
        "realm": options.realm,
        "signature_method": SIGNATURE_HMAC_SHA256,
    }
    return OAuth1(**{**values, **changes})


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"client_key": "other"}, "consumer_key_unknown"),
        ({"client_secret": "other"}, "InvalidSignature"),
        ({"resource_owner_key": "other"}, "token_rejected"),
        ({"resource_owner_secret": "other"}, "InvalidSignature"),
        ({"realm": "sandbox_sb1"}, "parameter_rejected"),
        ({"realm": "SANDBOX-SB1"}, "parameter_rejected"),
        ({"signature_method": SIGNATURE_HMAC_SHA1}, "UnknownAlgorithm"),
        ({"timestamp": "1508242306"}, "InvalidTimestamp"),
        ({"nonce": "short"}, "nonce_rejected"),
    ],
)
def test_every_wrong_login_gives_the_same_401_and_its_reason_in_the_audit_trail(
    netsuite: RunningNetSuite, changes: dict[str, Any], reason: str
) -> None:
    """One generic body for all causes; the audit trail names the cause."""
    response = requests.get(netsuite.url + RECORD + "/customer", auth=_auth(netsuite.options, **changes), timeout=5)
    assert response.status_code == 401
    assert response.json()["o:errorDetails"] == [{"detail": INVALID_LOGIN_TEXT, "o:errorCode": "INVALID_LOGIN"}]
    assert response.headers["WWW-Authenticate"].startswith('OAuth realm="SANDBOX_SB1", error="token_rejected"')
    trail = requests.get(netsuite.url + "/_sandbox/login-audit", timeout=5).json()["attempts"]
    assert [attempt["reason"] for attempt in trail] == [reason]


def test_a_signed_request_sent_twice_is_refused_the_second_time(netsuite: RunningNetSuite) -> None:
    """A retry with the same header reuses its nonce: what urllib3's Retry does."""
    prepared = requests.Request("GET", netsuite.url + RECORD + "/customer", auth=_auth(netsuite.options)).prepare()
    with requests.Session() as session:
        assert session.send(prepared, timeout=5).status_code == 200
        assert session.send(prepared, timeout=5).status_code == 401
    assert netsuite.account.login.audit_trail()[-1]["reason"] == "nonce_used"


def test_the_query_string_is_signed(netsuite: RunningNetSuite) -> None:
    """Changing the query after signing breaks the signature; signing it as sent is right, eid: and all."""
    prepared = requests.Request(
        "GET", netsuite.url + RECORD + "/customer?limit=10&offset=0", auth=_auth(netsuite.options)
    ).prepare()
    prepared.url = str(prepared.url).replace("limit=10", "limit=20")
    with requests.Session() as session:
        assert session.send(prepared, timeout=5).status_code == 401
    right = requests.get(
        netsuite.url + RECORD + "/customer/eid:none?expandSubResources=true&fields=a,b",
        auth=_auth(netsuite.options),
        timeout=5,
    )
    assert right.status_code == 404


@pytest.mark.parametrize("header", ["", "Basic abc", "OAuth nonsense", 'OAuth realm="A"', "Bearer unknown"])
def test_other_authorization_headers_are_refused(netsuite: RunningNetSuite, header: str) -> None:
    """No header, another scheme, a broken or incomplete one, an unknown bearer: 401."""
    response = requests.get(netsuite.url + RECORD + "/customer", headers={"Authorization": header}, timeout=5)
    assert response.status_code == 401


def test_a_header_that_names_a_parameter_twice_is_malformed() -> None:
    """A repeated parameter is not silently overwritten."""
    assert header_parameters('OAuth a="1", a="2"') is None
    assert header_parameters('OAuth a="1%3D", b="2"') == {"a": "1=", "b": "2"}


def test_the_timestamp_may_be_five_minutes_off_and_no_more() -> None:
    """±300 seconds of the server's clock."""
    options = Options()
    now = 1_800_000_000.0
    desk = LoginDesk(options, TokenDesk(options), clock=lambda: now)
    for offset, admitted in ((-300, True), (300, True), (-301, False), (301, False)):
        request = requests.Request(
            "GET",
            "http://localhost:1/x",
            auth=_auth(options, timestamp=str(int(now) + offset), nonce=f"nonce{offset}"),
        ).prepare()
        header = request.headers["Authorization"]
        text = header.decode() if isinstance(header, bytes) else header
        assert desk.admits("GET", "http://localhost:1/x", "/x", text) is admitted, offset


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _public(key: rsa.RSAPrivateKey) -> str:
    encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(encoding, form).decode()


def _token_request(url: str, key: rsa.RSAPrivateKey, *, algorithm: str = "PS256", **changes: Any) -> requests.Response:
    now = int(time.time())
    claims = {
        "iss": "sandbox-client",
        "scope": ["rest_webservices"],
        "aud": url + TOKEN_PATH,
        "iat": now,
        "exp": now + 3000,
    }
    kid = changes.pop("kid", "sandbox-certificate")
    assertion = jwt.encode({**claims, **changes}, key, algorithm=algorithm, headers={"kid": kid})
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": assertion,
    }
    return requests.post(url + TOKEN_PATH, data=form, timeout=5)


def test_a_right_assertion_buys_a_bearer_token_that_works(key: rsa.RSAPrivateKey) -> None:
    """PS256 with kid, audience and scope as NetSuite wants them."""
    with running_netsuite(public_key_pem=_public(key)) as server:
        response = _token_request(server.url, key)
        assert response.status_code == 200
        body = response.json()
        assert (body["token_type"], body["expires_in"]) == ("bearer", "3600")
        headers = {"Authorization": f"Bearer {body['access_token']}"}
        assert requests.get(server.url + RECORD + "/customer", headers=headers, timeout=5).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"algorithm": "RS256"},
        {"kid": "other"},
        {"iss": "other"},
        {"aud": "https://elsewhere.example/token"},
        {"scope": ["restlets"]},
        {"exp": int(time.time()) + 2 * 3600},
        {"exp": int(time.time()) - 10},
    ],
)
def test_a_wrong_assertion_buys_nothing(key: rsa.RSAPrivateKey, changes: dict[str, Any]) -> None:
    """A deprecated algorithm, another key id, client, audience or scope, too long or too late: 400."""
    with running_netsuite(public_key_pem=_public(key)) as server:
        response = _token_request(server.url, key, **changes)
        assert response.status_code == 400
        assert "access_token" not in response.json()


def test_responses_carry_an_operation_id(client: Client) -> None:
    """Support asks for X-N-OperationId: successes and refusals carry different ones."""
    good = client.send("GET", RECORD + "/customer").headers["X-N-OperationId"]
    bad = client.send("GET", RECORD + "/customer/999").headers["X-N-OperationId"]
    assert good != bad
