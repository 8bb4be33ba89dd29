"""A scenario as it is written: who and what there is, what happens on which day, and what must be true in the end.

Receives a YAML file; promises that everything in it was understood: each sentence fits the grammar of its part, each
key is known, each amount has its currency's decimals. Whatever is not is a ScenarioError with file and line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sandbox.scenarios.catalogue import Catalogue, read_catalogue
from sandbox.scenarios.grammar import Grammar, Sentence
from sandbox.scenarios.place import Text, choice, read_yaml, refuse

DEFAULT_START = date(2026, 11, 2)
_REST_DAYS = 7  # after the last thing that happens: payouts arrive
_OPENING = time(10, 0)
_DAY = re.compile(r"day (\d+)(?:, (\d\d):(\d\d))?")
_KEYS = {
    "title", "story", "starts", "ends", "account", "books begin",
    "customers", "products", "coupons", "taxes",
    "days", "netsuite", "weather", "shows",
}  # fmt: skip
_ACCOUNT_KEYS = {"country", "settles", "payouts", "events in version"}


@dataclass(frozen=True, slots=True)
class Grammars:
    """The four vocabularies: Stripe's days, people in NetSuite, the weather, and what is shown in the end."""

    stripe: Grammar
    netsuite: Grammar
    weather: Grammar
    shows: Grammar


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """The Stripe account a scenario plays in. `settles` lists settlement currencies, the default one first."""

    country: str = "US"
    settles: tuple[str, ...] = ("usd",)
    daily_payouts: bool = True


@dataclass(frozen=True, slots=True)
class Moment:
    """What happens at one time: `day` counts from 1, the sentences follow each other by a minute."""

    day: int
    at: time
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Errand:
    """What people do in NetSuite after the books know day `after_day` (0: before anything is loaded)."""

    after_day: int
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One story. `number` is its row in the list of acceptance scenarios (0: none)."""

    file: str
    name: str
    number: int
    title: str
    story: str
    starts: date
    ends: date
    books_begin: date | None
    account: AccountSettings
    catalogue: Catalogue
    days: tuple[Moment, ...]
    errands: tuple[Errand, ...] = ()
    weather: tuple[Sentence, ...] = ()
    company: Mapping[str, Any] = field(default_factory=dict)
    shows: tuple[Sentence, ...] = ()

    @property
    def opened(self) -> datetime:
        """Midnight (UTC) of day 1: customers and products exist from then on."""
        return datetime.combine(self.starts, time(), UTC)

    @property
    def ended(self) -> datetime:
        """Midnight (UTC) after the last day: everything has arrived."""
        return datetime.combine(self.ends + timedelta(days=1), time(), UTC)

    def instant(self, day: int, at: time = _OPENING) -> datetime:
        """When a time of day `day` is, UTC."""
        return datetime.combine(self.starts + timedelta(days=day - 1), at, UTC)


def read_scenario(path: Path, grammars: Grammars) -> Scenario:
    """Read one file. Raises ScenarioError."""
    content = read_yaml(path.read_text(encoding="utf-8"), path.name)
    if not isinstance(content, dict):
        raise refuse(Text.at(str(content)[:60], path.name, 1), "A scenario is a mapping: title, story, days, shows.")
    for key in content:
        choice(key, _KEYS, "part of a scenario")
    missing = sorted({"title", "story", "days"} - content.keys())
    if missing:
        raise refuse(Text.at(", ".join(content), path.name, 1), f"A scenario needs {', '.join(missing)}.")
    starts = _date(content["starts"]) if "starts" in content else DEFAULT_START
    days = tuple(_moment(key, said, grammars.stripe) for key, said in _mapping(content["days"], "days").items())
    last = max((moment.day for moment in days), default=1)
    company, errands = _netsuite(content.get("netsuite", {}), grammars.netsuite)
    number = re.match(r"(\d+)-", path.stem)
    return Scenario(
        file=path.name,
        name=path.stem,
        number=int(number[1]) if number else 0,
        title=str(content["title"]),
        story=str(content["story"]),
        starts=starts,
        ends=starts + timedelta(days=(_day(content["ends"]) if "ends" in content else last + _REST_DAYS) - 1),
        books_begin=_date(content["books begin"]) if "books begin" in content else None,
        account=_account(content.get("account", {})),
        catalogue=read_catalogue(content),
        days=days,
        errands=errands,
        weather=tuple(_sentences(content.get("weather", []), grammars.weather)),
        company=company,
        shows=tuple(_sentences(content.get("shows", []), grammars.shows)),
    )


def _account(content: Any) -> AccountSettings:
    settings = _mapping(content, "account")
    for key in settings:
        choice(key, _ACCOUNT_KEYS, "setting of the account")
    settles = settings.get("settles", ["USD"])
    payouts = settings.get("payouts")
    return AccountSettings(
        country=str(settings.get("country", "US")),
        settles=tuple(code.lower() for code in (settles if isinstance(settles, list) else [settles])),
        daily_payouts=payouts is None or choice(payouts, {"daily", "by hand"}, "payout schedule") == "daily",
    )


def _netsuite(content: Any, grammar: Grammar) -> tuple[dict[str, Any], tuple[Errand, ...]]:
    company: dict[str, Any] = {}
    errands = []
    for key, said in _mapping(content, "netsuite").items():
        if key == "company":
            company = {str(name): value for name, value in _mapping(said, "company").items()}
            continue
        after = re.fullmatch(r"after day (\d+)", key)
        if after is None and key != "before the load":
            raise refuse(key, "People do things `before the load` or `after day N`; `company` says how it is set up.")
        errands.append(Errand(int(after[1]) if after else 0, tuple(_sentences(said, grammar))))
    return company, tuple(sorted(errands, key=lambda errand: errand.after_day))


def _moment(key: str, said: Any, grammar: Grammar) -> Moment:
    found = _DAY.fullmatch(key)
    if found is None:
        raise refuse(key, "A day is written `day 3` or `day 3, 14:30` (UTC).")
    day, hour, minute = found.groups()
    at = _OPENING if hour is None else time(int(hour), int(minute))
    return Moment(int(day), at, tuple(_sentences(said, grammar)))


def _sentences(said: Any, grammar: Grammar) -> list[Sentence]:
    sentences = []
    for one in said if isinstance(said, list) else [said]:
        if isinstance(one, dict):
            for text, lines in one.items():
                if not isinstance(lines, list):
                    raise refuse(text, "Under a sentence stands a list of lines, each with a dash.")
                sentences.append(grammar.read(text, lines))
        else:
            sentences.append(grammar.read(one))
    return sentences


def _mapping(content: Any, what: str) -> dict[str, Any]:
    if content in ({}, ""):
        return {}
    if not isinstance(content, dict):
        raise refuse(content[0] if isinstance(content, list) and content else content, f"{what} is a mapping.")
    return content


def _date(text: Text) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise refuse(text, "A date is written 2026-11-02.") from error


def _day(text: Text) -> int:
    found = _DAY.fullmatch(text)
    if found is None:
        raise refuse(text, "A day is written `day 3`.")
    return int(found[1])
