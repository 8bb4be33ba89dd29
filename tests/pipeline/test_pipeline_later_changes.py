"""What changes in Stripe after it was read or booked: nothing crashes, and what a deposit holds stays booked."""

from __future__ import annotations

from sandbox.stripe.billing.invoice_lines import Line
from tests.pipeline.company import PROVEN
from tests.pipeline.conftest import OpenCompany
from tests.pipeline.trade import one_sale, opened


def test_a_charge_that_changes_after_its_payout_was_booked_stays_booked(company_of: OpenCompany) -> None:
    """Its ledger line belongs to the deposit (H5), whatever else is said of the charge."""
    trade, _, charge = one_sale()
    company = company_of(trade.world)
    assert company.run_all().proofs == PROVEN
    requests = company.write_requests()
    trade.world.update_metadata("charge", charge["id"], {"note": "looked at"})
    assert company.run_all().proofs == PROVEN
    trade.world.update_metadata("charge", charge["id"], {"netsuite_block_integration": "true"})
    assert company.run_all().proofs == PROVEN
    assert company.write_requests() == requests


def test_a_draft_that_is_deleted_after_it_was_read_is_forgotten(company_of: OpenCompany) -> None:
    """Stripe answers with a stub that has neither amount nor creation; later runs go on, with and without validation."""
    trade = opened()
    draft = trade.world.create_invoice(trade.customer, [Line(price=trade.price)], finalize=False)
    company = company_of(trade.world)
    company.has_validation = True
    company.run_day(2)
    trade.at(3)
    trade.world.delete_draft(draft["id"])
    invoice, _ = trade.sale()
    trade.at(8)
    for day in (3, 4, 5, 6, 7):
        company.run_day(day)
    assert company.findings() == {}
    assert company.differences() == []
    assert invoice["id"] in company.external_ids()


def test_a_draft_that_was_deleted_before_anything_was_read_is_no_finding(company_of: OpenCompany) -> None:
    trade = opened()
    draft = trade.world.create_invoice(trade.customer, [Line(price=trade.price)], finalize=False)
    trade.world.delete_draft(draft["id"])
    trade.sale()
    trade.at(6)
    company = company_of(trade.world)
    company.has_validation = True
    company.run_all(kind="hourly")
    company.run_all()
    assert company.findings() == {}
