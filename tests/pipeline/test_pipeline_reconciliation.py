"""Each ledger line with the record, account and deposit it stands on, and what exchange rates realised (H1, F7, F11)."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from sandbox.stripe.billing.invoice_lines import Line
from stripe_netsuite import pipeline
from stripe_netsuite.mapping import load_mapping
from stripe_netsuite.report.model import ReconciliationLine
from stripe_netsuite.report.reading import read_run_report
from stripe_netsuite.staging.payouts import all_payouts
from tests.pipeline.bank import by_hand
from tests.pipeline.company import ACCOUNT, PROVEN, Company
from tests.pipeline.conftest import OpenCompany
from tests.pipeline.test_pipeline_deposit_parts import crowd
from tests.pipeline.trade import one_sale, opened


def lines_of(company: Company, netsuite_account: str | None = None) -> list[ReconciliationLine]:
    """The lines of every payout."""
    account = netsuite_account or company.netsuite.options.account
    with company.engine.connect() as connection:
        payouts = all_payouts(connection, ACCOUNT)
        return list(pipeline.reconciliation_lines(connection, load_mapping(company.mappings), account, payouts))


def test_a_payout_is_followed_both_ways(company_of: OpenCompany) -> None:
    """A charge and a refund on records, a reserve on an account, the payout's own line in the bank; they add up to nothing."""
    trade, _, charge = one_sale()
    trade.sale()
    trade.world.refund(charge["id"], 2500)
    trade.at(10)
    company = company_of(trade.world)
    company.run_all()
    lines = lines_of(company)
    assert sum(line.net for line in lines) == 0
    records = [line for line in lines if line.goes_to == "record"]
    assert {line.record_external_id for line in records} == {line.source for line in records} >= {charge["id"]}
    assert {line.fee_accounts for line in records} == {"processing_fees (number 6100) 3.20", None}
    deposits = {line.payout_id: company.internal_id(line.payout_id) for line in lines}
    assert all(line.deposit_id == str(deposits[line.payout_id]) for line in records)
    assert all(line.posted_on == line.arrives_on for line in records)
    own = [line for line in lines if line.goes_to == "bank"]
    assert [(line.type, line.deposit_id) for line in own] == [("payout", None)] * 2


def test_lines_without_a_known_account_have_no_netsuite_side(company_of: OpenCompany) -> None:
    """Stripe's side is there all the same."""
    trade, _, _ = one_sale()
    company = company_of(trade.world)
    company.run_all()
    with company.engine.connect() as connection:
        payouts = all_payouts(connection, ACCOUNT)
        lines = list(pipeline.reconciliation_lines(connection, load_mapping(company.mappings), None, payouts))
    assert [(line.goes_to, line.record_id, line.deposit_id) for line in lines] == [
        ("record", None, None),
        ("bank", None, None),
    ]


def test_a_line_of_a_part_names_its_part(company_of: OpenCompany) -> None:
    """F11: 26 payment lines over several deposits of at most ten lines."""
    company, payout = crowd(company_of)
    assert company.run_all().proofs == PROVEN
    on_records = [line for line in lines_of(company) if line.goes_to == "record"]
    by_part = Counter(line.deposit_part for line in on_records)
    assert len(on_records) == 26
    assert max(by_part.values()) <= 10
    assert set(by_part) == {None, 2, 3}
    for line in on_records:
        name = f"{payout}-{line.deposit_part}" if line.deposit_part else payout
        assert line.deposit_id == str(company.internal_id(name))


def test_a_clearing_day_with_more_lines_than_a_deposit_takes_is_proven(company_of: OpenCompany) -> None:
    """F10, F11: its parts pay into the clearing account; H1 counts them all."""
    trade = opened()
    for number in range(25):
        trade.world.charge(1000 + number, customer=trade.customer)
    trade.at(6)
    company = company_of(trade.world, speed=100)
    by_hand(company, "all")
    company.edit("policy.yaml", lambda policy: policy.update(max_deposit_lines=10))
    result = company.run_all()
    assert result.proofs == PROVEN
    parts = [name for name in company.external_ids() if name.startswith("cl-") and name.endswith(("-2", "-3"))]
    assert parts
    company.delete("deposit", company.internal_id(parts[0]))
    assert company.run_all().proofs["H1"] == "broken"


def test_what_a_changed_mapping_books_elsewhere_leaves_old_payouts_proven(company_of: OpenCompany) -> None:
    """H1 judges a deposit by the accounts of its own mapping version; without its files by total and records alone."""
    trade, _, _ = one_sale()
    company = company_of(trade.world)
    company.run_all()
    company.edit("accounts.yaml", lambda accounts: accounts.update(processing_fees={"number": "6110"}))
    assert company.run_all().proofs == PROVEN
    with company.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE mapping_version SET content = '{}'")
    assert company.run_all().proofs == PROVEN
    with company.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM mapping_version")
    assert company.run_all().proofs == PROVEN


def test_what_exchange_rates_realised_is_read_back_by_payout(company_of: OpenCompany) -> None:
    """F7: a euro invoice at NetSuite's rate, paid at Stripe's; the gain or loss is that of NetSuite's own revaluation."""
    trade = opened()
    trade.sale(Line(price=trade.euro_price), currency="eur")
    trade.at(6)
    company = company_of(trade.world)
    result = company.run_all()
    assert result.proofs == PROVEN
    with company.engine.connect() as connection:
        report = read_run_report(connection, result.run_id)
    payout = next(iter(trade.world.shelves["payout"]))["id"]
    (row,) = report.exchange
    assert (row.subject, row.currency, row.state) == (f"{payout} EUR", "usd", "ok")
    posted = company.netsuite.books.rows(
        'SELECT a.amount, a.account FROM "transaction" t JOIN transactionaccountingline a ON a."transaction" = t.id '
        "WHERE t.type = 'FxReval'"
    )
    receivable = int(company.account_id("1100"))
    assert Decimal(row.found or "") == -sum(
        Decimal(str(one["amount"])) for one in posted if one["account"] != receivable
    )
    assert Decimal(row.found or "") != 0
