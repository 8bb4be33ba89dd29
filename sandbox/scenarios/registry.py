"""The scenarios by name, and how one becomes a world, or several.

Promises: the same name, seed and instant give the same worlds, and nothing after the instant exists in them;
the worlds' clocks can be advanced later, and the scenario plays on.
"""

from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path

from sandbox.scenarios import library
from sandbox.scenarios.filling import fill
from sandbox.scenarios.month import month_worlds, plan
from sandbox.scenarios.player import Player, read_script
from sandbox.stripe.disk_world import SavedWorld
from sandbox.stripe.world import World

_FOLDER = Path(__file__).parent
_SAVED = ".sqlite"
_EMPTY_START = datetime(2026, 11, 1, tzinfo=UTC)
_FORTNIGHT_END = datetime(2026, 11, 15, tzinfo=UTC)


def load(name: str, seed: int, now: datetime) -> World:
    """The (first) world of a scenario at `now`. KeyError: unknown name; ValueError: `now` lies before its start."""
    return load_accounts(name, seed, now)[0]


def load_accounts(name: str, seed: int, now: datetime) -> list[World]:
    """All accounts of a scenario at `now`: a name of `SCENARIOS`, a number of the library, or the path of a file.

    A file that `python -m sandbox generate` made stands at its own instant, whatever `now` says.
    """
    if name.endswith(_SAVED):
        return [SavedWorld(Path(name))]
    make = SCENARIOS[name] if name in SCENARIOS else partial(_story, name)
    worlds = make(seed)
    for world in worlds:
        world.advance_to(now)
    return worlds


def checked(name: str) -> str:
    """`name`, if `load_accounts` knows it. Raises KeyError, and ScenarioError, ValueError or OSError for a file that cannot."""
    if name.endswith(_SAVED):
        SavedWorld(Path(name)).close()
    elif name not in SCENARIOS:
        library.find(name)
    return name


def ending(name: str) -> datetime:
    """The instant at which all of a scenario has happened. Raises what `checked` raises."""
    if name.endswith(_SAVED):
        with closing(SavedWorld(Path(name))) as world:
            return world.now_utc
    if name == "month":
        return datetime.combine(plan().ends + timedelta(days=1), time(), UTC)
    return _FORTNIGHT_END if name in ("fortnight", "empty") else library.find(name).ended


def _fortnight(seed: int) -> list[World]:
    """A seeded fortnight of a software company: about a hundred charges in two currencies, payouts every day."""
    script = read_script(_FOLDER / "fortnight.yaml")
    world = World(seed, script.opened)
    player = Player(world)
    player.play(script)
    fill(player, script, seed)
    return [world]


def _empty(seed: int) -> list[World]:
    """An account in which nothing has happened yet."""
    return [World(seed, _EMPTY_START)]


def _story(name: str, seed: int) -> list[World]:
    _, world, _ = library.opened(name, seed)
    return [world]


SCENARIOS: Mapping[str, Callable[[int], list[World]]] = {
    "fortnight": _fortnight,
    "empty": _empty,
    "month": month_worlds,
    **{name: partial(_story, name) for name in library.names()},
}
