"""Windows cover every instant once, and an instant has one accounting date (ACCOUNTING A4)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_netsuite.domain.window import Window, accounting_date, accounting_zone, calendar_date, from_unix
from stripe_netsuite.errors import ConfigurationError, InvariantBroken
from tests.laws import LAW

SECONDS = st.integers(1_600_000_000, 1_900_000_000)
WINDOWS = st.builds(
    lambda start, length: Window(from_unix(start), from_unix(start + length)), SECONDS, st.integers(1, 10**7)
)
ZONES = st.sampled_from(["America/New_York", "Europe/Berlin", "Asia/Kolkata", "Pacific/Auckland", "UTC"])


@LAW
@given(WINDOWS, st.integers(-3, 200))
def test_split_windows_touch_and_cover(window: Window, parts: int) -> None:
    """The pieces start and end with the window, touch, are never empty, and are not more than asked for."""
    pieces = window.split(parts)
    assert (pieces[0].start, pieces[-1].end) == (window.start, window.end)
    assert all(left.end == right.start for left, right in pairwise(pieces))
    assert all(piece.start < piece.end for piece in pieces)
    assert len(pieces) == max(1, min(parts, window.end_s - window.start_s))


@LAW
@given(WINDOWS, st.integers(1, 50), st.floats(0, 1))
def test_an_instant_is_in_exactly_one_piece(window: Window, parts: int, where: float) -> None:
    """Half-open: nothing is read twice and nothing is left out."""
    instant = from_unix(min(window.start_s + int((window.end_s - window.start_s) * where), window.end_s - 1))
    assert sum(instant in piece for piece in window.split(parts)) == 1


def test_a_window_is_half_open() -> None:
    """Its start belongs to it, its end does not."""
    window = Window(from_unix(100), from_unix(200))
    assert [from_unix(second) in window for second in (99, 100, 199, 200)] == [False, True, True, False]


def test_a_window_reads_in_utc() -> None:
    """Whatever zone it was given in."""
    berlin = timezone(timedelta(hours=1))
    window = Window(datetime(2026, 11, 1, 1, tzinfo=berlin), datetime(2026, 11, 2, tzinfo=UTC))
    assert str(window) == "2026-11-01T00:00Z/2026-11-02T00:00Z"


def test_widening_moves_only_the_start() -> None:
    """Look-back and overlap."""
    window = Window(from_unix(1000), from_unix(2000))
    assert window.widened(timedelta(seconds=100)) == Window(from_unix(900), from_unix(2000))


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (datetime(2026, 11, 1), datetime(2026, 11, 2, tzinfo=UTC)),  # noqa: DTZ001
        (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2)),  # noqa: DTZ001
        (from_unix(2), from_unix(2)),
        (from_unix(2), from_unix(1)),
    ],
)
def test_a_window_without_zone_or_length_is_refused(start: datetime, end: datetime) -> None:
    """Naive instants mean another second on every machine; an empty window would cover nothing silently."""
    with pytest.raises(InvariantBroken):
        Window(start, end)


@LAW
@given(SECONDS, ZONES)
def test_the_accounting_date_is_the_wall_calendars(second: int, name: str) -> None:
    """It is the date on which a clock in that zone shows the instant, and never goes back."""
    zone = accounting_zone(name)
    day = accounting_date(second, zone)
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()
    assert midnight <= second < midnight + 25 * 3600
    assert accounting_date(second + 1, zone) >= day


def test_the_bank_s_date_has_no_zone() -> None:
    """`arrival_date` is midnight UTC of a date; nowhere is it the day before."""
    assert calendar_date(int(datetime(2026, 11, 5, tzinfo=UTC).timestamp())) == date(2026, 11, 5)


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd"])
def test_an_unknown_zone_is_a_configuration_error(name: str) -> None:
    """It names what it saw."""
    with pytest.raises(ConfigurationError, match="no such time zone"):
        accounting_zone(name)
