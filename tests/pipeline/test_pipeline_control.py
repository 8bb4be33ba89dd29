"""What people say in metadata: this record stands for it already, hold it back, release it (ACCOUNTING D7, G1)."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.stripe.billing.invoice_lines import Line
from tests.pipeline.company import Company
from tests.pipeline.conftest import OpenCompany
from tests.pipeline.test_pipeline_payments import all_booked, unpaid, unused
from tests.pipeline.trade import Trade, opened

ENTERED = {
    "netsuite_customer_payment_id": "customerPayment",
    "netsuite_cash_sale_id": "cashSale",
    "netsuite_customer_deposit_id": "customerDeposit",
}


def booked_customer(company_of: OpenCompany) -> tuple[Trade, Company]:
    """A sale of 100.00 that made customer and item in NetSuite."""
    trade = opened()
    trade.sale()
    company = company_of(trade.world)
    company.run_all()
    return trade, company


def enter(trade: Trade, company: Company, kind: str, amount: int = 25) -> int:
    """Enter a record of money by hand, into Undeposited Funds."""
    customer = {"id": str(company.internal_id(trade.customer))}
    body: dict[str, Any] = {"tranDate": "2026-11-02", "account": {"id": company.account_id("1499")}}
    if kind == "cashSale":
        line = {"item": {"id": str(company.internal_id(trade.price))}, "amount": amount, "quantity": 1}
        return company.by_hand(kind, {**body, "entity": customer, "item": {"items": [line]}})
    return company.by_hand(kind, {**body, "customer": customer, "payment": amount})


@pytest.mark.parametrize("key", ENTERED)
def test_a_named_record_is_linked_deposited_and_refunded(company_of: OpenCompany, key: str) -> None:
    """D7: nothing is created for the charge; its refund follows what the named record is."""
    trade, company = booked_customer(company_of)
    number = enter(trade, company, ENTERED[key])
    charge = trade.world.charge(2500, customer=trade.customer, metadata={key: str(number)})
    company.run_all()
    trade.world.refund(charge["id"], 1000)
    trade.at(6)
    all_booked(company)
    assert company.findings() == {}
    assert charge["id"] not in company.external_ids()


def test_a_named_invoice_is_paid(company_of: OpenCompany) -> None:
    """D7: the invoice that somebody entered takes the payment; its total is compared."""
    trade, company = booked_customer(company_of)
    line = {"item": {"id": str(company.internal_id(trade.price))}, "amount": 100, "quantity": 1}
    customer = {"id": str(company.internal_id(trade.customer))}
    number = company.by_hand("invoice", {"entity": customer, "tranDate": "2026-11-02", "item": {"items": [line]}})
    invoice = trade.world.create_invoice(
        trade.customer, [Line(price=trade.price)], metadata={"netsuite_invoice_id": str(number)}
    )
    charge = trade.world.pay_invoice(invoice["id"])
    trade.at(6)
    all_booked(company)
    assert invoice["id"] not in company.external_ids()
    assert unused(company, charge) == 0
    assert company.findings() == {}


@pytest.mark.parametrize("fault", ["dead", "no number", "voided", "another kind", "taken"])
def test_a_reference_that_does_not_fit_holds_the_payment(company_of: OpenCompany, fault: str) -> None:
    """D7: a finding, nothing booked, nothing guessed; corrected in Stripe, it goes through."""
    trade, company = booked_customer(company_of)
    number = enter(trade, company, "customerDeposit" if fault == "another kind" else "customerPayment")
    named = {"dead": "999999", "no number": "CP-7"}.get(fault, str(number))
    if fault == "voided":
        with company.netsuite.books.writing():
            company.netsuite.books.execute("UPDATE \"transaction\" SET voided = 'T' WHERE id = ?", (number,))
    if fault == "taken":
        trade.world.charge(2500, customer=trade.customer, metadata={"netsuite_customer_payment_id": named})
        company.run_all()
    charge = trade.world.charge(2500, customer=trade.customer, metadata={"netsuite_customer_payment_id": named})
    company.run_all()
    assert set(company.findings()) == {"invalid_record_reference"}
    assert charge["id"] not in company.external_ids()
    trade.world.update_metadata("charge", charge["id"], {"netsuite_customer_payment_id": ""})
    trade.at(6)
    all_booked(company, in_funds=0 if fault == "taken" else 25)
    assert company.findings() == {}


def test_two_charges_cannot_name_one_record(company_of: OpenCompany) -> None:
    """D7: within one batch as well, the second one is a finding."""
    trade, company = booked_customer(company_of)
    named = {"netsuite_customer_payment_id": str(enter(trade, company, "customerPayment"))}
    for _ in range(2):
        trade.world.charge(2500, customer=trade.customer, metadata=named)
    company.run_all()
    assert set(company.findings()) == {"invalid_record_reference"}


def test_a_named_invoice_that_is_gone_holds_the_invoice(company_of: OpenCompany) -> None:
    """D7: the invoice and its payment wait."""
    trade = opened()
    invoice, charge = trade.sale(metadata={"netsuite_invoice_id": "999999"})
    company = company_of(trade.world)
    company.run_all()
    assert set(company.findings()) == {"invalid_record_reference"}
    assert not {invoice["id"], charge["id"]} & company.external_ids()


@pytest.mark.parametrize("held", ["charge", "invoice", "refund", "customer", "payout"])
def test_what_is_blocked_waits_with_all_that_depends_on_it(company_of: OpenCompany, held: str) -> None:
    """G1: nothing of it is booked, its payout waits, one finding says why; taken off, all of it goes through."""
    trade = opened()
    invoice, charge = trade.sale()
    refund = trade.world.refund(charge["id"], 1000)
    trade.at(6)
    (payout,) = trade.world.shelves["payout"]
    ids = {
        "charge": charge["id"],
        "invoice": invoice["id"],
        "refund": refund["id"],
        "customer": trade.customer,
        "payout": payout["id"],
    }
    trade.world.update_metadata(held, ids[held], {"netsuite_block_integration": "true"})
    company = company_of(trade.world)
    result = company.run_all()
    assert set(company.findings()) == {"blocked"}
    assert ids[held] not in company.external_ids()
    assert result.state_of(payout["id"]) == ("blocked" if held == "payout" else "waiting_on_records")
    trade.world.update_metadata(held, ids[held], {"netsuite_block_integration": ""})
    all_booked(company)
    assert company.findings() == {}
    assert company.differences() == []


@pytest.mark.parametrize("held", ["dispute", "charge", "customer"])
def test_a_blocked_dispute_waits_with_its_payout(company_of: OpenCompany, held: str) -> None:
    """G1: the key on the dispute, its charge or its customer; taken off, dispute and payout go through."""
    trade = opened()
    _, charge = trade.sale()
    trade.sale(customer=trade.world.create_customer("Babbage & Sons")["id"])
    dispute = trade.world.open_dispute(charge["id"])
    ids = {"dispute": dispute["id"], "charge": charge["id"], "customer": trade.customer}
    trade.world.update_metadata(held, ids[held], {"netsuite_block_integration": "true"})
    trade.at(6)
    (payout,) = trade.world.shelves["payout"]
    company = company_of(trade.world)
    result = company.run_all()
    assert set(company.findings()) == {"blocked"}
    assert dispute["id"] not in company.external_ids()
    assert result.state_of(payout["id"]) == "waiting_on_records"
    trade.world.update_metadata(held, ids[held], {"netsuite_block_integration": ""})
    all_booked(company)
    assert company.findings() == {}
    assert company.differences() == []


def test_what_is_booked_already_is_not_blocked_any_more(company_of: OpenCompany) -> None:
    """G1: the key comes too late for the record; neither finding nor change."""
    trade, company = booked_customer(company_of)
    (charge,) = trade.world.shelves["charge"]
    trade.world.update_metadata("charge", charge["id"], {"netsuite_block_integration": "true"})
    trade.at(6)
    all_booked(company)
    assert company.findings() == {}


def test_by_allow_list_only_what_is_allowed_is_booked(company_of: OpenCompany) -> None:
    """G1: an allowed invoice brings its payment; the other payment, and the payout, wait without a finding."""
    trade = opened()
    invoice, charge = trade.sale(metadata={"netsuite_allow_integration": "true"})
    loose = trade.world.charge(2500, customer=trade.customer)
    trade.at(6)
    company = company_of(trade.world)
    company.edit("policy.yaml", lambda policy: policy.update(integration="allow_list"))
    result = company.run_all()
    assert {invoice["id"], charge["id"]} <= company.external_ids()
    assert loose["id"] not in company.external_ids()
    assert {payout["state"] for payout in result.payouts} == {"waiting_on_records"}
    assert company.findings() == {}
    trade.world.update_metadata("charge", loose["id"], {"netsuite_allow_integration": "true"})
    all_booked(company)
    assert unpaid(company, invoice) == 0
    assert company.differences() == []
