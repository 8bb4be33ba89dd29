"""The proofs against both sides as people and weather leave them (ACCOUNTING H3, H4, H6)."""

from __future__ import annotations

from decimal import Decimal

from sandbox.stripe.billing.invoice_lines import Line
from stripe_netsuite.staging.findings import open_findings
from stripe_netsuite.staging.proofs import Proof, read_proofs
from tests.pipeline.company import PROVEN, Company, RunResult
from tests.pipeline.conftest import OpenCompany
from tests.pipeline.test_pipeline_refunds import booked_sale, reapply
from tests.pipeline.trade import opened


def proofs_of(company: Company, result: RunResult, code: str) -> dict[str, Proof]:
    """A run's proofs of a rule, by subject."""
    with company.engine.connect() as connection:
        return {proof.subject: proof for proof in read_proofs(connection, result.run_id) if proof.code == code}


def test_open_money_is_proven_before_and_after_the_payout(company_of: OpenCompany) -> None:
    """H3: two payments and a refund lie in Undeposited Funds at gross, in two currencies; then they are deposited."""
    trade = opened()
    _, charge = trade.sale()
    trade.world.refund(charge["id"], 2500)
    trade.world.charge(990, description="Somebody")
    company = company_of(trade.world)
    before = company.run_all()
    proof = proofs_of(company, before, "H3")["USD"]
    assert (proof.state, proof.expected, proof.found, proof.detail) == ("ok", "84.90", "84.90", None)
    assert Decimal(proof.found or "") == company.netsuite.balance("1499")
    trade.at(6)
    after = company.run_all()
    assert after.proofs == PROVEN
    assert {proof.found for proof in proofs_of(company, after, "H3").values()} == {"0.00"}


def test_converted_payments_count_at_their_settlement(company_of: OpenCompany) -> None:
    """H3: euro payments that settle in dollars, while they are open."""
    trade = opened()
    trade.sale(Line(price=trade.euro_price), currency="eur")
    company = company_of(trade.world)
    result = company.run_all()
    proof = proofs_of(company, result, "H3")["USD"]
    assert proof.state == "ok"
    assert Decimal(proof.found or "") == company.netsuite.balance("1499")


def test_a_payment_that_a_person_deposited_breaks_the_proof_by_name(company_of: OpenCompany) -> None:
    """H3: it is not in Undeposited Funds, and no payout of ours has taken it."""
    trade, company, _, charge = booked_sale(company_of)
    number = company.internal_id(charge["id"])
    line = {"id": str(number), "deposit": True}
    bank = {"id": company.account_id("1000")}
    deposit = company.by_hand("deposit", {"account": bank, "payment": {"items": [line]}})
    result = company.run_all()
    proof = proofs_of(company, result, "H3")["USD"]
    assert (proof.state, proof.difference) == ("broken", "-100.00")
    assert proof.detail == f"{charge['id']} is not there (record {number} is on deposit {deposit})"
    assert "proof_h3_broken" in company.findings()


def test_an_invoice_that_a_person_credited_breaks_the_proof_by_name(company_of: OpenCompany) -> None:
    """H4: NetSuite shows it less open than Stripe, and no rule says why."""
    trade, company, _, _ = booked_sale(company_of)
    open_one = next(one for one in trade.world.shelves["invoice"] if one["status"] == "open")
    number = company.internal_id(open_one["id"])
    body = company.body("invoice", open_one["id"])
    line = {"doc": {"id": str(number)}, "apply": True, "amount": 33.32}
    company.by_hand(
        "customerPayment",
        {
            "customer": body["entity"],
            "payment": 33.32,
            "account": {"id": company.account_id("1000")},
            "apply": {"items": [line]},
        },
    )
    proof = proofs_of(company, company.run_all(), "H4")["USD"]
    assert (proof.state, proof.expected, proof.found) == ("broken", "133.32", "100.00")
    assert proof.detail == f"{open_one['id']} is open with 100.00, not 133.32; 2 invoices"
    assert "proof_h4_broken" in company.findings()


def test_a_payment_that_a_person_moved_explains_both_invoices(company_of: OpenCompany) -> None:
    """H4, E1: the one it was taken from is open in NetSuite, the one it pays now is less so."""
    trade, company, invoice, charge = booked_sale(company_of)
    other = next(one for one in trade.world.shelves["invoice"] if one["id"] != invoice["id"])
    reapply(company, charge["id"], {str(company.internal_id(other["id"])): 100})
    proof = proofs_of(company, company.run_all(), "H4")["USD"]
    assert proof.state == "ok"
    assert proof.detail == (
        f"2 invoices; 100.00 USD by rule: E1 its payment was applied otherwise by a person ({invoice['id']} 100.00); "
        f"-100.00 USD by rule: E1 paid by a payment that a person moved here ({other['id']} -100.00)"
    )


def test_what_a_person_books_into_transit_breaks_its_roll_forward(company_of: OpenCompany) -> None:
    """H6: nothing came back from a bank, and yet something lies there."""
    trade = opened()
    trade.sale()
    company = company_of(trade.world)
    assert company.run_all().proofs["H6"] == "ok"
    lines = [
        {"account": {"id": company.account_id("1500")}, "debit": 12.5},
        {"account": {"id": company.account_id("1000")}, "credit": 12.5},
    ]
    company.by_hand("journalEntry", {"subsidiary": {"id": "1"}, "line": {"items": lines}})
    proof = proofs_of(company, company.run_all(), "H6")["payouts_in_transit USD"]
    assert (proof.state, proof.expected, proof.found) == ("broken", "0.00", "12.50")
    assert proof.detail == "Stripe: 0 + 0 - 0 = 0; NetSuite: 0 + 12.5 - 0 = 12.5"


def test_a_gap_in_what_was_read_is_said_and_proves_nothing(company_of: OpenCompany) -> None:
    """H3, H6: the ledger was not read from the sync start on."""
    trade = opened()
    trade.sale()
    trade.at(9)
    company = company_of(trade.world)
    result = company.run_day(9)
    assert (result.proofs["H3"], result.proofs["H6"]) == ("not_provable", "not_provable")
    (proof,) = proofs_of(company, result, "H3").values()
    assert "without a gap since the sync start" in (proof.detail or "")


def test_euros_in_transit_leave_a_rest_in_dollars_that_is_said(company_of: OpenCompany) -> None:
    """H6: a euro payout came back at one rate and left again at another; in euros nothing is left, in dollars a rest."""
    trade = opened(settlement_currencies=("usd", "eur"))
    trade.sale(Line(price=trade.euro_price), currency="eur")
    trade.at(9)
    payout = next(iter(trade.world.shelves["payout"]))
    trade.world.fail_payout(payout["id"])
    company = company_of(trade.world)
    first = proofs_of(company, company.run_all(), "H6")["payouts_in_transit EUR"]
    assert (first.state, first.expected) == ("ok", first.found)
    assert f"by payout: {payout['id']} " in (first.detail or "")
    trade.at(14, 12)
    result = company.run_all()
    assert result.proofs == PROVEN
    assert proofs_of(company, result, "H6")["payouts_in_transit EUR"].found == "0.00"
    rest = company.trial_balance().get((1, "1500"), Decimal(0))
    with company.engine.connect() as connection:
        found = [row.finding for row in open_findings(connection) if row.finding.stage == "prove"]
    expected = [("exchange_difference_in_transit", "payouts_in_transit EUR", f"{rest} USD")] if rest else []
    assert [(one.code, one.stripe_id, one.found) for one in found] == expected
    assert rest
