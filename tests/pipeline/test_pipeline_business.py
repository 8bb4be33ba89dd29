"""Whatever happens at Stripe, in whatever order and under whatever policy: the books are right, and proven.

Each seed is another fortnight of business and another choice of policies. What a person is told are warnings alone:
nothing here needs anybody before it can be booked.
"""

from __future__ import annotations

import time
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from tests.pipeline.bank import by_hand
from tests.pipeline.business import OPENED, Business
from tests.pipeline.company import PROVEN, Company, RunResult
from tests.pipeline.conftest import OpenCompany

_BANKS = {"usd": "1000", "eur": "1010"}
_CHOICES: dict[str, list[Any]] = {
    "dispute_won": ["other_deposit", "reopen"],
    "dispute_item": ["original_lines", "dispute_item"],
    "refund_partial": ["pro_rata", "refund_item", "single_line"],
    "unapplied_payment": ["unapplied", "auto_invoice", "cash_sale", "customer_deposit"],
    "fee_lines": ["per_kind", "per_transaction"],
    "max_deposit_lines": [10_000, 30],
}


def keep_books(company: Company, business: Business, chance: Random) -> RunResult:
    """Run the time in one window, or by windows of two days; then what a later day's run still finds."""
    start, end = OPENED - timedelta(days=2), OPENED + timedelta(days=business.days + 7)
    company.clock.origin, company.clock.anchor_s = end + timedelta(hours=1), time.time()
    width = chance.choice([end - start, timedelta(days=2)])
    while start < end:
        company.run(start, min(start + width, end))
        start += width
    return company.run(end - timedelta(days=1), end)


def map_account(company: Company, settles: tuple[str, ...]) -> None:
    """A bank for each currency that Stripe settles in."""

    def change(content: dict[str, Any]) -> None:
        (account,) = content["stripe_accounts"]
        account["banks"] = {one: {"number": _BANKS[one]} for one in settles}
        account["opening_balances"] = dict.fromkeys(settles, "0")
        account.pop("clearing", None)

    company.edit("entities.yaml", change)


@pytest.mark.parametrize("seed", range(1, 9))
def test_the_books_are_right_whatever_happens(company_of: OpenCompany, seed: int) -> None:
    """Every payout settled, every proof ok, debits equal credits, nobody needed, and another run writes nothing."""
    chance = Random(seed)
    settles = chance.choice([("usd",), ("usd", "eur"), ("eur",)])
    business = Business(seed, days=5, busy=chance.choice([5, 12]), settles=settles)
    business.deal()
    company = company_of(business.world)
    map_account(company, settles)
    policy = {key: chance.choice(values) for key, values in _CHOICES.items()}
    company.edit("policy.yaml", lambda content: content.update(policy))
    assert_right(company, business, chance)


@pytest.mark.parametrize("seed", [21, 22])
def test_the_books_are_right_whatever_is_paid_out_by_hand(company_of: OpenCompany, seed: int) -> None:
    """The same with round payouts, some of them instant: each day goes by the clearing account (F10)."""
    chance = Random(seed)
    business = Business(seed, days=5, busy=12, daily_payouts=False)
    business.deal()
    company = company_of(business.world)
    by_hand(company)
    assert_right(company, business, chance)


def assert_right(company: Company, business: Business, chance: Random) -> None:
    """Keep the books, and hold all of it."""
    keep_books(company, business, chance)
    before = company.write_requests()
    again = company.run(OPENED - timedelta(days=2), OPENED + timedelta(days=business.days + 7))
    assert company.write_requests() == before
    assert company.findings() == {}
    assert again.payouts == []
    assert again.proofs == PROVEN
    assert company.netsuite.is_balanced()
