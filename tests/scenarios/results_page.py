"""Writes docs/RESULTS.md: each scenario of cash, and how it ends in NetSuite's books.

`python -m tests.scenarios.results_page --write` from the repository's root writes the page from `expected/`; with
`--play` the scenarios are played first and `expected/` is written anew, to be read as a difference before it is kept.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from sandbox.scenarios import library
from tests.databases import SESSION_FOLDER_VARIABLE
from tests.scenarios.case import Case, files, read_cases, write_cases
from tests.scenarios.outcome import NOTHING_TO_PROVE, outcome_of

PAGE = Path(__file__).parents[2] / "docs" / "RESULTS.md"

_HEAD = """\
# Scenarios, and how they end in the books

Generated from `tests/scenarios/expected` by `python -m tests.scenarios.results_page --write`; do not edit.

Each row is a story of [SCENARIOS.md](SCENARIOS.md), played by the Stripe sandbox, with people and weather in between,
while the pipeline keeps its books in the NetSuite sandbox. The file behind the link has every account's balance at the
end; `tests/scenarios/test_scenario_results.py` plays all of them and compares every cent. Where a row names a policy,
that is what differs from `include/mappings/policy.yaml`.

*Payouts* are their states in order of arrival. *For a person* are the findings that stay open. *Proofs* are H1 to H6 of
the accounting rules. *Again* is how many requests that could write one more run sends. How each rule books, by example,
is in [RULES.md](RULES.md).

| # | Scenario | What the books show | Payouts | For a person | Proofs | Again |
|---:|---|---|---|---|---|---:|
"""


def results_page() -> str:
    """Return the page's text."""
    return _HEAD + "".join(_row(case) for path in files() for case in read_cases(path))


def _row(case: Case) -> str:
    outcome = case.outcome
    if outcome is None:
        raise SystemExit(f"{case.name} was never played: run with --play")
    scenario = library.find(case.scenario)
    policy = "".join(f"<br>`{key}: {value}`" for key, value in case.policy.items())
    findings = "<br>".join(f"{number} `{code}`" for code, number in outcome.findings.items())
    cells = [
        str(scenario.number),
        f"[{scenario.title}](../tests/scenarios/expected/{case.scenario}.yaml){policy}",
        case.says,
        ", ".join(state.replace("_", " ") for state in outcome.payouts),
        findings,
        _proofs(outcome.proofs),
        str(outcome.written_again),
    ]
    return f"| {' | '.join(cells)} |\n"


def _proofs(proofs: dict[str, str]) -> str:
    others = [f"{proof} {state}" for proof, state in proofs.items() if state not in ("ok", NOTHING_TO_PROVE)]
    return ", ".join(others) if others else "all hold"


def _play() -> None:
    with tempfile.TemporaryDirectory() as session:
        os.environ.setdefault(SESSION_FOLDER_VARIABLE, session)
        for path in files():
            played = []
            for case in read_cases(path):
                with tempfile.TemporaryDirectory() as folder:
                    outcome = outcome_of(case.scenario, case.policy, Path(folder), runs=case.runs)
                played.append(replace(case, outcome=outcome))
                print(case.name, file=sys.stderr, flush=True)
            write_cases(path, played)


def main() -> None:
    """Print the page, or write it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="write the page instead of printing it")
    parser.add_argument("--play", action="store_true", help="play the scenarios first, and write what came out")
    options = parser.parse_args()
    if options.play:
        _play()
    if options.write:
        PAGE.write_text(results_page(), encoding="utf-8")
    else:
        sys.stdout.write(results_page())


if __name__ == "__main__":
    main()
