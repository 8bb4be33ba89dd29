"""Every accounting rule by example: what Stripe says on the left, what is booked on the right, in JSON."""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from tests.golden.case import FOLDER, case_folders, play, read_json

FOLDERS = case_folders()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(FOLDER)))
def test_what_is_booked_is_what_the_rule_says(folder: Path) -> None:
    """The records, their REST bodies, the postings and the findings of the case are those of its `out.json`."""
    assert play(folder.parent.name, read_json(folder / "in.json")) == read_json(folder / "out.json")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(FOLDER)))
def test_a_case_says_which_rule_it_shows(folder: Path) -> None:
    """The folder's name starts with the rule that `in.json` names, and one sentence says what the case shows."""
    case = read_json(folder / "in.json")
    assert re.match(r"^[A-H]\d{1,2}$", case["rule"])
    assert folder.name.startswith(f"{case['rule']}_")
    assert case["says"].endswith(".")
    assert set(case) <= {"rule", "says", "books", "stripe", "given"}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(FOLDER)))
def test_debits_equal_credits(folder: Path) -> None:
    """In every case and currency the expected postings balance: a mistake in `out.json` itself would show."""
    balance: defaultdict[str, Decimal] = defaultdict(Decimal)
    for line in read_json(folder / "out.json")["gl"]:
        balance[line["currency"]] += Decimal(line["debit"]) - Decimal(line["credit"])
    assert not any(balance.values())
