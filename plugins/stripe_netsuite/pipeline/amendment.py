"""One change of a booked record, through the protocol of every write: intent, request, outcome (DESIGN §7).

Only for changes that may be repeated: whose answer was lost, the next run decides and sends anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from sqlalchemy.engine import Connection

from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.domain.identity import Role
from stripe_netsuite.domain.netsuite_record import RecordType
from stripe_netsuite.errors import InvariantBroken, NetSuiteRefused, NetSuiteUnavailable
from stripe_netsuite.pipeline.loading import Step
from stripe_netsuite.pipeline.settling import settle_intents
from stripe_netsuite.staging.findings import record_findings, resolve_findings
from stripe_netsuite.staging.journal import Intent, Outcome, open_intents, write_intents, write_outcomes


def amend(
    step: Step,
    stripe_id: str,
    record_type: RecordType,
    internal_id: str,
    body: Mapping[str, Any],
    refusal: Callable[[NetSuiteRefused], Finding],
) -> bool:
    """Change the record; return False when NetSuite refused: `refusal` makes the finding that says so.

    Raises RetriableError when the outcome stays unknown. In a dry run it only counts.
    """
    if step.run.dry_run:
        step.counts["would_update"] += 1
        return True
    if step.keeper is None:
        raise InvariantBroken("a step that writes holds the lease", subject=stripe_id)
    intent = Intent(
        run_id=step.run.run_id,
        netsuite_account=step.services.netsuite_account,
        stripe_account=step.account.id,
        stripe_id=stripe_id,
        role=Role.MAIN,
        record_type=record_type,
        external_id=None,
        payload_hash=None,
        body=msgspec.json.encode(body).decode(),
    )
    with step.services.engine.begin() as connection:
        (intent_id,) = write_intents(connection, step.keeper.keep(), [intent])
    try:
        step.services.netsuite.patch(record_type.value, internal_id, body)
    except NetSuiteUnavailable as error:
        with step.services.engine.begin() as connection:
            write_outcomes(connection, [Outcome(intent_id, "unknown", internal_id, str(error)[:1000])])
        raise
    except NetSuiteRefused as error:
        with step.services.engine.begin() as connection:
            write_outcomes(connection, [Outcome(intent_id, "refused", internal_id, str(error)[:1000])])
            record_findings(connection, [refusal(error)], step.run.run_id, step.services.clock.now())
        step.counts["refused"] += 1
        return False
    with step.services.engine.begin() as connection:
        write_outcomes(connection, [Outcome(intent_id, "committed", internal_id)])
        resolve_refused(connection, step, stripe_id)
    step.counts["updated"] += 1
    step.counts["written"] += 1
    return True


def resolve_refused(connection: Connection, step: Step, stripe_id: str) -> None:
    """Resolve what was said of a change that NetSuite refused: it is made, or was made by hand."""
    resolve_findings(
        connection,
        account=step.account.id,
        run_id=step.run.run_id,
        now=step.services.clock.now(),
        stage="upkeep",
        stripe_ids=[stripe_id],
    )


def settle_changes(step: Step, record_type: RecordType) -> None:
    """Give the changes of booked records whose answer was lost their outcome.

    To be called when what had to change was looked at again: it was seen changed in NetSuite, or changed once more.
    """
    if step.run.dry_run:
        return
    with step.services.engine.connect() as connection:
        rows = open_intents(connection, step.services.netsuite_account, step.account.id)
    changes = [row.intent for row in rows if row.intent.external_id is None and row.intent.record_type is record_type]
    if changes:
        settle_intents(step.services, step.account.id, {intent.stripe_id for intent in changes})


def change_refused(
    step: Step, stripe_id: str, record_type: RecordType, internal_id: str, why: str, error: NetSuiteRefused
) -> Finding:
    """Return the finding of a change that something waits for; `why` says what the record should have become."""
    return Finding(
        code="record_change_refused",
        severity=Severity.CRITICAL,
        stage="upkeep",
        stripe_account=step.account.id,
        stripe_id=stripe_id,
        netsuite_type=record_type.value,
        netsuite_id=internal_id,
        message=f"NetSuite refused a change of a booked record. {why}",
        found=error.detail,
        suggestion="Read NetSuite's message; make the change by hand, what waits for it goes on by itself.",
    )
