"""A run's report full of what breaks pages: markup and right-to-left text in names, long names, currencies of all kinds."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.domain.validation_report import FailedRow, RuleResult, TypeTotal, ValidationReport
from stripe_netsuite.domain.window import Window
from stripe_netsuite.report.model import PayoutParts, PayoutTieOut, ReconciliationLine, RunReport
from stripe_netsuite.staging.findings import FindingRow
from stripe_netsuite.staging.payouts import PayoutRow
from stripe_netsuite.staging.proofs import Proof
from stripe_netsuite.staging.runs import RunRow
from stripe_netsuite.staging.stage_counts import StageCount

NOW = datetime(2026, 11, 15, 1, 2, tzinfo=UTC)
MARKUP = "<script>alert('x')</script><img src=http://evil.example/x.png>"
ARABIC = "شركة الأمل للتجارة (USD 1,000)"
LONG = "Sociedad-Anonima-" * 12

RUN = RunRow(
    run_id="scheduled__2026-11-14T00:00:00+00:00",
    kind="daily",
    stripe_accounts=("acme_us",),
    window=Window(datetime(2026, 11, 14, tzinfo=UTC), datetime(2026, 11, 15, tzinfo=UTC)),
    mapping_version="3f2b9c0d1e",
    dry_run=False,
    started_at=NOW,
    ended_at=NOW,
    outcome="findings",
    link="http://localhost:8080/dags/daily/runs/1",
)


def payout(payout_id: str, currency: str, amount: int, deposit: str | None, state: str, **more: object) -> PayoutRow:
    values = {
        "stripe_account": "acme_us",
        "arrival_date": 1794614400,
        "payout_status": "paid",
        "automatic": True,
        "reconciliation_status": "completed",
        "reason": None,
        "deposit_internal_id": "4711" if deposit else None,
        "run_id": RUN.run_id,
        "updated_at": NOW,
        "member_count": 3,
        **more,
    }
    return PayoutRow(
        payout_id=payout_id,
        currency=currency,
        amount=amount,
        deposit_total=None if deposit is None else Decimal(deposit),
        state=state,  # type: ignore[arg-type]
        **values,  # type: ignore[arg-type]
    )


PAYOUTS = (
    PayoutTieOut(
        payout("po_1Dollars", "usd", 123456789, "1234567.89", "booked"),
        PayoutParts(130000000, -5000000, -1543211, 0, 0, 41),
    ),
    PayoutTieOut(
        payout("po_1Yen", "jpy", 1234567, "1234567", "booked"), PayoutParts(1300000, 0, -65433, 0, 1200000, 12)
    ),
    PayoutTieOut(
        payout("po_1Dinar", "kwd", 1234567, "1234.566", "mismatch", reason=f"deposit differs {MARKUP}"),
        PayoutParts(1300000, -1, -65432, 0, 0, 3),
    ),
    PayoutTieOut(payout("po_1Euro", "eur", -2500, None, "waiting_on_records", reason=ARABIC), PayoutParts()),
)


def finding(code: str, severity: Severity, stripe_id: str, **more: str) -> FindingRow:
    return FindingRow(
        finding=Finding(
            code=code,
            severity=severity,
            stage="reconcile",
            stripe_account="acme_us",
            stripe_id=stripe_id,
            object_type="payout",
            **{"message": "The deposit differs from the payout.", **more},  # type: ignore[arg-type]
        ),
        status="open",
        first_seen_at=NOW,
        first_seen_run="run",
        last_seen_at=NOW,
        last_seen_run="run",
        resolved_at=None,
        resolved_run=None,
    )


FINDINGS = (
    finding(
        "unequal_amounts",
        Severity.CRITICAL,
        "po_1Dinar",
        netsuite_type="deposit",
        netsuite_id="4711",
        expected="1234.567 KWD",
        found="1234.566 KWD",
        difference="-0.001 KWD",
        suggestion="Correct the deposit.",
    ),
    finding("customer_name", Severity.WARNING, MARKUP, message=f"Customer {MARKUP}", found=ARABIC, expected=LONG),
)

LINES = (
    ReconciliationLine(
        stripe_account="acme_us",
        payout_id="po_1Dollars",
        payout_state="booked",
        arrives_on="2026-11-14",
        balance_transaction="txn_1",
        type="charge",
        reporting_category="charge",
        source="ch_1",
        created_at="2026-11-12T10:00:00+00:00",
        currency="USD",
        gross=Decimal("100.00"),
        fee=Decimal("3.20"),
        net=Decimal("96.80"),
        exchange_rate=None,
        goes_to="record",
        record_type="customerPayment",
        record_id="815",
        record_external_id="ch_1",
        fee_accounts="processing_fees (number 6100) 3.20",
        deposit_id="4711",
        deposit_part=2,
        posted_on="2026-11-14",
    ),
    ReconciliationLine(
        stripe_account="acme_us",
        payout_id="po_1Dollars",
        payout_state="booked",
        arrives_on="2026-11-14",
        balance_transaction="txn_2",
        type="=HYPERLINK(1)",
        reporting_category=MARKUP,
        source=None,
        created_at="2026-11-12T10:00:00+00:00",
        currency="USD",
        gross=Decimal("-1.50"),
        fee=Decimal(0),
        net=Decimal("-1.50"),
        exchange_rate=None,
        goes_to="account",
        account=f"suspense (name {ARABIC})",
    ),
)

PLAN = {
    "step": "payments",
    "dry_run": False,
    "creates": 1200,
    "updates": 1,
    "adopts": 0,
    "skips": 3,
    "waits": 2,
    "conflicts": 1,
    "rows": [
        {
            "action": "create",
            "record_type": "customerPayment",
            "stripe_id": "ch_1",
            "external_id": "ch_1",
            "internal_id": "",
            "summary": f"2026-11-14 10.00 USD {LONG}",
            "reason": "",
        },
        {
            "action": "conflict",
            "record_type": "customerPayment",
            "stripe_id": "ch_2",
            "external_id": "ch_2",
            "internal_id": "99",
            "summary": MARKUP,
            "reason": ARABIC,
        },
    ],
    "gl": [
        {"account_id": "106", "account": "1499 Undeposited Funds", "currency": "usd", "debit": "1234.5", "credit": "0"},
        {"account_id": "105", "account": f"1100 {ARABIC}", "currency": "usd", "debit": "0", "credit": "1234.5"},
        {"account_id": "105", "account": "1100 Accounts Receivable", "currency": "jpy", "debit": "0", "credit": "5000"},
    ],
}

REPORT = RunReport(
    run=RUN,
    counts=(
        StageCount(
            stage="validate",
            object_type="charge",
            currency="usd",
            in_count=1204,
            out_count=1200,
            quarantined_count=3,
            waiting_count=1,
            in_amount=120400,
            out_amount=120000,
            quarantined_amount=300,
            waiting_amount=100,
        ),
        StageCount(stage="validate", object_type="customer", currency="", in_count=3, out_count=3),
        StageCount(stage="load", object_type="charge", currency="kwd", in_count=2, out_count=1, in_amount=5, out_amount=5),
    ),
    plans=(PLAN,),
    findings=FINDINGS,
    payouts=PAYOUTS,
    proofs=(
        Proof(
            run_id=RUN.run_id, code="H1", stripe_account="acme_us", subject="po_1Dollars", expected="1234567.89",
            found="1234567.89", difference="0", currency="usd", state="ok", detail=None, at=NOW,
        ),
        Proof(
            run_id=RUN.run_id, code="H2", stripe_account="acme_us", subject="kwd", expected="1.234",
            found="1.233", difference="-0.001", currency="kwd", state="broken", detail=ARABIC, at=NOW,
        ),
        Proof(
            run_id=RUN.run_id, code="H5", stripe_account="acme_us", subject="ledger", expected=None,
            found=None, difference=None, currency=None, state="not_provable", detail="Stripe was not asked", at=NOW,
        ),
        Proof(
            run_id=RUN.run_id, code="H3", stripe_account="acme_us", subject="USD", expected="100.00", found="75.00",
            difference="-25.00", currency="usd", state="ok", at=NOW,
            detail="25.00 USD not in NetSuite: netsuite_refused (" + ", ".join(f"ch_3Q{n:020} 1.00" for n in range(25)) + ")",
        ),
    ),
    exchange=(
        Proof(
            run_id=RUN.run_id, code="F7", stripe_account="acme_us", subject="po_1Dollars EUR", expected=None,
            found="12.34", difference=None, currency="usd", state="ok", detail=f"7000 {ARABIC} 12.34; posted by 815", at=NOW,
        ),
        Proof(
            run_id=RUN.run_id, code="F7", stripe_account="acme_us", subject="po_1Dollars KWD", expected=None,
            found="-2.30", difference=None, currency="usd", state="ok", detail=f"{MARKUP}; posted by 816", at=NOW,
        ),
    ),
    netsuite_account="1234567_SB1",
    netsuite_ids={"ch_1": ("customerPayment", "815")},
)  # fmt: skip


def validation(rows: int = 3) -> ValidationReport:
    """A validation with one critical rule that names `rows` charges, one warning, one rule kept, one idle."""
    wrong = tuple(
        FailedRow(f"ch_3Q{number:06}", f"customer cus_{number} staged", "not staged", None) for number in range(rows)
    )
    awkward = (
        FailedRow(MARKUP, "name@domain", MARKUP),
        FailedRow("cus_arabic", "name@domain", ARABIC, "-0.001 KWD"),
        FailedRow("cus_long", LONG, LONG),
    )
    words = "The customer of a charge has been read from Stripe."
    do = "Run a backfill of the day on which the customer was created; the charge goes on by itself."
    return ValidationReport(
        run_id=RUN.run_id,
        stripe_account="acme_us",
        validated_at=NOW.isoformat(),
        rules=(
            RuleResult("charge_customer_not_staged", Severity.CRITICAL, "charge", words, do, 9000, rows + 7, wrong),
            RuleResult("customer_email_malformed", Severity.WARNING, "customer", "An address.", do, 12, 3, awkward),
            RuleResult("ledger_net_mismatch", Severity.CRITICAL, "balance_transaction", "The net.", do, 4000, 0),
            RuleResult("coupon_currency_missing", Severity.CRITICAL, "coupon", "A coupon.", do, 0, 0),
        ),
        totals=(
            TypeTotal("charge", "jpy", 9000, 123456789, rows + 7, 4500),
            TypeTotal("charge", "kwd", 1, 1234567, 0, 0),
            TypeTotal("customer", "", 12, 0, 0, 0),
        ),
        released=4,
    )
