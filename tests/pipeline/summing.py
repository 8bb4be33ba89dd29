"""A company that sums its days up (ACCOUNTING F12), and what must hold of it in the end."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from stripe_netsuite.staging.schema import link
from tests.pipeline.bank import CLEARING, FUNDS, TRANSIT, balance, stripe_balance
from tests.pipeline.company import ACCOUNT, PROVEN, Company, RunResult
from tests.pipeline.conftest import OpenCompany
from tests.pipeline.trade import Trade

END = datetime(2026, 11, 14, 12, tzinfo=UTC)
SUMMARY = f"cl-{ACCOUNT}-usd-20261102-usd-stripe-item"


def sums_up(company: Company) -> None:
    """Tell the mapping: clearing for all, and daily summaries."""

    def change(entities: dict[str, Any]) -> None:
        (account,) = entities["stripe_accounts"]
        account["banks"] = {"usd": account["banks"]["usd"]}
        account["clearing"] = {"usd": {"number": CLEARING}}

    company.edit("entities.yaml", change)
    company.edit("policy.yaml", lambda policy: policy.update(clearing="all", unapplied_payment="daily_summary"))


def opened_shop(company_of: OpenCompany, trade: Trade) -> Company:
    """A company that sums its days up."""
    company = company_of(trade.world)
    sums_up(company)
    return company


def run(company: Company) -> RunResult:
    """Run all that happened up to the middle of the 14th."""
    return company.run(datetime(2026, 10, 31, tzinfo=UTC), END)


def settled(company: Company) -> RunResult:
    """Run: nothing waits, all is proven, the clearing account is Stripe's balance; a second run writes nothing."""
    result = run(company)
    assert company.findings() == {}
    assert {payout["state"] for payout in result.payouts} <= {"booked"}
    assert result.proofs == PROVEN
    assert balance(company, CLEARING) == stripe_balance(company)
    assert balance(company, TRANSIT) == balance(company, FUNDS) == 0
    assert company.netsuite.is_balanced()
    requests = company.write_requests()
    run(company)
    assert company.write_requests() == requests
    return result


def linked(company: Company, stripe_id: str, role: str = "main") -> str:
    """The internal id of what stands for a Stripe object."""
    with company.engine.connect() as connection:
        query = sa.select(link.c.internal_id).where(link.c.stripe_id == stripe_id, link.c.role == role)
        return str(connection.execute(query).scalar_one())


def item_named(company: Company, name: str) -> str:
    """An item that a person made in NetSuite, by internal id."""
    body = {
        "itemId": name,
        "incomeAccount": {"id": company.account_id("4010")},
        "subsidiary": {"items": [{"id": "1"}]},
    }
    return str(company.by_hand("serviceSaleItem", body))
