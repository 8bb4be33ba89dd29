"""The product keeps the books of every scenario: it never crashes, and NetSuite's books balance afterwards.

What it does not book yet is a finding, not an error; what it does book, it books once.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox.netsuite.books.proof import trial_balance
from sandbox.scenarios import library
from tests.sandbox.scenarios.bookkeeping import opened, opened_month

# What people did in NetSuite is felt by whoever books afterwards: without the errands there is no such finding.
_FOUND = {
    21: {"already_deposited"},
    22: {"unequal_amounts"},
    23: {"deleted_netsuite_record"},
    24: {"invalid_subsidiary"},
    44: {"netsuite_refused"},
}


@pytest.mark.parametrize("name", library.names())
def test_the_books_of_each_scenario_balance(name: str, tmp_path: Path) -> None:
    """Debits equal credits in each subsidiary after the product ran over the scenario, errands and weather included."""
    with opened(name, tmp_path) as books:
        books.keep()
        assert books.company.netsuite.is_balanced()
        found = set(books.company.findings())
        assert _FOUND.get(books.scenario.number, set()) <= found
        assert {code for code in found if code.startswith("proof_h5")} == set()


def test_what_scenario_40_booked_is_not_written_again(tmp_path: Path) -> None:
    """A finished day, run again: not one request that could write."""
    with opened("40", tmp_path) as books:
        books.keep()
        before = books.company.write_requests()
        books.run()
        assert books.company.write_requests() == before > 0
        assert books.company.differences() == []


def test_what_scenario_39_breaks_off_is_booked_once(tmp_path: Path) -> None:
    """Busy servers and an answer lost after the commit: everything is there, and nothing twice."""
    with opened("39", tmp_path) as books:
        books.keep()
        assert books.company.differences() == []
        assert books.company.netsuite.faults.left() == 0


def test_the_books_of_the_month_balance_in_both_subsidiaries(tmp_path: Path) -> None:
    """Both accounts' month, booked in one run: nothing crashes, payouts are deposits in each, debits equal credits."""
    with opened_month(tmp_path) as company:
        result = company.run(datetime(2026, 10, 31, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
        assert company.netsuite.is_balanced()
        booked = Counter(payout["account"] for payout in result.payouts if payout["state"] == "booked")
        assert set(booked) == {"acct_sandbox_us", "acct_sandbox_de"}
        assert {entry.subsidiary for entry in trial_balance(company.netsuite.books) if entry.balance} == {1, 2}
