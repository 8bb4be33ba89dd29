"""The books of a scenario: the product runs over its Stripe account, with people and weather in between.

Time passes as the scenario says: up to each errand in NetSuite the product has loaded what had happened by then.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from datetime import time as dt_time
from pathlib import Path
from typing import Any, cast

from sandbox.netsuite.features import Dimension, Features
from sandbox.scenarios import library
from sandbox.scenarios.month import open_month, plan
from sandbox.scenarios.netsuite_user import NetSuiteUser
from sandbox.scenarios.playing import act
from sandbox.scenarios.scenario import Errand, Scenario
from sandbox.scenarios.sentences.netsuite import Office
from sandbox.scenarios.sentences.weather import Forecast
from sandbox.scenarios.stage import Stage
from sandbox.stripe.world import World
from tests import databases
from tests.pipeline.company import Company, RunResult, open_company

CROWD = 40
_MORNING = timedelta(hours=1)  # the books are run at one o'clock


@dataclass
class Bookkeeping:
    """One scenario, both servers, and the product between them."""

    scenario: Scenario
    world: World
    stage: Stage
    company: Company

    def keep(self) -> RunResult:
        """Play everything, with the product's runs, the errands and the weather; the result of the last run."""
        for errand in self.scenario.errands:
            self._pass_time(self.scenario.instant(errand.after_day + 1).replace(hour=0))
            if errand.after_day > 0:
                self.run()
            self._do(errand)
        self._pass_time(self.scenario.ended)
        return self.run()

    def run(self) -> RunResult:
        """What a day's run does, over everything that has happened, in the scenario's weather."""
        self._set_weather()
        first = self.scenario.opened - timedelta(days=1)
        return self.company.run(first, self.world.now_utc)

    def _pass_time(self, instant: datetime) -> None:
        self.world.advance_to(max(instant, self.world.now_utc))
        clock = self.company.clock
        clock.origin, clock.anchor_s = instant + _MORNING, time.time()

    def _do(self, errand: Errand) -> None:
        user = NetSuiteUser(self.company.netsuite.url, clock=lambda: self.company.clock.now().timestamp())
        office = Office(user, self.stage, f"{self.world.now_utc - timedelta(hours=1):%Y-%m-%d}")
        try:
            for sentence in errand.sentences:
                act(sentence, office)
        finally:
            user.close()

    def _set_weather(self) -> None:
        forecast = Forecast()
        for sentence in self.scenario.weather:
            act(sentence, forecast)
        self.company.stripe.set_faults(*forecast.stripe)
        self.company.stripe.set_webhook_faults(*forecast.webhooks)
        if forecast.netsuite:
            NetSuiteUser(self.company.netsuite.url).control("faults", {"rules": forecast.netsuite})


@contextmanager
def opened(name: str, folder: Path) -> Iterator[Bookkeeping]:
    """A scenario of the library with a company that keeps its books, as its `netsuite` and `books begin` say."""
    scenario, world, stage = library.opened(name, 1, crowd_limit=CROWD)
    options: dict[str, Any] = {"control": True, "now": scenario.ended}
    if "every line needs" in scenario.company:
        segment = cast("Dimension", str(scenario.company["every line needs"]))
        options["features"] = Features(mandatory=frozenset({segment}))
    with (
        databases.sqlite_database(folder, migrated=True) as url,
        open_company(url, folder, {"stripe_default": world}, **options) as company,
    ):
        company.edit("entities.yaml", lambda content: _set_books(content, scenario))
        yield Bookkeeping(scenario, world, stage, company)


def _set_books(content: dict[str, Any], scenario: Scenario) -> None:
    (account,) = content["stripe_accounts"]
    account["sync_start"] = scenario.books_begin or scenario.opened.date() - timedelta(days=1)
    if not scenario.account.daily_payouts:
        account["payouts"] = "by_hand"
        account["banks"] = {"usd": account["banks"]["usd"]}
        account["clearing"] = {"usd": {"number": "1090"}}


@contextmanager
def opened_month(folder: Path) -> Iterator[Company]:
    """The month at its end, with a company that keeps the books of both accounts, each in its own subsidiary."""
    month = open_month(1)
    end = datetime.combine(plan().ends + timedelta(days=1), dt_time(), UTC)
    for world in month.worlds.values():
        world.advance_to(end)
    worlds = {"stripe_default": month.worlds["us"], "stripe_de": month.worlds["de"]}
    with (
        databases.sqlite_database(folder, migrated=True) as url,
        open_company(url, folder, worlds, control=True, now=end) as company,
    ):
        company.clock.origin, company.clock.anchor_s = end + _MORNING, time.time()
        company.edit("entities.yaml", add_german_account)
        yield company


def add_german_account(content: dict[str, Any]) -> None:
    """Give entities.yaml the month's second account, with a subsidiary of its own."""
    (us,) = content["stripe_accounts"]
    us["sync_start"], starts = plan().starts, plan().starts + timedelta(0)  # one date each: YAML would link them
    content["stripe_accounts"].append(
        {
            "id": plan().accounts["de"].id,
            "connection": "stripe_de",
            "subsidiary": {"name": plan().accounts["de"].name},
            "base_currency": "eur",
            "accounting_zone": "Europe/Berlin",
            "sync_start": starts,
            "banks": {"eur": {"number": "1030"}},
            "opening_balances": {"eur": "0.00"},
        }
    )
