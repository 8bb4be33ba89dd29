"""Clearing (ACCOUNTING F10): accounts that pay out by hand, and all accounts where policy says so.

The clearing account holds what Stripe's balance holds, the bank what Stripe paid out, and nothing stays in between.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from sandbox.stripe.world import World
from tests.pipeline.bank import BANK, CLEARING, FUNDS, TRANSIT, balance, by_hand, paid_out, stripe_balance
from tests.pipeline.company import ACCOUNT, PROVEN
from tests.pipeline.conftest import OpenCompany
from tests.pipeline.trade import Trade, busy_week, opened

Open = Callable[[], Trade]


def paid_by_hand() -> Trade:
    """Sales and a refund, a round payout, one that is canceled, one that the bank sends back."""
    trade = opened(daily_payouts=False)
    _, charge = trade.sale()
    trade.sale()
    trade.at(5)
    trade.world.refund(charge["id"], 2500)
    trade.world.pay_out("usd", amount=9000)
    canceled = trade.world.pay_out("usd", amount=1000)
    assert canceled is not None
    trade.world.cancel_payout(canceled["id"])
    trade.at(9)
    failing = trade.world.pay_out("usd", amount=2000)
    assert failing is not None
    trade.at(11)
    trade.world.fail_payout(failing["id"])
    trade.at(14, 12)
    return trade


def weekly() -> Trade:
    """A busy week with automatic payouts in one currency."""
    trade = busy_week()
    trade.at(14, 12)
    return trade


@pytest.mark.parametrize(("world", "policy"), [(paid_by_hand, "manual_only"), (weekly, "all")])
def test_clearing_is_stripes_balance_and_the_bank_has_what_was_paid(
    company_of: OpenCompany, world: Open, policy: str
) -> None:
    """One run: every day's lines in the clearing account, every payout out of it; nothing is written twice."""
    company = company_of(world().world)
    by_hand(company, policy)
    result = company.run(datetime(2026, 10, 31, tzinfo=UTC), datetime(2026, 11, 14, 12, tzinfo=UTC))
    assert company.findings() == {}
    assert result.proofs == PROVEN
    assert balance(company, CLEARING) == stripe_balance(company)
    assert balance(company, BANK) == paid_out(company)
    assert balance(company, TRANSIT) == balance(company, FUNDS) == 0
    requests = company.write_requests()
    company.run_all()
    assert company.write_requests() == requests


@pytest.mark.parametrize(("world", "policy"), [(paid_by_hand, "manual_only"), (weekly, "all")])
def test_clearing_day_by_day_gives_the_same_books(company_of: OpenCompany, world: Open, policy: str) -> None:
    """A day is closed once it is over; the records do not depend on when they were booked."""
    whole, daily = company_of(world().world), company_of(world().world)
    for company in (whole, daily):
        by_hand(company, policy)
    whole.run(datetime(2026, 10, 31, tzinfo=UTC), datetime(2026, 11, 14, tzinfo=UTC))
    daily.run(datetime(2026, 10, 31, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC))
    proofs = [daily.run_day(day).proofs for day in range(2, 14)]
    assert {one["broken"] for one in proofs} == {0}
    assert daily.external_ids() == whole.external_ids()
    assert daily.trial_balance() == whole.trial_balance()


def test_a_payout_over_the_end_of_a_month_is_in_transit_when_it_ends(company_of: OpenCompany) -> None:
    """It leaves the clearing account in November, and reaches the bank in December."""
    trade = Trade(World(1, datetime(2026, 11, 26, 15, tzinfo=UTC), daily_payouts=False))
    trade.world.charge(10000)
    trade.world.advance_to(datetime(2026, 11, 30, 15, tzinfo=UTC))
    payout = trade.world.pay_out("usd", amount=5000)
    assert payout is not None
    trade.world.advance_to(datetime(2026, 12, 2, 12, tzinfo=UTC))
    company = company_of(trade.world)
    by_hand(company)
    company.clock.origin = datetime(2026, 12, 3, tzinfo=UTC)
    result = company.run(datetime(2026, 10, 31, tzinfo=UTC), datetime(2026, 12, 2, 12, tzinfo=UTC))
    assert result.proofs == PROVEN
    out = company.body("journalEntry", f"je-cl-{ACCOUNT}-usd-20261130")
    assert (out["tranDate"], company.body("journalEntry", f"je-{payout['id']}")["tranDate"]) == (
        "2026-11-30",
        "2026-12-01",
    )
    assert balance(company, BANK) == 50
