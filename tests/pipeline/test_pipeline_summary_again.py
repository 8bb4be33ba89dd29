"""Summaries (ACCOUNTING F12) after a crash, a lost database, a late charge, a deleted record: nothing twice, nothing lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from sandbox.netsuite.protocol.faults import Faults, Kind, Rule
from stripe_netsuite import pipeline
from stripe_netsuite.errors import RetriableError
from stripe_netsuite.staging.database import open_staging
from stripe_netsuite.staging.journal import open_intents
from stripe_netsuite.staging.schema import link, payout_state, staged_object
from tests import databases
from tests.pipeline.company import ACCOUNT, Company
from tests.pipeline.conftest import OpenCompany
from tests.pipeline.summing import SUMMARY, item_named, linked, opened_shop, run, settled
from tests.pipeline.trade import opened
from tests.safety.weather import Ambush


@pytest.mark.parametrize("kind", ["drop_before", "drop_after_commit"])
@pytest.mark.parametrize("record_type", ["invoice", "customerPayment"])
def test_a_run_that_dies_between_its_records_doubles_nothing(
    company_of: OpenCompany, record_type: str, kind: Kind
) -> None:
    """Nothing answers from the invoice or the payment on, and the run dies; the next one goes on with what was stored."""
    trade = opened()
    charges = [trade.world.charge(1000), trade.world.charge(2000)]
    trade.at(14, 12)
    company = opened_shop(company_of, trade)
    # Once the first is spoilt nothing is written, and nobody can look whether it was.
    first = Rule(kind, method="PUT", path_contains=f"/{record_type}/eid:", times=1)
    company.netsuite.account.faults = Ambush(first, [Rule("drop_before", times=9999)])
    with pytest.raises(RetriableError):
        run(company)
    company.netsuite.account.faults = Faults()
    # Meanwhile one of them names an item: what the summary contains stays as it was stored.
    trade.world.update_metadata(
        "charge", charges[0]["id"], {"netsuite_service_sale_item_id": item_named(company, "New")}
    )
    settled(company)
    assert company.committed()["PUT invoice"] == company.committed()["PUT customerPayment"] == 1
    assert company.netsuite.balance("4000") == -30
    with company.engine.connect() as connection:
        assert open_intents(connection, company.services().netsuite_account, ACCOUNT) == []


def test_links_that_a_crash_lost_are_written_again(company_of: OpenCompany) -> None:
    """Both records stand and are linked, their charges are not: the next run links them, and writes nothing."""
    trade = opened()
    charge = trade.world.charge(1000)
    trade.at(14, 12)
    company = opened_shop(company_of, trade)
    run(company)
    with company.engine.begin() as connection:
        connection.execute(sa.delete(link).where(link.c.stripe_id == charge["id"]))
        connection.execute(
            sa.update(staged_object).where(staged_object.c.stripe_id == charge["id"]).values(state="waiting")
        )
        connection.execute(
            sa.update(payout_state).where(payout_state.c.payout_status == "clearing").values(state="discovered")
        )
    requests = company.write_requests()
    settled(company)
    assert company.write_requests() == requests
    assert linked(company, charge["id"]) == str(company.internal_id(SUMMARY))


def test_a_lost_staging_database_doubles_nothing(company_of: OpenCompany, tmp_path: Path) -> None:
    """Summaries are found again by their external ids; what was written back into Stripe names nobody else's record."""
    trade = opened()
    for _ in range(3):
        trade.world.charge(1000)
    trade.at(14, 12)
    company = opened_shop(company_of, trade)
    settled(company)
    requests = company.write_requests()
    with databases.sqlite_database(tmp_path, migrated=True) as url:
        fresh = replace(company, staging_url=url, engine=open_staging(url))
        settled(fresh)
        fresh.engine.dispose()
    assert company.write_requests() == requests


def test_a_charge_that_comes_late_has_a_summary_of_its_own(company_of: OpenCompany) -> None:
    """F10: its day is closed; it goes into a further day of the same date."""
    trade = opened()
    trade.world.charge(1000)
    company = opened_shop(company_of, trade)
    # For the books the second is over; in Stripe's world it is not.
    company.run(datetime(2026, 10, 31, tzinfo=UTC), datetime(2026, 11, 4, tzinfo=UTC))
    trade.world.charge(2000)
    trade.at(14, 12)
    settled(company)
    second = SUMMARY.replace("-usd-stripe-item", "-late1-usd-stripe-item")
    assert {SUMMARY, second} <= company.external_ids()
    assert company.body("customerPayment", second)["tranDate"] == "2026-11-02"


def test_a_summary_that_was_deleted_and_entered_again_is_taken(company_of: OpenCompany) -> None:
    """F4: the day waits; entered again under its id, it is deposited, and refunds of its charges follow it."""
    trade = opened()
    charge = trade.world.charge(1000)
    trade.world.charge(2000)
    trade.at(4)
    company = opened_shop(company_of, trade)
    with company.services() as services:
        day = company.make_run(datetime(2026, 10, 31, tzinfo=UTC), datetime(2026, 11, 4, tzinfo=UTC))
        pipeline.begin(services, day)
        pipeline.extract(services, day)
        for step in pipeline.LoadStep:
            pipeline.load(services, day, step)
    number, body = company.internal_id(SUMMARY), company.body("customerPayment", SUMMARY)
    company.delete("customerPayment", number)
    assert "deleted_netsuite_record" in run_until(company, 4)
    again = company.by_hand("customerPayment", {**body, "externalId": SUMMARY})
    assert again != number
    run_until(company, 4)
    assert linked(company, charge["id"]) == str(again)
    trade.world.refund(charge["id"])
    trade.world.charge(50000)
    trade.at(14, 12)
    settled(company)


def run_until(company: Company, day: int) -> set[str]:
    """Run up to a day of November; the codes of what is wrong then."""
    company.run(datetime(2026, 10, 31, tzinfo=UTC), datetime(2026, 11, day, tzinfo=UTC))
    return set(company.findings())
