"""Who may come in. Every refusal is the same 401 to the client; the true reason stands in the login audit trail.

Reasons have the names of NetSuite's own audit trail (`nonce_used`, `InvalidSignature`, `InvalidTimestamp`, …).
"""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

from sandbox.netsuite import errors
from sandbox.netsuite.options import Options
from sandbox.netsuite.protocol.signature import Signer, header_parameters
from sandbox.netsuite.protocol.tokens import TokenDesk

_SKEW_S = 300
_LOCK_S = 1800
_SHORTEST_NONCE = 6
_AUDIT_LENGTH = 1000
_BEARER = "bearer"
_REQUIRED = tuple(f"oauth_{name}" for name in ("consumer_key", "token", "signature_method", "timestamp", "nonce"))
# Nobody can be locked out by requests that do not even name the token.
_ANONYMOUS = frozenset({"MissingTokenPassportRequiredFields", "consumer_key_unknown", "token_rejected"})


@dataclass(frozen=True, slots=True)
class LoginAttempt:
    """One line of the login audit trail; `reason` is `success` or why not."""

    at: int
    method: str
    path: str
    reason: str


class LoginDesk:
    """Checks token-based and OAuth 2.0 requests and keeps the audit trail. `clock` is the real time in seconds."""

    def __init__(self, options: Options, tokens: TokenDesk, clock: Callable[[], float] = time.time) -> None:
        self._options = options
        self._tokens = tokens
        self._clock = clock
        self._signer = Signer(options.consumer_secret, options.token_secret)
        self._nonces: OrderedDict[tuple[str, str], int] = OrderedDict()
        self._audit: deque[tuple[int, str, str, str]] = deque(maxlen=_AUDIT_LENGTH)
        self._failures = 0
        self._locked_until = 0.0
        self.distinct_nonces = 0

    def admits(self, method: str, url: str, path: str, authorization: str) -> bool:
        """Whether the request may pass; writes the audit trail."""
        return self.refusal(method, url, path, authorization) is None

    def refusal(self, method: str, url: str, path: str, authorization: str) -> errors.Refused | None:
        """What the request is refused with, None if it may pass; writes the audit trail."""
        now = self._clock()
        scheme, _, credentials = authorization.partition(" ")
        if scheme.lower() == _BEARER:
            token = credentials.strip()
            if not token or " " in token:
                self._audit.append((int(now), method, path, "parameter_rejected"))
                return errors.malformed_bearer(self._options.realm)
            reason = self._tokens.reason_against(token)
        else:
            reason = self._token_reason(method, url, authorization, now)
        self._audit.append((int(now), method, path, reason or "success"))
        return None if reason is None else errors.login_refused()

    def audit_trail(self) -> list[dict[str, object]]:
        """The last attempts, newest last."""
        return [asdict(attempt) for attempt in self.attempts()]

    def attempts(self) -> Iterator[LoginAttempt]:
        """The last attempts, newest last."""
        return (LoginAttempt(*line) for line in tuple(self._audit))

    def unlock(self) -> None:
        """End a lock-out at once."""
        self._failures = 0
        self._locked_until = 0.0

    def _token_reason(self, method: str, url: str, authorization: str, now: float) -> str | None:
        if now < self._locked_until:
            return "temporary_locked"
        oauth = header_parameters(authorization)
        if oauth is None:
            return "MissingTokenPassportRequiredFields"
        reason = self._reason(method, url, oauth, now)
        limit = self._options.lock_after_failures
        if reason is None:
            self._failures = 0
        elif limit and reason not in _ANONYMOUS:
            self._failures += 1
            if self._failures >= limit:
                self._failures = 0
                self._locked_until = now + _LOCK_S
        return reason

    def _reason(self, method: str, url: str, oauth: dict[str, str], now: float) -> str | None:
        reason = _malformed(oauth) or self._unknown(oauth)
        if reason is not None:
            return reason
        timestamp, nonce = oauth["oauth_timestamp"], oauth["oauth_nonce"]
        if not timestamp.isdigit() or abs(int(timestamp) - now) > _SKEW_S:
            return "InvalidTimestamp"
        if len(nonce) < _SHORTEST_NONCE:
            return "nonce_rejected"
        if not self._signer.has_signed(method, url, oauth):
            return "InvalidSignature"
        return None if self._is_fresh(timestamp, nonce, now) else "nonce_used"

    def _unknown(self, oauth: dict[str, str]) -> str | None:
        """Whose login it is: the account, the integration, the token."""
        options = self._options
        if oauth["realm"] != options.realm:
            return "parameter_rejected"
        if oauth["oauth_consumer_key"] != options.consumer_key:
            return "consumer_key_unknown"
        return None if oauth["oauth_token"] == options.token_id else "token_rejected"

    def _is_fresh(self, timestamp: str, nonce: str, now: float) -> bool:
        """Whether this nonce comes for the first time; those too old to be accepted anyway are forgotten."""
        nonces, oldest = self._nonces, now - _SKEW_S
        while nonces and next(iter(nonces.values())) < oldest:
            nonces.popitem(last=False)
        if (timestamp, nonce) in nonces:
            return False
        nonces[timestamp, nonce] = int(timestamp)
        self.distinct_nonces += 1
        return True


def _malformed(oauth: dict[str, str]) -> str | None:
    """What is wrong with the header before anything is looked up."""
    if not oauth.get("realm") or not oauth.get("oauth_signature") or not all(map(oauth.get, _REQUIRED)):
        return "MissingTokenPassportRequiredFields"
    if any(not name.startswith("oauth_") for name in oauth if name != "realm"):
        return "parameter_rejected"
    if oauth.get("oauth_version", "1.0") != "1.0":
        return "VersionRejected"
    return None if oauth["oauth_signature_method"] == "HMAC-SHA256" else "UnknownAlgorithm"
