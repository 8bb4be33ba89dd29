"""The expected ends of scenarios: `expected/NN-name.yaml` holds one case for each policy that a scenario is kept under."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.scenarios.outcome import Outcome

EXPECTED = Path(__file__).parent / "expected"


@dataclass(frozen=True, slots=True)
class Case:
    """`says`: what the books must show, for an accountant; `policy`: the choices that differ from the default.

    `runs`: how many runs it takes in the end until nothing is left that goes on by itself.
    """

    scenario: str
    says: str
    policy: dict[str, Any] = field(default_factory=dict)
    runs: int = 1
    outcome: Outcome | None = None

    @property
    def name(self) -> str:
        """The scenario, and what differs."""
        return ", ".join([self.scenario, *(f"{key} {value}" for key, value in self.policy.items())])


def files() -> list[Path]:
    """One file a scenario, by number."""
    return sorted(EXPECTED.glob("*.yaml"))


def read_cases(path: Path) -> Iterator[Case]:
    """The cases of one file, in its order."""
    for content in yaml.safe_load(path.read_text(encoding="utf-8")):
        outcome = content.get("outcome")
        yield Case(
            scenario=path.stem,
            says=content["says"],
            policy=content.get("policy") or {},
            runs=content.get("runs", 1),
            outcome=Outcome(**outcome) if outcome else None,
        )


def write_cases(path: Path, cases: list[Case]) -> None:
    """Write a file again, with the outcomes of `cases`."""
    content = [
        {
            "says": case.says,
            **({"policy": case.policy} if case.policy else {}),
            **({"runs": case.runs} if case.runs != 1 else {}),
            "outcome": asdict(case.outcome) if case.outcome else None,
        }
        for case in cases
    ]
    path.write_text(yaml.safe_dump(content, sort_keys=False, width=118, allow_unicode=True), encoding="utf-8")
