"""Reads a run's report from staging: no request to Stripe or NetSuite, no clock, nothing computed twice."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from stripe_netsuite.domain.finding import Severity
from stripe_netsuite.domain.validation_report import ValidationReport
from stripe_netsuite.errors import ConfigurationError
from stripe_netsuite.report.model import PayoutParts, PayoutTieOut, RunReport
from stripe_netsuite.staging.bulk import chunks
from stripe_netsuite.staging.findings import FindingRow, open_findings
from stripe_netsuite.staging.load_plans import read_load_plans
from stripe_netsuite.staging.payouts import SETTLED, PayoutRow, all_payouts
from stripe_netsuite.staging.proofs import EXCHANGE, read_proofs
from stripe_netsuite.staging.runs import RunRow, read_run
from stripe_netsuite.staging.schema import balance_transaction, link
from stripe_netsuite.staging.stage_counts import read_stage_counts
from stripe_netsuite.staging.validation_results import read_validation_result

_ORDER = {Severity.CRITICAL: 0, Severity.WARNING: 1, Severity.INFO: 2}
_CHARGES = ("charge", "charge_failure", "partial_capture_reversal")
_REFUNDS = ("refund", "refund_failure")
_FEES = ("fee", "network_cost", "tax")
_SUMS = tuple(field.name for field in fields(PayoutParts))


def read_run_report(
    conn: Connection,
    run_id: str,
    *,
    netsuite_account: str | None = None,
) -> RunReport:
    """Return the report of a run, or raise ConfigurationError when no such run is known.

    Findings are the open ones of the run's Stripe accounts, worst first. Payouts are those that arrive in the run's
    window, that the run touched, or that still wait. `netsuite_account` makes links into NetSuite.
    """
    run = read_run(conn, run_id)
    if run is None:
        raise ConfigurationError(
            "no such run", subject=f"run {run_id}", next_step="take the id from the DAG run or from the list of runs"
        )
    findings = _findings(conn, run.stripe_accounts)
    proofs = read_proofs(conn, run_id)
    return RunReport(
        run=run,
        counts=tuple(read_stage_counts(conn, run_id)),
        plans=tuple(read_load_plans(conn, run_id)),
        findings=findings,
        payouts=tuple(tie_out for account in run.stripe_accounts for tie_out in _tie_outs(conn, run, account)),
        proofs=tuple(proof for proof in proofs if proof.code != EXCHANGE),
        exchange=tuple(proof for proof in proofs if proof.code == EXCHANGE),
        validations=tuple(_validations(conn, run)),
        netsuite_account=netsuite_account,
        netsuite_ids=read_netsuite_ids(
            conn, netsuite_account, [row.finding.stripe_id for row in findings if row.finding.stripe_id]
        ),
    )


def read_netsuite_ids(
    conn: Connection, netsuite_account: str | None, stripe_ids: Collection[str]
) -> dict[str, tuple[str, str]]:
    """Return (record type, internal id) of the main record of each Stripe id that is linked."""
    found: dict[str, tuple[str, str]] = {}
    if netsuite_account is None:
        return found
    for chunk in chunks(sorted(set(stripe_ids))):
        query = sa.select(link.c.stripe_id, link.c.record_type, link.c.internal_id).where(
            link.c.netsuite_account == netsuite_account, link.c.role == "main", link.c.stripe_id.in_(chunk)
        )
        found.update({row.stripe_id: (row.record_type, row.internal_id) for row in conn.execute(query)})
    return found


def _findings(conn: Connection, accounts: Collection[str]) -> tuple[FindingRow, ...]:
    rows = [row for account in accounts for row in open_findings(conn, account)]
    return tuple(sorted(rows, key=lambda row: (_ORDER[row.finding.severity], row.finding.code, row.finding.key)))


def _validations(conn: Connection, run: RunRow) -> list[ValidationReport]:
    results = (read_validation_result(conn, run.run_id, account) for account in run.stripe_accounts)
    return [ValidationReport.from_json(result) for result in results if result is not None]


def _tie_outs(conn: Connection, run: RunRow, account: str) -> list[PayoutTieOut]:
    rows = [row for row in all_payouts(conn, account) if _is_shown(row, run)]
    parts = _parts(conn, account, [row.payout_id for row in rows])
    return [PayoutTieOut(row, parts.get(row.payout_id, PayoutParts())) for row in rows]


def _is_shown(row: PayoutRow, run: RunRow) -> bool:
    is_open = row.state not in SETTLED
    arrives = run.window is not None and run.window.start_s <= row.arrival_date < run.window.end_s
    return is_open or arrives or row.run_id == run.run_id


def _parts(conn: Connection, account: str, payout_ids: Collection[str]) -> dict[str, PayoutParts]:
    """Add up the payouts' ledger lines in the database, each payout's own line left out."""
    table = balance_transaction.c
    kind = sa.case(
        (table.reporting_category.in_(_CHARGES), "gross"),
        (table.reporting_category.in_(_REFUNDS), "refunds"),
        (table.reporting_category.in_(_FEES), "fees"),
        else_="other",
    ).label("kind")
    parts: dict[str, dict[str, int]] = {}
    for chunk in chunks(sorted(payout_ids)):
        query = (
            sa.select(
                table.payout_id,
                kind,
                sa.func.sum(table.amount).label("amount"),
                sa.func.sum(table.fee).label("fee"),
                sa.func.sum(sa.case((table.exchange_rate.is_not(None), table.amount), else_=0)).label("converted"),
                sa.func.count().label("lines"),
            )
            .where(
                table.stripe_account == account,
                table.payout_id.in_(chunk),
                sa.or_(table.source_id.is_(None), table.source_id != table.payout_id),
            )
            .group_by(table.payout_id, kind)
        )
        for row in conn.execute(query):
            sums = parts.setdefault(row.payout_id, dict.fromkeys(_SUMS, 0))
            sums[row.kind] += int(row.amount)
            sums["fees"] -= int(row.fee)
            sums["converted"] += int(row.converted) if row.kind in ("gross", "refunds") else 0
            sums["lines"] += int(row.lines)
    return {payout_id: PayoutParts(**sums) for payout_id, sums in parts.items()}
