"""Faults on order: rules that drop, delay or spoil the next matching requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

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
]


@dataclass(slots=True)
class Rule:
    """One fault for the next `times` requests of a method (empty: any) whose path contains a text."""

    kind: Kind
    method: str = ""
    path_contains: str = ""
    times: int = 1
    delay_ms: float = 0.0

    def matches(self, method: str, path: str) -> bool:
        """Whether the rule applies to a request (paths without regard to case)."""
        is_method = not self.method or self.method.upper() == method.upper()
        return self.times > 0 and is_method and self.path_contains.lower() in path.lower()


class Faults:
    """The rules in force; the first that matches is used and counted down."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []

    def set(self, rules: list[Rule]) -> None:
        """Replace all rules."""
        self._rules = rules

    def take(self, method: str, path: str) -> Rule | None:
        """The fault for a request, counted down; None for a healthy one."""
        for rule in self._rules:
            if rule.matches(method, path):
                rule.times -= 1
                return rule
        return None

    def left(self) -> int:
        """How many faults are still to come."""
        return sum(rule.times for rule in self._rules)


def rules_from(body: dict[str, Any]) -> list[Rule]:
    """Rules from `{"rules": [{"kind", "method", "path_contains", "times", "delay_ms"}]}`; ValueError if malformed."""
    rules = []
    for entry in body.get("rules", []):
        if entry.get("kind") not in get_args(Kind):
            raise ValueError(f"kind must be one of {', '.join(get_args(Kind))}, not {entry.get('kind')!r}")
        rules.append(
            Rule(
                kind=entry["kind"],
                method=str(entry.get("method", "")),
                path_contains=str(entry.get("path_contains", "")),
                times=int(entry.get("times", 1)),
                delay_ms=float(entry.get("delay_ms", 0)),
            )
        )
    return rules
