"""Every kind of ledger line in a payout's deposit, on the books (ACCOUNTING A7, E6, F2, F5, F6, F13).

The deposit ties to the payout, each amount is on the account of its role, and a second run writes nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sandbox.netsuite.protocol.faults import Rule
from stripe_netsuite import pipeline
from stripe_netsuite.errors import NetSuiteUnavailable
from stripe_netsuite.staging.findings import open_findings
from tests.pipeline.company import FIRST_DAY, PROVEN, Company, RunResult
from tests.pipeline.conftest import OpenCompany
from tests.pipeline.trade import Trade, opened
from tests.safety.weather import Ambush
from tests.sandbox.scenarios.bookkeeping import opened as scenario


def the_payout(trade: Trade) -> str:
    """The one payout of a trade."""
    (payout,) = trade.world.shelves["payout"]
    return str(payout["id"])


def said(company: Company) -> set[tuple[str, str]]:
    """Code and severity of the open findings about payouts."""
    with company.engine.connect() as connection:
        rows = open_findings(connection)
    return {(row.finding.code, row.finding.severity.value) for row in rows if row.finding.stage == "reconcile"}


def assert_settled(company: Company, result: RunResult) -> None:
    """Proven, balanced, and finished: another run writes nothing and says the same."""
    assert {code: result.proofs[code] for code in PROVEN} == PROVEN
    assert company.netsuite.is_balanced()
    before, findings = company.write_requests(), said(company)
    again = company.run_all()
    assert company.write_requests() == before
    assert said(company) == findings
    assert {code: again.proofs[code] for code in PROVEN} == PROVEN


def balances(company: Company, *numbers: str) -> dict[str, str]:
    """What stands on these accounts of the first subsidiary, debit positive."""
    books = company.trial_balance()
    return {number: str(books.get((1, number), Decimal(0)).quantize(Decimal("0.01"))) for number in numbers}


def test_all_that_can_be_in_a_payout_is_on_its_account(company_of: OpenCompany) -> None:
    """Fees of products, networks, disputes and conversion with their tax, reserves, loans, Connect, adjustments."""
    trade = opened()
    world = trade.world
    world.charge(100000, customer=trade.customer)
    trade.at(3)
    world.hold_reserve(5000)
    world.release_reserve(2000)
    world.hold_minimum_balance(1000)
    world.stripe_fee(1200, description="Radar (2026-11-03): Standard", tax=228)
    world.stripe_fee(700, description="Card payments (2026-11-03): Transaction network costs", category="network_cost")
    world.stripe_fee(1500, description="Card dispute countered fee")
    world.row("stripe_fx_fee", -150, reporting_category="fee")
    world.tax_on_fees(90, description="Tax")
    world.adjust(100, description="Goodwill")
    world.adjust(0, description="Nothing")
    world.row("financing_paydown", -4000, reporting_category="financing_paydown")
    world.row("application_fee", 300, reporting_category="platform_earning", source="fee_1")
    world.row("transfer", -2500, reporting_category="transfer", source="tr_1")
    world.row("contribution", -50, reporting_category="contribution")
    trade.at(9)
    company = company_of(world)
    result = company.run_all()
    assert {payout["state"] for payout in result.payouts} == {"booked"}
    assert company.findings() == {}
    assert company.differences() == []
    assert balances(company, "6140", "6130", "1510", "4010", "1520", "2400", "1530", "1499") == {
        "6140": "7.00",
        "6130": "15.00",
        "1510": "3.18",
        "4010": "-3.00",
        "1520": "40.00",  # 30.00 reserve, 10.00 minimum balance
        "2400": "40.00",
        "1530": "25.00",
        "1499": "0.00",
    }
    assert_settled(company, result)


def test_an_unknown_kind_waits_or_goes_to_suspense(company_of: OpenCompany) -> None:
    """The payout waits with a finding; once the policy says so it goes through, and the warning stays."""
    trade = opened()
    trade.sale()
    trade.world.row("lunar_levy", -300, reporting_category="lunar_levy", source="lun_1")
    trade.at(9)
    company = company_of(trade.world)
    assert company.run_all().state_of(the_payout(trade)) == "blocked"
    assert said(company) == {("unsupported_reporting_category", "critical")}
    company.edit("policy.yaml", lambda policy: policy.update(unknown_category="suspense"))
    result = company.run_all()
    assert result.state_of(the_payout(trade)) == "booked"
    assert said(company) == {("unsupported_reporting_category", "warning")}
    assert balances(company, "1590") == {"1590": "3.00"}
    assert company.differences() == []
    assert_settled(company, result)


def edited_payment(company_of: OpenCompany, threshold: str) -> tuple[Company, str]:
    """Two payments are booked, one of them edited from 25.00 to 24.00 before its payout arrives."""
    trade = opened()
    charge = trade.world.charge(2500, customer=trade.customer)
    trade.sale()
    company = company_of(trade.world)
    company.run_day(2)
    trade.at(6)
    company.by_hand("customerPayment", {"payment": 24}, company.internal_id(charge["id"]))
    change = {"payout_mismatch": "fail_open", "fail_open_threshold": {"usd": threshold}}
    company.edit("policy.yaml", lambda policy: policy.update(change))
    return company, the_payout(trade)


def test_a_difference_within_the_threshold_goes_to_suspense(company_of: OpenCompany) -> None:
    """fail_open: the deposit equals the payout, the payment is on it, and the finding stays open."""
    company, payout = edited_payment(company_of, "1.00")
    result = company.run_all()
    assert result.state_of(payout) == "booked"
    assert said(company) == {("unequal_amounts", "critical")}
    assert balances(company, "1590", "1499") == {"1590": "-1.00", "1499": "0.00"}
    assert_settled(company, result)


def test_a_difference_above_the_threshold_waits(company_of: OpenCompany) -> None:
    """fail_open: not a cent more than the policy says."""
    company, payout = edited_payment(company_of, "0.99")
    assert company.run_all().state_of(payout) == "blocked"
    assert said(company) == {("unequal_amounts", "critical")}
    assert payout not in company.external_ids()


def test_what_was_let_through_is_said_after_a_lost_answer_too(company_of: OpenCompany) -> None:
    """The deposit stands, and the run that wrote it never learnt of it: the next one links it and keeps the finding."""
    company, payout = edited_payment(company_of, "1.00")
    lost = Rule("drop_after_commit", method="PUT", path_contains="/deposit/eid:")
    company.netsuite.account.faults = Ambush(lost, [Rule("drop_before", path_contains="/suiteql", times=5)])
    with pytest.raises(NetSuiteUnavailable):
        company.run_all()
    result = company.run_all()
    assert result.state_of(payout) == "booked"
    assert said(company) == {("unequal_amounts", "critical")}
    assert_settled(company, result)


def test_a_payment_that_is_not_booked_goes_to_suspense_a_day_after_its_payout(company_of: OpenCompany) -> None:
    """On the day of arrival it may still come; then its amount goes to suspense, with a finding (F5)."""
    trade = opened()
    trade.sale()
    charge = trade.world.charge(2500, customer=trade.customer)
    trade.at(6)
    company = company_of(trade.world)
    change = {"payout_mismatch": "fail_open", "fail_open_threshold": {"usd": "25.00"}}
    company.edit("policy.yaml", lambda policy: policy.update(change))
    arrival = datetime.fromtimestamp(next(iter(trade.world.shelves["payout"]))["arrival_date"], UTC)
    order = Rule("status_500", method="PUT", path_contains=f"/customerPayment/eid:{charge['id']}", times=1000)
    company.netsuite.faults.set([order])
    with pytest.raises(NetSuiteUnavailable):
        company.run_all()
    company.netsuite.faults.set([])
    with company.services() as services:
        early = company.make_run(FIRST_DAY, arrival + timedelta(hours=12))
        late = company.make_run(FIRST_DAY, arrival + timedelta(days=1))
        (found,) = pipeline.discover_payouts(services, early)
        first = pipeline.reconcile_payout(services, early, found["account"], found["payout_id"])
        then = pipeline.reconcile_payout(services, late, found["account"], found["payout_id"])
    assert (first["state"], then["state"]) == ("waiting_on_records", "booked")
    assert said(company) == {("transaction_not_booked", "critical")}
    assert balances(company, "1590") == {"1590": "-25.00"}


@pytest.mark.parametrize(
    ("name", "policy", "payouts"),
    [
        ("3", {}, ["153.60", "66.80"]),
        ("19", {}, ["96.80", "86.80", "96.80"]),
        ("42", {"unknown_category": "suspense"}, ["300.00", "4130.25", "500.00"]),
        ("43", {}, ["200.70", "39.80"]),
    ],
)
def test_a_scenario_is_booked_to_the_cent(
    tmp_path: Path, name: str, policy: dict[str, str], payouts: list[str]
) -> None:
    """Each payout's deposit has the total that the bank shows; proven, balanced, and written once."""
    with scenario(name, tmp_path) as books:
        company = books.company
        company.edit("policy.yaml", lambda content: content.update(policy))
        result = books.keep()
        assert [payout["state"] for payout in result.payouts] == ["booked"] * len(payouts)
        assert [Decimal(payout["deposit_total"]) for payout in result.payouts] == [Decimal(one) for one in payouts]
        assert company.findings() == {}
        assert {code: result.proofs[code] for code in PROVEN} == PROVEN
        assert company.netsuite.is_balanced()
        before = company.write_requests()
        books.run()
        assert company.write_requests() == before


def test_what_is_from_before_the_sync_start_is_on_one_account_or_waits(tmp_path: Path) -> None:
    """A7: 96.80 and 96.80 less a refund of 10.00 of the old system's sales; quarantined, both payouts wait."""
    with scenario("19", tmp_path) as books:
        company = books.company
        company.edit("policy.yaml", lambda content: content.update(pre_start="quarantine"))
        held = books.keep()
        assert [payout["state"] for payout in held.payouts] == ["blocked", "blocked", "booked"]
        assert "transaction_before_sync_start" in company.findings()
        company.edit("policy.yaml", lambda content: content.update(pre_start="summary"))
        books.run()
        assert company.findings() == {}
        assert balances(company, "1580", "1499") == {"1580": "-183.60", "1499": "0.00"}


def test_a_release_in_another_payout_than_its_charge_ties(company_of: OpenCompany) -> None:
    """D5: the payment is what was captured; what one payout has too much goes to an account, and the next takes it back."""
    trade = opened()
    move = trade.world._move_now

    def move_later(*arguments: Any, **fields: Any) -> Any:
        if fields.get("reporting_category") == "partial_capture_reversal":
            fields["available_on"] += 2 * 86_400
        return move(*arguments, **fields)

    trade.world._move_now = move_later  # type: ignore[method-assign]
    charge = trade.world.charge(10000, customer=trade.customer, capture=False)
    trade.world.capture(charge["id"], 6000)
    trade.at(4)
    trade.sale()
    trade.at(9)
    lines = {row["reporting_category"] for row in trade.world.shelves["balance_transaction"]}
    assert "partial_capture_reversal" in lines
    company = company_of(trade.world)
    first = company.run(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 5, 12, tzinfo=UTC))
    assert first.proofs["broken"] == 0
    result = company.run_all()
    assert {payout["state"] for payout in result.payouts} == {"booked"}
    assert len(result.payouts) > 0
    assert result.proofs == PROVEN
    assert company.findings() == {}
    assert company.netsuite.balance("1499") == 0
    before = company.write_requests()
    company.run_all()
    assert company.write_requests() == before
