"""Coverage: what was read wholly, with gaps where nothing was."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from stripe_netsuite.domain.window import Window
from stripe_netsuite.staging.schema import watermark
from stripe_netsuite.staging.watermarks import coverage, extend_coverage
from tests.staging.samples import ACCOUNT

MIDNIGHT = datetime(2026, 11, 1, tzinfo=UTC)


def _hours(start: int, end: int) -> Window:
    return Window(MIDNIGHT + timedelta(hours=start), MIDNIGHT + timedelta(hours=end))


def test_touching_and_overlapping_windows_become_one(staging_engine: Engine) -> None:
    """A gap stays a gap until it is filled; streams and accounts are apart."""
    with staging_engine.begin() as conn:
        extend_coverage(conn, ACCOUNT, "charges", _hours(0, 1), "run-1")
        extend_coverage(conn, ACCOUNT, "charges", _hours(3, 4), "run-2")
        extend_coverage(conn, ACCOUNT, "refunds", _hours(1, 3), "run-2")
        extend_coverage(conn, "acct_2", "charges", _hours(1, 3), "run-2")
        assert coverage(conn, ACCOUNT, "charges") == [_hours(0, 1), _hours(3, 4)]
        extend_coverage(conn, ACCOUNT, "charges", _hours(1, 3), "run-3")
        assert coverage(conn, ACCOUNT, "charges") == [_hours(0, 4)]
        assert coverage(conn, ACCOUNT, "refunds") == [_hours(1, 3)]


WINDOWS = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 10)), min_size=1, max_size=10)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(windows=WINDOWS, order=st.randoms(use_true_random=False))
def test_coverage_is_the_union_in_any_order(
    staging_engine: Engine, windows: list[tuple[int, int]], order: object
) -> None:
    """Law: exactly the hours that were given are covered, in stretches that neither touch nor overlap."""
    order.shuffle(windows)  # type: ignore[attr-defined]
    with staging_engine.begin() as conn:
        conn.execute(sa.delete(watermark))
        for start, length in windows:
            extend_coverage(conn, ACCOUNT, "charges", _hours(start, start + length), "run-1")
        covered = coverage(conn, ACCOUNT, "charges")
    given_hours = {hour for start, length in windows for hour in range(start, start + length)}
    assert {
        hour for hour in range(60) if any(_hours(hour, hour + 1).start in window for window in covered)
    } == given_hours
    assert all(before.end < after.start for before, after in itertools.pairwise(covered))
