"""The table of the library for docs/SCENARIOS.md: which file is which row, and what happens on which server.

Receives the library; promises Markdown that a test compares with the document.
"""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.scenarios import library
from sandbox.scenarios.scenario import Scenario

_HEAD = "| # | Scenario | What happens at Stripe | What people do in NetSuite, and the weather | Claims |"


def library_table() -> str:
    """One row for each scenario, in the library's order."""
    rows = [_row(library.find(name)) for name in library.names()]
    return "\n".join([_HEAD, "|---:|---|---|---|---:|", *rows])


def _row(scenario: Scenario) -> str:
    cells = (
        f"{scenario.number}",
        f"[{scenario.title}](../sandbox/scenarios/library/{scenario.file})",
        scenario.story + _account(scenario),
        "; ".join(_around(scenario)),
        f"{len(scenario.shows)}",
    )
    return f"| {' | '.join(cells)} |"


def _account(scenario: Scenario) -> str:
    account = scenario.account
    notes = (
        [f"The account settles in {' and '.join(code.upper() for code in account.settles)}"]
        if account.settles != ("usd",)
        else []
    )
    notes += [] if account.daily_payouts else ["The account is paid out by hand"]
    return "".join(f" {note}." for note in notes)


def _around(scenario: Scenario) -> Iterator[str]:
    yield from (f"{what} {value}" for what, value in scenario.company.items())
    for errand in scenario.errands:
        when = "before the load" if errand.after_day == 0 else f"after day {errand.after_day}"
        said = ", ".join(sentence.text for sentence in errand.sentences)
        yield f"{when}: {said or 'the books are run'}"
    yield from (sentence.text for sentence in scenario.weather)
    if scenario.books_begin is not None:
        yield f"books begin {scenario.books_begin}"
