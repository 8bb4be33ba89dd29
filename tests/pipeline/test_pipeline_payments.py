"""Every kind of payment, from Stripe to the deposit: delayed, failed, twice, in part, without invoice (ACCOUNTING D2 to D6).

Each test ends with both sides compared, payouts booked where they arrived, and a second run that writes nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from sandbox.stripe.billing.invoice_lines import Line
from stripe_netsuite import pipeline
from stripe_netsuite.staging.retention import drop_payloads
from tests.pipeline.company import ACCOUNT, PROVEN, Company, RunResult
from tests.pipeline.conftest import OpenCompany
from tests.pipeline.trade import Object, Trade, opened


def state(company: Company, external_id: str) -> dict[str, Any]:
    """A transaction's row in NetSuite."""
    row = company.netsuite.books.row('SELECT * FROM "transaction" WHERE externalid = ?', (external_id,))
    assert row is not None, f"NetSuite has no {external_id}"
    return dict(row)


def unpaid(company: Company, invoice: Object) -> int:
    """What is open of an invoice in NetSuite, in cents."""
    return int(Decimal(str(state(company, invoice["id"])["foreignamountunpaid"] or 0)) * 100)


def unused(company: Company, charge: Object) -> int:
    """What is unapplied of a payment in NetSuite, in cents."""
    return int(Decimal(str(state(company, charge["id"])["foreignpaymentamountunused"] or 0)) * 100)


def all_booked(company: Company, in_funds: int = 0) -> RunResult:
    """Run, and claim what must hold in the end: payouts booked, nothing of Stripe's undeposited, nothing to write again.

    `in_funds` is what people entered into Undeposited Funds themselves.
    """
    result = company.run_all()
    assert {payout["state"] for payout in result.payouts} <= {"booked"}
    assert result.proofs == PROVEN
    assert company.netsuite.balance("1499") == in_funds
    assert company.netsuite.is_balanced()
    before = company.write_requests()
    company.run_all()
    assert company.write_requests() == before
    return result


def debit(trade: Trade, invoice: Object) -> Object:
    """Begin a bank debit for an invoice."""
    return trade.world.pay_invoice(invoice["id"], method="us_bank_account")


@pytest.mark.parametrize("is_seen_pending", [True, False], ids=["day by day", "in one run"])
def test_a_debit_that_fails_opens_its_invoice_again(company_of: OpenCompany, is_seen_pending: bool) -> None:
    """D6: booked when its ledger line is there, refunded with the reason; what the books hold depends on no order."""
    trade = opened()
    invoice = trade.world.create_invoice(trade.customer, [Line(price=trade.price)])
    charge = debit(trade, invoice)
    company = company_of(trade.world)
    if is_seen_pending:
        company.run_all()
        assert (unpaid(company, invoice), unused(company, charge)) == (10000, 10000)
    trade.at(5)
    trade.world.fail_payment(charge["id"], "account_closed")
    (refund,) = trade.world.shelves["refund"]
    again = trade.world.pay_invoice(invoice["id"])
    trade.at(13)
    all_booked(company)
    assert unpaid(company, invoice) == 0
    assert (unused(company, charge), unused(company, again)) == (0, 0)
    assert "account_closed" in company.body("customerRefund", refund["id"])["memo"]
    assert company.findings() == {}
    assert company.differences() == []


def test_a_debit_that_clears_stays_applied(company_of: OpenCompany) -> None:
    """D6: booked when it begins, it pays its invoice when the bank has answered, by one change and never again."""
    trade = opened()
    invoice = trade.world.create_invoice(trade.customer, [Line(price=trade.price)])
    charge = debit(trade, invoice)
    company = company_of(trade.world)
    company.run_all()
    assert unpaid(company, invoice) == 10000
    before = company.write_requests()
    trade.at(6)
    trade.world.succeed_payment(charge["id"])
    company.run_all()
    assert company.write_requests() == before + 1
    assert (unpaid(company, invoice), unused(company, charge)) == (0, 0)
    trade.at(13)
    all_booked(company)
    assert company.differences() == []


def test_netsuite_may_refuse_to_open_the_invoice_again(company_of: OpenCompany) -> None:
    """D6: the refusal is a finding, nothing is doubled, and once it can be done it is done."""
    trade = opened()
    invoice = trade.world.create_invoice(trade.customer, [Line(price=trade.price)])
    charge = debit(trade, invoice)
    company = company_of(trade.world)
    company.run_all()
    applied = {"doc": {"id": str(company.internal_id(invoice["id"]))}, "apply": True}
    payment = company.internal_id(charge["id"])
    customer = company.body("customerPayment", charge["id"])["customer"]
    company.by_hand("customerPayment", {"customer": customer, "apply": {"items": [applied]}}, payment)
    assert unpaid(company, invoice) == 0
    trade.at(5)
    trade.world.fail_payment(charge["id"])
    with company.netsuite.books.writing():
        company.netsuite.books.execute("UPDATE \"transaction\" SET voided = 'T' WHERE id = ?", (payment,))
    company.run_all()
    assert "record_change_refused" in company.findings()
    with company.netsuite.books.writing():
        company.netsuite.books.execute("UPDATE \"transaction\" SET voided = 'F' WHERE id = ?", (payment,))
    trade.sale()
    trade.at(13)
    all_booked(company)
    assert unpaid(company, invoice) == 10000
    assert company.findings() == {}


def test_what_is_paid_beyond_an_invoice_stays_unapplied(company_of: OpenCompany) -> None:
    """D3: the second payment, and what is too much of a third, are the customers'; the findings say so."""
    trade = opened()
    invoice, _ = trade.sale()
    second = trade.world.pay_invoice_again(invoice["id"])
    bob = trade.world.create_customer("Bob")["id"]
    other = trade.world.create_invoice(bob, [Line(price=trade.price)])
    third = trade.world.overpay(other["id"], 13000)
    trade.at(6)
    company = company_of(trade.world)
    all_booked(company)
    assert (unpaid(company, invoice), unpaid(company, other)) == (0, 0)
    assert (unused(company, second), unused(company, third)) == (10000, 3000)
    assert "Could not apply 30.00 USD" in company.body("customerPayment", third["id"])["memo"]
    assert company.differences() == []


def test_an_invoice_that_was_paid_by_hand_takes_no_more(company_of: OpenCompany) -> None:
    """D3: what NetSuite has open decides, not what Stripe thinks."""
    trade = opened()
    invoice = trade.world.create_invoice(trade.customer, [Line(price=trade.price)])
    company = company_of(trade.world)
    company.run_all()
    company.by_hand(
        "customerPayment",
        {
            "customer": {"id": str(company.internal_id(trade.customer))},
            "payment": 60,
            "tranDate": "2026-11-02",
            "account": {"id": company.account_id("1000")},
            "apply": {"items": [{"doc": {"id": str(company.internal_id(invoice["id"]))}, "apply": True}]},
        },
    )
    charge = trade.world.pay_invoice(invoice["id"])
    trade.at(6)
    all_booked(company)
    assert (unpaid(company, invoice), unused(company, charge)) == (0, 6000)


def test_a_duplicate_is_held_until_it_is_allowed(company_of: OpenCompany) -> None:
    """D3, policy hold: payment and payout wait; netsuite_allow_duplicate releases both."""
    trade = opened()
    invoice, _ = trade.sale()
    second = trade.world.pay_invoice_again(invoice["id"])
    trade.at(6)
    company = company_of(trade.world)
    company.edit("policy.yaml", lambda policy: policy.update(duplicate_payment="hold"))
    result = company.run_all()
    assert set(company.findings()) == {"duplicate_payment"}
    assert {payout["state"] for payout in result.payouts} == {"waiting_on_records"}
    trade.world.change(second, "charge.updated", metadata={"netsuite_allow_duplicate": "true"})
    all_booked(company)
    assert company.findings() == {}
    assert unused(company, second) == 10000


def test_one_payment_pays_two_invoices_and_two_payments_one(company_of: OpenCompany) -> None:
    """D2: applied as Stripe says, to the cent."""
    trade = opened()
    invoices = [trade.world.create_invoice(trade.customer, [Line(price=trade.price, quantity=n)]) for n in (1, 2)]
    trade.world.pay_invoices_together([one["id"] for one in invoices])
    parts = trade.world.create_invoice(trade.customer, [Line(price=trade.other_price)])
    trade.world.pay_invoice(parts["id"], amount=1111)
    trade.world.pay_invoice(parts["id"])
    trade.at(6)
    company = company_of(trade.world)
    all_booked(company)
    assert [unpaid(company, one) for one in (*invoices, parts)] == [0, 0, 0]
    assert company.findings() == {}
    assert company.differences() == []


def test_of_an_authorisation_what_was_captured_is_booked(company_of: OpenCompany) -> None:
    """D5: 60.00 of 100.00; Stripe's release of the rest is no refund, and the payout ties."""
    trade = opened()
    charge = trade.world.charge(10000, customer=trade.customer, capture=False)
    trade.world.capture(charge["id"], 6000)
    (release,) = trade.world.shelves["refund"]
    trade.at(2, 20)
    company = company_of(trade.world)
    # Not in a payout yet: Undeposited Funds hold what was captured (H3).
    assert company.run_all().proofs["H3"] == "ok"
    trade.at(6)
    all_booked(company)
    assert Decimal(str(state(company, charge["id"])["foreigntotal"])) == 60
    assert release["id"] not in company.external_ids()
    assert company.findings() == {}
    assert company.differences() == []


POLICIES = {"auto_invoice": "customerPayment", "cash_sale": "cashSale", "customer_deposit": "customerDeposit"}


@pytest.mark.parametrize("policy", POLICIES)
def test_a_payment_without_invoice_is_booked_and_refunded_as_policy_says(company_of: OpenCompany, policy: str) -> None:
    """D2: a payment in dollars and one in euros, a refund of each, one in full; all in payouts that tie."""
    trade = opened()
    charge = trade.world.charge(2500, customer=trade.customer, description="Paid at the fair")
    abroad = trade.world.charge(4000, "eur", customer=trade.customer)
    company = company_of(trade.world)
    company.edit("policy.yaml", lambda content: content.update(unapplied_payment=policy))
    company.run_all()
    kind = POLICIES[policy]
    assert company.body(kind, charge["id"])["memo"] == f"Stripe: {charge['id']} | Paid at the fair"
    refund = trade.world.refund(charge["id"], 500)
    trade.world.refund(abroad["id"])
    trade.at(9)
    all_booked(company)
    assert company.findings() == {}
    kind = "cashRefund" if policy == "cash_sale" else "customerRefund"
    assert company.body(kind, refund["id"])["memo"].startswith(f"Stripe: {refund['id']}")
    if policy == "auto_invoice":
        assert unused(company, charge) == 0
        assert Decimal(str(state(company, f"in-{charge['id']}")["foreignamountunpaid"])) == 0
        items = company.body("creditMemo", f"cm-{refund['id']}")["item"]["items"]
        assert [line["item"]["id"] for line in items] == [str(company.internal_id("stripe-item"))]


@pytest.mark.parametrize("policy", ["unapplied", *POLICIES])
def test_a_failed_debit_without_invoice_leaves_nothing_behind(company_of: OpenCompany, policy: str) -> None:
    """D2, D6: whatever it was booked as, the refusal of the bank takes it back."""
    trade = opened()
    charge = trade.world.charge(2500, customer=trade.customer, method="us_bank_account")
    trade.sale()
    company = company_of(trade.world)
    company.edit("policy.yaml", lambda content: content.update(unapplied_payment=policy))
    company.run_all()
    trade.at(5)
    trade.world.fail_payment(charge["id"])
    trade.at(13)
    all_booked(company)
    assert company.findings() == {}


def test_another_policy_leaves_booked_payments_as_they_are(company_of: OpenCompany) -> None:
    """D2: a payment booked unapplied gets no invoice later, which nobody would ever pay."""
    trade = opened()
    charge = trade.world.charge(2500, customer=trade.customer)
    company = company_of(trade.world)
    company.run_all()
    company.edit("policy.yaml", lambda content: content.update(unapplied_payment="auto_invoice"))
    trade.world.change(charge, "charge.updated", description="Paid at the fair")
    before = company.write_requests()
    company.run_all()
    assert company.write_requests() == before


def test_a_failure_that_the_ledger_writes_on_the_charge_is_booked_under_the_charge(company_of: OpenCompany) -> None:
    """D6: without a refund object the refund's external id is the charge's with `fl-`; a second run changes nothing."""
    trade = opened()
    charge = trade.world.charge(2500, customer=trade.customer, method="us_bank_account")
    company = company_of(trade.world)
    company.run_all()
    trade.at(5)
    trade.world.fail_payment(charge["id"])
    (refund,) = trade.world.shelves["refund"]
    trade.world.get("balance_transaction", refund["balance_transaction"])["source"] = charge["id"]
    company.run_all()
    assert f"fl-{charge['id']}" in company.external_ids()
    assert refund["id"] not in company.external_ids()
    assert unused(company, charge) == 0
    before = company.write_requests()
    company.run_all()
    assert company.write_requests() == before


@pytest.mark.parametrize("retention", ["full", "ids_only"])
def test_a_payment_that_is_attached_later_is_applied_later(company_of: OpenCompany, retention: str) -> None:
    """D2: booked unapplied; then Stripe says which invoice it pays, and the payment follows by one change."""
    trade = opened()
    invoice = trade.world.create_invoice(trade.customer, [Line(price=trade.price)])
    company = company_of(trade.world)
    company.run_all()
    charge = trade.world.pay_invoice(invoice["id"])
    hidden = trade.world.shelves["invoice_payment"]
    (payment,) = hidden
    payment["status"], amount, payment["amount_paid"] = "open", payment["amount_paid"], None
    company.run_all()
    assert (unpaid(company, invoice), unused(company, charge)) == (10000, 10000)
    payment["status"], payment["amount_paid"] = "paid", amount
    run = company.make_run(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 15, tzinfo=UTC))
    with company.services() as services:
        pipeline.begin(services, run)
        pipeline.extract(services, run)
        if retention == "ids_only":
            with services.engine.begin() as connection:
                drop_payloads(connection, ACCOUNT)
        pipeline.load(services, run, pipeline.LoadStep.PAYMENTS)
    assert (unpaid(company, invoice), unused(company, charge)) == (0, 0)
    trade.at(6)
    all_booked(company)
    assert (unpaid(company, invoice), unused(company, charge)) == (0, 0)
