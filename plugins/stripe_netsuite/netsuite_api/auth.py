"""Who we are, said anew for every attempt: token-based authentication (OAuth 1.0a) or OAuth 2.0 client credentials.

NetSuite burns a nonce with every request, so nothing here may be computed once and sent twice. Both strategies write
one header on a prepared request and never put a secret in a log line, an exception or a URL.
"""

from __future__ import annotations

import logging
import threading
from typing import Protocol, assert_never

import jwt
import msgspec
import requests
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256
from requests_oauthlib import OAuth1

from stripe_netsuite.clock import Clock
from stripe_netsuite.errors import ConfigurationError, NetSuiteAuthenticationFailed, NetSuiteUnavailable
from stripe_netsuite.settings import ClientCredentials, NetSuiteConnection, TokenCredentials

TOKEN_PATH = "/services/rest/auth/oauth2/v1/token"  # noqa: S105  (a URL path, not a secret)
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTION_LIFETIME_S = 300
_RENEW_BEFORE_EXPIRY_S = 120.0
_TOKEN_ATTEMPTS = 4

# Both libraries write consumer key, token and signature into their DEBUG records.
for _name in ("oauthlib", "requests_oauthlib.oauth1_auth"):
    logging.getLogger(_name).setLevel(logging.INFO)


class Authentication(Protocol):
    """A way to authenticate requests to one NetSuite account; thread-safe."""

    def authorize(self, request: requests.PreparedRequest) -> None:
        """Put a fresh `Authorization` header on `request`, which is sent once."""
        ...

    def renew(self, request: requests.PreparedRequest) -> bool:
        """After a 401 to `request`: drop what was cached; true when a repetition may therefore pass."""
        ...


class TokenAuthentication:
    """TBA: HMAC-SHA256 over method, URL and query (NetSuite help section_1534941295)."""

    def __init__(self, connection: NetSuiteConnection, credentials: TokenCredentials, clock: Clock) -> None:
        self._realm = connection.realm
        self._credentials = credentials
        self._clock = clock

    def authorize(self, request: requests.PreparedRequest) -> None:
        """Sign `request` with a new nonce and the current time."""
        self.sign(request, nonce=None, timestamp=str(int(self._clock.now().timestamp())))

    def sign(self, request: requests.PreparedRequest, *, nonce: str | None, timestamp: str) -> None:
        """Sign `request`; a given `nonce` is for checking against a published signature only."""
        request.headers.pop("Authorization", None)
        OAuth1(
            self._credentials.consumer_key,
            self._credentials.consumer_secret,
            self._credentials.token_id,
            self._credentials.token_secret,
            realm=self._realm,
            signature_method=SIGNATURE_HMAC_SHA256,
            nonce=nonce,
            timestamp=timestamp,
        )(request)

    def renew(self, request: requests.PreparedRequest) -> bool:  # noqa: ARG002
        """Nothing is cached: a 401 means what it says."""
        return False


class _TokenAnswer(msgspec.Struct):
    access_token: str
    expires_in: int | str = 3600


class ClientCredentialsAuthentication:
    """OAuth 2.0 client credentials: a PS256 assertion buys a bearer token (NetSuite help section_162755359851)."""

    def __init__(
        self,
        connection: NetSuiteConnection,
        credentials: ClientCredentials,
        clock: Clock,
        session: requests.Session,
        timeout_s: float = 60.0,
    ) -> None:
        self._subject = f"connection {connection.conn_id}"
        self._url = connection.base_url + TOKEN_PATH
        self._credentials = credentials
        self._clock = clock
        self._session = session
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._token: str | None = None
        self._good_until_s = 0.0

    def authorize(self, request: requests.PreparedRequest) -> None:
        """Put the bearer token on `request`, fetching one when there is none or it is about to expire.

        Raises NetSuiteAuthenticationFailed when NetSuite refuses the assertion, NetSuiteUnavailable when the token
        endpoint cannot be reached, ConfigurationError when the private key cannot be used.
        """
        with self._lock:
            if self._token is None or self._clock.monotonic_s() >= self._good_until_s:
                self._fetch()
            request.headers["Authorization"] = f"Bearer {self._token}"

    def renew(self, request: requests.PreparedRequest) -> bool:
        """Drop the token that `request` carried, unless another thread has replaced it already."""
        with self._lock:
            if request.headers.get("Authorization") == f"Bearer {self._token}":
                self._token = None
        return True

    def assertion(self) -> str:
        """Return a signed client assertion, good for five minutes."""
        now_s = int(self._clock.now().timestamp())
        claims = {
            "iss": self._credentials.client_id,
            "scope": ["rest_webservices"],
            "aud": self._url,
            "iat": now_s,
            "exp": now_s + _ASSERTION_LIFETIME_S,
        }
        # A key that went through an environment variable often has its line breaks written as \n.
        key = self._credentials.private_key.replace("\\n", "\n")
        try:
            return jwt.encode(claims, key, algorithm="PS256", headers={"kid": self._credentials.certificate_id})
        except (ValueError, TypeError, jwt.PyJWTError):
            raise ConfigurationError(
                "the private key cannot sign",
                subject=self._subject,
                expected="extra.private_key: an RSA private key in PEM form",
                next_step="paste the key whose certificate is mapped under Setup > Integration > OAuth 2.0 M2M",
            ) from None

    def _fetch(self) -> None:
        for attempt in range(_TOKEN_ATTEMPTS):
            if attempt:
                self._clock.sleep(2.0**attempt)
            answer = self._ask()
            if answer is not None:
                self._token = answer.access_token
                self._good_until_s = self._clock.monotonic_s() + max(
                    0.0, float(answer.expires_in) - _RENEW_BEFORE_EXPIRY_S
                )
                return
        raise NetSuiteUnavailable("the token endpoint does not answer", subject=self._subject)

    def _ask(self) -> _TokenAnswer | None:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": _ASSERTION_TYPE,
            "client_assertion": self.assertion(),
        }
        request = requests.Request("POST", self._url, data=form, headers={"Accept": "application/json"}).prepare()
        settings = self._session.merge_environment_settings(self._url, {}, None, None, None)
        try:
            response = self._session.send(request, timeout=self._timeout_s, allow_redirects=False, **settings)
        except requests.RequestException:
            return None
        if response.status_code == 429 or response.status_code >= 500:
            return None
        try:
            if response.status_code == 200:
                return msgspec.json.decode(response.content, type=_TokenAnswer)
        except msgspec.MsgspecError:
            pass
        raise NetSuiteAuthenticationFailed(
            "NetSuite gave no access token",
            subject=self._subject,
            saw=f"HTTP {response.status_code}",
            expected="a bearer token for the client assertion",
            next_step="check client id, certificate id and key under Setup > Integration > OAuth 2.0 Client "
            "Credentials (M2M) Setup; certificates expire",
        )


def authentication_for(connection: NetSuiteConnection, clock: Clock, session: requests.Session) -> Authentication:
    """Return the strategy that the connection's credentials call for."""
    match connection.credentials:
        case TokenCredentials() as token:
            return TokenAuthentication(connection, token, clock)
        case ClientCredentials() as client:
            return ClientCredentialsAuthentication(connection, client, clock, session)
        case other:
            assert_never(other)
