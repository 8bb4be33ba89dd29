"""Reconciliation-only mode (ACCOUNTING G3): another system books sales, we link them and book the payouts' deposits.

Whatever the other system does, we write deposits and journal entries alone, and every payout ties.
"""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.stripe.billing.invoice_lines import Line
from stripe_netsuite.errors import MappingError
from tests.pipeline.company import PROVEN, Company, RunResult
from tests.pipeline.conftest import OpenCompany
from tests.pipeline.other_system import FIELD, Object, OtherSystem, reconcile_only
from tests.pipeline.trade import Trade, opened

LINKED = {**PROVEN, "H4": "not_provable"}


def opened_shop(company_of: OpenCompany, trade: Trade, **more: Any) -> tuple[Company, OtherSystem]:
    """A company whose sales another system books."""
    company = company_of(trade.world)
    reconcile_only(company, **more)
    return company, OtherSystem(company)


def settled(company: Company) -> RunResult:
    """Run: payouts booked, funds empty, everything proven; deposits alone were written, and nothing is again."""
    before = company.committed()
    result = company.run_all()
    assert company.findings() == {}
    assert {payout["state"] for payout in result.payouts} <= {"booked"}
    assert result.proofs == LINKED
    assert company.netsuite.balance("1499") == 0
    assert company.netsuite.is_balanced()
    assert set(company.committed() - before) <= {"PUT deposit"}
    requests = company.write_requests()
    company.run_all()
    assert company.write_requests() == requests
    return result


def metadata(trade: Trade, charge: Object) -> dict[str, str]:
    found: dict[str, str] = trade.world.get("charge", charge["id"])["metadata"]
    return found


WAYS = ["metadata", "charge id", "payment intent", "field", "field with payment intent"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", ["customerPayment", "cashSale", "customerDeposit"])
def test_what_the_other_system_booked_is_linked_and_deposited(company_of: OpenCompany, way: str, kind: str) -> None:
    """Every way to carry the id, every kind of record; customers, items and invoices are left out by rule."""
    trade = opened()
    _, charge = trade.sale()
    trade.at(6)
    company, shop = opened_shop(company_of, trade, stripe_id_field=FIELD)
    bears = {
        "charge id": {"externalId": charge["id"]},
        "payment intent": {"externalId": charge["payment_intent"]},
        "field": {FIELD: charge["id"]},
        "field with payment intent": {FIELD: charge["payment_intent"]},
    }.get(way, {})
    number = shop.take(10000, kind, **bears)
    if way == "metadata":
        key = {"customerPayment": "customer_payment", "cashSale": "cash_sale", "customerDeposit": "customer_deposit"}
        trade.world.update_metadata("charge", charge["id"], {f"netsuite_{key[kind]}_id": str(number)})
    said = metadata(trade, charge)
    settled(company)
    assert metadata(trade, charge) == said
    (payout,) = trade.world.shelves["payout"]
    assert company.netsuite.balance("1000") * 100 == payout["amount"]


def test_money_goes_back_and_comes_again(company_of: OpenCompany) -> None:
    """Customer refund, cash refund, one that came back, a debit that failed; in the payouts that contain them."""
    trade = opened()
    company, shop = opened_shop(company_of, trade, stripe_id_field=FIELD)
    first, second, third = (trade.world.charge(cents) for cents in (10000, 5000, 4000))
    debit = trade.world.charge(2500, method="us_bank_account")
    numbers = {one["id"]: shop.take(one["amount"], externalId=one["id"]) for one in (first, second, third, debit)}
    trade.at(4)
    refund, cash = trade.world.refund(first["id"], 3000), trade.world.refund(second["id"], 1000)
    lost = trade.world.refund(third["id"], 4000)
    shop.give_back(3000, numbers[first["id"]], externalId=refund["id"])
    shop.give_cash_back(1000, **{FIELD: cash["id"]})
    shop.give_back(4000, numbers[third["id"]], externalId=lost["id"])
    trade.at(5)
    trade.world.fail_payment(debit["id"])
    failed = next(one for one in trade.world.shelves["refund"] if one["charge"] == debit["id"])
    shop.give_back(2500, numbers[debit["id"]], externalId=failed["id"])
    trade.world.fail_refund(lost["id"])
    shop.take(4000, externalId=f"rf-{lost['id']}")
    shop.take(20000, externalId=trade.world.charge(20000)["id"])
    trade.at(13)
    settled(company)


@pytest.mark.parametrize("is_booked", [True, False], ids=["booked by the other system", "a line of the deposit"])
def test_a_dispute_is_its_record_or_a_line(company_of: OpenCompany, is_booked: bool) -> None:
    """F2, G3: what nobody booked goes to the account for disputes, what a won one brings to that for reversals."""
    trade = opened()
    company, shop = opened_shop(company_of, trade)
    company.edit("accounts.yaml", lambda accounts: accounts.update(disputes={"number": "6190"}))
    charge = trade.world.charge(10000)
    trade.world.charge(40000)
    numbers = {one["id"]: shop.take(one["amount"], externalId=one["id"]) for one in trade.world.shelves["charge"]}
    trade.at(3)
    dispute = trade.world.open_dispute(charge["id"])
    if is_booked:
        shop.give_back(10000, numbers[charge["id"]], externalId=dispute["id"])
    trade.at(6)
    trade.world.win_dispute(dispute["id"])
    trade.at(13)
    settled(company)
    assert company.netsuite.balance("6190") == (0 if is_booked else 100)
    assert company.netsuite.balance("4190") == -100


def test_a_payout_waits_for_what_is_not_booked_and_says_so_after_days(company_of: OpenCompany) -> None:
    """It names what it waits for; three days after arrival that is a finding; booked at last, it goes through."""
    trade = opened()
    charge = trade.world.charge(10000)
    other = trade.world.charge(5000)
    trade.at(13)
    company, shop = opened_shop(company_of, trade)
    shop.take(10000, externalId=charge["id"])
    (payout,) = trade.world.shelves["payout"]
    days = [company.run_day(day) for day in range(1, 6)]
    assert days[-1].state_of(payout["id"]) == "waiting_on_records"
    assert other["id"] in next(one["reason"] for one in days[-1].payouts if one["payout_id"] == payout["id"])
    assert company.findings() == {}
    assert days[-1].proofs["broken"] == 0
    late = company.run_all()
    assert late.state_of(payout["id"]) == "waiting_on_records"
    (finding,) = company.findings().values()
    assert (finding.finding.code, finding.finding.stripe_id) == ("missing_netsuite_record", other["id"])
    shop.take(5000, externalId=other["id"])
    settled(company)


def test_fail_open_posts_without_what_is_not_booked(company_of: OpenCompany) -> None:
    """F5: the missing one is a line to the suspense account, with a finding that stays."""
    trade = opened()
    charge, other = trade.world.charge(10000), trade.world.charge(5000)
    trade.at(13)
    company, shop = opened_shop(company_of, trade)
    company.edit(
        "policy.yaml", lambda policy: policy.update(payout_mismatch="fail_open", fail_open_threshold={"usd": "60"})
    )
    shop.take(10000, externalId=charge["id"])
    result = company.run_all()
    assert {payout["state"] for payout in result.payouts} == {"booked"}
    assert company.findings()["transaction_not_booked"].finding.stripe_id == other["id"]
    assert result.proofs == LINKED
    assert company.netsuite.balance("1590") == -50


def test_two_records_for_one_charge_are_a_finding(company_of: OpenCompany) -> None:
    """Nothing is guessed; named in metadata, the payout goes through."""
    trade = opened()
    charge = trade.world.charge(10000)
    trade.at(6)
    company, shop = opened_shop(company_of, trade, stripe_id_field=FIELD)
    right, wrong = (shop.take(10000, **{FIELD: charge["id"]}) for _ in range(2))
    company.run_day(3)
    assert set(company.findings()) == {"ambiguous_match"}
    trade.world.update_metadata("charge", charge["id"], {"netsuite_customer_payment_id": str(right)})
    company.delete("customerPayment", wrong)
    settled(company)


def test_one_record_for_two_charges_is_a_finding(company_of: OpenCompany) -> None:
    """One sum for two charges cannot be told apart; a second batch does not take what the first has linked."""
    trade = opened()
    (_, first), (_, second) = trade.sale(), trade.sale()
    company, shop = opened_shop(company_of, trade, stripe_id_field=FIELD)
    trade.world.change(second, "charge.updated", payment_intent=first["payment_intent"])
    number = shop.take(10000, externalId=first["payment_intent"])
    company.run_all()
    assert set(company.findings()) == {"ambiguous_match"}
    company.by_hand("customerPayment", {"externalId": first["id"], FIELD: second["id"]}, number)
    company.run_all()
    assert company.findings() == {}
    shop.take(10000, externalId=second["id"])
    trade.at(6)
    settled(company)


@pytest.mark.parametrize("fault", ["amount", "voided", "kind", "blocked", "dead reference"])
def test_what_does_not_fit_holds_the_payout(company_of: OpenCompany, fault: str) -> None:
    """F4, D7, G1: another amount, a voided record, a record of another kind, metadata that holds it or leads nowhere."""
    trade = opened()
    said = {"blocked": {"netsuite_block_integration": "true"}, "dead reference": {"netsuite_cash_sale_id": "999999"}}
    charge = trade.world.charge(10000, metadata=said.get(fault, {}))
    trade.at(6)
    company, shop = opened_shop(company_of, trade)
    if fault == "kind":
        other = shop.take(10000)
        shop.give_back(10000, other, externalId=charge["id"])
    else:
        number = shop.take(9000 if fault == "amount" else 10000, externalId=charge["id"])
    if fault == "voided":
        with company.netsuite.books.writing():
            company.netsuite.books.execute("UPDATE \"transaction\" SET voided = 'T' WHERE id = ?", (number,))
    result = company.run_all()
    codes = {
        "amount": "unequal_amounts",
        "blocked": "blocked",
        "dead reference": "invalid_record_reference",
    }
    assert codes.get(fault, "missing_netsuite_record") in company.findings()
    assert "booked" not in {payout["state"] for payout in result.payouts}


def test_a_dry_run_links_and_writes_nothing(company_of: OpenCompany) -> None:
    """It plans to write nothing, and a real run after it finds everything to link."""
    trade = opened()
    charge = trade.world.charge(10000)
    trade.sale(Line(price=trade.price))
    trade.at(2, 20)
    company, shop = opened_shop(company_of, trade)
    shop.take(10000, externalId=charge["id"])
    dry = company.run_all(dry_run=True)
    assert dry.steps["payments"]["linked"] == 1
    assert company.write_requests() == 0
    assert company.run_all().steps["payments"]["linked"] == 1


def test_a_field_that_netsuite_does_not_have_is_named(company_of: OpenCompany) -> None:
    """The error says which key of which file, and what NetSuite says of it."""
    trade = opened()
    trade.world.charge(10000)
    company, _ = opened_shop(company_of, trade, stripe_id_field="custbody_nope")
    with pytest.raises(MappingError, match=r"entities.yaml: .*`stripe_id_field`; saw custbody_nope: .*not found"):
        company.run_all()
