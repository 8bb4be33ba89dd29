"""Half-open windows in UTC, and the accounting date of an instant (ACCOUNTING A4)."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from stripe_netsuite.errors import ConfigurationError, InvariantBroken


@dataclass(frozen=True, slots=True)
class Window:
    """Instants from `start` (included) to `end` (excluded), both timezone-aware."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        """Refuse naive instants and an end before the start."""
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise InvariantBroken("a window needs timezone-aware instants", saw=f"{self.start} to {self.end}")
        if self.end <= self.start:
            raise InvariantBroken("a window ends after it starts", saw=f"{self.start} to {self.end}")

    def __contains__(self, instant: datetime) -> bool:
        """Tell whether the instant lies in the window."""
        return self.start <= instant < self.end

    def __str__(self) -> str:
        """`2026-11-01T00:00Z/2026-11-02T00:00Z`."""
        return f"{_iso(self.start)}/{_iso(self.end)}"

    def widened(self, before: timedelta) -> Window:
        """Return the window with its start moved back by `before` (overlap, look-back)."""
        return Window(self.start - before, self.end)

    def split(self, parts: int) -> list[Window]:
        """Cut into at most `parts` windows of whole seconds that touch and do not overlap."""
        start, end = self.start_s, self.end_s
        count = max(1, min(parts, end - start))
        edges = [start + (end - start) * i // count for i in range(count + 1)]
        return [Window(from_unix(a), from_unix(b)) for a, b in itertools.pairwise(edges)]

    @property
    def start_s(self) -> int:
        """First second, Unix time."""
        return int(self.start.timestamp())

    @property
    def end_s(self) -> int:
        """First second that is not in the window, Unix time."""
        return int(self.end.timestamp())


def from_unix(seconds: int) -> datetime:
    """Return Stripe's Unix time as an aware UTC instant."""
    return datetime.fromtimestamp(seconds, UTC)


def accounting_zone(name: str) -> ZoneInfo:
    """Return the IANA zone. Raises ConfigurationError when it does not exist."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ConfigurationError(
            "no such time zone", saw=name, expected="an IANA name such as America/New_York"
        ) from None


def accounting_date(unix_s: int, zone: ZoneInfo) -> date:
    """Return the calendar date of an instant in the account's accounting zone (ACCOUNTING A4)."""
    return from_unix(unix_s).astimezone(zone).date()


def calendar_date(unix_s: int) -> date:
    """Return the date of a Stripe field that is a date and not an instant.

    `payout.arrival_date` is midnight UTC of the bank's date; a zone west of UTC would make it the day before.
    """
    return from_unix(unix_s).date()


def _iso(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")
