"""Which ledger lines go into the clearing account on which accounting day (ACCOUNTING F10). Pure.

A clearing day stands where a payout stands elsewhere: its lines go by one deposit from Undeposited Funds, with their
fees, into the account that holds what Stripe's balance holds. It never changes once it has begun; a line that is read
later goes into a further one of the same day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from stripe_netsuite.domain.window import Window, accounting_date


@dataclass(frozen=True, slots=True)
class LooseLine:
    """A ledger line that no payout contains: its net in minor units, its instant in Unix seconds."""

    id: str
    currency: str
    net: int
    created: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearingDay:
    """The lines of one currency and accounting day; `id` is the deposit's external id."""

    id: str
    currency: str
    day: date
    amount: int
    line_ids: tuple[str, ...]


def clearing_days(
    account: str,
    lines: Iterable[LooseLine],
    *,
    zone: ZoneInfo,
    start: datetime,
    covered: Sequence[Window],
    known_ids: Collection[str],
) -> list[ClearingDay]:
    """Return the days that are over, and were read from their first second to their last; earliest first.

    `start` is the first instant of the books; `known_ids` are the clearing days that there are.
    """
    by_day: defaultdict[tuple[date, str], list[LooseLine]] = defaultdict(list)
    for line in lines:
        by_day[accounting_date(line.created, zone), line.currency].append(line)
    days: list[ClearingDay] = []
    for (day, currency), members in sorted(by_day.items()):
        first = max(datetime.combine(day, time(), zone), start)
        end = datetime.combine(day + timedelta(days=1), time(), zone)
        if not any(part.start <= first and end <= part.end for part in covered):
            continue
        days.append(
            ClearingDay(
                id=_free_id(f"cl-{account}-{currency}-{day:%Y%m%d}", known_ids),
                currency=currency,
                day=day,
                amount=sum(line.net for line in members),
                line_ids=tuple(line.id for line in members),
            )
        )
    return days


def is_summary_id(account: str, external_id: str | None) -> bool:
    """Tell whether a record's external id is that of a summary, which begins with its clearing day's (F12)."""
    return external_id is not None and external_id.startswith(f"cl-{account}-")


def _free_id(stem: str, known_ids: Collection[str]) -> str:
    """A number alone would be the name of a part deposit (F11)."""
    number, found = 1, stem
    while found in known_ids:
        found = f"{stem}-late{number}"
        number += 1
    return found
