"""One question: its number, words, possible answers with what each means for an integration, and the call that asks it.

Receives nothing; the functions of `questions/` register themselves here by `@probe(…)`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from sandbox.probes.bench import Bench

Needs = Literal["read", "write", "burst"]
NOTHING = "Nothing is created."


@dataclass(frozen=True, slots=True)
class Answer:
    """What the account said: one of the probe's keys, or `other`; `detail` is what was seen, to the letter."""

    key: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Probe:
    """A question and how it is asked. `answers` maps a key to its meaning for an integration."""

    number: int
    title: str
    question: str
    request: str
    answers: Mapping[str, str]
    needs: Needs
    cleanup: str
    ask: Callable[[Bench], Answer]


_PROBES: dict[int, Probe] = {}


def probe(
    number: int,
    title: str,
    *,
    question: str,
    request: str,
    answers: Mapping[str, str],
    needs: Needs = "read",
    cleanup: str = NOTHING,
) -> Callable[[Callable[[Bench], Answer]], Callable[[Bench], Answer]]:
    """Register the decorated function as the probe with this number. Raises ValueError when the number is taken."""

    def register(ask: Callable[[Bench], Answer]) -> Callable[[Bench], Answer]:
        if number in _PROBES:
            raise ValueError(f"probe {number} exists already")
        _PROBES[number] = Probe(number, title, question, request, answers, needs, cleanup, ask)
        return ask

    return register


def registered() -> list[Probe]:
    """Every probe registered so far, by number."""
    return [_PROBES[number] for number in sorted(_PROBES)]
