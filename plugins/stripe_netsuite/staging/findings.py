"""Findings across runs: the same problem of the same object is one row, opened, seen again, resolved.

Receives `Finding` values from the stages; a stage that looked again and found nothing resolves what it had found.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.staging import schema
from stripe_netsuite.staging.bulk import chunks, upsert

_finding = schema.finding
_PLAIN = (
    "code",
    "stage",
    "stripe_account",
    "message",
    "stripe_id",
    "object_type",
    "netsuite_type",
    "netsuite_id",
    "expected",
    "found",
    "difference",
    "suggestion",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """A finding and its life so far."""

    finding: Finding
    status: Literal["open", "resolved"]
    first_seen_at: datetime
    first_seen_run: str
    last_seen_at: datetime
    last_seen_run: str
    resolved_at: datetime | None
    resolved_run: str | None


def record_findings(conn: Connection, findings: Sequence[Finding], run_id: str, now: datetime) -> None:
    """Open the findings, or note that they were seen again; a resolved one opens again and keeps its first day."""
    rows: dict[str, dict[str, Any]] = {
        finding.key: {
            "key": finding.key,
            **{name: getattr(finding, name) for name in _PLAIN},
            "severity": finding.severity.value,
            "details": json.dumps(finding.details, ensure_ascii=False),
            "status": "open",
            "first_seen_at": now,
            "first_seen_run": run_id,
            "last_seen_at": now,
            "last_seen_run": run_id,
            "resolved_at": None,
            "resolved_run": None,
        }
        for finding in findings
    }
    upsert(conn, _finding, list(rows.values()), keep=("first_seen_at", "first_seen_run"))


def resolve_findings(
    conn: Connection,
    *,
    account: str,
    run_id: str,
    now: datetime,
    stage: str | None = None,
    codes: Collection[str] | None = None,
    stripe_ids: Collection[str] | None = None,
    except_keys: Collection[str] = (),
) -> int:
    """Resolve the account's open findings that the filters choose, but those of `except_keys`; return how many.

    A filter that is None chooses all, an empty one none: say what was looked at, not what was found.
    """
    query = sa.select(_finding.c.key, _finding.c.code, _finding.c.stripe_id).where(
        _finding.c.stripe_account == account, _finding.c.status == "open"
    )
    if stage is not None:
        query = query.where(_finding.c.stage == stage)
    chosen_codes = None if codes is None else set(codes)
    chosen_ids = None if stripe_ids is None else set(stripe_ids)
    kept = set(except_keys)
    keys = [
        row.key
        for row in conn.execute(query)
        if row.key not in kept
        and (chosen_codes is None or row.code in chosen_codes)
        and (chosen_ids is None or row.stripe_id in chosen_ids)
    ]
    for chunk in chunks(sorted(keys)):
        conn.execute(
            sa.update(_finding)
            .where(_finding.c.key.in_(chunk), _finding.c.status == "open")
            .values(status="resolved", resolved_at=now, resolved_run=run_id)
        )
    return len(keys)


def settle_findings(
    conn: Connection,
    findings: Sequence[Finding],
    *,
    account: str,
    run_id: str,
    now: datetime,
    stage: str,
    codes: Collection[str] | None = None,
    stripe_ids: Collection[str] | None = None,
) -> None:
    """Record what was found, and resolve what was looked at and not found again: `resolve_findings` of the rest."""
    record_findings(conn, findings, run_id, now)
    resolve_findings(
        conn,
        account=account,
        run_id=run_id,
        now=now,
        stage=stage,
        codes=codes,
        stripe_ids=stripe_ids,
        except_keys={finding.key for finding in findings},
    )


def open_findings(conn: Connection, account: str | None = None) -> list[FindingRow]:
    """Return the open findings, of one Stripe account or of all, in the order of their keys."""
    query = sa.select(_finding).where(_finding.c.status == "open").order_by(_finding.c.key)
    if account is not None:
        query = query.where(_finding.c.stripe_account == account)
    return [_finding_row(row) for row in conn.execute(query)]


def count_open_findings(conn: Connection, account: str | None = None) -> dict[Severity, int]:
    """Return how many findings of each severity are open; every severity is there."""
    query = (
        sa.select(_finding.c.severity, sa.func.count()).where(_finding.c.status == "open").group_by(_finding.c.severity)
    )
    if account is not None:
        query = query.where(_finding.c.stripe_account == account)
    counts = dict.fromkeys(Severity, 0)
    for severity, count in conn.execute(query):
        counts[Severity(severity)] = count
    return counts


def _finding_row(row: sa.Row[Any]) -> FindingRow:
    return FindingRow(
        finding=Finding(
            **{name: getattr(row, name) for name in _PLAIN},
            severity=Severity(row.severity),
            details=tuple((name, value) for name, value in json.loads(row.details)),
        ),
        status=row.status,
        first_seen_at=row.first_seen_at,
        first_seen_run=row.first_seen_run,
        last_seen_at=row.last_seen_at,
        last_seen_run=row.last_seen_run,
        resolved_at=row.resolved_at,
        resolved_run=row.resolved_run,
    )
