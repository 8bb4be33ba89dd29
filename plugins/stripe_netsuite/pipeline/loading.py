"""One load step of one Stripe account: candidates → plan → apply → read back → states, findings, counts.

The steps differ only in which objects are candidates and how they are transformed; everything that can lose or double
money is here, once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice

from stripe_netsuite.domain.finding import Finding
from stripe_netsuite.domain.identity import Role, collision_key
from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.netsuite_record import Link, Record, RecordGroup, record_group
from stripe_netsuite.errors import InvariantBroken
from stripe_netsuite.load.apply import Applied, Writer, apply_plan
from stripe_netsuite.load.body import total_of
from stripe_netsuite.load.plan import (
    ActionKind,
    FoundRecord,
    Known,
    KnownLink,
    LoadPlan,
    external_id_candidates,
    plan_load,
    sort_found,
)
from stripe_netsuite.load.writer import LeaseKeeper, writing
from stripe_netsuite.mapping.entities import StripeAccount
from stripe_netsuite.netsuite_api.lookup import lookup_external_ids
from stripe_netsuite.pipeline.plan_store import PlanView
from stripe_netsuite.pipeline.run import LoadStep, Run
from stripe_netsuite.pipeline.services import Services
from stripe_netsuite.pipeline.settling import settle_intents
from stripe_netsuite.pipeline.totals import SentTotal, differing_totals
from stripe_netsuite.staging.findings import settle_findings
from stripe_netsuite.staging.ledger import LedgerState, set_open_ledger_states
from stripe_netsuite.staging.links import LinkRow, read_links, taken_external_keys
from stripe_netsuite.staging.load_plans import write_load_plan
from stripe_netsuite.staging.objects import ObjectState, State, set_states
from stripe_netsuite.staging.stage_counts import StageCount, write_stage_counts
from stripe_netsuite.transform.books import Books
from stripe_netsuite.transform.outcome import Booked, Excluded, Waiting
from stripe_netsuite.transform.outcome import Outcome as TransformOutcome

BATCH = 2_000
PLANNED = "planned"  # stands for an internal id in a dry run: the record would be created
_LEASE_WAIT_S = 300.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A staged object and what its transform answered. `content_hash` is None for records of no single object."""

    object_type: str
    stripe_id: str
    content_hash: str | None
    outcome: TransformOutcome
    balance_transaction_id: str | None = None
    money: Money | None = None

    @property
    def records(self) -> tuple[Record, ...]:
        """The records to book, if any."""
        return self.outcome.records if isinstance(self.outcome, Booked) else ()


@dataclass(slots=True)
class Step:
    """A load step under way: its account, its books, its totals, and in a dry run what earlier steps would link."""

    services: Services
    run: Run
    account: StripeAccount
    books: Books
    name: LoadStep | str
    keeper: LeaseKeeper | None
    planned: dict[tuple[str, Role], KnownLink] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    tally: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)
    view: PlanView | None = None

    def links(self, stripe_ids: Iterable[str]) -> dict[tuple[str, Role], KnownLink]:
        """Return the known links of these Stripe objects, by object and role."""
        ids = set(stripe_ids)
        with self.services.engine.connect() as connection:
            rows = read_links(connection, self.services.netsuite_account, self.account.id, ids)
        planned = {key: link for key, link in self.planned.items() if key[0] in ids}
        return {**planned, **{key: _known_link(row) for key, row in rows.items()}}


def load_candidates(step: Step, candidates: Sequence[Candidate]) -> None:
    """Plan and, unless it is a dry run, apply one batch of candidates; write states, findings and counts.

    Raises RetriableError when outcomes stay unknown: everything else of the batch is recorded by then.
    """
    if not candidates:
        return
    records = [record for candidate in candidates for record in candidate.records]
    plan = plan_load(records, _known(step, records))
    if step.view is not None:
        _show(step, step.view, plan, candidates)
    if step.run.dry_run:
        _plan_only(step, plan)
        return
    if step.keeper is None:
        raise InvariantBroken("a step that writes holds the lease", subject=str(step.name))
    applied = Applied()
    try:
        applied = apply_plan(plan, _writer(step, step.keeper), _internal_ids(step, records))
    finally:
        settle_intents(step.services, step.account.id, {record.stripe_id for record in records})
    _finish_batch(step, candidates, plan, applied)


def batches(items: Iterable[Candidate], size: int = BATCH) -> Iterator[list[Candidate]]:
    """Cut into lists of at most `size`, so that memory does not grow with the window."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


@contextmanager
def open_step(services: Services, run: Run, account: StripeAccount, name: LoadStep | str) -> Iterator[Step]:
    """Give a step that holds the writer's lease of the Stripe account, unless it is a dry run."""
    view = PlanView(str(name), services.reference, is_dry_run=run.dry_run)
    step = Step(services, run, account, services.books(account), name, None, view=view)
    if run.dry_run:
        yield step
        return
    holder = f"{run.run_id}/{name}"
    with writing(services.engine, account.id, holder, services.clock, wait_s=_LEASE_WAIT_S) as keeper:
        step.keeper = keeper
        yield step
        _write_counts(step)


def _show(step: Step, view: PlanView, plan: LoadPlan, candidates: Sequence[Candidate]) -> None:
    not_booked = [
        (c.object_type, c.stripe_id, c.outcome.reason) for c in candidates if not isinstance(c.outcome, Booked)
    ]
    view.add(plan, not_booked)
    with step.services.engine.begin() as connection:
        write_load_plan(
            connection,
            run_id=step.run.run_id,
            stripe_account=step.account.id,
            step=str(step.name),
            content=view.content(),
            now=step.services.clock.now(),
        )


def _known(step: Step, records: Sequence[Record]) -> Known:
    """Ask both sides what they hold: our links, and NetSuite by external id for what has no link."""
    referred = [ref.stripe_id for record in records for ref in record.references if isinstance(ref, Link)]
    links = step.links([*(record.stripe_id for record in records), *referred])
    by_group: dict[RecordGroup, list[str]] = {}
    for record in records:
        if (record.stripe_id, record.role) not in links:
            by_group.setdefault(record_group(record.record_type), []).extend(external_id_candidates(record))
    found: dict[tuple[RecordGroup, str], FoundRecord] = {}
    taken: dict[tuple[RecordGroup, str], str] = {}
    for group, external_ids in by_group.items():
        rows = lookup_external_ids(step.services.netsuite, group, external_ids)
        ours, others = sort_found(group, rows)
        found |= ours
        taken |= others
        with step.services.engine.connect() as connection:
            keys = {collision_key(external_id) for external_id in external_ids}
            held = taken_external_keys(connection, step.services.netsuite_account, group, keys)
        taken.update({(group, key): stripe_id for key, stripe_id in held.items()})
    return Known(
        stripe_account=step.account.id,
        mapping_version=step.services.mapping.version,
        links=links,
        found_by_external_id=found,
        stripe_id_by_external_key=taken,
    )


def _internal_ids(step: Step, records: Sequence[Record]) -> dict[Link, str]:
    referred = {ref.stripe_id for record in records for ref in record.references if isinstance(ref, Link)}
    return {Link(stripe_id, role): link.internal_id for (stripe_id, role), link in step.links(referred).items()}


def _plan_only(step: Step, plan: LoadPlan) -> None:
    """Remember what the plan would link, so that later steps of the dry run can refer to it."""
    for kind, count in plan.counts().items():
        step.counts[_COUNT_BY_KIND[ActionKind(kind)]] += count
    for action in plan.actions:
        if action.kind not in (ActionKind.WAIT, ActionKind.CONFLICT):
            step.planned[action.record.stripe_id, action.record.role] = KnownLink(
                action.record.record_type.value, action.internal_id or PLANNED, action.payload_hash, None
            )


_COUNT_BY_KIND = {
    ActionKind.CREATE: "would_create",
    ActionKind.UPDATE: "would_update",
    ActionKind.ADOPT: "would_adopt",
    ActionKind.SKIP: "skipped",
    ActionKind.WAIT: "waiting",
    ActionKind.CONFLICT: "conflicts",
}


def _writer(step: Step, keeper: LeaseKeeper) -> Writer:
    return Writer(
        engine=step.services.engine,
        client=step.services.netsuite,
        keeper=keeper,
        clock=step.services.clock,
        run_id=step.run.run_id,
        netsuite_account=step.services.netsuite_account,
        stripe_account=step.account.id,
        mapping_version=step.services.mapping.version,
    )


def _finish_batch(step: Step, candidates: Sequence[Candidate], plan: LoadPlan, applied: Applied) -> None:
    findings = [*applied.findings, *(action.finding for action in plan.actions if action.finding)]
    findings.extend(differing_totals(step.services.netsuite, step.account.id, _sent_totals(plan, applied)))
    reasons = {(a.record.stripe_id, a.record.role): a.reason for a in plan.of(ActionKind.WAIT, ActionKind.CONFLICT)}
    reasons.update({(link.stripe_id, link.role): reason for link, reason in applied.failed.items()})
    states: dict[str, list[ObjectState]] = {}
    ledger: list[tuple[str, LedgerState, str | None]] = []
    for candidate in candidates:
        state, reason = _state_of(candidate, reasons)
        findings.extend(getattr(candidate.outcome, "findings", ()))
        step.counts[state] += 1
        _count(step, candidate, state)
        if candidate.content_hash is not None:
            states.setdefault(candidate.object_type, []).append(
                ObjectState(candidate.stripe_id, candidate.content_hash, state, reason)
            )
        if candidate.balance_transaction_id:
            ledger.append((candidate.balance_transaction_id, *_ledger_state(state, reason)))
    step.counts.update(applied.counts)
    step.counts["skipped"] += len(plan.of(ActionKind.SKIP))
    step.counts["conflicts"] += len(plan.of(ActionKind.CONFLICT))
    step.counts["written"] += applied.counts["created"]
    _record(step, [candidate.stripe_id for candidate in candidates], findings, states, ledger)


def _count(step: Step, candidate: Candidate, state: State) -> None:
    """Nothing vanishes: what goes into a step comes out loaded, waiting or excluded, by count and amount."""
    if candidate.content_hash is None:
        return
    money = candidate.money
    tally = step.tally.setdefault((candidate.object_type, money.currency if money else ""), Counter())
    side = "out" if state == "loaded" else state
    for name in ("in", side):
        tally[f"{name}_count"] += 1
        tally[f"{name}_amount"] += money.minor if money else 0


def _write_counts(step: Step) -> None:
    stage = f"load {step.name}"
    rows = [
        StageCount(stage=stage, object_type=object_type, currency=currency, **tally)
        for (object_type, currency), tally in sorted(step.tally.items())
    ]
    broken = [row.object_type for row in rows if not row.balanced]
    if broken:
        raise InvariantBroken("objects vanished in a load step", subject=stage, saw=", ".join(broken))
    with step.services.engine.begin() as connection:
        write_stage_counts(connection, step.run.run_id, step.account.id, stage, rows)


def _state_of(candidate: Candidate, reasons: dict[tuple[str, Role], str]) -> tuple[State, str | None]:
    match candidate.outcome:
        case Excluded(reason=reason):
            return "excluded", reason
        case Waiting(reason=reason):
            return "waiting", reason
        case Booked(records=records):
            blocking = [reasons[r.stripe_id, r.role] for r in records if (r.stripe_id, r.role) in reasons]
            # What differs from the books is booked all the same: the finding says so, nothing waits for it (A6).
            waiting = [reason for reason in blocking if reason != "booked_object_changed"]
            return ("waiting", waiting[0]) if waiting else ("loaded", None)


def _ledger_state(state: State, reason: str | None) -> tuple[LedgerState, str | None]:
    if state == "loaded":
        return "waiting", "booked into Undeposited Funds; waits for its payout"
    return ("excluded", reason) if state == "excluded" else ("waiting", reason)


def _sent_totals(plan: LoadPlan, applied: Applied) -> list[SentTotal]:
    """Return what was written, adopted, or found booked, with the total that it must have (C1, F3)."""
    sent: list[SentTotal] = []
    for action in plan.of(ActionKind.CREATE, ActionKind.ADOPT, ActionKind.SKIP):
        record = action.record
        total = total_of(record)
        internal_id = action.internal_id or applied.internal_id_by_link.get(Link(record.stripe_id, record.role))
        if total is not None and internal_id is not None:
            sent.append(SentTotal(record.stripe_id, record.record_type, internal_id, total))
    return sent


def _record(
    step: Step,
    stripe_ids: Collection[str],
    findings: Sequence[Finding],
    states: dict[str, list[ObjectState]],
    ledger: Sequence[tuple[str, LedgerState, str | None]],
) -> None:
    now = step.services.clock.now()
    with step.services.engine.begin() as connection:
        settle_findings(
            connection,
            findings,
            account=step.account.id,
            run_id=step.run.run_id,
            now=now,
            stage="load",
            stripe_ids=stripe_ids,
        )
        for object_type, rows in states.items():
            set_states(connection, step.account.id, object_type, rows)
        set_open_ledger_states(connection, step.account.id, ledger)


def _known_link(row: LinkRow) -> KnownLink:
    return KnownLink(row.record_type.value, row.internal_id, row.payload_hash, row.mapping_version)
