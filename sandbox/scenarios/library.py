"""The library of scenarios: finding one by number, name or path, and the accounts it plays in.

Promises: a scenario is read when it is asked for, and its world depends on scenario and seed alone.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sandbox.scenarios.playing import play
from sandbox.scenarios.scenario import AccountSettings, Scenario, read_scenario
from sandbox.scenarios.sentences.everything import GRAMMARS
from sandbox.scenarios.stage import Stage
from sandbox.stripe.world import World

FOLDER = Path(__file__).parent / "library"


@cache
def names() -> tuple[str, ...]:
    """The library's scenarios in their order: `01-invoice-paid-by-card` …"""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


@cache
def find(name: str) -> Scenario:
    """A scenario by its name, its number (`7`, `07`) or the path of a file of one's own. Raises KeyError."""
    path = Path(name)
    if path.suffix in {".yaml", ".yml"} and path.is_file():
        return read_scenario(path, GRAMMARS)
    for known in names():
        number = known.split("-", 1)[0]
        if name == known or (name.isdecimal() and int(name) == int(number)):
            return read_scenario(FOLDER / f"{known}.yaml", GRAMMARS)
    raise KeyError(f"There is no scenario {name!r}: `python -m sandbox scenarios` lists them.")


def world_of(
    settings: AccountSettings, seed: int, scenario: Scenario, *, crowd_limit: int = 1_000_000
) -> tuple[World, Stage]:
    """A new world in which the scenario is scheduled, with its clock at the scenario's beginning."""
    world = World(
        seed,
        scenario.opened,
        settlement_currencies=settings.settles,
        daily_payouts=settings.daily_payouts,
        country=settings.country,
    )
    return world, play(scenario, world, crowd_limit=crowd_limit)


def opened(name: str, seed: int, *, crowd_limit: int = 1_000_000) -> tuple[Scenario, World, Stage]:
    """A scenario of the library, ready to play: let the world's clock advance."""
    scenario = find(name)
    world, stage = world_of(scenario.account, seed, scenario, crowd_limit=crowd_limit)
    return scenario, world, stage
