"""Faults at NetSuite's door in an order that single rules cannot give: at random, or one after the other."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sandbox.netsuite.protocol.faults import Faults, Kind, Rule


class Storm(Faults):
    """Spoils requests at random, the same ones for the same seed and order; clears up after `times` faults."""

    def __init__(self, seed: int, chance: Mapping[Kind, float], times: int) -> None:
        super().__init__()
        self._random = random.Random(seed)
        self._chance = dict(chance)
        self._times = times
        self.taken = 0

    def take(self, method: str, path: str) -> Rule | None:
        """Draw for each request, whichever it is."""
        del method, path
        draw = self._random.random()
        if self.taken >= self._times:
            return None
        for kind, chance in self._chance.items():
            draw -= chance
            if draw < 0:
                self.taken += 1
                return Rule(kind)
        return None

    def left(self) -> int:
        """How many faults are still to come."""
        return self._times - self.taken


class Ambush(Faults):
    """One rule first; once that is used up, the others, first come first served."""

    def __init__(self, first: Rule, then: Sequence[Rule]) -> None:
        super().__init__()
        self._first = first
        self.set([first])
        self._then = list(then)

    def take(self, method: str, path: str) -> Rule | None:
        """The fault for a request."""
        if self._first.times == 0:
            self.set(self._then)
        return super().take(method, path)
