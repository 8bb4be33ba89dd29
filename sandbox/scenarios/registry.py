"""The scenarios by name, and how one becomes a world.

Promises: the same name, seed and instant give the same world, and nothing after the instant exists in it;
the world's clock can be advanced later, and the scenario plays on.
"""

from datetime import UTC, datetime
from pathlib import Path

from sandbox.scenarios.filling import fill
from sandbox.scenarios.player import Player, read_script
from sandbox.stripe.world import World

_FOLDER = Path(__file__).parent
_EMPTY_START = datetime(2026, 11, 1, tzinfo=UTC)


def load(name: str, seed: int, now: datetime) -> World:
    """The world of a scenario at `now`. KeyError: unknown name; ValueError: `now` lies before its start."""
    world = SCENARIOS[name](seed)
    world.advance_to(now)
    return world


def _fortnight(seed: int) -> World:
    """A seeded fortnight of a software company: about a hundred charges in two currencies, payouts every day."""
    script = read_script(_FOLDER / "fortnight.yaml")
    world = World(seed, script.opened)
    player = Player(world)
    player.play(script)
    fill(player, script, seed)
    return world


def _empty(seed: int) -> World:
    """An account in which nothing has happened yet."""
    return World(seed, _EMPTY_START)


SCENARIOS = {"fortnight": _fortnight, "empty": _empty}
