"""Summary mode (ACCOUNTING F12): one invoice and one payment a day, currency and item, and every charge linked to it.

Whatever the charges are later (refunded, disputed, failed), the books are those of charges booked one by one, to the cent.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from sandbox.stripe.billing.invoice_lines import Line
from tests.pipeline.bank import CLEARING, balance, stripe_balance
from tests.pipeline.company import ACCOUNT, PROVEN, Company
from tests.pipeline.conftest import OpenCompany
from tests.pipeline.summing import END, SUMMARY, item_named, linked, opened_shop, run, settled
from tests.pipeline.trade import Object, Trade, opened


def test_a_day_is_one_invoice_and_one_payment(company_of: OpenCompany) -> None:
    """Three loose charges of a day, one of the next, one that pays an invoice: two pairs and one payment of its own."""
    trade = opened()
    loose = [trade.world.charge(cents, customer=trade.customer) for cents in (1000, 2050, 395)]
    invoice, paid = trade.sale()
    trade.at(3)
    trade.world.charge(700)
    trade.at(14, 12)
    company = opened_shop(company_of, trade)
    settled(company)
    body = company.body("invoice", f"in-{SUMMARY}")
    (line,) = body["item"]["items"]
    assert (body["tranDate"], Decimal(str(line["amount"])), line["quantity"]) == ("2026-11-02", Decimal("34.45"), 3)
    payment = company.internal_id(SUMMARY)
    assert {linked(company, charge["id"]) for charge in loose} == {str(payment)}
    assert {paid["id"], invoice["id"]} <= company.external_ids()
    assert not {charge["id"] for charge in loose} & company.external_ids()
    written = trade.world.get("charge", loose[0]["id"])["metadata"]
    assert written == {"netsuite_customer_payment_id": str(payment)}
    assert company.netsuite.balance("4000") == Decimal("-141.45")


def crowd(trade: Trade, items: list[str], count: int) -> None:
    """So many charges of three currencies and three items over a day."""
    for number in range(count):
        currency = ("usd", "eur", "gbp")[number % 3]
        item = items[number % 2] if number % 5 else ""
        said = {"netsuite_service_sale_item_id": item} if item else {}
        trade.world.charge(100 + number % 97, currency, customer=trade.customer, metadata=said)


def test_a_crowd_takes_a_handful_of_writes(company_of: OpenCompany) -> None:
    """2,000 charges of three currencies and three items: nine pairs, four items and a customer, and the deposit."""
    trade = opened()
    company = opened_shop(company_of, trade)
    company.edit("policy.yaml", lambda policy: policy.update(write_back="off"))
    crowd(trade, [item_named(company, "Tickets"), item_named(company, "Drinks")], 2000)
    trade.at(5, 12)
    result = company.run(datetime(2026, 10, 31, tzinfo=UTC), datetime(2026, 11, 5, 12, tzinfo=UTC))
    assert company.findings() == {}
    assert result.proofs == PROVEN
    committed = company.committed()
    assert (committed["PUT invoice"], committed["PUT customerPayment"], committed["PUT deposit"]) == (9, 9, 1)
    assert company.write_requests() <= 25
    assert balance(company, CLEARING) == stripe_balance(company)
    requests = company.write_requests()
    company.run(datetime(2026, 10, 31, tzinfo=UTC), datetime(2026, 11, 5, 12, tzinfo=UTC))
    assert company.write_requests() == requests


def after_sale(company_of: OpenCompany, *, by_day: bool) -> tuple[Trade, Company, list[Object]]:
    """Three charges that are summed up, with a run after their day where `by_day`."""
    trade = opened()
    charges = [
        trade.world.charge(cents, currency) for cents, currency in ((10000, "usd"), (5000, "usd"), (4000, "eur"))
    ]
    charges.append(trade.world.charge(2500, method="us_bank_account"))
    company = opened_shop(company_of, trade)
    trade.at(4)
    trade.world.succeed_payment(charges[3]["id"])
    if by_day:
        company.run(datetime(2026, 10, 31, tzinfo=UTC), datetime(2026, 11, 4, tzinfo=UTC))
    return trade, company, charges


@pytest.mark.parametrize("by_day", [True, False], ids=["booked before", "in one run"])
def test_what_goes_back_of_a_summary_is_credited_on_its_item(company_of: OpenCompany, by_day: bool) -> None:
    """E1 to E5: refunds in full and in part, a dispute; credit memo of the item, customer refund, global customer."""
    trade, company, (first, second, abroad, debit) = after_sale(company_of, by_day=by_day)
    whole, part = trade.world.refund(first["id"]), trade.world.refund(second["id"], 1234)
    foreign = trade.world.refund(abroad["id"], 1000)
    trade.at(5)
    dispute = trade.world.open_dispute(debit["id"])
    trade.world.charge(90000)
    trade.at(14, 12)
    settled(company)
    for one, amount in ((whole, "100.00"), (part, "12.34"), (foreign, "10.00"), (dispute, "25.00")):
        memo = company.body("creditMemo", f"cm-{one['id']}")
        (line,) = memo["item"]["items"]
        assert Decimal(str(line["amount"])) == Decimal(amount)
        assert line["item"]["id"] == str(company.internal_id("stripe-item"))
        assert memo["entity"]["id"] == str(company.internal_id("stripe-unallocated-charges"))


@pytest.mark.parametrize("names_charge", [True, False], ids=["ledger names the charge", "ledger names a refund"])
def test_a_payment_that_fails_after_it_was_summed_up(company_of: OpenCompany, names_charge: bool) -> None:
    """D6: the summary stays as it is; what failed goes back by a credit memo and a refund of its own."""
    trade, company, (_, _, _, debit) = after_sale(company_of, by_day=True)
    before = company.body("customerPayment", SUMMARY)
    trade.world.change(trade.world.get("charge", debit["id"]), "charge.updated", status="pending")
    trade.at(6)
    trade.world.fail_payment(debit["id"])
    (refund,) = trade.world.shelves["refund"]
    if names_charge:
        trade.world.get("balance_transaction", refund["balance_transaction"])["source"] = debit["id"]
    trade.world.charge(90000)
    trade.at(14, 12)
    settled(company)
    assert company.body("customerPayment", SUMMARY) == before
    failed = debit["id"] if names_charge else refund["id"]
    assert f"cm-{failed}" in company.external_ids()
    assert (f"fl-{failed}" if names_charge else failed) in company.external_ids()


def test_the_books_do_not_depend_on_when_they_were_made(company_of: OpenCompany) -> None:
    """Day by day, and in one run: the same records and balances."""
    companies = []
    for is_daily in (False, True):
        trade = opened()
        for day in (2, 3, 4):
            trade.at(day, 16)
            for cents, currency in ((1000, "usd"), (999, "eur"), (5, "usd")):
                trade.world.charge(cents, currency)
            trade.sale(Line(price=trade.other_price))
        trade.at(14, 12)
        company = opened_shop(company_of, trade)
        if is_daily:
            company.run(datetime(2026, 10, 31, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC))
            for day in range(2, 14):
                assert company.run_day(day).proofs["broken"] == 0
        run(company)
        companies.append(company)
    whole, daily = companies
    assert whole.external_ids() == daily.external_ids()
    assert whole.trial_balance() == daily.trial_balance()


def test_a_charge_that_is_held_holds_its_day(company_of: OpenCompany) -> None:
    """G1, B5: a day is summed up as a whole: one blocked charge, one whose item is not there; then both are freed."""
    trade = opened()
    trade.world.charge(1000)
    blocked = trade.world.charge(2000, metadata={"netsuite_block_integration": "true"})
    named = trade.world.charge(3000, metadata={"netsuite_service_sale_item_id": "999999"})
    trade.at(14, 12)
    company = opened_shop(company_of, trade)
    result = run(company)
    assert set(company.findings()) == {"blocked", "invalid_record_reference"}
    assert result.state_of(f"cl-{ACCOUNT}-usd-20261102") == "waiting_on_records"
    assert result.proofs["broken"] == 0
    trade.world.update_metadata("charge", blocked["id"], {"netsuite_block_integration": ""})
    trade.world.update_metadata("charge", named["id"], {"netsuite_service_sale_item_id": ""})
    settled(company)
    assert company.netsuite.balance("4000") == -60


def test_another_policy_leaves_what_is_booked(company_of: OpenCompany) -> None:
    """Charges booked one by one stay so, and summed-up ones stay summed up."""
    trade = opened()
    first = trade.world.charge(1000)
    company = opened_shop(company_of, trade)
    company.edit("policy.yaml", lambda policy: policy.update(unapplied_payment="auto_invoice"))
    trade.at(3, 16)
    company.run(datetime(2026, 10, 31, tzinfo=UTC), datetime(2026, 11, 3, 12, tzinfo=UTC))
    company.edit("policy.yaml", lambda policy: policy.update(unapplied_payment="daily_summary"))
    second = trade.world.charge(2000)
    trade.world.change(first, "charge.updated", description="Fair")
    trade.at(6)
    company.run(datetime(2026, 10, 31, tzinfo=UTC), datetime(2026, 11, 6, tzinfo=UTC))
    company.edit("policy.yaml", lambda policy: policy.update(unapplied_payment="auto_invoice"))
    trade.world.change(second, "charge.updated", description="Fair")
    trade.at(14, 12)
    settled(company)
    assert {first["id"], f"in-{first['id']}"} <= company.external_ids()
    assert second["id"] not in company.external_ids()
    assert company.netsuite.balance("4000") == -30


def test_a_dry_run_sums_nothing_up(company_of: OpenCompany) -> None:
    """What a day contains is decided by a run that writes."""
    trade = opened()
    trade.world.charge(1000)
    trade.at(14, 12)
    company = opened_shop(company_of, trade)
    company.run(datetime(2026, 10, 31, tzinfo=UTC), END, dry_run=True)
    assert company.write_requests() == 0
    settled(company)
