"""Billing periods on the calendar: where the n-th period after an anchor begins, and what part of one is left.

Instants are Unix seconds, UTC. A subscription anchored on the 31st is billed on the last day of shorter months
(docs.stripe.com/billing/subscriptions/billing-cycle).
"""

from calendar import monthrange
from datetime import UTC, datetime
from decimal import Decimal

from sandbox.stripe.base.exchange import SECONDS_A_DAY

INTERVALS = ("day", "week", "month", "year")
_MONTHS_A_YEAR = 12
_DAYS_A_WEEK = 7


def period_start(anchor: int, interval: str, count: int, number: int) -> int:
    """The instant `number` periods of `count` intervals after the anchor."""
    if interval == "day":
        return anchor + number * count * SECONDS_A_DAY
    if interval == "week":
        return anchor + number * count * _DAYS_A_WEEK * SECONDS_A_DAY
    months = number * count * (_MONTHS_A_YEAR if interval == "year" else 1)
    first = datetime.fromtimestamp(anchor, UTC)
    year, month = divmod(first.year * _MONTHS_A_YEAR + first.month - 1 + months, _MONTHS_A_YEAR)
    day = min(first.day, monthrange(year, month + 1)[1])
    return int(first.replace(year=year, month=month + 1, day=day).timestamp())


def part_left(start: int, end: int, now: int) -> Decimal:
    """What of a period lies ahead, between 0 and 1; prorations count seconds."""
    return Decimal(max(0, end - max(now, start))) / (end - start)


def day_in_words(instant: int) -> str:
    """A day as Stripe's descriptions write it: 03 Nov 2026."""
    return datetime.fromtimestamp(instant, UTC).strftime("%d %b %Y")
