"""The seeded month: two accounts in which every scenario of the library happens, between ordinary business.

Receives `month.yaml` and a seed. The scenarios are the library's own files, played on other dates, with customers that
bear awkward names; promises the same bytes for the same seed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path

import msgspec
import yaml

from sandbox.scenarios import library
from sandbox.scenarios.month_filling import Filling, fill
from sandbox.scenarios.playing import play
from sandbox.scenarios.scenario import Errand, Scenario
from sandbox.scenarios.stage import Stage
from sandbox.stripe.world import World

_FILE = Path(__file__).parent / "month.yaml"


class MonthAccount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of the companies' Stripe accounts. `settles`: settlement currencies, the default first."""

    id: str
    name: str
    country: str
    settles: tuple[str, ...]


class MonthPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`month.yaml`. `opened` is when the accounts begin, `invoices` how many the ordinary business has in each."""

    title: str
    story: str
    opened: date
    starts: date
    ends: date
    invoices: int
    accounts: dict[str, MonthAccount]
    plays: dict[str, dict[date, list[int]]]
    crowd: int
    names: list[str]


@dataclass(frozen=True, slots=True)
class Play:
    """One scenario in the month: in which account, with its first day on which date, and its names."""

    account: str
    starts: date
    scenario: Scenario
    stage: Stage


@dataclass(frozen=True, slots=True)
class Month:
    """Both worlds by the account's key in the plan, in their order, and what plays in them."""

    worlds: dict[str, World]
    plays: tuple[Play, ...]

    def errands(self) -> list[tuple[date, Play, Errand]]:
        """What people do in NetSuite this month, in order: each on the morning after this date."""
        found = [
            (play.starts + timedelta(days=errand.after_day - 1), play, errand)
            for play in self.plays
            for errand in play.scenario.errands
        ]
        return sorted(found, key=lambda entry: entry[0])


@cache
def plan() -> MonthPlan:
    """The month as written. Raises msgspec.ValidationError for what is missing or unknown."""
    return msgspec.convert(yaml.safe_load(_FILE.read_text(encoding="utf-8")), MonthPlan)


def open_month(seed: int) -> Month:
    """The worlds at the day they open, with all of the month scheduled."""
    written = plan()
    worlds: dict[str, World] = {}
    plays: list[Play] = []
    for key, account in written.accounts.items():
        settles = tuple(code.lower() for code in account.settles)
        world = worlds[key] = World(
            seed,
            datetime.combine(written.opened, time(), UTC),
            settlement_currencies=settles,
            country=account.country,
            account_id=account.id,
            account_name=account.name,
        )
        for starts, numbers in written.plays[key].items():
            for number in numbers:
                scenario = library.find(str(number))
                stage = play(
                    scenario,
                    world,
                    starts=starts,
                    salt=f"-{number:02d}",
                    customer_name=_naming(written.names, number),
                    crowd_limit=written.crowd,
                )
                plays.append(Play(key, starts, scenario, stage))
        fill(world, Filling(written.starts, written.ends, written.invoices, written.names, settles), seed)
    return Month(worlds, tuple(plays))


def month_worlds(seed: int) -> list[World]:
    """The accounts of the month, the US one first."""
    return list(open_month(seed).worlds.values())


def _naming(names: list[str], number: int) -> Callable[[str], str]:
    """Which awkward name a customer of a scenario bears: another for each customer and scenario."""

    def named(customer: str) -> str:
        return names[(number * 7 + sum(map(ord, customer))) % len(names)]

    return named
