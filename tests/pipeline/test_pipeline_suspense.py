"""A difference that was let through is cleared once it is put right (ACCOUNTING A6, F5): by a new record, exactly once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from sandbox.netsuite.protocol.faults import Rule
from stripe_netsuite import pipeline
from stripe_netsuite.errors import NetSuiteUnavailable
from tests.pipeline.bank import BANK, FUNDS, balance
from tests.pipeline.company import PROVEN, Company, RunResult
from tests.pipeline.conftest import OpenCompany
from tests.pipeline.test_pipeline_payout_findings import (
    CASES,
    change_payment,
    delete_payment,
    enter_payment_again,
)
from tests.pipeline.trade import Trade, opened
from tests.safety.weather import Ambush

SUSPENSE = "1590"
OPEN = {"payout_mismatch": "fail_open", "fail_open_threshold": {"usd": "150.00"}}


def sold(company_of: OpenCompany, *, refund: int = 0) -> tuple[Trade, Company, str, str]:
    """A charge of 25.00 without invoice and a sale are booked; their payout has arrived. Returns charge and payout."""
    trade = opened()
    charge = trade.world.charge(2500, customer=trade.customer)
    trade.sale()
    if refund:
        trade.world.refund(charge["id"], refund)
    company = company_of(trade.world)
    company.run_day(2)
    trade.at(6)
    company.edit("policy.yaml", lambda policy: policy.update(OPEN))
    return trade, company, charge["id"], next(iter(trade.world.shelves["payout"]))["id"]


def transaction_of(company: Company, source: str) -> str:
    """The ledger line of a charge or refund."""
    return next(str(row["id"]) for row in company.world.shelves["balance_transaction"] if row["source"] == source)


def said(company: Company) -> set[str]:
    """The codes of the findings, but for what an edited or moved payment does to the proofs before it is right again."""
    return set(company.findings()) - {"proof_h3_broken", "proof_h6_broken"}


def assert_clear(company: Company, result: RunResult, payout: str) -> None:
    """Nothing is left in suspense or unsaid, all proofs hold, the bank has the payout, and another run writes nothing."""
    assert result.state_of(payout) == "booked"
    assert company.findings() == {}
    assert result.proofs == PROVEN
    assert (balance(company, SUSPENSE), balance(company, FUNDS)) == (Decimal(0), Decimal(0))
    amount = company.world.get("payout", payout)["amount"]
    assert balance(company, BANK) == Decimal(amount) / 100
    assert company.netsuite.is_balanced()
    before = company.write_requests()
    again = company.run_all()
    assert company.write_requests() == before
    assert again.payouts == []
    assert again.proofs == PROVEN


@pytest.mark.parametrize("case", [name for name in CASES if name != "amount edited"])
def test_a_whole_line_is_cleared_when_its_record_is_right(company_of: OpenCompany, case: str) -> None:
    """Deposited elsewhere, voided, deleted, in another account: let through whole; repaired, a deposit of nothing clears it."""
    code, damage, repair = CASES[case]
    _, company, charge, payout = sold(company_of)
    damage(company, charge)
    first = company.run_all()
    assert first.state_of(payout) == "booked"
    assert said(company) == {code}
    assert balance(company, SUSPENSE) == Decimal(-25)
    still = company.run_all()
    assert still.payouts[0]["reason"] == "25.00 USD of differences in suspense"
    assert said(company) == {code}
    repair(company, charge)
    cleared = company.run_all()
    body = company.body("deposit", f"sx-{transaction_of(company, charge)}")
    assert body["memo"] == f"Stripe: {payout} | Reconciled: {charge}"
    assert_clear(company, cleared, payout)


def test_a_plan_that_was_never_posted_leaves_nothing_to_clear(company_of: OpenCompany) -> None:
    """NetSuite refuses the deposit with its suspense line; the payment is entered again, and the payout is booked whole."""
    _, company, charge, payout = sold(company_of)
    delete_payment(company, charge)
    company.netsuite.faults.set([Rule("status_500", method="PUT", path_contains="/deposit/eid:", times=1000)])
    with pytest.raises(NetSuiteUnavailable):
        company.run_all()
    company.netsuite.faults.set([])
    assert payout not in company.external_ids()
    enter_payment_again(company, charge)
    assert_clear(company, company.run_all(), payout)
    assert not any(one.startswith("sx-") for one in company.external_ids())


def test_a_finding_says_what_cleared_it(company_of: OpenCompany) -> None:
    """It is resolved, and its message ends with the record; before that it tells how to put things right."""
    _, company, charge, _ = sold(company_of)
    delete_payment(company, charge)
    company.run_all()
    transaction = transaction_of(company, charge)
    suggestion = company.findings()["deleted_netsuite_record"].finding.suggestion or ""
    assert f"ad-{transaction}" in suggestion
    assert f"sx-{transaction}" in suggestion
    enter_payment_again(company, charge)
    company.run_all()
    with company.engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT message, status FROM finding WHERE code = 'deleted_netsuite_record'"
        ).all()
    number = company.internal_id(f"sx-{transaction}")
    assert [(message.endswith(f"Cleared by record {number}."), status) for message, status in rows] == [
        (True, "resolved")
    ]


def test_a_payment_that_is_booked_later_is_cleared(company_of: OpenCompany) -> None:
    """NetSuite refuses the payment until after the payout is booked; then it lies in Undeposited Funds, and is taken."""
    trade = opened()
    trade.sale()
    charge = trade.world.charge(2500, customer=trade.customer)
    trade.at(9)
    company = company_of(trade.world)
    company.edit("policy.yaml", lambda policy: policy.update(OPEN))
    order = Rule("status_500", method="PUT", path_contains=f"/customerPayment/eid:{charge['id']}", times=1000)
    company.netsuite.faults.set([order])
    with pytest.raises(NetSuiteUnavailable):
        company.run_all()
    (payout,) = [one["id"] for one in trade.world.shelves["payout"]]
    reconcile(company)
    company.netsuite.faults.set([])
    assert said(company) == {"transaction_not_booked"}
    assert balance(company, SUSPENSE) == Decimal(-25)
    assert_clear(company, company.run_all(), payout)


def reconcile(company: Company) -> None:
    """What the payouts' DAG does after loads that failed."""
    end = datetime(2026, 11, 15, tzinfo=UTC)
    run = company.make_run(end - timedelta(days=14), end)
    with company.services() as services:
        for found in pipeline.discover_payouts(services, run):
            pipeline.reconcile_payout(services, run, found["account"], found["payout_id"])


def test_a_refund_is_cleared_the_other_way(company_of: OpenCompany) -> None:
    """Money out: the refund was gone, and is entered again; suspense had its amount as a debit."""
    trade, company, charge, payout = sold(company_of, refund=1000)
    refund = next(iter(trade.world.shelves["refund"]))["id"]
    body = company.body("customerRefund", refund)
    company.delete("customerRefund", company.internal_id(refund))
    company.run_all()
    assert said(company) == {"deleted_netsuite_record"}
    assert balance(company, SUSPENSE) == Decimal(10)
    company.by_hand("customerRefund", {**body, "externalId": refund})
    assert_clear(company, company.run_all(), payout)


@pytest.mark.parametrize(("edited", "kind"), [(24, "customerPayment"), (26, "customerRefund")])
def test_the_part_that_is_missing_is_entered_by_hand(company_of: OpenCompany, edited: int, kind: str) -> None:
    """An edited payment is on the deposit as it is; what it lacks, or has too much, comes as a record of its own."""
    trade, company, charge, payout = sold(company_of)
    change_payment(company, charge, payment=edited)
    first = company.run_all()
    assert first.state_of(payout) == "booked"
    assert balance(company, SUSPENSE) == Decimal(edited - 25)
    part = f"ad-{transaction_of(company, charge)}"
    customer = {"id": str(company.internal_id(trade.customer))}
    fields: dict[str, Any] = {"externalId": part, "customer": customer, "account": {"id": company.account_id(FUNDS)}}
    if kind == "customerPayment":
        company.by_hand(kind, {**fields, "tranDate": "2026-11-09", "payment": 1})
    else:
        loose = {"doc": {"id": str(company.internal_id(charge))}, "line": 0, "apply": True, "amount": 1}
        company.by_hand(kind, {**fields, "tranDate": "2026-11-09", "apply": {"items": [loose]}})
    assert_clear(company, company.run_all(), payout)


def test_a_part_of_the_wrong_kind_or_amount_clears_nothing(company_of: OpenCompany) -> None:
    """1.00 is missing and 0.50 is entered: the line stays, until the amount is right."""
    trade, company, charge, payout = sold(company_of)
    change_payment(company, charge, payment=24)
    company.run_all()
    part = company.by_hand(
        "customerPayment",
        {
            "externalId": f"ad-{transaction_of(company, charge)}",
            "customer": {"id": str(company.internal_id(trade.customer))},
            "account": {"id": company.account_id(FUNDS)},
            "tranDate": "2026-11-09",
            "payment": 0.5,
        },
    )
    company.run_all()
    assert balance(company, SUSPENSE) == Decimal(-1)
    company.by_hand("customerPayment", {"payment": 1}, part)
    assert_clear(company, company.run_all(), payout)


def journal(company: Company, external_id: str, amount: float) -> int:
    """A journal entry by hand: suspense to income."""
    lines = [
        {"account": {"id": company.account_id(SUSPENSE)}, "debit": amount},
        {"account": {"id": company.account_id("4000")}, "credit": amount},
    ]
    body = {"externalId": external_id, "tranDate": "2026-11-09", "subsidiary": {"id": "1"}, "line": {"items": lines}}
    return company.by_hand("journalEntry", body)


def test_a_person_clears_the_line_with_a_journal_entry(company_of: OpenCompany) -> None:
    """Written off by hand under the line's external id: looked at, and the finding is settled without a deposit."""
    _, company, charge, payout = sold(company_of)
    delete_payment(company, charge)
    company.run_all()
    wrong = journal(company, f"sx-{transaction_of(company, charge)}", 20)
    company.run_all()
    assert said(company) == {"deleted_netsuite_record", "suspense_not_cleared"}
    company.delete("journalEntry", wrong)
    journal(company, f"sx-{transaction_of(company, charge)}", 25)
    assert_clear(company, company.run_all(), payout)


def test_a_lost_answer_never_clears_twice(company_of: OpenCompany) -> None:
    """The clearing deposit stands, and the run that wrote it never learnt of it: the next one finds and links it."""
    _, company, charge, payout = sold(company_of)
    delete_payment(company, charge)
    company.run_all()
    enter_payment_again(company, charge)
    lost = Rule("drop_after_commit", method="PUT", path_contains="/deposit/eid:sx-")
    company.netsuite.account.faults = Ambush(lost, [Rule("drop_before", path_contains="/suiteql", times=5)])
    with pytest.raises(NetSuiteUnavailable):
        company.run_all()
    assert_clear(company, company.run_all(), payout)
