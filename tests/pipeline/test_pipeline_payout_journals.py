"""What can go wrong with a payout's journal entries, and with a deposit that a person named (ACCOUNTING F8, F10, F14)."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from sandbox.netsuite.protocol.faults import Kind, Rule
from stripe_netsuite.errors import NetSuiteUnavailable
from tests.pipeline.bank import BANK, TRANSIT, balance, paid_out
from tests.pipeline.company import Company
from tests.pipeline.conftest import OpenCompany
from tests.pipeline.test_pipeline_payout_findings import deposit_by_hand
from tests.pipeline.test_pipeline_payout_kinds import PROVEN, negative
from tests.pipeline.trade import one_sale, opened


def negative_company(company_of: OpenCompany) -> tuple[Company, str]:
    """A company whose bank Stripe debits, and the payout that does it."""
    company = company_of(negative().world)
    payout = next(one["id"] for one in company.world.shelves["payout"] if one["amount"] < 0)
    return company, payout


def test_a_payout_waits_for_its_account_in_transit(company_of: OpenCompany) -> None:
    """Without `payouts_in_transit` nothing of it is booked; mapped, it goes through by itself."""
    company, payout = negative_company(company_of)
    account: dict[str, Any] = {}
    company.edit("accounts.yaml", lambda content: account.update(transit=content.pop("payouts_in_transit")))
    assert company.run_all().state_of(payout) == "blocked"
    assert set(company.findings()) == {"missing_netsuite_account_mapping"}
    company.edit("accounts.yaml", lambda content: content.update(payouts_in_transit=account["transit"]))
    assert company.run_all().state_of(payout) == "booked"
    assert company.findings() == {}
    assert balance(company, TRANSIT) == 0


def test_a_journal_entry_has_the_fields_of_fields_yaml(company_of: OpenCompany) -> None:
    """A5: from the payout, on its body."""
    company, payout = negative_company(company_of)
    company.run_all()
    assert company.body("journalEntry", f"je-{payout}")["custbody_stripe_id"] == payout


def test_a_dry_run_plans_the_journal_entry_too(company_of: OpenCompany) -> None:
    """Nothing is written; the payout stays as it was found."""
    company, payout = negative_company(company_of)
    before = company.write_requests()
    first = company.run_all(dry_run=True)
    assert company.write_requests() == before
    assert first.state_of(payout) in ("discovered", "waiting_on_records")
    company.run_all()
    assert balance(company, TRANSIT) == 0


def test_a_journal_entry_that_is_wrong_when_it_is_adopted_is_said(company_of: OpenCompany) -> None:
    """Somebody entered it by hand under our external id, over another amount: adopted, read back, and found."""
    company, payout = negative_company(company_of)
    lines = [
        {"account": {"id": company.account_id(TRANSIT)}, "debit": 99},
        {"account": {"id": company.account_id(BANK)}, "credit": 99},
    ]
    body = {"subsidiary": {"id": "1"}, "externalId": f"je-{payout}", "tranDate": "2026-11-10"}
    number = company.by_hand("journalEntry", {**body, "line": {"items": lines}})
    assert company.run_all().state_of(payout) == "mismatch"
    found = company.findings()["journal_amount_mismatch"].finding
    assert (found.netsuite_id, found.expected, found.found) == (str(number), "-100.00 USD", "-99 USD")
    right = [
        {"account": {"id": company.account_id(TRANSIT)}, "debit": 100},
        {"account": {"id": company.account_id(BANK)}, "credit": 100},
    ]
    company.by_hand("journalEntry", {"line": {"items": right}}, number, replace=("line",))
    result = company.run_all()
    assert result.state_of(payout) == "booked"
    assert company.findings() == {}
    assert result.proofs == PROVEN


def test_a_journal_entry_that_somebody_deletes_breaks_the_proof(company_of: OpenCompany) -> None:
    """H1 looks at the bank's postings, not at what was once written."""
    company, payout = negative_company(company_of)
    assert company.run_all().proofs == PROVEN
    company.delete("journalEntry", company.internal_id(f"je-{payout}"))
    assert company.run_all().proofs["H1"] == "broken"


def named_deposit(company_of: OpenCompany) -> tuple[Company, str, str]:
    """A sale whose payout a person has deposited by hand, fees and all; the payout is not read yet."""
    trade = opened()
    _, charge = trade.sale()
    company = company_of(trade.world)
    company.run_day(2)
    trade.at(6)
    payout = next(iter(trade.world.shelves["payout"]))["id"]
    deposit_by_hand(company, charge["id"])
    row = company.netsuite.books.row(
        "SELECT deposit FROM sandbox_deposited WHERE payment = ?", (company.internal_id(charge["id"]),)
    )
    assert row is not None
    return company, payout, str(row["deposit"])


def test_a_deposit_that_the_payout_names_is_linked(company_of: OpenCompany) -> None:
    """F14: its total is compared; once it is right, the payout is booked, proven, and nothing was created."""
    company, payout, deposit = named_deposit(company_of)
    company.world.change(company.world.get("payout", payout), None, metadata={"netsuite_deposit_id": deposit})
    held = company.run_all()
    assert held.state_of(payout) == "mismatch"
    # The payment left Undeposited Funds for a deposit that is not the payout's yet: H3 says so, too.
    assert set(company.findings()) == {"deposit_total_mismatch", "proof_h3_broken"}
    fee = {"account": {"id": company.account_id("6100")}, "amount": 3.2}
    company.by_hand("deposit", {"cashback": {"items": [fee]}}, int(deposit))
    result = company.run_all()
    assert result.state_of(payout) == "booked"
    assert result.proofs == PROVEN
    assert company.findings() == {}
    assert payout not in company.external_ids()


def test_a_deposit_that_is_not_there_is_a_finding(company_of: OpenCompany) -> None:
    """F14: a dead reference, a number that is a payment's, and a word; taken away, the payout goes its own way."""
    trade, _, charge = one_sale()
    company = company_of(trade.world)
    payout = trade.world.get("payout", next(iter(trade.world.shelves["payout"]))["id"])
    company.run_day(2)
    for named in ("99999", "deposit", str(company.internal_id(charge["id"]))):
        trade.world.change(payout, None, metadata={"netsuite_deposit_id": named})
        assert company.run_all().state_of(payout["id"]) == "blocked"
        assert set(company.findings()) == {"invalid_record_reference"}
    trade.world.change(payout, None, metadata={})
    assert company.run_all().state_of(payout["id"]) == "booked"
    assert company.findings() == {}


@pytest.mark.parametrize("kind", ["drop_after_commit", "drop_before", "status_500_after_commit"])
def test_a_lost_answer_never_doubles_a_journal_entry_or_a_zero_deposit(company_of: OpenCompany, kind: Kind) -> None:
    """Whatever of the two is lost, once or until the run gives up: the next look finds it, and the bank is right."""
    company, payout = negative_company(company_of)
    rules = [
        Rule(kind, method="PUT", path_contains=f"/{name}/eid:", times=times)
        for name, times in (("deposit", 3), ("journalEntry", 2))
    ]
    company.netsuite.faults.set(rules)
    for _ in range(4):
        with suppress(NetSuiteUnavailable):
            company.run_all()
    result = company.run_all()
    assert result.proofs == PROVEN
    assert company.findings() == {}
    assert balance(company, BANK) == paid_out(company)
    rows = company.netsuite.books.rows("SELECT externalid FROM \"transaction\" WHERE type = 'Journal'")
    assert [row["externalid"] for row in rows] == [f"je-{payout}"]
