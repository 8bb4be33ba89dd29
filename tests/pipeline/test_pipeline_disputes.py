"""Disputes through their lives, and refunds that come back: what is booked of them, and that it is booked once."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from sandbox.stripe.billing.invoice_lines import Line
from stripe_netsuite.staging.schema import link, staged_object
from tests.pipeline.company import Company
from tests.pipeline.conftest import OpenCompany
from tests.pipeline.test_pipeline_refunds import reapply
from tests.pipeline.trade import Trade, opened

UNDEPOSITED = "1499"


def sold(company_of: OpenCompany) -> tuple[Trade, Company, dict[str, Any], dict[str, Any]]:
    """A sale of 100.00, booked."""
    trade = opened()
    invoice, charge = trade.sale()
    company = company_of(trade.world)
    company.run_all()
    return trade, company, invoice, charge


def settle(company: Company) -> None:
    """Run twice: books as Stripe says, nothing critical, and the second run asks NetSuite for no write."""
    company.run_all()
    assert company.findings() == {}
    assert company.differences(has_deposits=False) == []
    before = company.write_requests()
    company.run_all()
    assert company.write_requests() == before


def forget(company: Company, stripe_id: str) -> None:
    """What a crash between a write and its link leaves: NetSuite has the records, we know of none."""
    with company.engine.begin() as connection:
        connection.execute(sa.delete(link).where(link.c.stripe_id == stripe_id))
        connection.execute(
            sa.update(staged_object).where(staged_object.c.stripe_id == stripe_id).values(state="pending")
        )


def items_of(company: Company, kind: str, external_id: str) -> list[str]:
    """The items of a record's lines."""
    return [line["item"]["id"] for line in company.body(kind, external_id)["item"]["items"]]


def test_a_dispute_takes_back_what_was_sold(company_of: OpenCompany) -> None:
    """E4: credit memo of the invoice's lines and customer refund; the fee stays with the payout."""
    trade, company, _, charge = sold(company_of)
    dispute = trade.world.open_dispute(charge["id"])
    settle(company)
    assert items_of(company, "creditMemo", f"cm-{dispute['id']}") == [str(company.internal_id(trade.price))]
    assert company.netsuite.balance(UNDEPOSITED) == 0
    assert company.netsuite.balance("4000") == 0


def test_a_dispute_greater_than_its_charge_is_credited_on_the_dispute_item(company_of: OpenCompany) -> None:
    """E4: nobody knows which lines 110.00 of 100.00 are about."""
    trade, company, _, charge = sold(company_of)
    dispute = trade.world.open_dispute(charge["id"], 11000)
    settle(company)
    item = str(company.internal_id("stripe-dispute-item"))
    assert items_of(company, "creditMemo", f"cm-{dispute['id']}") == [item]
    assert company.netsuite.balance(UNDEPOSITED) == -10


def test_two_partial_disputes_of_one_charge_are_two_records(company_of: OpenCompany) -> None:
    """E4: each for its own amount, whichever run sees it."""
    trade, company, _, charge = sold(company_of)
    trade.world.open_dispute(charge["id"], 3000)
    company.run_all()
    trade.world.open_dispute(charge["id"], 7000)
    settle(company)
    assert company.netsuite.balance(UNDEPOSITED) == 0


def test_an_inquiry_books_nothing_until_it_becomes_a_dispute(company_of: OpenCompany) -> None:
    """E4: the bank only asks; when funds are withdrawn, the dispute is booked by itself."""
    trade, company, _, charge = sold(company_of)
    dispute = trade.world.open_dispute(charge["id"], inquiry=True)
    settle(company)
    assert dispute["id"] not in company.external_ids()
    trade.world.escalate_inquiry(dispute["id"])
    settle(company)
    assert dispute["id"] in company.external_ids()


def test_evidence_appeal_and_loss_book_nothing_more(company_of: OpenCompany) -> None:
    """E4: states change, money does not move."""
    trade, company, _, charge = sold(company_of)
    dispute = trade.world.open_dispute(charge["id"])["id"]
    settle(company)
    before = company.committed()
    trade.world.counter_dispute(dispute)
    company.run_all()
    trade.world.lose_dispute(dispute)
    company.run_all()
    trade.world.appeal_dispute(dispute)
    settle(company)
    assert company.committed() == before


def test_a_win_is_the_deposits_line_by_default(company_of: OpenCompany) -> None:
    """E5: no record of its own; credit memo and refund stand."""
    trade, company, _, charge = sold(company_of)
    dispute = trade.world.open_dispute(charge["id"])["id"]
    settle(company)
    before = company.committed()
    trade.world.counter_dispute(dispute)
    trade.world.win_dispute(dispute)
    settle(company)
    assert company.committed() == before


@pytest.mark.parametrize("at_once", [False, True])
def test_a_win_is_billed_and_paid_again_by_policy(company_of: OpenCompany, *, at_once: bool) -> None:
    """E5 `reopen`: an invoice of the credited lines, paid with what came back, in the run of the dispute or later."""
    trade, company, _, charge = sold(company_of)
    company.edit("policy.yaml", lambda policy: policy.update(dispute_won="reopen"))
    dispute = trade.world.open_dispute(charge["id"])["id"]
    if not at_once:
        company.run_all()
    trade.world.counter_dispute(dispute)
    trade.world.win_dispute(dispute)
    company.run_all()
    assert items_of(company, "invoice", f"ri-{dispute}") == [str(company.internal_id(trade.price))]
    assert company.netsuite.balance(UNDEPOSITED) == 100
    assert company.netsuite.balance("1100") == 0
    assert company.netsuite.balance("4000") == -100
    before = company.write_requests()
    company.run_all()
    assert company.write_requests() == before
    assert company.findings() == {}


def test_an_hourly_run_follows_a_dispute_by_its_events(company_of: OpenCompany) -> None:
    """E4, E5: the hour of the withdrawal books it, the hour of the win bills it again; hours between book nothing."""
    trade = opened()
    _, charge = trade.sale()
    trade.at(3)
    dispute = trade.world.open_dispute(charge["id"])["id"]
    trade.at(5)
    trade.world.counter_dispute(dispute)
    trade.at(9)
    trade.world.win_dispute(dispute)
    trade.at(10)
    company = company_of(trade.world)
    company.edit("policy.yaml", lambda policy: policy.update(dispute_won="reopen"))
    for day in (2, 3, 5, 9):
        start = datetime(2026, 11, day, 15, tzinfo=UTC)
        company.run(start, start + timedelta(hours=1), kind="hourly")
    assert {dispute, f"cm-{dispute}", f"ri-{dispute}", f"ro-{dispute}"} <= company.external_ids()
    before = company.external_ids()
    company.run_all()
    assert {one for one in company.external_ids() - before if not one.startswith("po_")} == set()


def test_a_dispute_of_an_unapplied_payment_is_refunded_from_it(company_of: OpenCompany) -> None:
    """E4: no invoice, no credit memo."""
    trade = opened()
    charge = trade.world.charge(2500, customer=trade.customer, description="Paid at the fair")
    company = company_of(trade.world)
    company.run_all()
    trade.world.open_dispute(charge["id"])
    settle(company)
    assert company.netsuite.balance(UNDEPOSITED) == 0
    assert company.netsuite.balance("1100") == 0


def test_a_refund_whose_links_were_lost_is_not_split_anew(company_of: OpenCompany) -> None:
    """E1: a crash after the customer refund, before its link: what it took of the payment is not missed again."""
    trade, company, invoice, charge = sold(company_of)
    reapply(company, charge["id"], {str(company.internal_id(invoice["id"])): 30})
    refund = trade.world.refund(charge["id"])
    company.run_all()
    before = Counter(company.committed())
    forget(company, refund["id"])
    company.run_all()
    assert company.committed() == before
    assert company.findings() == {}
    assert company.netsuite.balance(UNDEPOSITED) == 0
    assert company.netsuite.balance("1100") == 70  # what the invoice still asks for


def test_a_dispute_whose_links_were_lost_is_found_again(company_of: OpenCompany) -> None:
    """E4, E5 `reopen`: all four records are adopted by their external ids."""
    trade, company, _, charge = sold(company_of)
    company.edit("policy.yaml", lambda policy: policy.update(dispute_won="reopen"))
    dispute = trade.world.open_dispute(charge["id"])["id"]
    trade.world.counter_dispute(dispute)
    trade.world.win_dispute(dispute)
    company.run_all()
    before = Counter(company.committed())
    forget(company, dispute)
    company.run_all()
    assert company.committed() == before
    assert company.findings() == {}


def test_a_dry_run_plans_what_a_run_books(company_of: OpenCompany) -> None:
    """Payment, refund and dispute are all new: the plan of each step sees what the earlier ones would book."""
    trade = opened()
    _, first = trade.sale()
    _, second = trade.sale()
    loose = trade.world.charge(2500, customer=trade.customer)
    trade.world.refund(first["id"], 4000)
    trade.world.refund(loose["id"], 500)
    trade.world.open_dispute(second["id"])
    company = company_of(trade.world)
    planned = company.run_all(dry_run=True)
    assert company.committed() == Counter()
    counts = {name: step.get("would_create", 0) for name, step in planned.steps.items()}
    done = company.run_all()
    assert counts["refunds"] == done.steps["refunds"]["created"] == 3
    assert counts["disputes"] == done.steps["disputes"]["created"] == 2
    assert company.findings() == {}


def test_a_charge_that_is_a_cash_sale_or_a_deposit(company_of: OpenCompany) -> None:
    """E1, E4: of a cash sale by a credit memo; a customer deposit is for a person."""
    trade = opened()
    sale = trade.world.charge(2500, customer=trade.customer)
    deposit = trade.world.charge(1500, customer=trade.customer)
    company = company_of(trade.world)
    company.run_all()
    with company.engine.begin() as connection:
        for charge, kind in ((sale, "cashRefund"), (deposit, "customerDeposit")):
            change = sa.update(link).where(link.c.stripe_id == charge["id"]).values(record_type=kind)
            connection.execute(change)
    dispute = trade.world.open_dispute(sale["id"])
    company.run_all()
    assert f"cm-{dispute['id']}" in company.external_ids()
    assert company.findings() == {}


def test_a_dispute_in_euro_has_the_rate_of_its_own_day(company_of: OpenCompany) -> None:
    """D4, E4: what leaves Undeposited Funds is what Stripe took in dollars, not what the charge brought."""
    trade = opened()
    euro = trade.world.create_customer("Curie GmbH", email="curie@example.test")["id"]
    _, charge = trade.sale(Line(price=trade.euro_price), customer=euro, currency="eur")
    company = company_of(trade.world)
    company.run_all()
    trade.at(3)
    trade.world.open_dispute(charge["id"], currency_amount=10001)
    charged = company.netsuite.balance(UNDEPOSITED)
    settle(company)
    assert charged - company.netsuite.balance(UNDEPOSITED) == Decimal("100.01")


def test_a_refund_that_comes_back_is_owed_again_and_refunded_from_there(company_of: OpenCompany) -> None:
    """E3: an unapplied payment; the second refund takes it, and income is reduced only once."""
    trade, company, _, charge = sold(company_of)
    refund = trade.world.refund(charge["id"])
    company.run_all()
    trade.world.fail_refund(refund["id"])
    settle(company)
    assert f"rf-{refund['id']}" in company.external_ids()
    assert company.netsuite.balance("1100") == -100
    assert company.netsuite.balance(UNDEPOSITED) == 100
    again = trade.world.refund(charge["id"])
    company.run_all()
    assert f"cm-{again['id']}" not in company.external_ids()
    assert company.netsuite.balance("1100") == 0
    assert company.netsuite.balance("4000") == 0
    assert company.netsuite.balance(UNDEPOSITED) == 0
    before = company.write_requests()
    company.run_all()
    assert company.write_requests() == before
