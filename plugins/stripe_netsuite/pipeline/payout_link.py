"""A payout whose metadata names the deposit that a person booked for it: linked instead of created (ACCOUNTING F14)."""

from __future__ import annotations

from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.domain.identity import Role
from stripe_netsuite.domain.netsuite_record import RecordType
from stripe_netsuite.domain.stripe_object import Payout
from stripe_netsuite.netsuite_api.read_back import TransactionState, lookup_transactions
from stripe_netsuite.pipeline.loading import Step
from stripe_netsuite.staging.links import LinkRow, write_links

METADATA_KEY = "netsuite_deposit_id"


def is_linked_by_hand(payout: Payout) -> bool:
    """Tell whether the payout names its deposit."""
    return bool(payout.metadata.get(METADATA_KEY, "").strip())


def link_deposit(step: Step, payout: Payout) -> tuple[str | None, list[Finding]]:
    """Link the deposit that the payout names; None with a finding where it is none, gone or voided."""
    named = payout.metadata[METADATA_KEY].strip()
    state = (
        lookup_transactions(step.services.netsuite, [named]).get(named) if named.isascii() and named.isdigit() else None
    )
    if state is None or state.is_voided or state.record_type.lower() != RecordType.DEPOSIT.value:
        return None, [_dead(step, payout, named, state)]
    if not step.run.dry_run:
        with step.services.engine.begin() as connection:
            write_links(connection, [_row(step, payout, state)])
    return named, []


def _row(step: Step, payout: Payout, state: TransactionState) -> LinkRow:
    return LinkRow(
        netsuite_account=step.services.netsuite_account,
        stripe_account=step.account.id,
        stripe_id=payout.id,
        role=Role.MAIN,
        record_type=RecordType.DEPOSIT,
        internal_id=state.internal_id,
        external_id=None,
        payload_hash=None,
        body_total=state.foreign_total,
        origin="mapped",
        mapping_version=step.services.mapping.version,
        run_id=step.run.run_id,
        linked_at=step.services.clock.now(),
    )


def _dead(step: Step, payout: Payout, named: str, state: TransactionState | None) -> Finding:
    return Finding(
        code="invalid_record_reference",
        severity=Severity.CRITICAL,
        stage="reconcile",
        stripe_account=step.account.id,
        object_type="payout",
        stripe_id=payout.id,
        message="The payout's metadata names a deposit that is not there, is voided, or is no deposit.",
        expected="the internal id of a deposit",
        found=f"{named}: {state.type}{', voided' if state.is_voided else ''}" if state else f"{named}: not there",
        suggestion=f"Correct {METADATA_KEY} in the payout's metadata, or take it away.",
    )
