"""Signs requests: token-based authentication (a new signature each time) or an OAuth 2.0 bearer token.

Receives a `Connection`; gives what `requests` calls an auth object. Nothing here logs or raises with a secret.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

import jwt
import requests
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256
from requests_oauthlib import OAuth1

from sandbox.probes.connection import Connection, ConnectionUnusable

TOKEN_PATH = "/services/rest/auth/oauth2/v1/token"  # noqa: S105 - a URL path
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_LIFETIME_S = 300

# Both libraries write key, token and signature into their DEBUG records.
for _name in ("oauthlib", "requests_oauthlib.oauth1_auth"):
    logging.getLogger(_name).setLevel(logging.INFO)

Sign = Callable[[requests.PreparedRequest], requests.PreparedRequest]


def signer(connection: Connection, session: requests.Session, timeout_s: float) -> Sign:
    """A function that signs one request. Raises ConnectionUnusable where NetSuite gives no bearer token."""
    secrets = connection.secrets
    if connection.has_token:
        oauth: Sign = OAuth1(
            secrets["consumer_key"],
            secrets["consumer_secret"],
            secrets["token_id"],
            secrets["token_secret"],
            realm=connection.realm,
            signature_method=SIGNATURE_HMAC_SHA256,
        )
        return oauth
    bearer = f"Bearer {_bearer_token(connection, session, timeout_s)}"

    def sign(request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = bearer
        return request

    return sign


def _bearer_token(connection: Connection, session: requests.Session, timeout_s: float) -> str:
    url = connection.base_url + TOKEN_PATH
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": _ASSERTION_TYPE,
        "client_assertion": _assertion(connection, url),
    }
    try:
        answer = session.post(url, data=form, timeout=timeout_s, allow_redirects=False)
        token = answer.json().get("access_token") if answer.ok else None
    except (requests.RequestException, ValueError, AttributeError) as error:
        raise ConnectionUnusable(f"The token endpoint gives no token: {type(error).__name__}.") from None
    if not isinstance(token, str):
        raise ConnectionUnusable(
            f"The token endpoint answers {answer.status_code}: check client id, certificate id and private key "
            "(Setup > Integration > Manage Authentication > OAuth 2.0 Client Credentials (M2M) Setup)."
        )
    return token


def _assertion(connection: Connection, url: str) -> str:
    secrets = connection.secrets
    now = int(time.time())
    claims = {
        "iss": secrets["client_id"],
        "scope": ["rest_webservices"],
        "aud": url,
        "iat": now,
        "exp": now + _LIFETIME_S,
    }
    # A key that went through an environment variable often has its line breaks written as \n.
    key = secrets["private_key"].replace("\\n", "\n")
    try:
        return jwt.encode(claims, key, algorithm="PS256", headers={"kid": secrets["certificate_id"]})
    except (ValueError, TypeError, jwt.PyJWTError):
        raise ConnectionUnusable("extra.private_key is not an RSA private key in PEM form.") from None
