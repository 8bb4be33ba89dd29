"""What a sandbox can do wrong on purpose, and what it has counted.

A rule names a path (`*` at the end for all that begin so) and what happens there: to the next `times` requests, or,
with a `share`, to that part of all requests, drawn from `seed`. Counting is by operation: method and path with `{id}`.
"""

from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal, get_args

from sandbox.stripe.api.api_error import ApiError

Broken = Literal["drop", "drop_after", "cut", "empty_page", "slow"]
_KINDS: tuple[str, ...] = get_args(Broken)
_TYPE_BY_STATUS = {400: "invalid_request_error", 403: "invalid_request_error", 409: "idempotency_error"}
_RATE_LIMITED = 429


@dataclass(slots=True)
class Fault:
    """What happens: an HTTP status, or one of these.

    `drop`: the connection breaks before anything is done; `drop_after`: after it was done, without an answer; `cut`:
    half the body; `empty_page`: a list without objects that says it has more; `slow`: the answer waits `seconds`.
    `reason` and `should_retry` become the headers Stripe-Rate-Limited-Reason and Stripe-Should-Retry; `code` is the
    error's. `method`: only requests of this one.
    """

    path: str
    status: int | Broken
    times: int | None = None
    share: float | None = None
    seed: int = 0
    method: str | None = None
    seconds: float = 0.0
    reason: str | None = None
    should_retry: bool | None = None
    code: str | None = None
    _random: Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """A rule without a share happens once, or as often as told."""
        self._random = Random(self.seed)
        if self.times is None and self.share is None:
            self.times = 1

    def strikes(self, method: str, path: str) -> bool:
        """Whether the rule happens to this request; it counts as one of its `times`."""
        is_here = path == self.path or (self.path.endswith("*") and path.startswith(self.path[:-1]))
        if not is_here or self.method not in {None, method} or self.times == 0:
            return False
        if self.share is not None and self._random.random() >= self.share:
            return False
        if self.times is not None:
            self.times -= 1
        return True

    def error(self) -> ApiError:
        """The refusal of a rule with an HTTP status. Raises TypeError for the other kinds."""
        if isinstance(self.status, str):
            raise TypeError(f"A {self.status} is not an HTTP status.")
        headers: dict[str, str] = {}
        if self.reason is not None:
            headers["Stripe-Rate-Limited-Reason"] = self.reason
        if self.should_retry is not None:
            headers["Stripe-Should-Retry"] = "true" if self.should_retry else "false"
        code = self.code or ("rate_limit" if self.status == _RATE_LIMITED else None)
        error_type = _TYPE_BY_STATUS.get(self.status, "invalid_request_error" if code else "api_error")
        if (
            code == "lock_timeout"
        ):  # another request holds the object (docs.stripe.com/rate-limits#object-lock-timeouts)
            error_type = "invalid_request_error"
        text = f"The sandbox was told to answer {self.status} here."
        return ApiError(self.status, text, code=code, error_type=error_type, headers=headers)


_TYPES: dict[str, type | tuple[type, ...]] = {
    "path": str,
    "status": (int, str),
    "times": int,
    "share": (int, float),
    "seed": int,
    "method": str,
    "seconds": (int, float),
    "reason": str,
    "should_retry": bool,
    "code": str,
}


def fault_from(rule: dict[str, Any]) -> Fault:
    """A rule as the control endpoint receives it. Raises ValueError saying what is wrong."""
    if not {"path", "status"} <= rule.keys() <= _TYPES.keys():
        raise ValueError(f"A rule has path and status, and of {sorted(_TYPES)} nothing else; got {sorted(rule)}.")
    for name, value in rule.items():
        if value is not None and not isinstance(value, _TYPES[name]):
            raise ValueError(f"{name} is of another type; got {value!r}.")
    status = rule["status"]
    if not (status in _KINDS if isinstance(status, str) else isinstance(status, int) and 400 <= status < 600):
        raise ValueError(f"status is an HTTP error status or one of {_KINDS}; got {status!r}.")
    share = rule.get("share")
    if share is not None and not 0 < share <= 1:
        raise ValueError(f"share is a part of all requests, more than 0 and at most 1; got {share!r}.")
    return Fault(**rule)


class Faults:
    """The rules in force, first come first served."""

    def __init__(self) -> None:
        self._rules: list[Fault] = []

    def set(self, rules: list[Fault]) -> None:
        """Replace all rules."""
        self._rules = list(rules)

    def take(self, method: str, path: str) -> Fault | None:
        """The rule that this request meets, if any."""
        return next((rule for rule in self._rules if rule.strikes(method, path)), None) if self._rules else None


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
