"""Quarantine and release, findings that open and close, repetition, and what happens when nothing is due."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from stripe_netsuite.domain.finding import Severity
from stripe_netsuite.domain.validation_report import ROWS_KEPT, FailedRow, RuleResult, ValidationReport
from stripe_netsuite.staging.findings import open_findings
from stripe_netsuite.staging.ledger import set_ledger_states
from stripe_netsuite.staging.objects import ObjectState, iter_pending, set_states
from stripe_netsuite.staging.schema import balance_transaction, staged_object
from stripe_netsuite.staging.validation_results import read_validation_result
from stripe_netsuite.validate.checkpoint import validate_pending
from tests.validate import company as c


def validate(engine: Engine, run_id: str = "run-1", **scope: object) -> ValidationReport:
    arguments = {"created_before": None, "only_ids": None, "now": c.NOW, **scope}
    return validate_pending(engine, c.ACCOUNT, run_id, **arguments)  # type: ignore[arg-type]


def states(engine: Engine) -> dict[str, tuple[str, str | None]]:
    with engine.connect() as conn:
        objects = conn.execute(
            sa.select(staged_object.c.stripe_id, staged_object.c.state, staged_object.c.state_reason)
        ).all()
        lines = conn.execute(
            sa.select(balance_transaction.c.id, balance_transaction.c.state, balance_transaction.c.state_reason)
        ).all()
    return {row[0]: (row[1], row[2]) for row in [*objects, *lines]}


def findings(engine: Engine) -> set[tuple[str, str | None]]:
    with engine.connect() as conn:
        return {(row.finding.code, row.finding.stripe_id) for row in open_findings(conn, c.ACCOUNT)}


def test_a_right_account_passes_every_rule(staging_engine: Engine) -> None:
    """Nothing is quarantined, no finding is opened, and the report is stored as it was returned."""
    c.stage(staging_engine, c.good_objects(), c.good_ledger())
    report = validate(staging_engine)
    assert [(rule.code, rule.rows) for rule in report.failed_rules] == []
    assert report.quarantined == 0
    assert findings(staging_engine) == set()
    assert {state for state, _ in states(staging_engine).values()} == {"pending"}
    with staging_engine.connect() as conn:
        stored = read_validation_result(conn, "run-1", c.ACCOUNT)
    assert stored is not None
    assert ValidationReport.from_json(stored) == report


def test_critical_rules_quarantine_exactly_their_rows_and_release_them_once_right(staging_engine: Engine) -> None:
    """A refund before its charge, an unreadable charge, a wrong ledger line: held; after the cure, pending again."""
    late_charge = c.charge("ch_late", balance_transaction=None)
    objects = [
        *c.good_objects(),
        ("refund", c.refund("re_early", charge="ch_late", amount=10)),
        ("charge", c.charge("ch_unreadable", amount="many")),
    ]
    wrong_line = c.ledger_line("txn_wrong", source="ch_late", payout_id=None)
    c.stage(staging_engine, objects, [*c.good_ledger(), wrong_line])
    report = validate(staging_engine)
    expected = {
        "re_early": ("quarantined", "refund_charge_not_staged"),
        "ch_unreadable": ("quarantined", "schema_violation"),
        "txn_wrong": ("quarantined", "ledger_source_not_staged"),
    }
    assert {key: value for key, value in states(staging_engine).items() if value[0] != "pending"} == expected
    assert findings(staging_engine) == {(reason or "", key) for key, (_, reason) in expected.items()}
    assert report.quarantined == 3

    c.stage(
        staging_engine,
        [("charge", late_charge), ("charge", c.charge("ch_unreadable"))],
        [],
        fetched_at=c.NOW + timedelta(hours=1),
    )
    report = validate(staging_engine, "run-2")
    assert {state for state, _ in states(staging_engine).values()} == {"pending"}
    # The charge that came without a ledger line is only warned about.
    assert findings(staging_engine) == {("charge_ledger_line_missing", "ch_late")}
    # The changed charge became pending by itself; the other two were released.
    assert report.released == 2


def test_a_warning_never_holds_an_object_back(sqlite_staging_engine: Engine) -> None:
    """The finding is there, the state is not touched."""
    c.stage(sqlite_staging_engine, [("customer", c.customer("cus_mail", email="nowhere"))], [])
    report = validate(sqlite_staging_engine)
    assert findings(sqlite_staging_engine) == {("customer_email_malformed", "cus_mail")}
    assert states(sqlite_staging_engine)["cus_mail"] == ("pending", None)
    assert [rule.severity for rule in report.failed_rules] == [Severity.WARNING]


def test_repeating_a_validation_changes_nothing(sqlite_staging_engine: Engine) -> None:
    """The same states, the same findings, the same report but for what was released."""
    c.stage(sqlite_staging_engine, [("invoice", c.invoice(customer="cus_nowhere"))], [])
    first = validate(sqlite_staging_engine)
    before = states(sqlite_staging_engine), findings(sqlite_staging_engine)
    assert validate(sqlite_staging_engine) == first
    assert (states(sqlite_staging_engine), findings(sqlite_staging_engine)) == before


def test_a_repeated_run_keeps_what_it_said_the_first_time(sqlite_staging_engine: Engine) -> None:
    """Cleared in Airflow once all is loaded, a run finds nothing to look at; its page still shows what it found."""
    c.stage(sqlite_staging_engine, c.good_objects(), c.good_ledger())
    first = validate(sqlite_staging_engine)
    assert validate(sqlite_staging_engine, created_before=c.DAY).is_empty
    with sqlite_staging_engine.connect() as conn:
        stored = read_validation_result(conn, "run-1", c.ACCOUNT)
    assert stored is not None
    assert ValidationReport.from_json(stored) == first
    assert not first.is_empty


def test_what_another_stage_quarantined_stays_quarantined(sqlite_staging_engine: Engine) -> None:
    """Only the stage that knows the reason may release: here the load, for a reason validation does not have."""
    c.stage(sqlite_staging_engine, c.good_objects(), c.good_ledger())
    with sqlite_staging_engine.begin() as conn:
        held = next(iter_pending(conn, c.ACCOUNT, "customer"))
        set_states(conn, c.ACCOUNT, "customer", [ObjectState(held.stripe_id, held.content_hash, "quarantined", "load")])
        set_ledger_states(conn, c.ACCOUNT, [("txn_good", "quarantined", "load")])
    validate(sqlite_staging_engine)
    after = states(sqlite_staging_engine)
    assert (after["cus_good"], after["txn_good"]) == (("quarantined", "load"), ("quarantined", "load"))


def test_scope_limits_what_is_looked_at(sqlite_staging_engine: Engine) -> None:
    """`only_ids` takes the objects and the ledger lines about them; `created_before` leaves later ones alone."""
    c.stage(sqlite_staging_engine, c.good_objects(), c.good_ledger())
    chosen = validate(sqlite_staging_engine, only_ids=["ch_good", "cus_good"])
    counted = {total.object_type: total.checked for total in chosen.totals}
    assert counted == {"charge": 1, "customer": 1, "balance_transaction": 1}
    earlier = validate(sqlite_staging_engine, created_before=c.DAY + 1)
    assert "refund" not in {total.object_type for total in earlier.totals}
    assert validate(sqlite_staging_engine, created_before=c.DAY).is_empty


def test_refunds_of_what_was_never_captured_give_nothing_back(staging_engine: Engine) -> None:
    """Stripe writes a refund for a released authorisation and for the rest of a partial capture."""
    reversal = c.ledger_line(
        "txn_reversal",
        type="refund",
        reporting_category="partial_capture_reversal",
        amount=-400,
        fee=0,
        fee_details=[],
        source="re_rest",
        payout_id=None,
    )
    objects = [
        ("customer", c.customer()),
        ("charge", c.charge("ch_part", amount=1000, amount_captured=600, balance_transaction="txn_part")),
        ("refund", c.refund("re_rest", charge="ch_part", amount=400, balance_transaction="txn_reversal")),
        ("refund", c.refund("re_true", created=c.DAY + 200, charge="ch_part", amount=600)),
        ("charge", c.charge("ch_released", amount_captured=0, captured=False, balance_transaction=None)),
        ("refund", c.refund("re_released", charge="ch_released", amount=990, balance_transaction=None)),
    ]
    full_line = c.ledger_line("txn_part", amount=1000, source="ch_part", payout_id=None)
    c.stage(staging_engine, objects, [full_line, reversal])
    assert [(rule.code, rule.rows) for rule in validate(staging_engine).failed_rules] == []


def test_numbers_beyond_64_bits_are_named_and_stop_nobody(sqlite_staging_engine: Engine) -> None:
    """An absurd amount in one payload is that object's finding."""
    c.stage(
        sqlite_staging_engine,
        [("customer", c.customer()), ("charge", c.charge("ch_huge", amount_captured=10**30, balance_transaction=None))],
        [],
    )
    validate(sqlite_staging_engine)
    assert states(sqlite_staging_engine)["ch_huge"] == ("quarantined", "charge_captured_exceeds_amount")


def test_nothing_due_imports_no_great_expectations(sqlite_staging_engine: Engine) -> None:
    """An hour in which nothing happened must not cost the seconds of the import."""
    script = (
        "import sys, datetime\n"
        "from stripe_netsuite.staging.database import open_staging\n"
        "from stripe_netsuite.validate.checkpoint import validate_pending\n"
        f"report = validate_pending(open_staging({str(sqlite_staging_engine.url)!r}), 'acme', 'run-1', "
        "created_before=None, only_ids=None, now=datetime.datetime.now(datetime.UTC))\n"
        "assert report.is_empty and report.rules == ()\n"
        "print(sorted({'great_expectations', 'pandas'} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env={"PYTHONPATH": "plugins"}
    )
    assert done.stdout.strip() == "[]"


def test_a_stored_report_keeps_two_thousand_rows_a_rule_and_the_exact_count() -> None:
    """The page stays readable, the number stays true."""
    rows = tuple(FailedRow(f"ch_{number}", "a", "b") for number in range(ROWS_KEPT + 5))
    rule = RuleResult("code", Severity.CRITICAL, "charge", "Words.", "Do.", len(rows), len(rows), rows)
    stored = ValidationReport.from_json(ValidationReport("run", "acme", "2026-11-15", (rule,)).to_json())
    assert stored.rules[0].failed == ROWS_KEPT + 5
    assert len(stored.rules[0].rows) == ROWS_KEPT
