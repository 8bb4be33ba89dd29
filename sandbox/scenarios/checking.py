"""Checks what a scenario says it shows, against the API of a Stripe sandbox that serves its world.

Receives a scenario that was played; promises one result for each sentence, with everything that is otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.scenarios.grammar import Sentence
from sandbox.scenarios.playing import act
from sandbox.scenarios.scenario import Scenario
from sandbox.scenarios.sentences.shows import Audit
from sandbox.scenarios.stage import Stage
from sandbox.scenarios.stripe_reader import StripeReader


@dataclass(frozen=True, slots=True)
class Result:
    """One sentence, and what was found to be otherwise (nothing: it is so)."""

    sentence: Sentence
    wrong: tuple[str, ...]


def check(scenario: Scenario, stage: Stage, reader: StripeReader, *, is_alone: bool = True) -> list[Result]:
    """Check every sentence of `shows`. Where others play in the account, too, only what names an object is checked.

    Raises ScenarioError for a sentence that speaks of what does not exist.
    """
    results = []
    for sentence in scenario.shows:
        audit = Audit(stage, reader, is_alone)
        act(sentence, audit)
        results.append(Result(sentence, tuple(audit.wrong)))
    return results
