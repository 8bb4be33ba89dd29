"""Counts what comes in and enforces the concurrency limits by the requests truly in flight."""

from __future__ import annotations

from collections import Counter
from typing import Self

from sandbox.netsuite import errors


class Meter:
    """Requests by method and record type, writes committed, refusals for concurrency, the most in flight at once.

    The account's limit is one pool for record service, SuiteQL and whatever else the account's integrations do
    (`others`); part of it may be reserved for this integration, which then cannot have more.
    """

    def __init__(self, limit: int, integration_limit: int | None = None) -> None:
        self._limit = limit
        self._integration_limit = integration_limit
        self._in_flight = 0
        self.others = 0
        self.max_in_flight = 0
        self.requests: Counter[str] = Counter()
        self.writes: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()

    @property
    def unallocated(self) -> int:
        """What of the account's limit no integration has reserved."""
        return self._limit - (self._integration_limit or 0)

    def __enter__(self) -> Self:
        """Take one of the concurrent requests; 429 at once if all are taken (NetSuite does not queue)."""
        if self._integration_limit is not None:
            is_full = self._in_flight >= self._integration_limit
        else:
            is_full = self._in_flight + self.others >= self._limit
        if is_full:
            raise errors.too_many_requests()
        self._in_flight += 1
        self.max_in_flight = max(self.max_in_flight, self._in_flight)
        return self

    def __exit__(self, *_: object) -> None:
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
