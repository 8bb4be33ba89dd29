"""What NetSuite does to an invoice while it takes it: a script that adds a line, a refusal of one record."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sandbox.netsuite.records.catalog import RecordType
from sandbox.netsuite.records.service import RecordService, Saved
from sandbox.stripe.billing.invoice_lines import Line
from stripe_netsuite.staging.findings import open_findings
from tests.pipeline.company import Company
from tests.pipeline.conftest import OpenCompany
from tests.pipeline.trade import one_sale, opened


class WithScript(RecordService):
    """A NetSuite account whose beforeSubmit script changes every invoice."""

    change_lines: Callable[[list[dict[str, Any]]], None]

    def upsert(self, record_type: RecordType, external_id: str, body: Any, *arguments: Any) -> Saved:
        if record_type.name == "invoice":
            self.change_lines(body["item"]["items"])
        return super().upsert(record_type, external_id, body, *arguments)


def script(company: Company, change_lines: Callable[[list[dict[str, Any]]], None]) -> None:
    """Deploy a script."""
    account = company.netsuite.account
    account.records = WithScript(account.records.books, account.records.fields)
    account.records.change_lines = change_lines


def surcharge(lines: list[dict[str, Any]]) -> None:
    """Add a service charge of 5.00 on the first line's item."""
    lines.append({"item": lines[0]["item"], "amount": Decimal(5), "description": "Service charge"})


def test_a_script_that_changes_the_total_is_found_at_once(company_of: OpenCompany) -> None:
    """C1: the total that NetSuite holds is read back; expected and found stand in the finding."""
    trade = opened()
    invoice = trade.world.create_invoice(trade.customer, [Line(price=trade.price)])
    company = company_of(trade.world)
    script(company, surcharge)
    company.run_all()
    finding = company.findings()["invoice_total_mismatch"].finding
    assert (finding.stripe_id, finding.expected, finding.found) == (invoice["id"], "100.00", "105")


def test_the_finding_stays_until_the_invoice_is_right(company_of: OpenCompany) -> None:
    """C1: a later change of the invoice in Stripe does not make it right; a correction in NetSuite does."""
    trade = opened()
    invoice = trade.world.create_invoice(trade.customer, [Line(price=trade.price)])
    company = company_of(trade.world)
    script(company, surcharge)
    company.run_all()
    trade.at(3)
    trade.world.pay_invoice(invoice["id"])
    company.run_all()
    assert "invoice_total_mismatch" in company.findings()
    lines = company.body("invoice", invoice["id"])["item"]["items"]
    exact = json.loads(json.dumps(lines[:1]))
    company.by_hand("invoice", {"item": {"items": exact}}, company.internal_id(invoice["id"]), replace=("item",))
    company.run_all()
    assert company.findings() == {}
    assert company.differences() == []


def test_one_refused_invoice_leaves_the_others_booked(company_of: OpenCompany) -> None:
    """Its payment waits for it, its finding has NetSuite's words; without the obstacle all of it goes through."""
    trade = opened()
    refused, charge = trade.sale(Line(price=trade.price), description="first")
    good, other = trade.sale(Line(price=trade.other_price))
    company = company_of(trade.world)

    def spoil(lines: list[dict[str, Any]]) -> None:
        if lines[0]["amount"] == 100:
            lines[0]["amount"] = -100

    script(company, spoil)
    company.run_all()
    found = company.findings()
    assert set(found) == {"netsuite_refused"}
    assert found["netsuite_refused"].finding.stripe_id == refused["id"]
    assert {good["id"], other["id"]} <= company.external_ids()
    assert not {refused["id"], charge["id"]} & company.external_ids()
    script(company, lambda _: None)
    company.run_all()
    with company.engine.connect() as connection:
        assert open_findings(connection) == []
    assert company.differences() == []


def test_what_was_paid_outside_stripe_is_told(company_of: OpenCompany) -> None:
    """A1: a payment record moved nothing in Stripe; the invoice is booked and stays open, and a finding says why."""
    trade, _, _ = one_sale()
    payment = next(iter(trade.world.shelves["invoice_payment"]))
    payment["payment"] = {"type": "payment_record", "payment_record": "pr_1"}
    trade.world.shelves["invoice_payment"].touch(payment["id"])
    company = company_of(trade.world)
    company.run_all()
    with company.engine.connect() as connection:
        findings = {row.finding.code: row.finding for row in open_findings(connection)}
    assert set(findings) == {"paid_outside_stripe"}
    assert (findings["paid_outside_stripe"].stripe_id, findings["paid_outside_stripe"].found) == (
        payment["id"],
        "100.00 USD",
    )


def test_objects_without_metadata_are_booked_like_all_others(company_of: OpenCompany) -> None:
    """Stripe's schema lets metadata be null."""
    trade, invoice, charge = one_sale()
    refund = trade.world.refund(charge["id"], 1000)
    for one in (invoice, charge, refund, next(iter(trade.world.shelves["payout"]))):
        one["metadata"] = None
        trade.world.shelves[one["object"]].touch(one["id"])
    company = company_of(trade.world)
    company.run_all()
    with company.engine.connect() as connection:
        assert open_findings(connection) == []
    assert company.differences() == []


def test_objects_that_cannot_be_read_stop_nobody_else(company_of: OpenCompany) -> None:
    """An invoice and a payout of another shape are quarantined with a finding; the other sale goes through."""
    trade, broken, _ = one_sale()
    good, _ = trade.sale()
    trade.at(10)
    payout = next(iter(trade.world.shelves["payout"]))
    broken["lines"]["data"][0]["amount"] = "many"
    payout["automatic"] = "perhaps"
    for one in (broken, payout):
        trade.world.shelves[one["object"]].touch(one["id"])
    company = company_of(trade.world)
    company.has_validation = True
    company.run_all()
    with company.engine.connect() as connection:
        codes = [row.finding.code for row in open_findings(connection) if row.finding.severity.value == "critical"]
    assert set(codes) == {"schema_violation"}
    assert len(codes) == 2
    assert good["id"] in company.external_ids()
    assert broken["id"] not in company.external_ids()
