"""What a sandbox can do wrong on purpose, and what it has counted.

A rule names a path (`*` at the end for all that begin so), what happens to the next `times` requests there, and is
used up by them. Counting is by operation: method and path with `{id}` for the id.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any, Literal, get_args

from sandbox.stripe.api_error import ApiError

Broken = Literal["drop", "cut", "empty_page"]
_KINDS: tuple[str, ...] = get_args(Broken)
_TYPE_BY_STATUS = {400: "invalid_request_error", 403: "invalid_request_error", 409: "idempotency_error"}
_RATE_LIMITED = 429


@dataclass(slots=True)
class Fault:
    """What happens: an HTTP status, or a connection dropped, a body cut, a page that is empty yet has more.

    `reason` and `should_retry` become the headers Stripe-Rate-Limited-Reason and Stripe-Should-Retry.
    """

    path: str
    status: int | Broken
    times: int = 1
    reason: str | None = None
    should_retry: bool | None = None

    def error(self) -> ApiError:
        """The refusal of a rule with an HTTP status. Raises TypeError for the other kinds."""
        if isinstance(self.status, str):
            raise TypeError(f"A {self.status} is not an HTTP status.")
        headers: dict[str, str] = {}
        if self.reason is not None:
            headers["Stripe-Rate-Limited-Reason"] = self.reason
        if self.should_retry is not None:
            headers["Stripe-Should-Retry"] = "true" if self.should_retry else "false"
        code = "rate_limit" if self.status == _RATE_LIMITED else None
        error_type = _TYPE_BY_STATUS.get(self.status, "invalid_request_error" if code else "api_error")
        text = f"The sandbox was told to answer {self.status} here."
        return ApiError(self.status, text, code=code, error_type=error_type, headers=headers)


def fault_from(rule: dict[str, Any]) -> Fault:
    """A rule as the control endpoint receives it. Raises ValueError saying what is wrong."""
    allowed = {"path", "status", "times", "reason", "should_retry"}
    if not {"path", "status"} <= rule.keys() <= allowed:
        raise ValueError(f"A rule has path and status, and of {sorted(allowed)} nothing else; got {sorted(rule)}.")
    status = rule["status"]
    if not (status in _KINDS if isinstance(status, str) else isinstance(status, int) and 400 <= status < 600):
        raise ValueError(f"status is an HTTP error status or one of {_KINDS}; got {status!r}.")
    return Fault(**rule)


class Faults:
    """The rules that are still to be used up, first come first served."""

    def __init__(self) -> None:
        self._rules: list[Fault] = []

    def set(self, rules: list[Fault]) -> None:
        """Replace all rules."""
        self._rules = list(rules)

    def take(self, path: str) -> Fault | None:
        """The rule that this request meets, if any; it counts as one of its `times`."""
        for rule in self._rules:
            begins = rule.path.endswith("*") and path.startswith(rule.path[:-1])
            if rule.times > 0 and (begins or path == rule.path):
                rule.times -= 1
                return rule
        return None


class RequestCounts:
    """How many requests came, of which operation, how many at once, and how many were told to slow down."""

    def __init__(self) -> None:
        self._by_operation: Counter[str] = Counter()
        self._by_status: Counter[int] = Counter()
        self._in_flight = 0
        self._max_in_flight = 0

    def begin(self, operation: str) -> None:
        """A request has come."""
        self._by_operation[operation] += 1
        self._in_flight += 1
        self._max_in_flight = max(self._max_in_flight, self._in_flight)

    def end(self, status: int | None) -> None:
        """It was answered with `status`; None if the connection was broken off."""
        self._in_flight -= 1
        if status is not None:
            self._by_status[status] += 1

    def summary(self) -> dict[str, Any]:
        """Everything counted since the start."""
        return {
            "total": self._by_operation.total(),
            "operations": dict(sorted(self._by_operation.items())),
            "statuses": {str(status): count for status, count in sorted(self._by_status.items())},
            "status_429": self._by_status[_RATE_LIMITED],
            "max_in_flight": self._max_in_flight,
        }
