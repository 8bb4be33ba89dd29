"""OAuth 2.0 client credentials: a signed assertion is exchanged for a bearer token that lasts an hour."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

import jwt

from sandbox.netsuite.options import Options

TOKEN_PATH = "/services/rest/auth/oauth2/v1/token"  # noqa: S105 - a path
LIFETIME_S = 3600
_ALGORITHMS = ["PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class TokenRefused(Exception):
    """An assertion that is not accepted; `code` is the OAuth error code, the message says why."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.code = code


class TokenDesk:
    """Issues and recognises bearer tokens for the one registered client."""

    def __init__(self, options: Options, clock: Callable[[], float] = time.time) -> None:
        self._options = options
        self._clock = clock
        self._expiry: dict[str, float] = {}

    def issue(self, form: Mapping[str, Any], token_url: str) -> dict[str, str]:
        """The token response for a form-encoded request. Raises TokenRefused."""
        if form.get("grant_type") != "client_credentials" or form.get("client_assertion_type") != _ASSERTION_TYPE:
            raise TokenRefused("unsupported_grant_type", "client_credentials with a JWT bearer assertion is expected")
        self._check(str(form.get("client_assertion", "")), token_url)
        token = secrets.token_urlsafe(48)
        self._expiry[token] = self._clock() + LIFETIME_S
        return {"access_token": token, "expires_in": str(LIFETIME_S), "token_type": "bearer"}

    def reason_against(self, token: str) -> str | None:
        """Why a bearer token is not accepted, in the audit trail's words; None if it was issued here and still lasts."""
        expiry = self._expiry.get(token)
        if expiry is None:
            return "TokenRejected"
        return None if expiry > self._clock() else "AccessTokenExpired"

    def expire_all(self) -> int:
        """Make every token stale (to test renewal); returns how many."""
        count = sum(expiry > 0 for expiry in self._expiry.values())
        self._expiry = dict.fromkeys(self._expiry, 0.0)
        return count

    def _check(self, assertion: str, token_url: str) -> None:
        options = self._options
        if options.public_key_pem is None:
            raise TokenRefused("invalid_client", "no certificate is registered")
        try:
            head = jwt.get_unverified_header(assertion)
            claims = jwt.decode(
                assertion,
                options.public_key_pem,
                algorithms=_ALGORITHMS,
                audience=token_url,
                options={"require": ["iss", "aud", "iat", "exp", "scope"]},
            )
        except jwt.PyJWTError as error:
            raise TokenRefused("invalid_grant", str(error)) from error
        scope = claims["scope"] if isinstance(claims["scope"], list) else [claims["scope"]]
        if head.get("kid") != options.certificate_id or claims["iss"] != options.client_id:
            raise TokenRefused("invalid_client", "unknown certificate id or client id")
        if "rest_webservices" not in scope:
            raise TokenRefused("invalid_scope", "rest_webservices is expected")
        if claims["exp"] - claims["iat"] > LIFETIME_S:
            raise TokenRefused("invalid_grant", "exp may be at most 60 minutes after iat")
