"""A payout's course, from what is staged and linked; and the journal entries between transit and bank (F8, F9, F10)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from sqlalchemy.engine import Connection

from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.domain.identity import Role
from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.netsuite_record import RecordType
from stripe_netsuite.domain.stripe_object import BalanceTransaction, Payout
from stripe_netsuite.netsuite_api.movement import movements
from stripe_netsuite.pipeline.loading import Candidate, Step, load_candidates, open_step
from stripe_netsuite.pipeline.payout_link import is_linked_by_hand
from stripe_netsuite.pipeline.staged import read_objects
from stripe_netsuite.reconcile.transit import Course, Sight, clearing_course, course_of
from stripe_netsuite.staging.clearing import CLEARING
from stripe_netsuite.staging.ledger import read_ledger
from stripe_netsuite.staging.links import LinkRow, read_links
from stripe_netsuite.staging.payouts import PayoutRow, PayoutStateName, read_payout, set_payout_state
from stripe_netsuite.transform.outcome import Waiting
from stripe_netsuite.transform.payout_journal import journal_from_payout

_ROLES = (Role.JOURNAL, Role.REVERSAL)


@dataclass(frozen=True, slots=True)
class Reading:
    """A payout as it is to be booked: `payout` is None where it cannot be read, `members` are its ledger lines."""

    payout: Payout | None
    course: Course
    members: tuple[BalanceTransaction, ...]

    @property
    def lines(self) -> list[BalanceTransaction]:
        """What the deposit takes in: the members, and what lies in transit."""
        taken = [member for member in self.members if member.id not in self.course.passing]
        return [*taken, self.course.in_transit] if self.course.in_transit else taken


def read_course(step: Step, row: PayoutRow) -> Reading:
    """Return the payout with its course. For a clearing day, `step.books` pays into the clearing accounts from here on."""
    with step.services.engine.connect() as connection:
        members = tuple(read_ledger(connection, step.account.id, payout_id=row.payout_id))
        own_lines = read_ledger(connection, step.account.id, source_ids=[row.payout_id])
        links = read_links(connection, step.services.netsuite_account, step.account.id, [row.payout_id])
    if row.payout_status == CLEARING:
        step.books = replace(
            step.books,
            bank_account_id_by_currency=step.books.clearing_account_id_by_currency,
            bank_problems=step.books.clearing_problems,
        )
        payout = _clearing_payout(row)
        return Reading(payout, clearing_course(payout, members), members)
    found = read_objects(step, "payout", Payout, [row.payout_id]).get(row.payout_id)
    if found is None:
        course = Course(state="waiting_on_records", reason="the payout cannot be read; validation says why")
        return Reading(None, course, members)
    # Once we booked the deposit, the key in the metadata is what we wrote back.
    own = links.get((row.payout_id, Role.MAIN))
    sight = Sight(
        sync_start=step.books.sync_start,
        takes_members=found.automatic and (not step.books.clears or row.member_count is not None),
        failed_on=_failed_on(step, found, own_lines),
        was_paid=_was_paid(row, links),
        is_linked=is_linked_by_hand(found) and (own is None or own.origin == "mapped"),
    )
    return Reading(found, course_of(found, sight), members)


def post_journals(step: Step, reading: Reading) -> tuple[PayoutStateName, str, list[Finding], Decimal | None]:
    """Book the course's journal entries.

    Returns the payout's state once they are there, or why they are not; findings; and what they move on the bank, read
    back in major units (None without any).
    """
    payout, course = reading.payout, reading.course
    if payout is None or not course.moves:
        return course.state, course.reason, [], None
    outcomes = [journal_from_payout(payout, move, step.books) for move in course.moves]
    with open_step(step.services, step.run, step.account, f"journal {payout.id}") as posting:
        for outcome in outcomes:
            load_candidates(posting, [Candidate("payout", payout.id, None, outcome)])
            if isinstance(outcome, Waiting):
                return "blocked", outcome.reason, [], None
        if step.run.dry_run:
            return "discovered", "dry run: journal entries would be booked", [], None
        links = posting.links([payout.id])
        if not all((payout.id, move.role) in links for move in course.moves):
            return "blocked", "netsuite_refused", [], None
    ids = {move.role: links[payout.id, move.role].internal_id for move in course.moves}
    moved = _moved(step, payout, ids)
    findings = [
        _mismatch(step, payout, ids[move.role], move.money, moved[move.role])
        for move in course.moves
        if moved[move.role] != move.money.major
    ]
    total = sum(moved.values(), Decimal(0))
    if findings:
        return "mismatch", findings[0].code, findings, total
    return course.state, course.reason, [], total


def mark_reversed(connection: Connection, step: Step, payout: Payout | None) -> None:
    """Let a payout that this one reverses say so, once both are in the books."""
    original = payout.original_payout if payout else None
    row = read_payout(connection, step.account.id, original) if original else None
    if payout is None or row is None or row.state != "booked":
        return
    set_payout_state(
        connection,
        step.account.id,
        row.payout_id,
        "reversed",
        run_id=step.run.run_id,
        now=step.services.clock.now(),
        reason=f"reversed by {payout.id}",
    )


def journal_ids(step: Step, payout_id: str) -> list[str]:
    """Return the internal ids of the payout's journal entries, by our links."""
    with step.services.engine.connect() as connection:
        links = read_links(connection, step.services.netsuite_account, step.account.id, [payout_id])
    return [links[payout_id, role].internal_id for role in _ROLES if (payout_id, role) in links]


def _clearing_payout(row: PayoutRow) -> Payout:
    return Payout(
        id=row.payout_id,
        created=row.arrival_date,
        currency=row.currency,
        amount=row.amount,
        arrival_date=row.arrival_date,
        automatic=True,
        status="paid",
        reconciliation_status="completed",
        method=CLEARING,
    )


def _failed_on(step: Step, payout: Payout, own_lines: list[BalanceTransaction]) -> date | None:
    instants = [line.created for line in own_lines if line.id == payout.failure_balance_transaction]
    return step.books.date_of(instants[0]) if instants else None


def _was_paid(row: PayoutRow, links: dict[tuple[str, Role], LinkRow]) -> bool:
    """Whether the bank's books have it: a deposit of more than nothing, or the journal entry."""
    deposit = links.get((row.payout_id, Role.MAIN))
    return (row.payout_id, Role.JOURNAL) in links or bool(deposit and deposit.body_total)


def _moved(step: Step, payout: Payout, ids: dict[Role, str]) -> dict[Role, Decimal]:
    """F3 for journal entries: what NetSuite holds on the bank account, by entry."""
    held = movements(step.services.netsuite, list(ids.values()))
    bank = step.books.bank_account_id_by_currency[payout.currency]
    return {role: held.get(internal_id, {}).get(bank, Decimal(0)) for role, internal_id in ids.items()}


def _mismatch(step: Step, payout: Payout, internal_id: str, expected: Money, found: Decimal) -> Finding:
    return Finding(
        code="journal_amount_mismatch",
        severity=Severity.CRITICAL,
        stage="reconcile",
        stripe_account=step.account.id,
        object_type="payout",
        stripe_id=payout.id,
        netsuite_type=RecordType.JOURNAL_ENTRY.value,
        netsuite_id=internal_id,
        message="The journal entry of the payout does not move its amount on the bank account.",
        expected=str(expected),
        found=f"{found} {payout.currency.upper()}",
        difference=str(found - expected.major),
        suggestion="Compare the entry's lines with the payout; somebody or a script changed it.",
    )
