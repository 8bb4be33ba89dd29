"""Records that another system made for Stripe objects: by external id, then by a body field (ACCOUNTING G3).

Only records of the right kind that are not voided and stand for nothing else; one is linked, two are a finding.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.domain.identity import Role, is_same_external_id
from stripe_netsuite.domain.netsuite_record import RecordType
from stripe_netsuite.errors import MappingError, NetSuiteRefused
from stripe_netsuite.netsuite_api.existing import lookup_by_body_field
from stripe_netsuite.netsuite_api.lookup import Found, lookup_external_ids
from stripe_netsuite.pipeline.linking import Chosen, link_records
from stripe_netsuite.pipeline.loading import Step
from stripe_netsuite.staging.links import Origin, links_by_internal_id

Key = tuple[str, Role]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A record that should be there: for which object, of which kinds, and what it may bear."""

    object_type: str
    stripe_id: str
    role: Role
    kinds: frozenset[RecordType]
    external_ids: tuple[str, ...]
    field_values: tuple[str, ...]

    @property
    def key(self) -> Key:
        """The object and role that a link is kept under."""
        return self.stripe_id, self.role


def link_other_records(step: Step, wanted: Sequence[Wanted]) -> dict[str, Finding]:
    """Link what is there once; return the finding of each object whose record is not the only one."""
    links = step.links(one.stripe_id for one in wanted)
    rest = [one for one in wanted if one.key not in links]
    findings: dict[str, Finding] = {}
    rest = _link_found(step, rest, _by_external_id(step, rest), "adopted", findings)
    field = step.books.stripe_id_field
    if field is not None and rest:
        found = _by_field(step, field, {value for one in rest for value in one.field_values})
        by_key = {one.key: [row for value in one.field_values for row in found.get(value, ())] for one in rest}
        _link_found(step, rest, by_key, "matched", findings)
    return findings


def _by_field(step: Step, field: str, values: Collection[str]) -> dict[str, list[Found]]:
    try:
        return lookup_by_body_field(step.services.netsuite, field, values)
    except NetSuiteRefused as refusal:
        raise MappingError(
            "NetSuite does not let transactions be found by the field `stripe_id_field`",
            subject="entities.yaml",
            saw=f"{field}: {refusal.detail}",
            expected="a custom body field of transactions that the role may see",
            next_step="correct the field's id, or let the role see it",
        ) from None


def _by_external_id(step: Step, wanted: Sequence[Wanted]) -> dict[Key, list[Found]]:
    asked = {external for one in wanted for external in one.external_ids}
    found = lookup_external_ids(step.services.netsuite, "transaction", list(asked)) if asked else {}
    return {
        one.key: [
            found[external]
            for external in one.external_ids
            if external in found and is_same_external_id(external, found[external].external_id)
        ]
        for one in wanted
    }


def _link_found(
    step: Step,
    wanted: Sequence[Wanted],
    found: Mapping[Key, Sequence[Found]],
    origin: Origin,
    findings: dict[str, Finding],
) -> list[Wanted]:
    """Link those with one fitting record that no other of them has; return those without any."""
    fitting = {
        one.key: {
            row.internal_id: row
            for row in found[one.key]
            if not row.is_voided and row.record_type.lower() in {kind.value.lower() for kind in one.kinds}
        }
        for one in wanted
    }
    taken = _taken(step, fitting)
    free = {key: {number: row for number, row in rows.items() if number not in taken} for key, rows in fitting.items()}
    claims = Counter(number for rows in free.values() for number in rows)
    good: list[Chosen] = []
    rest: list[Wanted] = []
    for one in wanted:
        rows = free[one.key]
        if not rows:
            rest.append(one)
        elif len(rows) > 1 or claims[next(iter(rows))] > 1:
            findings[one.stripe_id] = _ambiguous(step, one, sorted(rows))
        else:
            ((number, row),) = rows.items()
            kind = next(kind for kind in one.kinds if kind.value.lower() == row.record_type.lower())
            good.append(Chosen(one.stripe_id, one.role, kind, number))
    link_records(step, good, origin)
    return rest


def _taken(step: Step, fitting: Mapping[Key, Mapping[str, Found]]) -> set[str]:
    """Return those of the records that stand for some Stripe object already."""
    ids_by_type: defaultdict[str, set[str]] = defaultdict(set)
    for rows in fitting.values():
        for number, row in rows.items():
            ids_by_type[row.record_type.lower()].add(number)
    kinds = {kind.value.lower(): kind for kind in RecordType}
    taken: set[str] = set()
    with step.services.engine.connect() as connection:
        for name, numbers in ids_by_type.items():
            taken |= links_by_internal_id(connection, step.services.netsuite_account, kinds[name], numbers).keys()
    return taken


def _ambiguous(step: Step, one: Wanted, numbers: Sequence[str]) -> Finding:
    return Finding(
        code="ambiguous_match",
        severity=Severity.CRITICAL,
        stage="load",
        stripe_account=step.account.id,
        object_type=one.object_type,
        stripe_id=one.stripe_id,
        message="Several records of the other system may stand for it, or one record for several objects.",
        expected="one record, for one object",
        found=f"internal ids {', '.join(numbers[:10])}",
        suggestion="Name the right one in the object's metadata in Stripe, or correct the ids in NetSuite.",
    )
