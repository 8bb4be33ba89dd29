"""Refunds and disputes of the library, booked to the cent by whoever keeps the books day by day (scenarios 2 to 12)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from tests.pipeline.company import Company
from tests.sandbox.scenarios.bookkeeping import opened

UNDEPOSITED = "1499"
RECEIVABLE = "1100"
INCOME = "4000"

# Scenario → what the accounts must hold in the end: receivables, income.
BOOKS: Mapping[str, tuple[str, str]] = {
    "02": ("0.00", "-175.00"),
    "03": ("0.00", "-230.00"),
    "05": ("0.00", "-963.33"),
    "06": ("-50.00", "0"),
    "07": ("150.00", "-300.00"),
    "09": ("-100.00", "0.00"),
    "10": ("0.00", "-600.00"),
    "12": ("0.00", "-200.00"),
}
DEPOSITED: Mapping[str, str] = {
    "02": "0",
    "03": "0",
    "05": "0",
    "06": "-50.00",
    "07": "0",
    "09": "0",
    "10": "0",
    "12": "0",
}
"""Scenario → what is not paid out yet in the end."""


def _balance(company: Company, number: str) -> Decimal:
    return sum((one for (_, account), one in company.trial_balance().items() if account == number), Decimal(0))


@pytest.mark.parametrize("name", BOOKS)
def test_what_came_back_is_booked_to_the_cent(name: str, tmp_path: Path) -> None:
    """Every movement once, receivables and income as they must be, and another run asks for no write."""
    with opened(name, tmp_path) as books:
        result = books.keep()
        company = books.company
        assert [one for one in company.differences() if name in DEPOSITED or "'Deposit'" not in one] == []
        receivable, income = BOOKS[name]
        assert _balance(company, RECEIVABLE) == Decimal(receivable)
        assert _balance(company, INCOME) == Decimal(income)
        if name in DEPOSITED:
            assert {payout["state"] for payout in result.payouts} == {"booked"}
            assert _balance(company, UNDEPOSITED) == Decimal(DEPOSITED[name])
        before = company.write_requests()
        books.run()
        assert company.write_requests() == before


def test_each_leg_of_a_foreign_dispute_has_its_own_rate(tmp_path: Path) -> None:
    """Scenario 11: 900.00 EUR brought 970.35 USD and took 975.01; the difference is NetSuite's, not ours."""
    with opened("11", tmp_path) as books:
        books.keep()
        company = books.company
        dispute = next(one["id"] for one in books.world.shelves["dispute"])
        state = company.netsuite.books.row(
            'SELECT foreigntotal, exchangerate FROM "transaction" WHERE externalid = ?', (dispute,)
        )
        assert state is not None
        converted = abs(Decimal(str(state["foreigntotal"]))) * Decimal(str(state["exchangerate"]))
        assert converted.quantize(Decimal("0.01")) == Decimal("975.01")
        assert company.netsuite.is_balanced()
