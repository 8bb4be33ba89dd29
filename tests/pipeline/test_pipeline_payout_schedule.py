"""An account that pays out otherwise than entities.yaml says is noticed at once, and heals by the mapping (F10)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from stripe_netsuite.staging.findings import open_findings
from tests.pipeline.bank import BANK, CLEARING, FUNDS, balance, by_hand, paid_out, stripe_balance
from tests.pipeline.company import PROVEN, Company
from tests.pipeline.conftest import OpenCompany
from tests.pipeline.test_pipeline_clearing import paid_by_hand, weekly

WINDOW = (datetime(2026, 10, 31, tzinfo=UTC), datetime(2026, 11, 14, 12, tzinfo=UTC))
CODE = "payout_schedule_mismatch"


def said(company: Company) -> dict[str, str]:
    """Open findings about the schedule: severity by Stripe id."""
    with company.engine.connect() as connection:
        rows = open_findings(connection)
    return {str(row.finding.stripe_id): row.finding.severity.value for row in rows if row.finding.code == CODE}


@pytest.mark.parametrize("is_visible", [True, False], ids=["schedule shown", "schedule hidden"])
def test_an_account_that_pays_by_hand_is_noticed(company_of: OpenCompany, is_visible: bool) -> None:
    """Mapped as automatic: critical, by the schedule or by the payouts; mapped by hand, everything is cleared."""
    company = company_of(paid_by_hand().world)
    if not is_visible:
        company.stripe.set_faults({"path": "/v1/account", "status": 403, "times": 2})
    company.run(*WINDOW)
    assert list(said(company).values()) == ["critical"]
    assert balance(company, FUNDS) != 0
    by_hand(company)
    result = company.run(*WINDOW)
    assert result.proofs == PROVEN
    assert company.findings() == {}
    assert said(company) == {}
    assert balance(company, FUNDS) == 0
    assert balance(company, CLEARING) == stripe_balance(company)
    assert balance(company, BANK) == paid_out(company)


def test_an_account_that_pays_by_schedule_is_only_mentioned(company_of: OpenCompany) -> None:
    """Mapped by hand: the books are right, so a warning; where policy clears all accounts it is wanted."""
    company = company_of(weekly().world)
    by_hand(company)
    company.run(*WINDOW)
    assert list(said(company).values()) == ["warning"]
    company.edit("entities.yaml", lambda entities: entities["stripe_accounts"][0].update(payouts="automatic"))
    company.edit("policy.yaml", lambda policy: policy.update(clearing="all"))
    company.run(*WINDOW)
    assert said(company) == {}


def test_a_dry_run_notes_nothing(company_of: OpenCompany) -> None:
    """Nothing is stored about the account."""
    company = company_of(paid_by_hand().world)
    company.run(*WINDOW, dry_run=True)
    assert said(company) == {}
