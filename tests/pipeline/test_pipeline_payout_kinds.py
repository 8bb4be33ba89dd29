"""Payouts that are no plain deposit: below zero, failed, reversed, linked by hand (ACCOUNTING F8, F9, F14).

However the days are cut into runs, the same books come out; a second pass writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from tests.pipeline.bank import BANK, FUNDS, TRANSIT, balance, paid_out
from tests.pipeline.company import PROVEN, Company
from tests.pipeline.conftest import OpenCompany
from tests.pipeline.trade import Trade, one_sale

World = Callable[[], Trade]
DAYS = range(2, 15)


def negative() -> Trade:
    """All is paid out, then refunded: Stripe debits the bank."""
    trade, _, charge = one_sale()
    trade.world.refund(charge["id"])
    trade.world.pay_out("usd", allow_negative=True)
    trade.at(13)
    return trade


def refused_debit() -> Trade:
    """The bank sends the debit back days later; what comes in afterwards pays for it."""
    trade, _, charge = one_sale()
    trade.world.refund(charge["id"])
    payout = trade.world.pay_out("usd", allow_negative=True)
    assert payout is not None
    trade.at(10)
    trade.world.fail_payout(payout["id"], "debit_not_authorized")
    trade.sale()
    trade.sale()
    trade.at(14, 12)
    return trade


def failed_late() -> Trade:
    """A payout that was paid comes back three days later, and its money leaves again with the next one."""
    trade, _, _ = one_sale()
    trade.at(9)
    payout = next(iter(trade.world.shelves["payout"]))
    trade.world.fail_payout(payout["id"])
    trade.at(13)
    return trade


def failed_early() -> Trade:
    """A payout comes back before it has arrived: nothing was in the bank."""
    trade, _, _ = one_sale()
    trade.sale()
    trade.at(8, 12)
    payout = next(one for one in trade.world.shelves["payout"] if one["status"] == "in_transit")
    trade.world.fail_payout(payout["id"], "no_account")
    trade.at(13)
    return trade


def reversed_late() -> Trade:
    """A paid payout is debited back by another one."""
    trade, _, _ = one_sale()
    payout = next(iter(trade.world.shelves["payout"]))
    trade.world.reverse_payout(payout["id"])
    trade.at(13)
    return trade


def by_hand_in_between() -> Trade:
    """An account that pays out daily; somebody takes a round amount on top, and the next payout lacks it."""
    trade, _, _ = one_sale()
    trade.sale()
    trade.sale()
    trade.at(8, 0, 10)
    trade.world.pay_out("usd", amount=5000)
    trade.at(13)
    return trade


STATES: dict[World, list[str]] = {
    negative: ["booked", "booked"],
    refused_debit: ["booked", "failed", "booked"],
    failed_late: ["failed", "booked"],
    failed_early: ["booked", "failed", "booked"],
    reversed_late: ["reversed", "booked", "booked"],
    by_hand_in_between: ["booked", "booked", "booked"],
}


def states(company: Company) -> list[str]:
    """The payouts' states, earliest arrival first."""
    with company.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT state FROM payout_state ORDER BY arrival_date, payout_id").all()
    return [row[0] for row in rows]


@pytest.mark.parametrize("world", STATES, ids=lambda world: world.__name__)
def test_the_bank_has_what_stripe_paid_and_nothing_is_left_in_transit(company_of: OpenCompany, world: World) -> None:
    """One run at the end: the bank equals Stripe's paid payouts, transit is empty, H1 holds, nothing is written twice."""
    company = company_of(world().world)
    result = company.run_all()
    assert company.findings() == {}
    assert result.proofs == PROVEN
    assert balance(company, BANK) == paid_out(company)
    assert balance(company, TRANSIT) == balance(company, FUNDS) == 0
    assert company.netsuite.is_balanced()
    requests = company.write_requests()
    company.run_all()
    assert company.write_requests() == requests


@pytest.mark.parametrize("world", STATES, ids=lambda world: world.__name__)
def test_day_by_day_gives_the_same_books_as_one_run(company_of: OpenCompany, world: World) -> None:
    """Seen paid and seen failed, or told at the end: the same records, the same trial balance, the same states."""
    whole, daily = company_of(world().world), company_of(world().world)
    whole.run_all()
    proofs = [daily.run_day(day).proofs for day in DAYS]
    assert {one["broken"] for one in proofs} == {0}
    assert daily.external_ids() == whole.external_ids()
    assert daily.trial_balance() == whole.trial_balance()
    assert states(daily) == states(whole)
    assert sorted(states(whole)) == sorted(STATES[world])


def test_a_payout_that_fails_after_it_was_booked_is_taken_back_by_a_journal_entry(company_of: OpenCompany) -> None:
    """F9: first a deposit; then the entry bank to transit on the day it came back; later out of transit again."""
    trade, _, _ = one_sale()
    company = company_of(trade.world)
    for day in range(2, 6):
        company.run_day(day)
    payout = next(iter(trade.world.shelves["payout"]))["id"]
    assert payout in company.external_ids()
    trade.at(9)
    trade.world.fail_payout(payout)
    trade.at(9, 20)
    result = company.run_day(9)
    assert result.state_of(payout) == "failed"
    entry = company.body("journalEntry", f"jr-{payout}")
    assert entry["tranDate"] == "2026-11-09"
    assert (balance(company, BANK), balance(company, TRANSIT)) == (Decimal(0), Decimal("96.80"))
