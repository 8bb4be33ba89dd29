"""How many requests may be in flight at NetSuite at once, learnt from its 429 answers (help bridgehead_1500275603).

Additive increase, multiplicative decrease below a ceiling that is known to hold. What lies above that ceiling is
probed ever more rarely, so that a discovered limit costs few refused requests and a known one costs none.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from stripe_netsuite.clock import Clock

_DECREASE = 0.7
# The smallest account allows five requests at once, and one integration all but one of them.
_START = 4
_FIRST_PROBE_AFTER = 100
_LONGEST_PROBE_AFTER = 3200


@dataclass(frozen=True, slots=True)
class GovernorCounts:
    """What went through: requests, refusals for concurrency, the most in flight at once, seconds waited for a slot."""

    requests: int
    throttled: int
    max_in_flight: int
    waited_s: float


class Slot:
    """One request's place in flight. Unless told otherwise it counts as neither success nor refusal.

    `level` is how many were in flight with it, `round` how many decreases had gone before it.
    """

    __slots__ = ("level", "outcome", "round")

    def __init__(self, round_number: int, level: int) -> None:
        self.round = round_number
        self.level = level
        self.outcome: bool | None = None

    def succeeded(self) -> None:
        """NetSuite answered; more may be possible."""
        self.outcome = True

    def throttled(self) -> None:
        """NetSuite refused for concurrency; fewer must be in flight."""
        self.outcome = False


class ConcurrencyGovernor:
    """Lets at most `limit` requests through at once, fewer while NetSuite answers 429. Thread-safe."""

    def __init__(self, limit: int, clock: Clock) -> None:
        if limit < 1:
            raise ValueError("a concurrency limit is at least 1")
        self.limit = limit
        self._clock = clock
        self._condition = threading.Condition()
        self._allowed = float(min(_START, limit))
        self._ceiling = limit
        self._has_been_throttled = False
        self._successes = 0
        self._since_refusal = 0
        self._probe_after = _FIRST_PROBE_AFTER
        self._failed_probes = 0
        self._is_probing = False
        self._round = 0
        self._in_flight = 0
        self._requests = 0
        self._throttled = 0
        self._max_in_flight = 0
        self._waited_s = 0.0

    @property
    def allowed(self) -> int:
        """How many requests may be in flight now."""
        return max(1, int(self._allowed))

    def counts(self) -> GovernorCounts:
        """Return what went through so far."""
        with self._condition:
            return GovernorCounts(self._requests, self._throttled, self._max_in_flight, self._waited_s)

    @contextmanager
    def slot(self) -> Iterator[Slot]:
        """Wait for a place in flight and hold it; the caller tells the slot how NetSuite answered."""
        slot = self._enter()
        try:
            yield slot
        finally:
            self._leave(slot)

    def _enter(self) -> Slot:
        with self._condition:
            if self._in_flight >= self.allowed:
                started_s = self._clock.monotonic_s()
                self._condition.wait_for(lambda: self._in_flight < self.allowed)
                self._waited_s += self._clock.monotonic_s() - started_s
            self._in_flight += 1
            self._requests += 1
            self._max_in_flight = max(self._max_in_flight, self._in_flight)
            return Slot(self._round, self._in_flight)

    def _leave(self, slot: Slot) -> None:
        with self._condition:
            was_full = self._in_flight >= self.allowed
            slot.level = max(slot.level, self._in_flight)
            self._in_flight -= 1
            if slot.outcome is True:
                self._grow(was_full=was_full)
            elif slot.outcome is False:
                self._shrink(slot)
            self._condition.notify_all()

    def _grow(self, *, was_full: bool) -> None:
        self._since_refusal += 1
        if not was_full:
            return  # only a full house proves anything about the limit
        self._successes += 1
        # Before the first refusal the limit doubles with every window, as TCP starts; afterwards it grows by one.
        if self._successes < (self.allowed if self._has_been_throttled else 1):
            return
        if self._allowed < self._ceiling:
            # ×0.7 leaves a fraction: the last step up to the ceiling may be shorter than one.
            self._allowed = min(self._allowed + 1, float(self._ceiling))
            self._successes = 0
        elif self._ceiling < self.limit and self._since_refusal >= self._probe_after:
            self._probe()

    def _probe(self) -> None:
        if self._is_probing:
            self._failed_probes = 0  # the last probe held for a whole window: the limit has risen
        self._is_probing = True
        self._ceiling += 1
        self._allowed = float(self._ceiling)
        self._probe_after = 2 * self._ceiling
        self._successes = self._since_refusal = 0

    def _shrink(self, slot: Slot) -> None:
        self._throttled += 1
        if slot.round != self._round:
            return  # sent before the last decrease: the same burst
        self._round += 1
        self._has_been_throttled = True
        self._is_probing = False
        self._probe_after = min(_FIRST_PROBE_AFTER * 2**self._failed_probes, _LONGEST_PROBE_AFTER)
        self._failed_probes = min(self._failed_probes + 1, 10)
        self._ceiling = max(1, min(self._ceiling, slot.level - 1))
        self._allowed = max(1.0, min(self._allowed * _DECREASE, float(self._ceiling)))
        self._successes = self._since_refusal = 0
