"""NetSuite loses, or hides, what the mapping names: only what needs it is held, and a finding says what to do (F1, F4)."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest

from stripe_netsuite import pipeline
from stripe_netsuite.errors import BooksUnavailable, NetSuiteUnavailable
from tests.pipeline.company import ACCOUNT, PROVEN, Company
from tests.pipeline.conftest import OpenCompany
from tests.pipeline.test_pipeline_payments import all_booked
from tests.pipeline.test_pipeline_payout_journals import negative_company
from tests.pipeline.trade import one_sale, opened

WINDOW = (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 15, tzinfo=UTC))


def deactivate(company: Company, number: str, flag: str = "T") -> None:
    """What an administrator does under Lists > Accounting > Accounts."""
    with company.netsuite.books.writing():
        company.netsuite.books.execute("UPDATE account SET isinactive = ? WHERE acctnumber = ?", (flag, number))


def rename(company: Company, old: str, new: str) -> None:
    """Give an account another number: what the mapping names is not there any more."""
    with company.netsuite.books.writing():
        company.netsuite.books.execute("UPDATE account SET acctnumber = ? WHERE acctnumber = ?", (new, old))


def test_a_bank_that_is_inactive_holds_its_payouts_alone(company_of: OpenCompany) -> None:
    """F1: everything else is booked; active again, the payout goes through."""
    trade, invoice, charge = one_sale()
    (payout,) = trade.world.shelves["payout"]
    company = company_of(trade.world)
    deactivate(company, "1000")
    result = company.run_all()
    assert result.state_of(payout["id"]) == "blocked"
    found = company.findings()["bank_deposit_account_missing"].finding
    assert found.stripe_id == payout["id"]
    assert "1000" in (found.found or "")
    assert {invoice["id"], charge["id"]} <= company.external_ids()
    deactivate(company, "1000", "F")
    all_booked(company)
    assert company.findings() == {}


def test_a_bank_that_is_gone_holds_a_journal_entry(company_of: OpenCompany) -> None:
    """F8: a payout that takes money from the bank waits for it as well."""
    company, payout = negative_company(company_of)
    rename(company, "1000", "1000-old")
    company.run_all()
    assert set(company.findings()) == {"bank_deposit_account_missing"}
    assert f"je-{payout}" not in company.external_ids()
    rename(company, "1000-old", "1000")
    assert company.run_all().state_of(payout) == "booked"
    assert company.findings() == {}


def test_a_role_whose_account_is_gone_holds_what_needs_it(company_of: OpenCompany) -> None:
    """F2, F6: the account of fees is mapped and inactive; the finding says which and why."""
    trade, _, _ = one_sale()
    company = company_of(trade.world)
    selector: dict[str, Any] = {}
    company.edit("accounts.yaml", lambda accounts: selector.update(accounts["processing_fees"]))
    deactivate(company, str(selector["number"]))
    company.run_all()
    found = company.findings()["missing_netsuite_account_mapping"].finding
    assert "processing_fees" in (found.found or "")
    assert str(selector["number"]) in (found.found or "")
    deactivate(company, str(selector["number"]), "F")
    all_booked(company)
    assert company.findings() == {}


LOST: dict[str, Callable[[Company], Any]] = {
    "undep_funds_account_not_found": lambda company: rename(company, "1499", "1499-old"),
    "undep_funds_account_fetch_error": lambda company: company.netsuite.account.queries.hide("account"),
    "subsidiary_search_failed": lambda company: company.netsuite.account.queries.hide("subsidiary"),
    "missing_netsuite_account_mapping": lambda company: deactivate(company, "1100"),
}


@pytest.mark.parametrize("code", LOST)
def test_without_what_all_books_need_the_run_stops_with_a_finding(company_of: OpenCompany, code: str) -> None:
    """One Stripe account: nothing can be booked, nothing is lost, and the error says the same as the finding."""
    trade, _, _ = one_sale()
    company = company_of(trade.world)
    LOST[code](company)
    with pytest.raises(BooksUnavailable):
        company.run_all(dry_run=True)
    assert company.findings() == {}
    with pytest.raises(BooksUnavailable):
        company.run_all()
    assert set(company.findings()) == {code}
    assert company.write_requests() == 0
    if code == "undep_funds_account_not_found":
        rename(company, "1499-old", "1499")
        all_booked(company)
        assert company.findings() == {}


def test_one_account_without_its_subsidiary_does_not_stop_the_other(company_of: OpenCompany) -> None:
    """The one that can be booked is booked and proven; the other waits with a finding, and heals by itself."""
    second = one_sale(2)[0].world
    second.account["id"] = "acct_second"
    company = company_of(worlds={"stripe_default": one_sale(1)[0].world, "stripe_eu": second})

    def add_second(entities: dict[str, Any]) -> None:
        first = entities["stripe_accounts"][0]
        entities["stripe_accounts"].append(
            {
                **deepcopy(first),
                "id": "acct_second",
                "connection": "stripe_eu",
                "subsidiary": {"name": "Acme Ltd"},
                "clearing": {},
            }
        )

    def repair(entities: dict[str, Any]) -> None:
        entities["stripe_accounts"][1]["subsidiary"] = deepcopy(entities["stripe_accounts"][0]["subsidiary"])

    company.edit("entities.yaml", add_second)
    company.edit("items.yaml", lambda items: items.update(one_off_item={"name": "One-off"}))
    result = company.run_all()
    found = company.findings()
    assert set(found) == {"subsidiary_not_found"}
    assert found["subsidiary_not_found"].finding.stripe_id == "acct_second"
    assert {payout["account"] for payout in result.payouts} == {ACCOUNT}
    assert result.proofs == PROVEN
    company.edit("entities.yaml", repair)
    assert company.run_all().proofs == PROVEN
    assert company.findings() == {}


def test_a_search_that_is_refused_holds_the_payout(company_of: OpenCompany) -> None:
    """F4: the role may not see how transactions are linked; with the permission the payout goes through."""
    trade, _, _ = one_sale()
    (payout,) = trade.world.shelves["payout"]
    company = company_of(trade.world)
    company.run_day(2)
    queries = company.netsuite.account.queries
    queries.hide("nexttransactionlinelink")
    run = company.make_run(*WINDOW)
    with company.services() as services:
        pipeline.begin(services, run)
        pipeline.extract(services, run)
        answer = pipeline.reconcile_payout(services, run, ACCOUNT, payout["id"])
    assert (answer["state"], answer["reason"]) == ("blocked", "deposit_search_failed")
    assert "nexttransactionlinelink" in (company.findings()["deposit_search_failed"].finding.found or "").lower()
    queries._public |= {"nexttransactionlinelink"}
    queries.hide()
    all_booked(company)
    assert company.findings() == {}


def test_an_outage_of_a_day_is_an_alarm(company_of: OpenCompany) -> None:
    """A warning at first, critical after 24 hours, gone with the first turn that comes through."""
    trade, _, _ = one_sale()
    (payout,) = trade.world.shelves["payout"]
    company = company_of(trade.world)
    company.run_day(2)
    run = company.make_run(*WINDOW)
    with company.services() as services:
        pipeline.begin(services, run)
        pipeline.extract(services, run)
        _ = services.books(services.accounts(run)[0])
        for hours in (0, 23, 2):
            company.clock.skip(hours * 3600)
            company.netsuite.fail("status_500", times=200)
            with pytest.raises(NetSuiteUnavailable):
                pipeline.reconcile_payout(services, run, ACCOUNT, payout["id"])
            assert ("transient_netsuite_error" in company.findings()) is (hours == 2)
    company.netsuite.faults.set([])
    company.clock.skip(-25 * 3600)
    all_booked(company)
    assert company.findings() == {}


def test_a_transaction_that_is_in_netsuite_twice_holds_its_payout(company_of: OpenCompany) -> None:
    """The charge names a payment that a person entered; another one bears its Stripe id: which one is right?"""
    trade = opened()
    trade.sale()
    company = company_of(trade.world)
    company.run_all()
    customer = {"id": str(company.internal_id(trade.customer))}
    body = {
        "tranDate": "2026-11-02",
        "account": {"id": company.account_id("1499")},
        "customer": customer,
        "payment": 25,
    }
    named = company.by_hand("customerPayment", body)
    charge = trade.world.charge(2500, customer=trade.customer, metadata={"netsuite_customer_payment_id": str(named)})[
        "id"
    ]
    twin = company.by_hand("customerPayment", {**body, "externalId": charge})
    trade.at(6)
    company.run_all()
    found = company.findings()["multiple_successful_translations_found"].finding
    assert (found.stripe_id, found.netsuite_id) == (charge, str(named))
    company.delete("customerPayment", twin)
    all_booked(company)
    assert company.findings() == {}
