"""Existing NetSuite records for Stripe objects: link sheet, metadata, external id, field pair, in that order (B2, B5).

What is found is linked and never written to; what is named and not there, or found twice, is a finding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.domain.identity import Role, external_id
from stripe_netsuite.domain.netsuite_record import RecordGroup, RecordType
from stripe_netsuite.load.plan import KnownLink
from stripe_netsuite.netsuite_api.existing import lookup_presence
from stripe_netsuite.netsuite_api.lookup import lookup_external_ids
from stripe_netsuite.netsuite_api.read_back import lookup_transactions
from stripe_netsuite.pipeline.loading import Step
from stripe_netsuite.reconcile.clearing import is_summary_id
from stripe_netsuite.staging.links import LinkRow, Origin, links_by_internal_id, write_links
from stripe_netsuite.staging.write_backs import written_ids


@dataclass(frozen=True, slots=True)
class Named:
    """An internal id that the link sheet or metadata names for an object."""

    stripe_id: str
    internal_id: str
    record_type: RecordType
    source: str


@dataclass(frozen=True, slots=True)
class Matches:
    """The records that the configured field pair found for an object, and how they were looked for."""

    stripe_id: str
    internal_ids: Sequence[str]
    record_type: RecordType
    field: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """A record that stands for an object from now on."""

    stripe_id: str
    role: Role
    record_type: RecordType
    internal_id: str


def link_named(step: Step, group: RecordGroup, named: Sequence[Named]) -> dict[str, Finding | None]:
    """Link what is there; return each object's finding where its reference is dead, None where it is linked now."""
    if not named:
        return {}
    kind = "customer" if group == "entity" else "item"
    presence = lookup_presence(step.services.netsuite, kind, {one.internal_id for one in named})  # type: ignore[arg-type]
    answers: dict[str, Finding | None] = {}
    good: list[tuple[str, str, RecordType]] = []
    for one in named:
        found = presence.get(one.internal_id)
        if found is not None and found.exists and not found.is_inactive:
            good.append((one.stripe_id, one.internal_id, one.record_type))
            answers[one.stripe_id] = None
        else:
            state = "inactive" if found is not None and found.exists else "not there"
            answers[one.stripe_id] = _finding(
                step,
                "invalid_record_reference",
                one.stripe_id,
                one.record_type,
                f"{one.source} names a record that is {state}.",
                found=f"internal id {one.internal_id}",
                suggestion="Correct the reference, or activate the record.",
            )
    _link(step, good, "mapped")
    return answers


def link_transactions(step: Step, named: Sequence[Named]) -> dict[str, Finding]:
    """Link the transactions that metadata names for objects without a link; return the findings of the others (D7).

    A reference is dead where the record is gone or voided, unfit where it is of another kind or stands for another
    Stripe object already. Its amount is compared when it is read back.
    """
    linked = {stripe_id for stripe_id, role in step.links(one.stripe_id for one in named) if role is Role.MAIN}
    own = own_references(step, [one.stripe_id for one in named])
    new = [one for one in named if one.stripe_id not in linked and (one.stripe_id, one.internal_id) not in own]
    ids = {one.internal_id for one in new if one.internal_id.isascii() and one.internal_id.isdigit()}
    states = lookup_transactions(step.services.netsuite, ids) if ids else {}
    findings: dict[str, Finding] = {}
    good: dict[str, tuple[str, str, RecordType]] = {}
    for one in new:
        state = states.get(one.internal_id)
        taken = _taken_by(step, one)
        if state is not None and not taken and is_summary_id(step.account.id, state.external_id):
            continue  # what we wrote back ourselves, and have lost the link of: it is found again with its day (F12)
        if state is None or state.is_voided:
            wrong = "voided" if state is not None else "not there"
        elif state.record_type.lower() != one.record_type.value.lower():
            wrong = f"of another kind ({state.record_type})"
        elif one.internal_id in good or taken:
            wrong = f"the record of {taken or good[one.internal_id][0]} already"
        else:
            good[one.internal_id] = (one.stripe_id, one.internal_id, one.record_type)
            continue
        findings[one.stripe_id] = _finding(
            step,
            "invalid_record_reference",
            one.stripe_id,
            one.record_type,
            f"{one.source} names a record that is {wrong}.",
            expected=one.record_type.value,
            found=f"internal id {one.internal_id}",
            suggestion="Correct the reference in Stripe, or take it off: the record is created then.",
        )
    _link(step, list(good.values()), "metadata")
    return findings


def own_references(step: Step, stripe_ids: Sequence[str]) -> set[tuple[str, str]]:
    """Return (Stripe id, internal id) that we wrote into metadata: without a link, that record was given up."""
    with step.services.engine.connect() as connection:
        return written_ids(connection, step.services.netsuite_account, step.account.id, stripe_ids)


def _taken_by(step: Step, one: Named) -> str:
    with step.services.engine.connect() as connection:
        rows = links_by_internal_id(connection, step.services.netsuite_account, one.record_type, [one.internal_id])
    return next((row.stripe_id for row in rows.get(one.internal_id, ()) if row.stripe_id != one.stripe_id), "")


def link_matches(step: Step, matches: Sequence[Matches]) -> dict[str, Finding | None]:
    """Link what was found once; two are a finding, never a guess (B2). None at all: the object is not in the answer."""
    answers: dict[str, Finding | None] = {}
    good: list[tuple[str, str, RecordType]] = []
    for one in matches:
        if len(one.internal_ids) == 1:
            good.append((one.stripe_id, one.internal_ids[0], one.record_type))
            answers[one.stripe_id] = None
        elif one.internal_ids:
            answers[one.stripe_id] = _finding(
                step,
                "ambiguous_match",
                one.stripe_id,
                one.record_type,
                f"Several records have the same {one.field}.",
                expected="one record",
                found=f"internal ids {', '.join(one.internal_ids[:10])}",
                suggestion="Name the right one in the link sheet.",
            )
    _link(step, good, "matched")
    return answers


def without_external_id(step: Step, group: RecordGroup, stripe_ids: Sequence[str]) -> list[str]:
    """Return those that NetSuite does not hold under their external id: only they are matched by fields."""
    found = lookup_external_ids(step.services.netsuite, group, [external_id(one) for one in stripe_ids])
    return [one for one in stripe_ids if external_id(one) not in found]


def link_fixed(step: Step, records: Mapping[str, tuple[str, RecordType]]) -> None:
    """Link records that the mapping names by internal id for our own keys (global customer, shared items)."""
    _link(step, [(key, internal_id, kind) for key, (internal_id, kind) in records.items()], "mapped")


def _link(step: Step, rows: Sequence[tuple[str, str, RecordType]], origin: Origin) -> None:
    link_records(step, [Chosen(stripe_id, Role.MAIN, kind, number) for stripe_id, number, kind in rows], origin)


def link_records(step: Step, rows: Sequence[Chosen], origin: Origin) -> None:
    """Store links to records that are not ours: they have no hash, and are never written to."""
    if not rows:
        return
    step.counts["linked"] += len(rows)
    if step.run.dry_run:
        for row in rows:
            step.planned[row.stripe_id, row.role] = KnownLink(row.record_type.value, row.internal_id, None, None)
        return
    now = step.services.clock.now()
    with step.services.engine.begin() as connection:
        write_links(
            connection,
            [
                LinkRow(
                    netsuite_account=step.services.netsuite_account,
                    stripe_account=step.account.id,
                    stripe_id=row.stripe_id,
                    role=row.role,
                    record_type=row.record_type,
                    internal_id=row.internal_id,
                    external_id=None,
                    payload_hash=None,
                    body_total=None,
                    origin=origin,
                    mapping_version=step.services.mapping.version,
                    run_id=step.run.run_id,
                    linked_at=now,
                )
                for row in rows
            ],
        )


def _finding(
    step: Step,
    code: str,
    stripe_id: str,
    record_type: RecordType,
    message: str,
    *,
    expected: str | None = None,
    found: str,
    suggestion: str,
) -> Finding:
    return Finding(
        code=code,
        severity=Severity.CRITICAL,
        stage="load",
        stripe_account=step.account.id,
        stripe_id=stripe_id,
        netsuite_type=record_type.value,
        message=message,
        expected=expected,
        found=found,
        suggestion=suggestion,
    )
