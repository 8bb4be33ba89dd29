"""Findings live across runs: opened, seen again, resolved, opened again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.engine import Engine

from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.staging.findings import count_open_findings, open_findings, record_findings, resolve_findings
from tests.staging.samples import ACCOUNT, NOW

FINDING = Finding(
    code="invoice_total_mismatch",
    severity=Severity.CRITICAL,
    stage="transform",
    stripe_account=ACCOUNT,
    message="The lines do not add up to the invoice",
    stripe_id="in_1",
    object_type="invoice",
    expected="10.00 USD",
    found="9.99 USD",
    difference="0.01 USD",
    suggestion="Compare the invoice’s lines",
    details=(("line", "il_1"), ("amount", "9.99")),
)
LATER = NOW + timedelta(days=1)


def test_a_finding_is_kept_whole(staging_engine: Engine) -> None:
    """Every field comes back, the details in their order."""
    with staging_engine.begin() as conn:
        record_findings(conn, [FINDING], "run-1", NOW)
        (row,) = open_findings(conn)
    assert row.finding == FINDING
    assert (row.status, row.first_seen_at, row.first_seen_run, row.resolved_at) == ("open", NOW, "run-1", None)


def test_the_same_problem_is_one_finding_with_its_newest_words(staging_engine: Engine) -> None:
    """First day and run stay; twice within a run is once."""
    newer = replace(FINDING, found="9.98 USD")
    with staging_engine.begin() as conn:
        record_findings(conn, [FINDING], "run-1", NOW)
        record_findings(conn, [FINDING, newer], "run-2", LATER)
        (row,) = open_findings(conn)
    assert row.finding == newer
    assert (row.first_seen_at, row.first_seen_run, row.last_seen_at, row.last_seen_run) == (
        NOW,
        "run-1",
        LATER,
        "run-2",
    )


def test_a_resolved_finding_opens_again(staging_engine: Engine) -> None:
    """With its first day; nothing says that it is resolved."""
    with staging_engine.begin() as conn:
        record_findings(conn, [FINDING], "run-1", NOW)
        assert resolve_findings(conn, account=ACCOUNT, run_id="run-2", now=LATER) == 1
        assert open_findings(conn) == []
        assert resolve_findings(conn, account=ACCOUNT, run_id="run-3", now=LATER) == 0
        record_findings(conn, [FINDING], "run-4", LATER)
        (row,) = open_findings(conn)
    assert (row.first_seen_at, row.resolved_at, row.resolved_run) == (NOW, None, None)


@pytest.mark.parametrize(
    ("filters", "resolved"),
    [
        ({}, {"a", "b", "c"}),
        ({"stage": "transform"}, {"a", "b"}),
        ({"codes": ["blocked"]}, {"b", "c"}),
        ({"stripe_ids": ["in_1", "in_2"]}, {"a", "b"}),
        ({"stripe_ids": []}, set()),
        ({"codes": []}, set()),
        ({"stage": "transform", "codes": ["blocked"]}, {"b"}),
        ({"except_keys": ["b"]}, {"a", "c"}),
    ],
)
def test_resolving_what_was_looked_at_and_not_found(
    staging_engine: Engine, filters: dict[str, object], resolved: set[str]
) -> None:
    """Filters hold together; None is all, empty is none; other accounts stay."""
    by_name = {
        "a": FINDING,
        "b": replace(FINDING, code="blocked", stripe_id="in_2"),
        "c": replace(FINDING, code="blocked", stripe_id=None, stage="load"),
        "d": replace(FINDING, stripe_account="acct_2"),
    }
    if "except_keys" in filters:
        filters = {"except_keys": [by_name["b"].key]}
    with staging_engine.begin() as conn:
        record_findings(conn, list(by_name.values()), "run-1", NOW)
        count = resolve_findings(conn, account=ACCOUNT, run_id="run-2", now=LATER, **filters)  # type: ignore[arg-type]
        still_open = {row.finding.key for row in open_findings(conn)}
        assert count == len(resolved)
        assert {row.finding.key for row in open_findings(conn, "acct_2")} == {by_name["d"].key}
    assert still_open == {finding.key for name, finding in by_name.items() if name not in resolved}


def test_open_findings_are_counted_by_severity(staging_engine: Engine) -> None:
    """Every severity has a number."""
    warning = replace(FINDING, code="w", severity=Severity.WARNING)
    with staging_engine.begin() as conn:
        record_findings(conn, [FINDING, warning, replace(warning, stripe_account="acct_2")], "run-1", NOW)
        assert count_open_findings(conn) == {Severity.CRITICAL: 1, Severity.WARNING: 2, Severity.INFO: 0}
        assert count_open_findings(conn, "acct_2") == {Severity.CRITICAL: 0, Severity.WARNING: 1, Severity.INFO: 0}
