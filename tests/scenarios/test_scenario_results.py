"""Every scenario of cash, played while the product keeps its books, ends as `expected/` says, to the cent."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from sandbox.scenarios import library
from tests.scenarios.case import Case, files, read_cases
from tests.scenarios.outcome import outcome_of
from tests.scenarios.results_page import PAGE, results_page

_CASES = [case for path in files() for case in read_cases(path)]
CASH = frozenset({*range(1, 26), *range(37, 41), 42, 43})
"""The scenarios about payments, refunds, disputes and payouts, and about how the books are kept."""


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.name)
def test_the_scenario_ends_as_expected(case: Case, tmp_path: Path) -> None:
    """Payouts, findings, records, every balance and every proof; and what one more run would write."""
    assert outcome_of(case.scenario, case.policy, tmp_path, runs=case.runs) == case.outcome


def test_every_scenario_of_cash_has_an_expected_end() -> None:
    assert {library.find(case.scenario).number for case in _CASES} >= CASH


def test_expected_books_balance() -> None:
    """A file that somebody edited wrongly cannot be right: debits equal credits in each subsidiary."""
    assert [name for name, total in _totals() if total] == []


def test_the_page_shows_what_is_expected() -> None:
    """Written by `python -m tests.scenarios.results_page --write`."""
    assert PAGE.read_text(encoding="utf-8") == results_page()


def _totals() -> Iterator[tuple[str, Decimal]]:
    for case in _CASES:
        for subsidiary, balances in case.outcome.books.items() if case.outcome else ():
            yield f"{case.name}: {subsidiary}", sum(map(Decimal, balances.values()), Decimal(0))
