"""Disputes whose money moves more often than out and in, and in parts (ACCOUNTING E4, E5): every movement is booked."""

from __future__ import annotations

from typing import Any

import pytest

from tests.pipeline.company import Company
from tests.pipeline.conftest import OpenCompany
from tests.pipeline.test_pipeline_given_back import forget
from tests.pipeline.test_pipeline_payments import all_booked
from tests.pipeline.trade import Trade, opened

INCOME = "4000"
RECEIVABLE = "1100"


def move(trade: Trade, dispute: dict[str, Any], amount: int) -> None:
    """The bank takes (below zero) or gives back a part of a dispute, as Stripe's ledger and the dispute show it."""
    world = trade.world
    row = world._move_now(
        "adjustment",
        amount,
        "usd",
        source=dispute["id"],
        description="Chargeback" if amount < 0 else "Chargeback reversal",
        reporting_category="dispute" if amount < 0 else "dispute_reversal",
    )
    world._show_row(dispute, row)
    world.emit(f"charge.dispute.funds_{'withdrawn' if amount < 0 else 'reinstated'}", dispute)


def sell_to_others(trade: Trade) -> None:
    """Two sales of 100.00 that keep the payouts above zero."""
    for _ in range(2):
        trade.sale(customer=trade.world.create_customer("Babbage & Sons")["id"])


def disputed(company_of: OpenCompany, policy: str) -> tuple[Trade, Company, dict[str, Any]]:
    """A sale of 100.00, disputed, beside another one that keeps the payouts above zero."""
    trade = opened()
    _, charge = trade.sale()
    sell_to_others(trade)
    company = company_of(trade.world)
    company.edit("policy.yaml", lambda content: content.update(dispute_won=policy))
    return trade, company, trade.world.open_dispute(charge["id"])


@pytest.mark.parametrize("is_at_once", [False, True], ids=["day by day", "in one run"])
@pytest.mark.parametrize("policy", ["other_deposit", "reopen"])
def test_a_dispute_that_is_taken_and_won_twice(company_of: OpenCompany, policy: str, is_at_once: bool) -> None:
    """E5: four movements, each in its payout; in the end the money of the sale is there, and nothing is owed."""
    trade, company, dispute = disputed(company_of, policy)
    for day, amount in ((4, 10000), (6, -10000), (10, 10000)):
        if not is_at_once:
            company.run_all()
        trade.at(day)
        move(trade, dispute, amount)
    sell_to_others(trade)
    trade.at(14)
    result = all_booked(company)
    assert result.payouts or not is_at_once
    assert company.findings() == {}
    number = f"{dispute['id']}-2"
    assert {dispute["id"], number, f"cm-{number}"} <= company.external_ids()
    assert (f"ro-{number}" in company.external_ids()) is (policy == "reopen")
    assert company.netsuite.balance(RECEIVABLE) == 0
    if policy == "reopen":
        assert company.netsuite.balance(INCOME) == -500
    before = company.committed()
    forget(company, dispute["id"], number)
    company.run_all()
    assert company.committed() == before


@pytest.mark.parametrize("policy", ["other_deposit", "reopen"])
def test_a_dispute_that_is_given_back_in_parts(company_of: OpenCompany, policy: str) -> None:
    """E5: 70 and later 20 of 100 come back: as much is billed again and paid; the last 10 are lost, nobody owes them."""
    trade, company, dispute = disputed(company_of, policy)
    trade.at(4)
    move(trade, dispute, 7000)
    company.run_all()
    trade.at(6)
    move(trade, dispute, 2000)
    sell_to_others(trade)
    trade.at(14)
    all_booked(company)
    assert company.findings() == {}
    assert company.netsuite.balance(RECEIVABLE) == 0
    if policy == "reopen":
        assert company.netsuite.balance(INCOME) == -490


def test_a_dispute_of_an_unapplied_payment_is_taken_from_what_came_back(company_of: OpenCompany) -> None:
    """E5 `reopen`: no invoice was credited, none is billed; the second withdrawal refunds what the win had brought."""
    trade = opened()
    charge = trade.world.charge(10000, customer=trade.customer)
    sell_to_others(trade)
    company = company_of(trade.world)
    company.edit("policy.yaml", lambda content: content.update(dispute_won="reopen"))
    dispute = trade.world.open_dispute(charge["id"])
    trade.at(4)
    move(trade, dispute, 10000)
    trade.at(6)
    move(trade, dispute, -4000)
    sell_to_others(trade)
    trade.at(11)
    all_booked(company)
    assert company.findings() == {}
    assert not {one for one in company.external_ids() if one.startswith(("cm-", "ri-"))}
    assert company.netsuite.balance(RECEIVABLE) == -60
    trade.world.change(dispute, "charge.dispute.closed", status="won", is_charge_refundable=True)
    trade.world.refund(charge["id"], 6000)
    company.run_all()
    assert company.netsuite.balance(RECEIVABLE) == 0
    assert company.netsuite.balance(INCOME) == -400


def test_a_dispute_is_booked_at_what_the_ledger_moved(company_of: OpenCompany) -> None:
    """E4: the dispute says 100, the bank took 80: records and payout hold 80, and no difference is made of it."""
    trade = opened()
    _, charge = trade.sale()
    trade.sale(customer=trade.world.create_customer("Babbage & Sons")["id"])
    trade.world.open_dispute(charge["id"], currency_amount=8000)
    trade.at(6)
    company = company_of(trade.world)
    all_booked(company)
    assert company.findings() == {}
    assert company.netsuite.balance(INCOME) == -120


def test_the_second_movement_waits_for_the_first(company_of: OpenCompany) -> None:
    """E5: a refused first movement leaves the dispute waiting with its finding; then both are booked by themselves."""
    trade, company, dispute = disputed(company_of, "reopen")
    trade.at(4)
    move(trade, dispute, 10000)
    trade.at(6)
    move(trade, dispute, -10000)
    sell_to_others(trade)
    trade.at(11)
    company.run_all(dry_run=True)
    squatter = company.by_hand(
        "journalEntry",
        {
            "externalId": dispute["id"],
            "subsidiary": {"id": "1"},
            "tranDate": "2026-11-03",
            "line": {
                "items": [
                    {"account": {"id": company.account_id("1000")}, "debit": 1},
                    {"account": {"id": company.account_id("1499")}, "credit": 1},
                ]
            },
        },
    )
    company.run_all()
    assert "external_id_taken" in company.findings()
    assert f"{dispute['id']}-2" not in company.external_ids()
    company.delete("journalEntry", squatter)
    all_booked(company)
    assert company.findings() == {}
