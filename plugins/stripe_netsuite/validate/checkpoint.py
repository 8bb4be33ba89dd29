"""Validates what is due of one Stripe account: decodes, checks every rule, quarantines exactly the rows that break one.

Receives the staging engine; promises that a critical finding holds back the objects it names and no others, that an
object which passes again is released and its findings are resolved, and that a repeated run changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from stripe_netsuite.domain.validation_report import ValidationReport
from stripe_netsuite.staging.findings import open_findings, record_findings, resolve_findings
from stripe_netsuite.staging.ledger import LedgerStateChange, set_ledger_states
from stripe_netsuite.staging.objects import ObjectState, set_states
from stripe_netsuite.staging.schema import balance_transaction, staged_object
from stripe_netsuite.staging.validation_results import read_validation_result, write_validation_result
from stripe_netsuite.validate.frames import frame_of, read_subjects
from stripe_netsuite.validate.rules import ALL_CODES, rules_of
from stripe_netsuite.validate.subject import LEDGER, Subject
from stripe_netsuite.validate.suite import Checkpoint
from stripe_netsuite.validate.tally import Tally

_STAGE = "validate"


def validate_pending(
    engine: Engine,
    account: str,
    run_id: str,
    *,
    created_before: int | None,
    only_ids: Collection[str] | None,
    now: datetime,
) -> ValidationReport:
    """Validate what is pending, waiting or quarantined, store findings, states and the report, and return the report.

    `created_before`: Unix seconds, None for all. `only_ids`: Stripe ids, None or empty for all. Nothing due: Great
    Expectations is not even imported and the report is empty. All changes are one database transaction.
    """
    checkpoints: dict[str, Checkpoint] = {}
    with engine.connect() as conn:
        tally = Tally(account, _held_by_validation(conn, account), _ids_with_findings(conn, account))
        for subjects in read_subjects(conn, account, created_before=created_before, only_ids=only_ids or None):
            object_type = subjects[0].object_type
            rules = rules_of(object_type)
            verdicts = {}
            if any(subject.defect is None for subject in subjects):
                if object_type not in checkpoints:
                    checkpoints[object_type] = Checkpoint(rules)
                verdicts = checkpoints[object_type].run(frame_of(subjects, rules))
            tally.add(subjects, verdicts, rules)
    report = tally.report(run_id, now)
    if report.is_empty:
        report = ValidationReport(run_id, account, now.isoformat())
    with engine.begin() as conn:
        _store(conn, account, tally, report, now)
    return report


def _held_by_validation(conn: Connection, account: str) -> set[tuple[str, str]]:
    """Return (object type, id) of what an earlier validation quarantined; other stages release their own."""
    objects, ledger = staged_object.c, balance_transaction.c
    by_object = sa.select(objects.object_type, objects.stripe_id).where(
        objects.stripe_account == account, objects.state == "quarantined", objects.state_reason.in_(ALL_CODES)
    )
    by_line = sa.select(ledger.id).where(
        ledger.stripe_account == account, ledger.state == "quarantined", ledger.state_reason.in_(ALL_CODES)
    )
    held = {(row.object_type, row.stripe_id) for row in conn.execute(by_object)}
    return held | {(LEDGER, stripe_id) for stripe_id in conn.execute(by_line).scalars()}


def _ids_with_findings(conn: Connection, account: str) -> set[str]:
    rows = open_findings(conn, account)
    return {row.finding.stripe_id for row in rows if row.finding.stage == _STAGE and row.finding.stripe_id}


def _store(conn: Connection, account: str, tally: Tally, report: ValidationReport, now: datetime) -> None:
    objects: defaultdict[str, list[ObjectState]] = defaultdict(list)
    ledger: list[LedgerStateChange] = []
    decisions: list[tuple[Subject, Literal["quarantined", "pending"], str | None]] = [
        *((subject, "quarantined", reason) for subject, reason in tally.quarantined),
        *((subject, "pending", None) for subject in tally.released),
    ]
    for subject, state, reason in decisions:
        if subject.object_type == LEDGER:
            ledger.append(LedgerStateChange(subject.stripe_id, state, reason))
        else:
            objects[subject.object_type].append(ObjectState(subject.stripe_id, subject.content_hash, state, reason))
    for object_type, rows in objects.items():
        set_states(conn, account, object_type, rows)
    set_ledger_states(conn, account, ledger)
    record_findings(conn, tally.findings, report.run_id, now)
    resolve_findings(
        conn,
        account=account,
        run_id=report.run_id,
        now=now,
        stage=_STAGE,
        stripe_ids=tally.rechecked_ids,
        except_keys={finding.key for finding in tally.findings},
    )
    # A repeated run finds nothing new to look at: what it said the first time stands.
    if not report.is_empty or read_validation_result(conn, report.run_id, account) is None:
        write_validation_result(conn, report.run_id, account, report.to_json(), now)
