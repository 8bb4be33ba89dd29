"""What a run reads: by events or by lists, and never what Stripe has not settled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from stripe_netsuite.domain.window import Window
from stripe_netsuite.errors import ConfigurationError
from stripe_netsuite.extract.plan import ExtractSettings, plan_reading, wait_until_settled
from tests.stripe_api.wire import FakeClock

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = Window(NOW - timedelta(hours=1), NOW)
RULES = ExtractSettings()


def _days(before: float, until: float) -> Window:
    return Window(NOW - timedelta(days=before), NOW - timedelta(days=until))


def test_an_hour_is_read_with_overlap_from_ledger_and_events():
    """The usual case: no list of objects."""
    plan = plan_reading(HOUR, "hourly", RULES, NOW, [_days(5, 1 / 24)])
    assert (plan.ledger, plan.events, plan.relist) == (HOUR.widened(RULES.overlap),) * 2 + (None,)


def test_a_day_is_listed_with_its_look_back():
    """Daily lists, and follows events of objects that are older."""
    plan = plan_reading(_days(1, 0), "daily", RULES, NOW, [])
    assert plan.relist == plan.ledger == _days(1, 0).widened(RULES.look_back)
    assert plan.events == _days(1, 0).widened(RULES.overlap)


@pytest.mark.parametrize(
    ("window", "covered", "lists"),
    [
        (HOUR, [], False),
        (HOUR, [_days(20, 2)], False),
        (HOUR, [_days(90, 40)], True),
        (HOUR, [_days(90, 40), _days(10, 5)], False),
        (HOUR, [_days(90, 0)], False),
        (_days(60, 59), [], True),
        (_days(29.005, 28), [], True),
        (_days(28, 27), [_days(90, 28)], False),
    ],
    ids=["first", "short gap", "long gap", "healed gap", "no gap", "old window", "overlap too old", "edge"],
)
def test_what_events_cannot_tell_is_listed(window, covered, lists):
    """Events reach back 30 days, less a margin: an older window, or an older gap before it, forces lists."""
    assert (plan_reading(window, "hourly", RULES, NOW, covered).relist is not None) == lists


def test_a_young_window_waits_until_stripe_has_settled():
    """Nothing younger than the settle time is read."""
    clock = FakeClock(NOW + timedelta(seconds=10))
    wait_until_settled(HOUR, RULES, clock)
    assert clock.slept == [50]


def test_a_settled_window_does_not_wait():
    """Backfills do not sleep."""
    clock = FakeClock(NOW + timedelta(seconds=60))
    wait_until_settled(HOUR, RULES, clock)
    assert clock.slept == []


def test_a_window_that_ends_in_the_future_is_refused():
    """It would count as covered without having happened."""
    with pytest.raises(ConfigurationError, match="future"):
        wait_until_settled(HOUR, RULES, FakeClock(NOW - timedelta(seconds=1)))
