"""One request to NetSuite, repeated where that is safe: signing, concurrency, retries, and what an answer means.

Promises: a fresh signature for every attempt; no redirect followed; a write is repeated only when NetSuite cannot
have done it (never reached, 429, 401, busy). Any other loss of a write's answer is NetSuiteUnavailable with
`outcome_unknown`: the caller looks the record up first.
"""

from __future__ import annotations

import logging
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import msgspec
import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from stripe_netsuite.clock import Clock
from stripe_netsuite.errors import (
    NetSuiteProtocolError,
    NetSuiteRecordBusy,
    NetSuiteRefused,
    NetSuiteUnavailable,
    StripeNetSuiteError,
)
from stripe_netsuite.netsuite_api.auth import Authentication, authentication_for
from stripe_netsuite.netsuite_api.governor import ConcurrencyGovernor
from stripe_netsuite.netsuite_api.login import authentication_failure
from stripe_netsuite.netsuite_api.refusal import OPERATION_HEADER, error_from_response, is_throttled
from stripe_netsuite.settings import NetSuiteConnection

_CONNECT_TIMEOUT_S = 15.0
_LONGEST_RETRY_AFTER_S = 120.0
_JSON = msgspec.json.Decoder(float_hook=Decimal)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """One request; `path` starts at `/services`, `subject` names the record in errors and logs."""

    method: str
    path: str
    subject: str
    is_write: bool
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A 2xx answer: `content` is the decoded JSON of a read (numbers exact), None for a write."""

    status: int
    headers: Mapping[str, str]
    content: Any


class _Trouble(Enum):
    """Why an attempt is repeated: how many attempts in all, first wait and longest wait in seconds."""

    THROTTLED = (15, 0.5, 20.0)
    LOGIN = (5, 2.0, 20.0)
    TRANSIENT = (5, 1.0, 16.0)
    BUSY = (3, 1.0, 4.0)
    RENEWED = (2, 0.0, 0.0)

    def __init__(self, attempts: int, first_s: float, longest_s: float) -> None:
        self.attempts = attempts
        self.first_s = first_s
        self.longest_s = longest_s


@dataclass(frozen=True, slots=True)
class _Failed:
    """An attempt that may be repeated; `error` is raised when patience ends."""

    trouble: _Trouble
    error: StripeNetSuiteError
    wait_s: float = 0.0


class Transport:
    """Sends requests to one NetSuite account; thread-safe, close it when done."""

    def __init__(
        self, connection: NetSuiteConnection, clock: Clock, governor: ConcurrencyGovernor, timeout_s: float
    ) -> None:
        self._connection = connection
        self._clock = clock
        self._governor = governor
        self._timeout_s = timeout_s
        self._session = requests.Session()
        # Cookies would tie requests to one NetSuite session; every request stands for itself.
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = HTTPAdapter(pool_connections=1, pool_maxsize=governor.limit, max_retries=0, pool_block=False)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)
        self._authentication: Authentication = authentication_for(connection, clock, self._session)
        # Proxies and CA bundle of the environment, looked up once: it is a fifth of a request's own time.
        self._environment = self._session.merge_environment_settings(connection.base_url, {}, None, None, None)
        self._has_succeeded = False
        self._jitter = random.SystemRandom()

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def send(self, request: ApiRequest) -> Answer:
        """Send until NetSuite answers 2xx.

        Raises the typed error of a 4xx; NetSuiteUnavailable when patience ends, with `outcome_unknown` at the first
        lost answer of a write; NetSuiteAuthenticationFailed for a 401 before any success of this client.
        """
        attempts: Counter[_Trouble] = Counter()
        while True:
            outcome = self._attempt(request, has_renewed=attempts[_Trouble.RENEWED] > 0)
            if isinstance(outcome, Answer):
                return outcome
            trouble = outcome.trouble
            attempts[trouble] += 1
            if attempts[trouble] >= trouble.attempts:
                raise outcome.error
            wait_s = max(outcome.wait_s, self._backoff_s(trouble, attempts[trouble]))
            logger.info(
                "%s: %s, attempt %d again in %.1f s", request.subject, trouble.name, attempts[trouble] + 1, wait_s
            )
            self._clock.sleep(wait_s)

    def _backoff_s(self, trouble: _Trouble, attempt: int) -> float:
        longest_s = min(trouble.first_s * 2.0 ** (attempt - 1), trouble.longest_s)
        return longest_s * self._jitter.uniform(0.5, 1.0)

    def _attempt(self, request: ApiRequest, *, has_renewed: bool) -> Answer | _Failed:
        with self._governor.slot() as slot:
            # Signed only now: a signature must not age while it waits for its place.
            prepared = self._prepare(request)
            try:
                response = self._exchange(prepared)
            except requests.RequestException as error:
                return self._lost(request, error)
            if is_throttled(response.status_code, response.content) or (
                response.status_code == 401 and self._has_succeeded
            ):
                slot.throttled()
            elif response.status_code < 500:
                slot.succeeded()
        logger.debug(
            "%s %s: HTTP %d, operation %s",
            request.method,
            request.path,
            response.status_code,
            response.headers.get(OPERATION_HEADER),
        )
        return self._judge(request, prepared, response, has_renewed=has_renewed)

    def _prepare(self, request: ApiRequest) -> requests.PreparedRequest:
        headers = {"Accept": "application/json", **request.headers}
        if request.body is not None:
            headers["Content-Type"] = "application/json"
        prepared = requests.Request(
            request.method,
            self._connection.base_url + request.path,
            params=dict(request.query),
            headers=headers,
            data=request.body,
        ).prepare()
        self._authentication.authorize(prepared)
        return prepared

    def _exchange(self, prepared: requests.PreparedRequest) -> requests.Response:
        timeout = (_CONNECT_TIMEOUT_S, self._timeout_s)
        return self._session.send(prepared, timeout=timeout, allow_redirects=False, **self._environment)

    def _lost(self, request: ApiRequest, error: requests.RequestException) -> _Failed:
        """No complete answer came. A write is repeated only if no connection was ever made."""
        kind = type(error).__name__
        if isinstance(error, requests.exceptions.SSLError) and "CERTIFICATE" in str(error):
            raise NetSuiteProtocolError(
                "the server's certificate is not trusted", subject=request.subject, saw=self._connection.base_url
            ) from None
        if request.is_write and not _was_never_sent(error):
            raise self._outcome_unknown(request, kind) from None
        unavailable = NetSuiteUnavailable("NetSuite cannot be reached", subject=request.subject, saw=kind)
        return _Failed(_Trouble.TRANSIENT, unavailable)

    def _judge(
        self,
        request: ApiRequest,
        prepared: requests.PreparedRequest,
        response: requests.Response,
        *,
        has_renewed: bool,
    ) -> Answer | _Failed:
        status = response.status_code
        if is_throttled(status, response.content):
            error = NetSuiteUnavailable("too many concurrent requests", subject=request.subject, saw=f"HTTP {status}")
            return _Failed(_Trouble.THROTTLED, error, _retry_after_s(response))
        if status == 401:
            return self._unauthorized(request, prepared, response, has_renewed=has_renewed)
        if status >= 500 or status == 408:
            if request.is_write:
                raise self._outcome_unknown(request, f"HTTP {status}")
            error = NetSuiteUnavailable("NetSuite does not answer", subject=request.subject, saw=f"HTTP {status}")
            return _Failed(_Trouble.TRANSIENT, error, _retry_after_s(response))
        if status >= 400:
            return self._refused(request, response)
        if status not in (200, 201, 204):
            raise _protocol_error(request, f"HTTP {status}", "200, 201 or 204; redirects are never followed")
        return self._accepted(request, response)

    def _accepted(self, request: ApiRequest, response: requests.Response) -> Answer | _Failed:
        content_type = response.headers.get("Content-Type", "")
        if response.content and "json" not in content_type:
            raise _protocol_error(request, f"content type {content_type or 'unnamed'}", "JSON")
        content = None
        if not request.is_write:
            try:
                content = _JSON.decode(response.content)
            except msgspec.DecodeError:
                return _Failed(_Trouble.TRANSIENT, _protocol_error(request, "a body that is not whole", "JSON"))
        self._has_succeeded = True
        return Answer(response.status_code, response.headers, content)

    def _refused(self, request: ApiRequest, response: requests.Response) -> _Failed:
        error = error_from_response(response.status_code, response.headers, response.content, request.subject)
        if isinstance(error, NetSuiteRefused | NetSuiteRecordBusy):
            self._has_succeeded = True  # only who is logged in is told what is wrong with the data
        if isinstance(error, NetSuiteRecordBusy):
            return _Failed(_Trouble.BUSY, error)
        raise error

    def _unauthorized(
        self,
        request: ApiRequest,
        prepared: requests.PreparedRequest,
        response: requests.Response,
        *,
        has_renewed: bool,
    ) -> _Failed:
        failed = authentication_failure(self._connection, response, self._clock.now())
        if not has_renewed and self._authentication.renew(prepared):
            return _Failed(_Trouble.RENEWED, failed)
        if not self._has_succeeded:
            raise failed
        # Over-running the concurrency limit has been seen to come back as INVALID_LOGIN.
        error = NetSuiteUnavailable(
            "NetSuite refuses the login, though it took others of this run",
            subject=request.subject,
            saw="HTTP 401",
            next_step="lower the connection's concurrency; if it persists, see NetSuite's Login Audit Trail",
        )
        return _Failed(_Trouble.LOGIN, error)

    def _outcome_unknown(self, request: ApiRequest, saw: str) -> NetSuiteUnavailable:
        return NetSuiteUnavailable(
            "the answer to a write was lost; NetSuite may have done it",
            outcome_unknown=True,
            subject=request.subject,
            saw=saw,
            next_step="look the record up by its external id before it is sent again",
        )


def _was_never_sent(error: requests.RequestException) -> bool:
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)


def _retry_after_s(response: requests.Response) -> float:
    value = response.headers.get("Retry-After", "")
    return min(float(value), _LONGEST_RETRY_AFTER_S) if value.isascii() and value.isdigit() else 0.0


def _protocol_error(request: ApiRequest, saw: str, expected: str) -> NetSuiteProtocolError:
    return NetSuiteProtocolError(
        "the answer is not what NetSuite's REST API documents", subject=request.subject, saw=saw, expected=expected
    )
