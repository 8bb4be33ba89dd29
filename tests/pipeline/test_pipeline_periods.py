"""Closed periods (ACCOUNTING A4): moved to the next open one, or held until somebody opens it."""

from __future__ import annotations

import pytest

from tests.pipeline.company import Company
from tests.pipeline.conftest import OpenCompany
from tests.pipeline.trade import one_sale


def close_november(company: Company, *, closed: bool = True) -> None:
    """Close or open the month in which everything happens."""
    company.netsuite.set_period("Nov 2026", closed=closed, alllocked=closed, arlocked=closed)


def dates(company: Company) -> set[str]:
    """The dates of all transactions."""
    return {row["trandate"][:10] for row in company.netsuite.books.rows('SELECT trandate FROM "transaction"')}


def test_the_next_open_period_takes_what_a_closed_one_does_not(company_of: OpenCompany) -> None:
    """Everything stands on 1 December and says its own date; nothing waits, and a second pass writes nothing."""
    trade, invoice, _ = one_sale()
    company = company_of(trade.world)
    close_november(company)
    result = company.run_all()
    assert dates(company) == {"2026-12-01"}
    assert "Original transaction date: 2026-11-02" in company.body("invoice", invoice["id"])["memo"]
    assert company.differences() == []
    assert result.proofs["broken"] == 0
    requests = company.write_requests()
    close_november(company, closed=False)
    company.run_all()
    assert company.write_requests() == requests


def test_quarantine_holds_until_the_period_is_open(company_of: OpenCompany) -> None:
    """Nothing is written; the finding names the period's date; once opened, it is booked on its own dates."""
    trade, _, _ = one_sale()
    company = company_of(trade.world)
    company.edit("policy.yaml", lambda policy: policy.update(closed_period="quarantine"))
    close_november(company)
    held = company.run_all()
    assert set(company.findings()) == {"period_closed"}
    assert company.committed()["PUT invoice"] + company.committed()["PUT customerPayment"] == 0
    assert {p["state"] for p in held.payouts} == {"blocked"}
    close_november(company, closed=False)
    company.run_all()
    assert dates(company) == {"2026-11-02", "2026-11-05"}
    assert company.findings() == {}
    assert company.differences() == []


def test_a_role_that_sees_no_periods_leaves_the_judgement_to_netsuite(company_of: OpenCompany) -> None:
    """Open periods are booked; what NetSuite refuses is a finding, and goes through once the period is open."""
    trade, _, _ = one_sale()
    company = company_of(trade.world)
    company.netsuite.account.queries.hide("accountingperiod")
    close_november(company)
    company.run_all()
    assert "period_closed" in company.findings()
    close_november(company, closed=False)
    result = company.run_all()
    assert company.findings() == {}
    assert company.differences() == []
    assert result.proofs["broken"] == 0


@pytest.mark.parametrize("flag", ["arlocked", "alllocked"])
def test_a_locked_period_is_as_closed_as_a_closed_one(company_of: OpenCompany, flag: str) -> None:
    """Locked for receivables or for all: NetSuite takes no invoice there."""
    trade, _, _ = one_sale()
    company = company_of(trade.world)
    company.netsuite.set_period("Nov 2026", **{flag: True})
    company.run_all()
    assert company.findings() == {}
    assert company.differences() == []
