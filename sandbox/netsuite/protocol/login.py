"""Who may come in. Every refusal is the same 401 to the client; the true reason stands in the login audit trail.

Reasons have the names of NetSuite's own audit trail (`nonce_used`, `InvalidSignature`, `InvalidTimestamp`, …).
"""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import asdict, dataclass

from sandbox.netsuite.options import Options
from sandbox.netsuite.protocol.signature import Credentials, header_parameters, is_signed
from sandbox.netsuite.protocol.tokens import TokenDesk

_SKEW_S = 300
_SHORTEST_NONCE = 6
_AUDIT_LENGTH = 1000


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
        self._nonces: OrderedDict[tuple[str, str], int] = OrderedDict()
        self._audit: deque[LoginAttempt] = deque(maxlen=_AUDIT_LENGTH)
        self.distinct_nonces = 0

    def admits(self, method: str, url: str, path: str, authorization: str) -> bool:
        """Whether the request may pass; writes the audit trail."""
        reason = self._reason(method, url, authorization)
        self._audit.append(LoginAttempt(int(self._clock()), method, path, reason or "success"))
        return reason is None

    def audit_trail(self) -> list[dict[str, object]]:
        """The last attempts, newest last."""
        return [asdict(attempt) for attempt in self._audit]

    def _reason(self, method: str, url: str, authorization: str) -> str | None:
        if authorization.lower().startswith("bearer "):
            return None if self._tokens.accepts(authorization[7:].strip()) else "token_rejected"
        oauth = header_parameters(authorization)
        if oauth is None:
            return "MissingTokenPassportRequiredFields"
        return self._token_reason(method, url, oauth)

    def _token_reason(self, method: str, url: str, oauth: dict[str, str]) -> str | None:
        required = ("consumer_key", "token", "signature_method", "timestamp", "nonce", "signature")
        if not oauth.get("realm") or any(not oauth.get(f"oauth_{name}") for name in required):
            return "MissingTokenPassportRequiredFields"
        foreign = [name for name in oauth if name != "realm" and not name.startswith("oauth_")]
        options = self._options
        checks = (
            ("parameter_rejected", not foreign),
            ("VersionRejected", oauth.get("oauth_version", "1.0") == "1.0"),
            ("UnknownAlgorithm", oauth["oauth_signature_method"] == "HMAC-SHA256"),
            ("parameter_rejected", oauth["realm"] == options.realm),
            ("consumer_key_unknown", oauth["oauth_consumer_key"] == options.consumer_key),
            ("token_rejected", oauth["oauth_token"] == options.token_id),
            ("InvalidTimestamp", self._is_timely(oauth["oauth_timestamp"])),
            ("nonce_rejected", len(oauth["oauth_nonce"]) >= _SHORTEST_NONCE),
        )
        failed = next((reason for reason, is_right in checks if not is_right), None)
        if failed is not None:
            return failed
        if not is_signed(method, url, oauth, Credentials(options.consumer_secret, options.token_secret)):
            return "InvalidSignature"
        return None if self._is_fresh(oauth["oauth_timestamp"], oauth["oauth_nonce"]) else "nonce_used"

    def _is_timely(self, timestamp: str) -> bool:
        return timestamp.isdigit() and abs(int(timestamp) - self._clock()) <= _SKEW_S

    def _is_fresh(self, timestamp: str, nonce: str) -> bool:
        """Whether this nonce comes for the first time; those too old to be accepted anyway are forgotten."""
        oldest = self._clock() - 2 * _SKEW_S
        while self._nonces and next(iter(self._nonces.values())) < oldest:
            self._nonces.popitem(last=False)
        if (timestamp, nonce) in self._nonces:
            return False
        self._nonces[(timestamp, nonce)] = int(timestamp)
        self.distinct_nonces += 1
        return True
