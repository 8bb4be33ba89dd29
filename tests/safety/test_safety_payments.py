"""Lost answers while a payment is applied, taken off its invoice, or booked as something else: once, never twice."""

from __future__ import annotations

import pytest

from sandbox.netsuite.protocol.faults import Kind, Rule
from sandbox.stripe.billing.invoice_lines import Line
from stripe_netsuite.errors import NetSuiteUnavailable
from tests.pipeline.trade import opened
from tests.safety.books import assert_complete, run_until_done, unsettled
from tests.safety.conftest import OpenCompany


@pytest.mark.parametrize("kind", ["drop_after_commit", "drop_before"])
def test_a_lost_application_is_made_once(company_on: OpenCompany, kind: Kind) -> None:
    """D6: the bank has answered, NetSuite's answer is lost; the next run sees whether the invoice is paid."""
    trade = opened()
    invoice = trade.world.create_invoice(trade.customer, [Line(price=trade.price)])
    charge = trade.world.pay_invoice(invoice["id"], method="us_bank_account")
    company = company_on(trade.world, speed=100)
    company.run_all()
    trade.at(6)
    trade.world.succeed_payment(charge["id"])
    company.netsuite.faults.set([Rule(kind, method="PATCH")])
    with pytest.raises(NetSuiteUnavailable):
        company.run_all()
    company.run_all()
    assert company.committed()["PATCH customerPayment"] == 1
    assert_complete(company)


@pytest.mark.parametrize("kind", ["drop_after_commit", "drop_before"])
def test_a_payment_is_taken_off_its_invoice_once(company_on: OpenCompany, kind: Kind) -> None:
    """D6: a person applied a debit that then fails; the answer to taking it off is lost."""
    trade = opened()
    invoice = trade.world.create_invoice(trade.customer, [Line(price=trade.price)])
    charge = trade.world.pay_invoice(invoice["id"], method="us_bank_account")
    company = company_on(trade.world, speed=100)
    company.run_all()
    line = {"doc": {"id": str(company.internal_id(invoice["id"]))}, "apply": True}
    customer = company.body("customerPayment", charge["id"])["customer"]
    number = company.internal_id(charge["id"])
    company.by_hand("customerPayment", {"customer": customer, "apply": {"items": [line]}}, number)
    trade.at(5)
    trade.world.fail_payment(charge["id"])
    company.netsuite.faults.set([Rule(kind, method="PATCH")])
    with pytest.raises(NetSuiteUnavailable):
        company.run_all()
    company.run_all()
    assert company.committed()["PATCH customerPayment"] == 1
    assert_complete(company)


@pytest.mark.parametrize("kind", ["drop_after_commit", "drop_before"])
@pytest.mark.parametrize("policy", ["auto_invoice", "cash_sale", "customer_deposit"])
def test_no_answer_for_any_record_of_a_loose_payment(company_on: OpenCompany, policy: str, kind: Kind) -> None:
    """D2: the first answer of each record is lost; everything is there once."""
    trade = opened()
    charge = trade.world.charge(2500, customer=trade.customer)
    company = company_on(trade.world, speed=100)
    company.edit("policy.yaml", lambda content: content.update(unapplied_payment=policy))
    names = ("invoice", "customerPayment", "cashSale", "customerDeposit", "creditMemo", "cashRefund", "customerRefund")
    company.netsuite.faults.set([Rule(kind, method="PUT", path_contains=f"/{name}/") for name in names])
    run_until_done(company)
    trade.world.refund(charge["id"], 500)
    trade.at(9)
    run_until_done(company)
    assert company.netsuite.balance("1499") == 0
    assert company.netsuite.is_balanced()
    assert unsettled(company) == []
    assert company.findings() == {}
