"""Faults on order: rules that drop, delay, refuse or spoil the next matching requests, all of them or some by chance."""

from __future__ import annotations

import random
import sys
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from sandbox.netsuite.jsontext import Body
from sandbox.netsuite.protocol.latency import spread_s

Kind = Literal[
    "drop_before",
    "drop_after_commit",
    "status_429",
    "status_500",
    "status_500_after_commit",
    "html_502",
    "html_502_after_commit",
    "html_503",
    "delay",
    "stale_record",
    "workflow_lock",
    "user_event_delay",
    "user_event_change",
    "task_failed",
]
UNLIMITED = sys.maxsize
_OF_WRITES = frozenset({"stale_record", "workflow_lock", "user_event_delay", "user_event_change"})
_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_SCRIPT_MS = 5000.0


@dataclass(slots=True)
class Rule:
    """One fault for the next `times` requests of a method (empty: any) whose path contains a text.

    `percent` below 100 spoils that share of them by chance, the same ones for the same `seed`. `delay_ms` is the median
    of a lognormal distribution with `delay_sigma`. `fields` are what a user-event script writes after the save.
    """

    kind: Kind
    method: str = ""
    path_contains: str = ""
    times: int = 1
    delay_ms: float = 0.0
    percent: float = 100.0
    seed: int = 7
    delay_sigma: float = 0.0
    fields: Body = field(default_factory=dict)
    _random: random.Random | None = field(default=None, repr=False, compare=False)

    def matches(self, method: str, path: str) -> bool:
        """Whether the rule applies to a request (paths without regard to case)."""
        if self.times <= 0 or (self.method and self.method.upper() != method.upper()):
            return False
        if self.kind in _OF_WRITES and (method.upper() not in _WRITES or "/record/" not in path):
            return False
        return self.path_contains.lower() in path.lower()

    def strikes(self) -> bool:
        """Whether chance lets it, if it leaves anything to chance."""
        return self.percent >= 100 or self._chance().random() * 100 < self.percent

    def wait_s(self) -> float:
        """How much longer the request takes."""
        if self.kind not in ("delay", "user_event_delay"):
            return 0.0
        median = self.delay_ms or (_SCRIPT_MS if self.kind == "user_event_delay" else 0.0)
        return spread_s(median, self.delay_sigma, self._chance())

    def _chance(self) -> random.Random:
        if self._random is None:
            self._random = random.Random(self.seed)
        return self._random


class Faults:
    """The rules in force; the first that matches is used and counted down."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []

    def set(self, rules: list[Rule]) -> None:
        """Replace all rules."""
        self._rules = rules

    def take(self, method: str, path: str) -> Rule | None:
        """The fault for a request, counted down; None for a healthy one."""
        return self._take(method, path, of_task=False) if self._rules else None

    def take_task(self, method: str, path: str) -> Rule | None:
        """The fault for a task of a job, when it is worked on."""
        return self._take(method, path, of_task=True) if self._rules else None

    def _take(self, method: str, path: str, *, of_task: bool) -> Rule | None:
        for rule in self._rules:
            if (rule.kind == "task_failed") is of_task and rule.matches(method, path) and rule.strikes():
                rule.times -= rule.times < UNLIMITED
                return rule
        return None

    def left(self) -> int:
        """How many faults are still to come, those by chance left out."""
        return sum(rule.times for rule in self._rules if rule.times < UNLIMITED)


def rules_from(body: dict[str, Any]) -> list[Rule]:
    """Rules from `{"rules": [{"kind", "method", "path_contains", "times", "delay_ms", "percent", "seed", …}]}`.

    Without `times` a rule with `percent` holds until the rules are replaced. Raises ValueError if malformed.
    """
    rules = []
    for entry in body.get("rules", []):
        if entry.get("kind") not in get_args(Kind):
            raise ValueError(f"kind must be one of {', '.join(get_args(Kind))}, not {entry.get('kind')!r}")
        percent = float(entry.get("percent", 100))
        if not 0 <= percent <= 100:
            raise ValueError(f"percent must lie between 0 and 100, not {percent:g}")
        rules.append(
            Rule(
                kind=entry["kind"],
                method=str(entry.get("method", "")),
                path_contains=str(entry.get("path_contains", "")),
                times=int(entry.get("times", UNLIMITED if "percent" in entry else 1)),
                delay_ms=float(entry.get("delay_ms", 0)),
                percent=percent,
                seed=int(entry.get("seed", 7)),
                delay_sigma=float(entry.get("delay_sigma", 0)),
                fields=dict(entry.get("fields", {})),
            )
        )
    return rules
