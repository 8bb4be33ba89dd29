"""A run begins with a row and the mapping version, and ends with its outcome."""

from __future__ import annotations

from typing import Any

from stripe_netsuite.domain.finding import Severity
from stripe_netsuite.pipeline.plan_store import total_counts
from stripe_netsuite.pipeline.run import Run
from stripe_netsuite.pipeline.services import Services
from stripe_netsuite.pipeline.write_back import write_back
from stripe_netsuite.staging.findings import count_open_findings
from stripe_netsuite.staging.journal import count_writes
from stripe_netsuite.staging.load_plans import read_load_plans
from stripe_netsuite.staging.mapping_versions import write_mapping_version
from stripe_netsuite.staging.runs import RunRow, end_run, start_run


def begin(services: Services, run: Run) -> dict[str, Any]:
    """Store the run and the mapping that it works with; a retried or cleared run keeps its first row.

    Raises ConfigurationError for a connection that is missing or incomplete, before anything is read.
    """
    services.check_connections(run)
    now = services.clock.now()
    mapping = services.mapping
    with services.engine.begin() as connection:
        write_mapping_version(connection, mapping.version, mapping.content(), now)
        start_run(
            connection,
            RunRow(
                run_id=run.run_id,
                kind=run.kind,
                stripe_accounts=tuple(account.id for account in services.accounts(run)),
                window=run.window,
                mapping_version=mapping.version,
                dry_run=run.dry_run,
                started_at=now,
                link=run.link,
            ),
        )
    return {"run_id": run.run_id, "mapping_version": mapping.version}


def finish(services: Services, run: Run) -> dict[str, Any]:
    """Write NetSuite's ids back (G2), then note the outcome: how many writes, how many findings need a person."""
    written_back = write_back(services, run)
    with services.engine.begin() as connection:
        findings = count_open_findings(connection)
        plans = read_load_plans(connection, run.run_id)
        counts = {
            **total_counts(plans),
            "written": count_writes(connection, run.run_id),
            "written_back": written_back.get("written", 0),
            "findings_open": sum(findings.values()),
            "needs_person": findings[Severity.CRITICAL],
        }
        outcome = "findings" if counts["needs_person"] else "ok"
        end_run(connection, run.run_id, outcome=outcome, counts=counts, now=services.clock.now())
    return counts
