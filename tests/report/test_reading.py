"""A run's report comes out of staging as the stages put it in."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy.engine import Connection, Engine

from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.domain.stripe_object import BalanceTransaction, FeeDetail, Payout
from stripe_netsuite.errors import ConfigurationError
from stripe_netsuite.report.model import PayoutParts
from stripe_netsuite.report.pages import run_page
from stripe_netsuite.report.reading import read_run_report
from stripe_netsuite.staging.findings import record_findings
from stripe_netsuite.staging.ledger import stage_ledger
from stripe_netsuite.staging.load_plans import write_load_plan
from stripe_netsuite.staging.payouts import set_payout_state, upsert_payouts
from stripe_netsuite.staging.proofs import write_proofs
from stripe_netsuite.staging.runs import start_run
from stripe_netsuite.staging.stage_counts import write_stage_counts
from stripe_netsuite.staging.validation_results import write_validation_result
from tests.report import awkward as a

ACCOUNT = "acme_us"
ARRIVES = 1794614400  # 2026-11-14


def payout(stripe_id: str, amount: int, arrival_date: int = ARRIVES) -> Payout:
    return Payout(
        id=stripe_id,
        created=ARRIVES - 86400,
        currency="usd",
        amount=amount,
        arrival_date=arrival_date,
        automatic=True,
        status="paid",
        reconciliation_status="completed",
    )


def line(
    stripe_id: str, category: str, amount: int, fee: int = 0, source: str | None = None, rate: Decimal | None = None
) -> BalanceTransaction:
    return BalanceTransaction(
        id=stripe_id,
        type=category,
        reporting_category=category,
        balance_type="payments",
        currency="usd",
        amount=amount,
        fee=fee,
        net=amount - fee,
        created=ARRIVES - 86400,
        available_on=ARRIVES,
        status="available",
        source=source,
        exchange_rate=rate,
        fee_details=[FeeDetail(amount=fee, currency="usd", type="stripe_fee")] if fee else [],
        payout_id="po_1",
    )


def fill(conn: Connection) -> None:
    start_run(conn, a.RUN)
    upsert_payouts(
        conn, ACCOUNT, [payout("po_1", 8450), payout("po_old", 5, 1), payout("po_done", 5, 1)], "run-0", a.NOW
    )
    set_payout_state(conn, ACCOUNT, "po_done", "booked", run_id="run-0", now=a.NOW, deposit_total=Decimal("0.05"))
    stage_ledger(
        conn,
        ACCOUNT,
        [
            line("txn_1", "charge", 10000, 300),
            line("txn_2", "refund", -1000, rate=Decimal("1.08345")),
            line("txn_3", "fee", -200, 50, rate=Decimal("1.1")),
            line("txn_4", "payout", -8450, source="po_1"),
        ],
        "run-0",
    )
    write_stage_counts(
        conn, a.RUN.run_id, ACCOUNT, "load", [count for count in a.REPORT.counts if count.stage == "load"]
    )
    write_proofs(conn, [*a.REPORT.proofs, *a.REPORT.exchange])
    write_load_plan(conn, run_id=a.RUN.run_id, stripe_account=ACCOUNT, step="payments", content=a.PLAN, now=a.NOW)
    write_validation_result(conn, a.RUN.run_id, ACCOUNT, a.validation().to_json(), a.NOW)
    findings = [
        Finding(code=code, severity=severity, stage="load", stripe_account=account, message="m", stripe_id="po_1")
        for code, severity, account in (
            ("later", Severity.INFO, ACCOUNT),
            ("first", Severity.CRITICAL, ACCOUNT),
            ("elsewhere", Severity.CRITICAL, "other"),
        )
    ]
    record_findings(conn, findings, a.RUN.run_id, a.NOW)


def test_the_report_holds_what_the_stages_stored(staging_engine: Engine) -> None:
    """Counts, plan, proofs, validation, this account's findings worst first; and it can be drawn."""
    with staging_engine.begin() as conn:
        fill(conn)
    with staging_engine.connect() as conn:
        report = read_run_report(conn, a.RUN.run_id)
    assert [row.finding.code for row in report.findings] == ["first", "later"]
    assert report.plans[0]["creates"] == 1200
    assert [proof.code for proof in report.proofs] == ["H1", "H2", "H3", "H5"]
    assert [(row.code, row.subject) for row in report.exchange] == [
        ("F7", "po_1Dollars EUR"),
        ("F7", "po_1Dollars KWD"),
    ]
    assert report.validations == (a.validation(),)
    assert not report.is_conserved
    assert "Undeposited Funds" in run_page(report)


def test_payouts_are_those_of_the_window_and_those_that_wait(staging_engine: Engine) -> None:
    """The parts add up to the payout, its own ledger line left out; an old booked payout is not shown again."""
    with staging_engine.begin() as conn:
        fill(conn)
    with staging_engine.connect() as conn:
        payouts = {tie_out.row.payout_id: tie_out for tie_out in read_run_report(conn, a.RUN.run_id).payouts}
    assert set(payouts) == {"po_1", "po_old"}
    assert payouts["po_1"].parts == PayoutParts(
        gross=10000, refunds=-1000, fees=-550, other=0, converted=-1000, lines=3
    )
    assert payouts["po_1"].difference == Decimal(0)
    assert not payouts["po_1"].is_tied
    assert payouts["po_old"].difference is None


def test_a_deposit_that_differs_is_not_tied(sqlite_staging_engine: Engine) -> None:
    """One cent is a difference, even when the state says that it was booked."""
    with sqlite_staging_engine.begin() as conn:
        fill(conn)
        set_payout_state(conn, ACCOUNT, "po_1", "booked", run_id="run-0", now=a.NOW, deposit_total=Decimal("84.49"))
    with sqlite_staging_engine.connect() as conn:
        tie_out = next(row for row in read_run_report(conn, a.RUN.run_id).payouts if row.row.payout_id == "po_1")
    assert (tie_out.is_tied, tie_out.difference) == (False, Decimal("-0.01"))


def test_a_run_without_anything_is_a_report_too(sqlite_staging_engine: Engine) -> None:
    """A run that has only begun can be looked at."""
    with sqlite_staging_engine.begin() as conn:
        start_run(conn, a.RUN)
        report = read_run_report(conn, a.RUN.run_id)
    assert (report.plans, report.findings, report.payouts, report.proofs) == ((), (), (), ())
    assert "Nothing open." in run_page(report)


def test_an_unknown_run_is_named(sqlite_staging_engine: Engine) -> None:
    """The error says which run was asked for."""
    with sqlite_staging_engine.connect() as conn, pytest.raises(ConfigurationError, match="run nowhere"):
        read_run_report(conn, "nowhere")
