"""Counts what comes in and enforces the concurrency limit by the requests truly in flight."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.netsuite.errors import Refused


class Meter:
    """Requests by method and record type, writes committed, refusals for concurrency, the most in flight at once."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._in_flight = 0
        self.max_in_flight = 0
        self.requests: Counter[str] = Counter()
        self.writes: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()

    @contextmanager
    def slot(self) -> Iterator[None]:
        """One of the account's concurrent requests; 429 at once if all are taken (NetSuite does not queue)."""
        if self._in_flight >= self._limit:
            raise Refused(
                "Concurrent request limit exceeded. Request blocked.", status=429, code="CONCURRENCY_LIMIT_EXCEEDED"
            )
        self._in_flight += 1
        self.max_in_flight = max(self.max_in_flight, self._in_flight)
        try:
            yield
        finally:
            self._in_flight -= 1

    def report(self) -> dict[str, object]:
        """The counts as JSON."""
        return {
            "requests": dict(sorted(self.requests.items())),
            "writes": dict(sorted(self.writes.items())),
            "writes_committed": sum(self.writes.values()),
            "statuses": {str(status): count for status, count in sorted(self.statuses.items())},
            "too_many_requests": self.statuses[429],
            "max_in_flight": self.max_in_flight,
        }

    def reset(self) -> None:
        """Start counting anew."""
        self.max_in_flight = self._in_flight
        for counter in (self.requests, self.writes, self.statuses):
            counter.clear()
