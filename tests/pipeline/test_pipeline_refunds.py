"""Refunds follow what the payment is applied to now, whoever applied it (ACCOUNTING E1, E2)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sandbox.stripe.billing.invoice_lines import Line
from tests.pipeline.company import Company
from tests.pipeline.conftest import OpenCompany
from tests.pipeline.trade import Trade, opened


def reapply(company: Company, charge: str, applications: dict[str, float]) -> None:
    """Apply a payment by hand to these NetSuite invoices (amounts by internal id), and to nothing else."""
    number = company.internal_id(charge)
    customer = company.body("customerPayment", charge)["customer"]
    lines = [{"doc": {"id": doc}, "apply": True, "amount": amount} for doc, amount in applications.items()]
    company.by_hand("customerPayment", {"customer": customer, "apply": {"items": lines}}, number, replace=("apply",))


def booked_sale(company_of: OpenCompany) -> tuple[Trade, Company, dict[str, Any], dict[str, Any]]:
    """A sale of 100.00 and an open invoice of 133.32 for the same customer, both booked."""
    trade = opened()
    invoice, charge = trade.sale()
    trade.world.create_invoice(trade.customer, [Line(price=trade.other_price, quantity=4)])
    company = company_of(trade.world)
    company.run_all()
    return trade, company, invoice, charge


def remaining(company: Company, external_id: str) -> Decimal:
    """What is open of an invoice in NetSuite."""
    row = company.netsuite.books.row(
        'SELECT foreignamountunpaid FROM "transaction" WHERE externalid = ?', (external_id,)
    )
    assert row is not None
    return Decimal(str(row["foreignamountunpaid"] or 0))


def total(company: Company, refund: dict[str, Any]) -> Decimal | None:
    """The total of a refund's credit memo, None where it needed none."""
    row = company.netsuite.books.row(
        'SELECT foreigntotal FROM "transaction" WHERE externalid = ?', (f"cm-{refund['id']}",)
    )
    return None if row is None else abs(Decimal(str(row["foreigntotal"])))


def test_a_full_refund_mirrors_the_invoice(company_of: OpenCompany) -> None:
    """E1, E2: credit memo of the invoice's lines, used up by a customer refund out of Undeposited Funds."""
    trade, company, _, charge = booked_sale(company_of)
    refund = trade.world.refund(charge["id"])
    company.run_all()
    memo = company.body("creditMemo", f"cm-{refund['id']}")
    assert [line["item"]["id"] for line in memo["item"]["items"]] == [str(company.internal_id(trade.price))]
    assert company.netsuite.balance("1499") == 0
    assert company.differences() == []


def test_a_payment_that_was_unapplied_is_refunded_itself(company_of: OpenCompany) -> None:
    """E1: no credit memo, and the invoice stays open, as the user wanted it."""
    trade, company, invoice, charge = booked_sale(company_of)
    reapply(company, charge["id"], {})
    refund = trade.world.refund(charge["id"])
    company.run_all()
    assert f"cm-{refund['id']}" not in company.external_ids()
    assert refund["id"] in company.external_ids()
    assert remaining(company, invoice["id"]) == Decimal(100)
    assert company.netsuite.is_balanced()
    assert company.netsuite.balance("1499") == 0


def test_a_payment_that_was_moved_to_another_invoice_is_followed(company_of: OpenCompany) -> None:
    """E1: the credit memo mirrors the lines of the invoice that the payment pays now."""
    trade, company, invoice, charge = booked_sale(company_of)
    other = next(one for one in trade.world.shelves["invoice"] if one["id"] != invoice["id"])
    reapply(company, charge["id"], {str(company.internal_id(other["id"])): 100})
    refund = trade.world.refund(charge["id"])
    company.run_all()
    memo = company.body("creditMemo", f"cm-{refund['id']}")
    assert [line["item"]["id"] for line in memo["item"]["items"]] == [str(company.internal_id(trade.other_price))]
    assert company.differences() == []


def test_a_payment_moved_to_an_invoice_that_is_not_ours_is_credited_on_the_refund_item(
    company_of: OpenCompany,
) -> None:
    """E1, E2: nobody knows that invoice's lines, so the refund item stands for them."""
    trade, company, _, charge = booked_sale(company_of)
    payment = company.body("customerPayment", charge["id"])
    line = {"item": {"id": str(company.internal_id(trade.price))}, "amount": 150}
    foreign = company.by_hand(
        "invoice",
        {"entity": payment["customer"], "tranDate": "2026-11-03", "item": {"items": [line]}},
    )
    reapply(company, charge["id"], {str(foreign): 100})
    refund = trade.world.refund(charge["id"])
    company.run_all()
    memo = company.body("creditMemo", f"cm-{refund['id']}")
    items = [line["item"]["id"] for line in memo["item"]["items"]]
    assert items == [str(company.internal_id("stripe-partial-refund-item"))]
    assert company.findings() == {}


def test_a_payment_applied_in_part_gives_back_what_lies_unapplied_first(company_of: OpenCompany) -> None:
    """E1: 70 of 100 are unapplied: three refunds take them from the payment, and credit no more than the other 30."""
    trade, company, invoice, charge = booked_sale(company_of)
    reapply(company, charge["id"], {str(company.internal_id(invoice["id"])): 30})
    first = trade.world.refund(charge["id"], 5000)
    company.run_all()
    second, third = trade.world.refund(charge["id"], 4500), trade.world.refund(charge["id"], 500)
    company.run_all()
    assert total(company, first) is None
    credited = [total(company, one) or Decimal(0) for one in (second, third)]
    assert sum(credited) == Decimal(30)
    assert company.findings() == {}
    assert company.netsuite.balance("1499") == 0
    before = company.write_requests()
    company.run_all()
    assert company.write_requests() == before


@pytest.mark.parametrize("choice", ["pro_rata", "refund_item", "single_line"])
def test_partial_refunds_add_up_whatever_the_policy(company_of: OpenCompany, choice: str) -> None:
    """E2: three partial refunds of an invoice of three lines; the credit memos' totals are the refunds'."""
    trade = opened()
    _, charge = trade.sale(Line(price=trade.price), Line(price=trade.other_price), Line(amount=1, description="Odd"))
    company = company_of(trade.world)
    company.edit("policy.yaml", lambda policy: policy.update(refund_partial=choice))
    for amount in (1, 4445, None):
        trade.world.refund(charge["id"], amount)
        company.run_all()
    trade.at(6)
    assert company.run_all().proofs["broken"] == 0
    assert company.differences() == []


def test_a_pending_refund_is_booked_when_it_moves_money(company_of: OpenCompany) -> None:
    """E3: nothing while it is pending; credit memo and refund when its ledger line is there."""
    trade, company, _, charge = booked_sale(company_of)
    refund = trade.world.refund(charge["id"], pending=True)
    company.run_all()
    assert refund["id"] not in company.external_ids()
    trade.at(7)
    trade.world.complete_refund(refund["id"])
    company.run_all()
    assert company.differences() == []
