"""NetSuite's ids in Stripe's metadata: each once, nothing else touched, and no echo (ACCOUNTING G2)."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from stripe_netsuite.staging.findings import open_findings
from stripe_netsuite.staging.objects import count_states
from stripe_netsuite.staging.schema import write_back
from tests.pipeline.company import ACCOUNT, FIRST_DAY, PROVEN, TODAY, Company
from tests.pipeline.conftest import OpenCompany
from tests.pipeline.trade import Trade, opened


def booked(company_of: OpenCompany) -> tuple[Trade, Company, dict[str, dict[str, Any]]]:
    """A sale, partly refunded and paid out; its Stripe objects by type."""
    trade = opened()
    invoice, charge = trade.sale()
    refund = trade.world.refund(charge["id"], 2500)
    trade.world.update_metadata("charge", charge["id"], {"order": "A 1"})
    trade.at(6)
    company = company_of(trade.world)
    payout = next(iter(trade.world.shelves["payout"]))
    customer = trade.world.get("customer", trade.customer)
    return (
        trade,
        company,
        {"invoice": invoice, "charge": charge, "refund": refund, "payout": payout, "customer": customer},
    )


def metadata_of(trade: Trade, objects: dict[str, dict[str, Any]], kind: str) -> dict[str, str]:
    """An object's metadata as Stripe has it now."""
    return dict(trade.world.get(kind, objects[kind]["id"])["metadata"])


def outcomes(company: Company) -> dict[str, str]:
    """What became of each id, by Stripe object and role."""
    with company.engine.connect() as connection:
        rows = connection.execute(sa.select(write_back.c.stripe_id, write_back.c.role, write_back.c.outcome))
        return {f"{stripe_id} {role}": outcome for stripe_id, role, outcome in rows}


def test_each_object_gets_the_ids_of_its_records_and_keeps_its_other_keys(company_of: OpenCompany) -> None:
    """Invoice, payment, refund with its credit memo, deposit, customer."""
    trade, company, objects = booked(company_of)
    result = company.run_all()
    number = company.internal_id
    assert metadata_of(trade, objects, "invoice") == {"netsuite_invoice_id": str(number(objects["invoice"]["id"]))}
    assert metadata_of(trade, objects, "charge") == {
        "order": "A 1",
        "netsuite_customer_payment_id": str(number(objects["charge"]["id"])),
    }
    assert metadata_of(trade, objects, "refund") == {
        "netsuite_customer_refund_id": str(number(objects["refund"]["id"])),
        "netsuite_credit_memo_id": str(number(f"cm-{objects['refund']['id']}")),
    }
    assert metadata_of(trade, objects, "payout") == {"netsuite_deposit_id": str(number(objects["payout"]["id"]))}
    assert metadata_of(trade, objects, "customer") == {"netsuite_customer_id": str(number(trade.customer))}
    assert result.finish["written_back"] == 5
    assert company.differences() == []


def test_what_was_written_back_causes_no_work(company_of: OpenCompany) -> None:
    """Read again, the objects are the versions that are booked; nothing is planned, written or written back."""
    trade, company, _ = booked(company_of)
    company.run_all()
    events, requests = len(trade.world.shelves["event"]), company.write_requests()
    again = company.run_all()
    assert again.extract["changed"] == 0
    assert (again.finish["written"], again.finish["written_back"]) == (0, 0)
    assert company.write_requests() == requests
    assert len(trade.world.shelves["event"]) == events
    assert again.proofs == PROVEN
    with company.engine.connect() as connection:
        assert {state for _, state in count_states(connection, ACCOUNT)} == {"loaded", "excluded"}


def test_the_echo_of_our_own_writing_is_no_change(company_of: OpenCompany) -> None:
    """Stripe's events about it are hints, and the objects that they name are as they were."""
    trade, company, _ = booked(company_of)
    company.run_all()
    hourly = company.run(FIRST_DAY, TODAY, "hourly")
    assert hourly.extract["changed"] == 0
    assert (hourly.finish["written"], hourly.finish["written_back"]) == (0, 0)
    assert trade.world.shelves["event"]


def test_what_a_person_wrote_under_our_key_stays(company_of: OpenCompany) -> None:
    """After the invoice was booked, when the key no longer names what to link; it is not asked about again."""
    trade, company, objects = booked(company_of)
    company.edit("policy.yaml", lambda policy: policy.update(write_back="off"))
    company.run_all()
    company.edit("policy.yaml", lambda policy: policy.update(write_back="on"))
    trade.world.update_metadata("invoice", objects["invoice"]["id"], {"netsuite_invoice_id": "see Ann"})
    company.run_all()
    assert metadata_of(trade, objects, "invoice") == {"netsuite_invoice_id": "see Ann"}
    assert outcomes(company)[f"{objects['invoice']['id']} main"] == "taken"
    assert company.run_all().finish["written_back"] == 0


def test_an_id_that_stands_there_already_is_not_written(company_of: OpenCompany) -> None:
    """After the staging database was lost, say."""
    trade, company, objects = booked(company_of)
    company.run_all()
    with company.engine.begin() as connection:
        connection.execute(sa.delete(write_back))
    events = len(trade.world.shelves["event"])
    assert company.run_all().finish["written_back"] == 0
    assert len(trade.world.shelves["event"]) == events
    assert set(outcomes(company).values()) == {"there"}
    assert objects["charge"]["id"] + " main" in outcomes(company)


def test_off_writes_nothing_to_stripe(company_of: OpenCompany) -> None:
    """Nor does a dry run."""
    trade, company, objects = booked(company_of)
    assert company.run_all(dry_run=True).finish["written_back"] == 0
    company.edit("policy.yaml", lambda policy: policy.update(write_back="off"))
    assert company.run_all().finish["written_back"] == 0
    assert metadata_of(trade, objects, "invoice") == {}


def test_a_key_that_may_not_write_is_one_finding_and_hinders_nothing(company_of: OpenCompany) -> None:
    """Asked once a run; the books are whole; with the permission everything is written and the finding is gone."""
    trade, company, objects = booked(company_of)
    company.stripe.set_faults({"method": "POST", "path": "/v1/*", "status": 403, "times": 1})
    first = company.run_all()
    assert (first.finish["written_back"], first.proofs) == (0, PROVEN)
    assert warnings(company) == ["write_back_refused"]
    assert metadata_of(trade, objects, "invoice") == {}
    assert company.run_all().finish["written_back"] == 5
    assert warnings(company) == []


def warnings(company: Company) -> list[str]:
    """The open findings that are not critical."""
    with company.engine.connect() as connection:
        rows = [row.finding for row in open_findings(connection)]
    return [finding.code for finding in rows if finding.stage == "write_back"]


def test_part_deposits_are_no_objects_of_stripes(company_of: OpenCompany) -> None:
    """F11: the payout gets the id of its deposit; of its parts, which Stripe does not know, nobody asks."""
    trade = opened()
    for _ in range(12):
        trade.world.charge(2500)
    trade.at(6)
    company = company_of(trade.world)
    company.edit("policy.yaml", lambda policy: policy.update(max_deposit_lines=10))
    company.run_all()
    (payout,) = trade.world.shelves["payout"]
    assert f"{payout['id']}-2" in company.external_ids()
    assert outcomes(company)[f"{payout['id']} main"] == "written"
    assert [one for one in outcomes(company) if "-" in one] == []
