"""Refunds and disputes whose metadata names the record that stands for them (ACCOUNTING E7)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from stripe_netsuite.staging.schema import link
from tests.pipeline.conftest import OpenCompany
from tests.pipeline.test_pipeline_disputes import UNDEPOSITED, sold


def test_a_refund_that_names_its_record_is_linked(company_of: OpenCompany) -> None:
    """E7: the customer refund entered by hand stands for it; a dead reference is a finding until it is corrected."""
    trade, company, _, charge = sold(company_of)
    payment = company.body("customerPayment", charge["id"])
    refund = trade.world.refund(charge["id"], metadata={"netsuite_customer_refund_id": "999999"})
    company.run_all()
    assert set(company.findings()) == {"invalid_record_reference"}
    line = {"item": {"id": str(company.internal_id(trade.price))}, "amount": 100}
    memo = company.by_hand(
        "creditMemo", {"entity": payment["customer"], "tranDate": "2026-11-03", "item": {"items": [line]}}
    )
    by_hand = company.by_hand(
        "customerRefund",
        {
            "customer": payment["customer"],
            "tranDate": "2026-11-03",
            "account": payment["account"],
            "apply": {"items": [{"doc": {"id": str(memo)}, "apply": True, "amount": 100}]},
        },
    )
    trade.world.change(
        trade.world.get("refund", refund["id"]),
        "refund.updated",
        metadata={"netsuite_customer_refund_id": str(by_hand)},
    )
    before = company.committed()
    company.run_all()
    assert company.findings() == {}
    assert company.committed() == before
    assert company.netsuite.balance(UNDEPOSITED) == 0


@pytest.mark.parametrize("wrong", ["no number", "of another kind", "voided"])
def test_a_dispute_that_names_a_wrong_record_waits(company_of: OpenCompany, wrong: str) -> None:
    """E7: nothing is guessed; corrected, the dispute goes on by itself. A dry run says the same."""
    trade, company, _, charge = sold(company_of)
    number = {"no number": "CR-7", "of another kind": str(company.internal_id(charge["id"]))}.get(wrong)
    if number is None:
        memo = company.by_hand(
            "creditMemo",
            {
                "entity": company.body("customerPayment", charge["id"])["customer"],
                "tranDate": "2026-11-03",
                "item": {"items": [{"item": {"id": str(company.internal_id(trade.price))}, "amount": 100}]},
            },
        )
        with company.netsuite.books.writing():
            company.netsuite.books.execute("UPDATE \"transaction\" SET voided = 'T' WHERE id = ?", (memo,))
        number = str(memo)
    dispute = trade.world.open_dispute(charge["id"])
    trade.world.change(dispute, "charge.dispute.updated", metadata={"netsuite_credit_memo_id": number})
    company.run_all()
    assert set(company.findings()) == {"invalid_record_reference"}
    assert dispute["id"] not in company.external_ids()
    trade.world.change(dispute, "charge.dispute.updated", metadata={})
    company.run_all()
    assert company.findings() == {}
    assert f"cm-{dispute['id']}" in company.external_ids()


def test_a_dry_run_links_nothing(company_of: OpenCompany) -> None:
    """E7: the plan counts on the named record, the next run links it."""
    trade, company, _, charge = sold(company_of)
    refund = trade.world.refund(
        charge["id"], metadata={"netsuite_customer_refund_id": str(company.internal_id(charge["id"]))}
    )
    with company.netsuite.books.writing():
        company.netsuite.books.execute(
            "UPDATE \"transaction\" SET recordtype = 'customerrefund' WHERE externalid = ?", (charge["id"],)
        )
    planned = company.run_all(dry_run=True)
    assert planned.steps["refunds"].get("would_create", 0) == 0
    with company.engine.connect() as connection:
        assert connection.execute(sa.select(link).where(link.c.stripe_id == refund["id"])).all() == []


def test_a_refund_that_names_its_credit_memo_is_applied_to_it(company_of: OpenCompany) -> None:
    """E7: the credit memo was entered by hand; the customer refund is ours."""
    trade, company, _, charge = sold(company_of)
    payment = company.body("customerPayment", charge["id"])
    line = {"item": {"id": str(company.internal_id(trade.price))}, "amount": 100}
    memo = company.by_hand(
        "creditMemo", {"entity": payment["customer"], "tranDate": "2026-11-03", "item": {"items": [line]}}
    )
    refund = trade.world.refund(charge["id"], metadata={"netsuite_credit_memo_id": str(memo)})
    company.run_all()
    assert company.findings() == {}
    assert f"cm-{refund['id']}" not in company.external_ids()
    assert company.netsuite.balance("1100") == 0
