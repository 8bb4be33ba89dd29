"""What goes back of customer deposits and cash sales, and what comes back of that (ACCOUNTING D2, E1, E3, E4)."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from sandbox.netsuite.records.catalog import record_type
from sandbox.stripe.billing.invoice_lines import Line
from stripe_netsuite.staging.schema import link, staged_object
from tests.pipeline.company import Company
from tests.pipeline.conftest import OpenCompany
from tests.pipeline.test_pipeline_payments import all_booked
from tests.pipeline.trade import Trade, opened

HELD = "2150"
INCOME = "4000"
RECEIVABLE = "1100"
FUNDS = "1499"


def paid_loose(company_of: OpenCompany, policy: str) -> tuple[Trade, Company, str]:
    """A charge of 100.00 without an invoice, booked as the policy says."""
    trade = opened()
    charge = trade.world.charge(10000, customer=trade.customer)
    trade.world.create_invoice(trade.customer, [Line(price=trade.price)])
    company = company_of(trade.world)
    company.edit("policy.yaml", lambda content: content.update(unapplied_payment=policy))
    company.run_all()
    return trade, company, charge["id"]


def apply_deposit(company: Company, charge: str, amount: float) -> int:
    """Apply the charge's customer deposit to the open invoice by hand."""
    (invoice,) = company.world.shelves["invoice"]
    kind = record_type("depositApplication")
    assert kind is not None
    line = {"doc": {"id": str(company.internal_id(invoice["id"]))}, "apply": True, "amount": amount}
    body: dict[str, Any] = {
        "deposit": {"id": str(company.internal_id(charge))},
        "tranDate": "2026-11-02",
        "apply": {"items": [line]},
    }
    return company.netsuite.account.records.create(kind, body, "Error", defaults={}).id


def quiet(company: Company) -> None:
    """A further run asks NetSuite for no write, and only H4 may see that a person paid what is open in Stripe."""
    before = company.write_requests()
    company.run_all()
    assert company.write_requests() == before
    assert set(company.findings()) <= {"proof_h4_broken"}
    assert company.netsuite.is_balanced()


def forget(company: Company, *stripe_ids: str) -> None:
    """What a crash between a write and its link leaves."""
    with company.engine.begin() as connection:
        connection.execute(sa.delete(link).where(link.c.stripe_id.in_(stripe_ids)))
        change = sa.update(staged_object).where(staged_object.c.stripe_id.in_(stripe_ids)).values(state="pending")
        connection.execute(change)


@pytest.mark.parametrize("kind", ["refund", "dispute"])
def test_an_unapplied_deposit_is_given_back_itself(company_of: OpenCompany, kind: str) -> None:
    """E1, E4: a customer refund of the deposit; no credit memo, nothing left of the liability, the payout ties."""
    trade, company, charge = paid_loose(company_of, "customer_deposit")
    made = trade.world.refund(charge) if kind == "refund" else trade.world.open_dispute(charge)
    trade.sale()
    trade.at(6)
    all_booked(company)
    assert company.findings() == {}
    assert company.netsuite.balance(HELD) == 0
    assert f"cm-{made['id']}" not in company.external_ids()


@pytest.mark.parametrize("kind", ["refund", "dispute"])
def test_an_applied_deposit_follows_its_application(company_of: OpenCompany, kind: str) -> None:
    """E1, E4: 70 of 100 pay an invoice: 30 come out of the deposit, 70 by a credit memo; found again after a crash."""
    trade, company, charge = paid_loose(company_of, "customer_deposit")
    apply_deposit(company, charge, 70)
    made = (trade.world.refund(charge) if kind == "refund" else trade.world.open_dispute(charge))["id"]
    company.run_all()
    assert set(company.findings()) == {"proof_h4_broken"}
    assert company.netsuite.balance(HELD) == 0
    assert company.netsuite.balance(FUNDS) == 0
    assert company.netsuite.balance(RECEIVABLE) == 30  # what the invoice still asks for
    before = company.committed()
    forget(company, made)
    company.run_all()
    assert company.committed() == before
    quiet(company)


def test_refunds_of_a_deposit_share_what_it_holds(company_of: OpenCompany) -> None:
    """E1: three refunds, two of them in one run, of a deposit that was applied between them: nothing twice."""
    trade, company, charge = paid_loose(company_of, "customer_deposit")
    trade.world.refund(charge, 1000)
    company.run_all()
    apply_deposit(company, charge, 70)
    second, third = trade.world.refund(charge, 1500), trade.world.refund(charge, 2500)
    company.run_all()
    credited = {one for one in (second["id"], third["id"]) if f"cm-{one}" in company.external_ids()}
    assert len(credited) in (1, 2)
    assert company.netsuite.balance(HELD) == 0
    assert company.netsuite.balance(FUNDS) == 50
    quiet(company)


@pytest.mark.parametrize("is_at_once", [False, True], ids=["day by day", "in one run"])
@pytest.mark.parametrize("policy", ["cash_sale", "customer_deposit", "unapplied"])
def test_a_refund_that_comes_back_is_owed_again(company_of: OpenCompany, policy: str, is_at_once: bool) -> None:
    """E3: a customer payment, whatever the charge was booked as; the next refund takes it, and no income twice."""
    trade = opened()
    charge = trade.world.charge(10000, customer=trade.customer)["id"]
    company = company_of(trade.world)
    company.edit("policy.yaml", lambda content: content.update(unapplied_payment=policy))
    refund = trade.world.refund(charge)["id"]
    if not is_at_once:
        company.run_all()
    trade.at(4)
    trade.world.fail_refund(refund)
    if not is_at_once:
        company.run_all()
        assert company.netsuite.balance(RECEIVABLE) == -100
        assert company.netsuite.balance(FUNDS) == 100
    trade.at(5)
    again = trade.world.refund(charge)["id"]
    trade.sale()
    trade.at(12)
    all_booked(company)
    assert {refund, f"rf-{refund}", again} <= company.external_ids()
    assert f"cm-{again}" not in company.external_ids()
    assert [company.netsuite.balance(one) for one in (RECEIVABLE, HELD, INCOME)] == [0, 0, -100]
    assert company.findings() == {}


def test_a_refund_of_a_sale_that_took_what_had_come_back_is_found_again(company_of: OpenCompany) -> None:
    """E3: after a crash the customer refund is not planned as a cash refund; a dispute takes its place as well."""
    trade = opened()
    charge = trade.world.charge(10000, customer=trade.customer)["id"]
    company = company_of(trade.world)
    company.edit("policy.yaml", lambda content: content.update(unapplied_payment="cash_sale"))
    refund = trade.world.refund(charge, 6000)["id"]
    trade.at(4)
    trade.world.fail_refund(refund)
    company.run_all()
    trade.at(5)
    again = trade.world.refund(charge, 10000)["id"]
    company.run_all()
    assert company.netsuite.balance(RECEIVABLE) == 0
    assert company.netsuite.balance(INCOME) == 0
    before = company.committed()
    forget(company, again)
    company.run_all()
    assert company.committed() == before
    quiet(company)


def test_a_dry_run_plans_the_refund_of_an_invoice_made_for_the_charge(company_of: OpenCompany) -> None:
    """D2, E1: sale, invoice and refund are all new; the plan credits the invoice as the run does."""
    trade = opened()
    charge = trade.world.charge(2500, customer=trade.customer)
    trade.world.refund(charge["id"], 1000)
    company = company_of(trade.world)
    company.edit("policy.yaml", lambda content: content.update(unapplied_payment="auto_invoice"))
    planned = company.run_all(dry_run=True)
    done = company.run_all()
    assert planned.steps["refunds"]["would_create"] == done.steps["refunds"]["created"] == 2
