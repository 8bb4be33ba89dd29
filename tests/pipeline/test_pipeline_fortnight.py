"""The seeded fortnight from end to end: however it is cut into runs, the same books come out, and they are proven."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.company import PROVEN, Company, open_company
from tests.pipeline.conftest import OpenCompany
from tests.pipeline.trade import busy_week

DAYS = range(1, 15)


def test_the_fortnight_day_by_day_is_booked_proven_and_complete(staging_url: str, tmp_path: Path) -> None:
    """Every movement once, every paid payout a deposit of its amount, proofs hold, and a second pass writes nothing."""
    with open_company(staging_url, tmp_path) as company:
        first = [company.run_day(day) for day in DAYS]
        assert company.differences() == []
        assert first[-1].proofs == PROVEN
        assert {p["state"] for p in first[-1].payouts} <= {"waiting_on_reconciliation"}
        _payouts_equal_deposits(company)
        requests = company.write_requests()
        second = [company.run_day(day) for day in DAYS]
        assert company.write_requests() == requests
        assert {result.finish["written"] for result in second} == {0}
        assert second[-1].proofs == PROVEN


def test_one_window_and_shuffled_days_give_the_same_books(company_of: OpenCompany) -> None:
    """Trial balance and external ids do not depend on how the fortnight was cut, nor on the order of the days."""
    whole, shuffled = company_of(), company_of()
    whole.run_all()
    days = list(DAYS)
    random.Random(20261101).shuffle(days)
    for day in days:
        shuffled.run_day(day)
    shuffled.run_day(14)  # what waited for an earlier day's object
    assert whole.differences() == shuffled.differences() == []
    assert shuffled.external_ids() == whole.external_ids()
    assert shuffled.trial_balance() == whole.trial_balance()


def test_the_rules_pass_over_the_fortnight(company_of: OpenCompany) -> None:
    """With validation between extract and load the same books come out, and nothing is quarantined."""
    company = company_of()
    company.has_validation = True
    result = company.run_all()
    assert result.validate["rules"] > 0
    assert result.validate["quarantined"] == 0
    assert company.differences() == []


@pytest.mark.parametrize("hours", [3, 24])
def test_hourly_runs_give_the_same_books_as_daily_ones(company_of: OpenCompany, hours: int) -> None:
    """Following the ledger and events ends in the same records as listing everything again."""
    daily, hourly = company_of(busy_week().world), company_of(busy_week().world)
    daily.run_all()
    start, end = datetime(2026, 11, 2, 15, tzinfo=UTC), datetime(2026, 11, 9, 12, tzinfo=UTC)
    while start < end:
        hourly.run(start, start + timedelta(hours=hours), "hourly")
        start += timedelta(hours=hours)
    assert hourly.differences() == []
    assert hourly.external_ids() == daily.external_ids()
    assert hourly.trial_balance() == daily.trial_balance()


def _payouts_equal_deposits(company: Company) -> None:
    """Read from the books of both sides: what reached the bank is what Stripe paid out."""
    paid: list[dict[str, Any]] = [p for p in company.world.shelves["payout"] if p["status"] == "paid"]
    assert paid
    assert company.netsuite.balance("1000") == sum((Decimal(p["amount"]) / 100 for p in paid), Decimal(0))
