"""One stretch of time, loaded in different ways: cut into windows of an hour, a day or all of it, in order or shuffled.

An order is either run after the fact, over accounts in which all has happened, or live: the accounts' clock stands just
behind each window's end, as it does in production.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from sandbox.scenarios.month import open_month, plan
from sandbox.scenarios.registry import SCENARIOS
from sandbox.stripe.world import World
from stripe_netsuite import pipeline
from tests import databases
from tests.pipeline.company import Company, open_company
from tests.sandbox.scenarios.bookkeeping import add_german_account

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_SETTLED = timedelta(minutes=2)
"""How long after a window's end a live run reads it."""
_SPEED = 100.0

Scenario = Literal["month", "fortnight"]
Kind = Literal["hourly", "daily"]


@dataclass(frozen=True, slots=True)
class Order:
    """A way to load a stretch of time. `hours`: the length of a window, None for all at once."""

    name: str
    kind: Kind
    hours: int | None
    is_shuffled: bool = False
    is_backwards: bool = False
    is_live: bool = False
    has_daily: bool = False
    """Whether the daily run follows the last hour of each day, as the schedules do."""

    def runs(self, start: datetime, end: datetime) -> Iterator[tuple[Kind, datetime, datetime]]:
        """Give the windows in the order in which they are run. The newest comes last, as with any schedule."""
        length = end - start if self.hours is None else timedelta(hours=self.hours)
        windows: list[tuple[Kind, datetime, datetime]] = []
        while start < end:
            windows.append((self.kind, start, start + length))
            start += length
            if self.has_daily and start.hour == 0:
                windows.append(("daily", start - _DAY, start))
        newest = windows[-1]
        if self.is_shuffled:
            random.Random(len(windows)).shuffle(windows)
        if self.is_backwards:
            windows.reverse()
        if self.is_shuffled or self.is_backwards:
            # What waited for an object of an earlier window is looked at by the next run that comes after it.
            windows += [newest] if windows[-1] != newest else []
        return iter(windows)


ORDERS = {
    order.name: order
    for order in (
        Order("backfill", "daily", None),
        Order("daily", "daily", 24),
        Order("hourly", "hourly", 1),
        Order("daily-shuffled", "daily", 24, is_shuffled=True),
        Order("hourly-shuffled", "hourly", 1, is_shuffled=True),
        Order("live-daily", "daily", 24, is_live=True),
        Order("live-hourly", "hourly", 1, is_live=True),
        Order("live-both", "hourly", 1, is_live=True, has_daily=True),
    )
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """What is loaded: a scenario's accounts, from `start` to `end`."""

    scenario: Scenario
    start: datetime
    end: datetime


def stretch_of(scenario: Scenario) -> Stretch:
    """The 35 days up to the month's end, or the fortnight."""
    if scenario == "fortnight":
        return Stretch(scenario, datetime(2026, 10, 31, tzinfo=UTC), datetime(2026, 11, 15, tzinfo=UTC))
    end = datetime(plan().ends.year, plan().ends.month, plan().ends.day, tzinfo=UTC) + _DAY
    return Stretch(scenario, end - 35 * _DAY, end)


@dataclass(slots=True)
class Spent:
    """What an order has cost: requests that could write, writes that NetSuite committed, runs, seconds."""

    runs: int = 0
    wall_s: float = 0.0
    cpu_s: float = 0.0
    write_requests: int = 0
    committed: int = 0
    cpu_s_by_run: list[float] = field(default_factory=list)
    proving_run: str = ""


def load(company: Company, stretch: Stretch, order: Order) -> Spent:
    """Run the order, then prove once; return what it has cost."""
    spent = Spent()
    before = _now()
    for kind, start, end in order.runs(stretch.start, stretch.end):
        if order.is_live:
            stand_at(company, end + _SETTLED, stretch)
        began = time.process_time()
        execute(company, company.make_run(start, end, kind))
        spent.cpu_s_by_run.append(time.process_time() - began)
        spent.runs += 1
    stand_at(company, stretch.end + _HOUR, stretch)
    spent.proving_run = prove(company, stretch)
    spent.wall_s, spent.cpu_s = (now - then for now, then in zip(_now(), before, strict=True))
    spent.write_requests, spent.committed = company.write_requests(), sum(company.committed().values())
    return spent


def load_again(company: Company, stretch: Stretch) -> tuple[dict[str, int], int]:
    """Run the whole stretch a second time; return the requests that could write, by what, and the writes committed."""
    before, committed = company.netsuite.account.meter.requests.copy(), sum(company.committed().values())
    execute(company, company.make_run(stretch.start, stretch.end))
    after = company.netsuite.account.meter.requests - before
    sent = {label: n for label, n in after.items() if label.split()[0] != "GET" and label != "POST suiteql"}
    return sent, sum(company.committed().values()) - committed


def execute(company: Company, run: pipeline.Run) -> None:
    """Do what the DAGs do in a window: load it, then bring the payouts forward."""
    with company.services() as services:
        pipeline.begin(services, run)
        pipeline.extract(services, run)
        for step in pipeline.LoadStep:
            pipeline.load(services, run, step)
        for found in pipeline.discover_payouts(services, run):
            pipeline.reconcile_payout(services, run, found["account"], found["payout_id"])
        pipeline.finish(services, run)
    company.check_conservation(run.run_id)


def prove(company: Company, stretch: Stretch) -> str:
    """Prove the whole stretch; return the run's id."""
    run = company.make_run(stretch.start, stretch.end)
    with company.services() as services:
        pipeline.begin(services, run)
        pipeline.prove(services, run)
        pipeline.finish(services, run)
    return run.run_id


def stand_at(company: Company, instant: datetime, stretch: Stretch) -> None:
    """Let it be `instant`. At Stripe nothing happens after the stretch, so that all orders end with the same accounts."""
    for stripe in company.stripes.values():
        stripe.world.advance_to(max(min(instant, stretch.end), stripe.world.now_utc))
    company.clock.origin, company.clock.anchor_s = instant, time.time()


@contextmanager
def opened(stretch: Stretch, order: Order, folder: Path) -> Iterator[Company]:
    """A company over fresh accounts: as they are at the end, or for a live order as they are at the beginning."""
    worlds = _worlds(stretch.scenario)
    with (
        databases.sqlite_database(folder, migrated=True) as url,
        open_company(url, folder, worlds, speed=_SPEED, control=True, now=stretch.end) as company,
    ):
        if stretch.scenario == "month":
            company.edit("entities.yaml", add_german_account)
        stand_at(company, stretch.start if order.is_live else stretch.end + _HOUR, stretch)
        yield company


def _worlds(scenario: Scenario) -> dict[str, World]:
    if scenario == "month":
        month = open_month(1)
        return {"stripe_default": month.worlds["us"], "stripe_de": month.worlds["de"]}
    worlds: Sequence[World] = SCENARIOS[scenario](1)
    return {"stripe_default": worlds[0]}


def _now() -> tuple[float, float]:
    return time.monotonic(), time.process_time()
