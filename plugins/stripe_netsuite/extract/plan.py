"""What one run reads: settled or not, from events or by re-listing, over which spans. Pure but for the settle wait.

Events reach back 30 days, so a window (or a gap before it) older than that is read by lists alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from stripe_netsuite.clock import Clock
from stripe_netsuite.domain.window import Window
from stripe_netsuite.errors import ConfigurationError

Mode = Literal["hourly", "daily"]


@dataclass(frozen=True)
class ExtractSettings:
    """How far a run looks around its window.

    `overlap` re-reads what Stripe showed late; `look_back` is what a re-list heals; nothing younger than `settle_s`
    is read; `event_horizon` is how long events can be trusted to be there (Stripe keeps them for 30 days).
    `reads_members`: whether it matters which ledger lines an automatic payout contains (not with clearing, F10).
    """

    overlap: timedelta = timedelta(minutes=15)
    look_back: timedelta = timedelta(days=3)
    settle_s: int = 60
    event_horizon: timedelta = timedelta(days=29)
    reads_members: bool = True


@dataclass(frozen=True)
class ReadPlan:
    """`ledger` and `relist` are spans of `created` to list; `events` the span of hints to follow. None: not read."""

    ledger: Window
    events: Window | None
    relist: Window | None
    reason: str


def wait_until_settled(window: Window, settings: ExtractSettings, clock: Clock) -> None:
    """Wait, at most `settle_s`, until the window's end is old enough that Stripe shows all of it.

    Raises ConfigurationError for a window that ends in the future.
    """
    now = clock.now()
    if window.end > now:
        raise ConfigurationError(
            "the window ends in the future",
            subject=f"window {window}",
            saw=f"now is {now:%Y-%m-%dT%H:%M:%SZ}",
            expected="a window that has passed",
            next_step="run again after its end",
        )
    early_s = settings.settle_s - (now - window.end).total_seconds()
    if early_s > 0:
        clock.sleep(early_s)


def plan_reading(
    window: Window, mode: Mode, settings: ExtractSettings, now: datetime, covered: Sequence[Window]
) -> ReadPlan:
    """Return what to read. `covered` is what earlier runs read of this account, merged and sorted."""
    near = window.widened(settings.overlap)
    far = window.widened(settings.look_back)
    horizon = now - settings.event_horizon
    events = near if near.start >= horizon else None
    if mode == "daily":
        return ReadPlan(ledger=far, events=events, relist=far, reason="daily re-list")
    if events is None:
        return ReadPlan(ledger=far, events=None, relist=far, reason="the window is older than Stripe's events")
    gap_start = _gap_before(near, covered)
    if gap_start is not None and gap_start < horizon:
        reason = f"nothing was read since {gap_start:%Y-%m-%dT%H:%MZ}, longer than Stripe keeps events"
        return ReadPlan(ledger=far, events=events, relist=far, reason=reason)
    return ReadPlan(ledger=near, events=events, relist=None, reason="events")


def _gap_before(span: Window, covered: Sequence[Window]) -> datetime | None:
    """Return where the unread time before `span` starts; None when it was read, or nothing ever was."""
    earlier = [part.end for part in covered if part.start <= span.start]
    if not earlier or max(earlier) >= span.start:
        return None
    return max(earlier)
