"""What somebody deleted in NetSuite before its payout, booked again by policy (ACCOUNTING F4, `deleted_record`)."""

from __future__ import annotations

from datetime import timedelta

from stripe_netsuite import pipeline
from tests.pipeline.company import FIRST_DAY, PROVEN, Company
from tests.pipeline.conftest import OpenCompany
from tests.pipeline.trade import Trade, opened


def refunded(company_of: OpenCompany) -> tuple[Trade, Company, str, str]:
    """A sale refunded in part, booked; the customer refund is deleted before the payout. Returns refund and payout."""
    trade = opened()
    _, charge = trade.sale()
    refund = trade.world.refund(charge["id"], 4000)
    company = company_of(trade.world)
    company.run_day(2)
    company.delete("customerRefund", company.internal_id(refund["id"]))
    trade.at(6)
    payout = next(iter(trade.world.shelves["payout"]))
    return trade, company, refund["id"], payout["id"]


def book_again(company: Company) -> None:
    """Choose the policy."""
    company.edit("policy.yaml", lambda policy: policy.update(deleted_record="book_again"))


def test_a_deleted_refund_is_booked_again_and_deposited(company_of: OpenCompany) -> None:
    """The first run sees that it is gone, the next one books it on the credit memo that still stands; once."""
    trade, company, refund, payout = refunded(company_of)
    book_again(company)
    first = company.run_all()
    assert first.state_of(payout) == "waiting_on_records"
    assert next(one["reason"] for one in first.payouts) == f"deleted in NetSuite, booked again: {refund}"
    second = company.run_all()
    assert second.state_of(payout) == "booked"
    assert second.proofs == PROVEN
    assert company.findings() == {}
    assert company.differences() == []
    before = company.write_requests()
    company.run_all()
    assert company.write_requests() == before


def test_what_a_person_named_is_theirs_to_enter_again(company_of: OpenCompany) -> None:
    """A payment linked by metadata and then deleted is not ours: the payout waits, with the finding."""
    trade = opened()
    company = company_of(trade.world)
    trade.sale()
    company.run_day(2)
    number = company.by_hand(
        "customerPayment",
        {
            "customer": {"id": str(company.internal_id(trade.customer))},
            "account": {"id": company.account_id("1499")},
            "tranDate": "2026-11-02",
            "payment": 25,
        },
    )
    metadata = {"netsuite_customer_payment_id": str(number)}
    charge = trade.world.charge(2500, customer=trade.customer, metadata=metadata)
    trade.at(3)
    company.run_day(2)
    company.delete("customerPayment", number)
    trade.at(9)
    book_again(company)
    result = company.run_all()
    assert "blocked" in {one["state"] for one in result.payouts}
    assert company.findings()["deleted_netsuite_record"].finding.stripe_id == charge["id"]


def test_a_dry_run_forgets_nothing(company_of: OpenCompany) -> None:
    """It says that the record is gone; the link stands, and the next run is the one that books."""
    _, company, refund, payout = refunded(company_of)
    company.run_all()
    book_again(company)
    with company.services() as services:
        dry = company.make_run(FIRST_DAY, FIRST_DAY + timedelta(days=6), dry_run=True)
        answer = pipeline.reconcile_payout(services, dry, "acct_sandbox_us", payout)
    assert answer["state"] == "blocked"
    assert refund not in company.external_ids()
    assert company.run_all().state_of(payout) == "waiting_on_records"
