"""Plan first: what would be created, adopted, skipped, or left waiting, for a list of records. Pure.

Receives the records in dependency order, the links we know and what NetSuite was found to hold by external id.
Promises that every record gets exactly one action, and that nothing is created whose references are missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.domain.identity import Role, collision_key, is_same_external_id, suffixed
from stripe_netsuite.domain.netsuite_record import InternalId, Link, Record, RecordGroup, record_group
from stripe_netsuite.load.body import payload_hash, total_of
from stripe_netsuite.netsuite_api.lookup import Found


class ActionKind(StrEnum):
    """What happens to a record."""

    CREATE = "create"
    UPDATE = "update"
    ADOPT = "adopt"
    SKIP = "skip"
    WAIT = "wait"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class KnownLink:
    """A record that stands for a Stripe object already."""

    record_type: str
    internal_id: str
    payload_hash: str | None
    mapping_version: str | None


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """A record that NetSuite holds under an external id."""

    record_type: str
    internal_id: str


@dataclass(frozen=True, slots=True)
class Action:
    """One record and what happens to it; `internal_id` is known for all but CREATE and WAIT."""

    kind: ActionKind
    record: Record
    payload_hash: str
    wave: int = 0
    internal_id: str | None = None
    reason: str = ""
    finding: Finding | None = None


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """The actions, in the order of the records."""

    actions: tuple[Action, ...]

    def of(self, *kinds: ActionKind) -> list[Action]:
        """Return the actions of these kinds."""
        return [action for action in self.actions if action.kind in kinds]

    def counts(self) -> dict[str, int]:
        """Return how many actions there are of each kind."""
        return {kind.value: len(self.of(kind)) for kind in ActionKind}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of both sides before planning.

    `stripe_id_by_external_key`: what holds an external id already (a Stripe id, or the external id of a record that is not
    ours), by record group and `collision_key`.
    """

    stripe_account: str
    mapping_version: str
    links: Mapping[tuple[str, Role], KnownLink]
    found_by_external_id: Mapping[tuple[RecordGroup, str], FoundRecord]
    stripe_id_by_external_key: Mapping[tuple[RecordGroup, str], str]


def plan_load(records: Sequence[Record], known: Known) -> LoadPlan:
    """Return one action a record, references first."""
    wave_by_link: dict[tuple[str, Role], int] = dict.fromkeys(known.links, -1)
    keys = dict(known.stripe_id_by_external_key)
    actions: list[Action] = []
    for record in records:
        action = _plan_record(_with_free_external_id(record, keys), known, wave_by_link)
        if action.kind not in (ActionKind.WAIT, ActionKind.CONFLICT):
            is_new = action.kind is ActionKind.CREATE
            wave_by_link[record.stripe_id, record.role] = action.wave if is_new else -1
        actions.append(action)
    return LoadPlan(tuple(actions))


def external_id_candidates(record: Record) -> tuple[str, str]:
    """Return the external ids under which the record may be found: its own, and the one that evades a collision."""
    return record.external_id, suffixed(record.external_id)


def sort_found(
    group: RecordGroup, rows: Mapping[str, Found]
) -> tuple[dict[tuple[RecordGroup, str], FoundRecord], dict[tuple[RecordGroup, str], str]]:
    """Part what was found by our external ids into records of ours, and external ids that others hold.

    NetSuite compares without regard to case: a PUT under our id would change a record whose id differs by case alone,
    so ours needs a suffix there. A voided record of ours is neither.
    """
    ours: dict[tuple[RecordGroup, str], FoundRecord] = {}
    others: dict[tuple[RecordGroup, str], str] = {}
    for asked, row in rows.items():
        if not is_same_external_id(asked, row.external_id):
            others[group, collision_key(asked)] = row.external_id
        elif not row.is_voided:
            ours[group, asked] = FoundRecord(row.record_type, row.internal_id)
    return ours, others


def _plan_record(record: Record, known: Known, wave_by_link: Mapping[tuple[str, Role], int]) -> Action:
    digest = payload_hash(record)
    link = known.links.get((record.stripe_id, record.role))
    if link is not None:
        return _linked(record, digest, link, known)
    found = known.found_by_external_id.get((record_group(record.record_type), record.external_id))
    if found is not None:
        return _found(record, digest, found, known)
    missing = [
        reference
        for reference in record.references
        if isinstance(reference, Link) and (reference.stripe_id, reference.role) not in wave_by_link
    ]
    if missing:
        return Action(ActionKind.WAIT, record, digest, reason=f"waiting_on {missing[0].stripe_id}")
    waves = [
        wave_by_link[reference.stripe_id, reference.role]
        for reference in record.references
        if isinstance(reference, Link)
    ]
    return Action(ActionKind.CREATE, record, digest, wave=1 + max(waves, default=-1))


def _linked(record: Record, digest: str, link: KnownLink, known: Known) -> Action:
    """Skip what is booked. A changed object of a booked record is said, never overwritten (A6)."""
    is_same = link.payload_hash in (None, digest)
    if is_same or link.mapping_version != known.mapping_version or total_of(record) is None:
        return Action(ActionKind.SKIP, record, digest, internal_id=link.internal_id, reason="booked already")
    finding = Finding(
        code="booked_object_changed",
        severity=Severity.WARNING,
        stage="load",
        stripe_account=known.stripe_account,
        stripe_id=record.stripe_id,
        netsuite_type=link.record_type,
        netsuite_id=link.internal_id,
        message="The Stripe object changed after it was booked, in a way that would book differently now.",
        suggestion="Compare both; correct with a new record in NetSuite where the books should follow.",
    )
    return Action(
        ActionKind.CONFLICT, record, digest, internal_id=link.internal_id, reason=finding.code, finding=finding
    )


def _found(record: Record, digest: str, found: FoundRecord, known: Known) -> Action:
    """Adopt what carries our external id: a write whose answer was lost, or another connector's record."""
    if found.record_type.lower() == record.record_type.value.lower():
        return Action(ActionKind.ADOPT, record, digest, internal_id=found.internal_id, reason="found by external id")
    finding = Finding(
        code="external_id_taken",
        severity=Severity.CRITICAL,
        stage="load",
        stripe_account=known.stripe_account,
        stripe_id=record.stripe_id,
        netsuite_type=found.record_type,
        netsuite_id=found.internal_id,
        message="Another kind of record carries this object's external id.",
        expected=record.record_type.value,
        found=found.record_type,
        suggestion="Clear the external id of that record in NetSuite, or link the right one.",
    )
    return Action(
        ActionKind.CONFLICT, record, digest, internal_id=found.internal_id, reason=finding.code, finding=finding
    )


def _with_free_external_id(record: Record, keys: dict[tuple[RecordGroup, str], str]) -> Record:
    """Give the record a suffixed external id where another Stripe id differs from its own only by case (DESIGN §7)."""
    group = record_group(record.record_type)
    holder = keys.setdefault((group, collision_key(record.external_id)), record.stripe_id)
    if holder == record.stripe_id:
        return record
    return replace(record, external_id=suffixed(record.external_id))


@dataclass(frozen=True, slots=True)
class ResolveLink:
    """Reference → internal id. A link that is not known is a broken plan: KeyError."""

    internal_id_by_link: Mapping[Link, str]

    def __call__(self, reference: Link | InternalId) -> str:
        """Return the internal id."""
        return reference.value if isinstance(reference, InternalId) else self.internal_id_by_link[reference]
