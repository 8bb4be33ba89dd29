"""Plays a scenario in a world: every sentence is scheduled for its minute and happens when the clock comes by.

Receives a scenario that was read, and a world; promises that what cannot happen is told with the sentence's file and
line, and that a scenario put on another first day plays the same there.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

from sandbox.scenarios.grammar import Sentence
from sandbox.scenarios.place import ScenarioError, refuse
from sandbox.scenarios.scenario import Scenario
from sandbox.scenarios.stage import Stage, plain_name
from sandbox.stripe.base.account import unix
from sandbox.stripe.world import World

_MINUTE_S = 60


def play(
    scenario: Scenario,
    world: World,
    *,
    starts: date | None = None,
    salt: str = "",
    customer_name: Callable[[str], str] = plain_name,
    crowd_limit: int = 1_000_000,
) -> Stage:
    """Schedule the whole scenario, by default on its own dates; returns the stage, on which names become known.

    `starts` is the date of day 1 in this world; the world's clock must not be past it.
    """
    shift = timedelta(0) if starts is None else starts - scenario.starts
    stage = Stage(world, scenario.catalogue, salt, customer_name, crowd_limit, shift)
    world.schedule(unix(scenario.opened + shift), stage.set_up)
    for moment in scenario.days:
        at = unix(scenario.instant(moment.day, moment.at) + shift)
        for number, sentence in enumerate(moment.sentences):
            world.schedule(at + number * _MINUTE_S, partial(act, sentence, stage))
    return stage


def act(sentence: Sentence, stage: object) -> None:
    """Do what a sentence says. Raises ScenarioError with its place if that cannot be."""
    try:
        sentence.act(stage)
    except ScenarioError:
        raise
    except (KeyError, ValueError) as error:
        raise refuse(sentence.text, f"This cannot happen: {error}") from error
