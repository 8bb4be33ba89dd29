"""Payout reconciliation: find the open payouts, and for each tie out, deposit, read back (ACCOUNTING F1 to F10).

How far a payout has come is decided in `payout_course`; a clearing day (F10) is reconciled like a payout.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from sqlalchemy.engine import Connection

from stripe_netsuite.domain.approval import Question
from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.domain.identity import Role, content_hash, external_id, is_same_external_id
from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.netsuite_record import RecordType
from stripe_netsuite.domain.stripe_object import BalanceTransaction, Payout
from stripe_netsuite.errors import InvariantBroken, NetSuiteRecordBusy, NetSuiteRefused, NetSuiteUnavailable
from stripe_netsuite.netsuite_api.lookup import lookup_external_ids
from stripe_netsuite.pipeline.account_check import bookable_accounts
from stripe_netsuite.pipeline.approval import approval_note
from stripe_netsuite.pipeline.loading import Step
from stripe_netsuite.pipeline.payout_booking import Answer, book_deposit, payout_books, read_back
from stripe_netsuite.pipeline.payout_clearing import begin_clearing_days
from stripe_netsuite.pipeline.payout_course import Reading, journal_ids, mark_reversed, post_journals, read_course
from stripe_netsuite.pipeline.payout_link import is_linked_by_hand, link_deposit
from stripe_netsuite.pipeline.payout_obstacle import note_outage, search_failed
from stripe_netsuite.pipeline.run import Run
from stripe_netsuite.pipeline.services import Services
from stripe_netsuite.pipeline.settling import settle_intents
from stripe_netsuite.pipeline.summaries import summaries_among
from stripe_netsuite.pipeline.suspense import Clearing, clear_suspense, settle_cleared, suspended_payouts
from stripe_netsuite.reconcile.payout import subjects_of
from stripe_netsuite.reconcile.payout_findings import LET_THROUGH
from stripe_netsuite.staging.approvals import keep_question
from stripe_netsuite.staging.findings import open_findings, record_findings, resolve_findings
from stripe_netsuite.staging.ledger import set_ledger_states
from stripe_netsuite.staging.links import LinkRow, read_links, write_links
from stripe_netsuite.staging.objects import ObjectState, State, read_payloads, set_states
from stripe_netsuite.staging.payouts import (
    IN_BOOKS,
    PayoutRow,
    PayoutStateName,
    open_payouts,
    read_payout,
    set_payout_state,
)


def discover_payouts(services: Services, run: Run) -> list[dict[str, Any]]:
    """Return the payouts and clearing days that are not settled, earliest arrival first, with a label for the UI.

    After them those that are booked with differences in suspense: what was wrong may be right by now.
    """
    found: list[dict[str, Any]] = []
    for account in bookable_accounts(services, run):
        begin_clearing_days(services, run, account)
        with services.engine.connect() as connection:
            rows = open_payouts(connection, account.id, only_ids=run.only_ids or None)
            rows += suspended_payouts(connection, account.id, only_ids=run.only_ids or None)
        found.extend({"account": account.id, "payout_id": row.payout_id, "label": label_of(row)} for row in rows)
    return found


def label_of(row: PayoutRow) -> str:
    """Return `po_… 1,234.50 USD`."""
    money = Money(row.amount, row.currency)
    return f"{row.payout_id} {money.major:,} {row.currency.upper()}"


def reconcile_payout(services: Services, run: Run, account_id: str, payout_id: str) -> dict[str, Any]:
    """Bring one payout as far as it goes; return its state, reason, deposit and label.

    Raises RetriableError when a write's outcome stays unknown, or another run holds the writer's lease.
    """
    try:
        return _reconcile(services, run, account_id, payout_id)
    except (NetSuiteUnavailable, NetSuiteRecordBusy) as error:
        note_outage(services, run, account_id, payout_id, error)
        raise


def _reconcile(services: Services, run: Run, account_id: str, payout_id: str) -> dict[str, Any]:
    account = services.mapping.stripe_account(account_id)
    with services.engine.connect() as connection:
        row = read_payout(connection, account_id, payout_id)
    if row is None:
        raise InvariantBroken("a payout that was never staged", subject=payout_id, next_step="run the daily DAG first")
    step = Step(services, run, account, services.books(account), f"deposit {payout_id}", None)
    reading = read_course(step, row)
    try:
        outcome = _deposit(step, row, reading)
    except NetSuiteRefused as error:
        outcome = _Outcome("blocked", "deposit_search_failed", [search_failed(account_id, payout_id, error)])
    state, reason, findings, existing, total = (
        outcome.state,
        outcome.reason,
        outcome.findings,
        outcome.deposit_id,
        outcome.total,
    )
    if state == "booked" or (run.dry_run and state == "discovered"):
        state, reason, more, moved = post_journals(step, reading)
        findings = [*findings, *more]
        total = total if moved is None else (total or Decimal(0)) + moved
    clearing = Clearing()
    if state in IN_BOOKS:
        clearing = clear_suspense(step, reading.payout, reading.members)
        if state == "booked" and row.state == "reversed":
            state, reason = row.state, row.reason or ""
        reason = reason or "; ".join(filter(None, [approval_note(services, account_id, payout_id), clearing.note]))
        findings = [*findings, *clearing.findings]
    if not run.dry_run:
        existing = existing or next(iter(journal_ids(step, payout_id)), None)
        answer = (state, reason, existing, total)
        _record(step, row, reading, answer, findings, replace(outcome, clearing=clearing))
    return {
        "account": account_id,
        "payout_id": payout_id,
        "state": state,
        "reason": reason,
        "deposit_id": existing or "",
        "deposit_total": "" if total is None else str(total),
        "label": f"{label_of(row)} {state}",
    }


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of a payout's deposit; `booked` means that it is there and ties, or that there is none to book."""

    state: PayoutStateName
    reason: str = ""
    findings: list[Finding] = field(default_factory=list)
    deposit_id: str | None = None
    total: Decimal | None = None
    stood_already: bool = False
    question: Question | None = None
    clearing: Clearing = field(default_factory=Clearing)


def _deposit(step: Step, row: PayoutRow, reading: Reading) -> _Outcome:
    payout, course = reading.payout, reading.course
    if payout is None:
        return _Outcome("blocked", course.reason)
    if course.is_open:
        return _Outcome(course.state, course.reason)
    if course.deposit is None:
        return _Outcome("booked")
    row = replace(row, amount=course.deposit.amount)
    booked: Answer = ("booked", "", [])
    existing = _existing_deposit(step, row)
    stood_already, question = existing is not None, None
    if existing:
        state, reason, findings = booked
    elif is_linked_by_hand(payout):
        existing, dead = link_deposit(step, payout)
        state, reason, findings = booked if existing else ("blocked", "invalid_record_reference", dead)
    elif not reading.members:
        return _Outcome("waiting_on_records", "its ledger lines are not staged yet")
    else:
        (state, reason, findings), question = _book(step, course.deposit, reading.lines)
    if existing is None and (state == "booked" or findings):
        # Another task may have booked it meanwhile: seen from here, its deposit is what is wrong with the payments.
        existing = _existing_deposit(step, row)
        if existing and state != "booked":
            state, reason, findings = booked
    if existing is None or step.run.dry_run:
        return _Outcome(state, reason, findings, existing, None, stood_already, question)
    state, reason, total, more = read_back(step, row, existing, len(reading.lines))
    return _Outcome(state, reason, [*findings, *more], existing, total, stood_already)


def _existing_deposit(step: Step, row: PayoutRow) -> str | None:
    """Return the deposit that stands for the payout: by our link, else by external id (a lost answer, a crash).

    One that was found by its external id is linked, and the intent that was left open for it is settled.
    """
    services, account = step.services, step.account
    with services.engine.connect() as connection:
        links = read_links(connection, services.netsuite_account, account.id, [row.payout_id])
    link = links.get((row.payout_id, Role.MAIN))
    if link is not None:
        return link.internal_id
    wanted = external_id(row.payout_id)
    found = lookup_external_ids(services.netsuite, "transaction", [wanted]).get(wanted)
    if found is None or found.is_voided or found.record_type != RecordType.DEPOSIT.value:
        return None
    if not is_same_external_id(wanted, found.external_id):
        return None
    if not step.run.dry_run:
        _adopt_deposit(step, row, found.internal_id)
    return found.internal_id


def _adopt_deposit(step: Step, row: PayoutRow, internal_id: str) -> None:
    adopted = LinkRow(
        netsuite_account=step.services.netsuite_account,
        stripe_account=step.account.id,
        stripe_id=row.payout_id,
        role=Role.MAIN,
        record_type=RecordType.DEPOSIT,
        internal_id=internal_id,
        external_id=external_id(row.payout_id),
        payload_hash=None,
        body_total=Money(row.amount, row.currency).major,
        origin="adopted",
        mapping_version=step.services.mapping.version,
        run_id=step.run.run_id,
        linked_at=step.services.clock.now(),
    )
    with step.services.engine.begin() as connection:
        write_links(connection, [adopted])
    settle_intents(step.services, step.account.id, {row.payout_id})


def _book(step: Step, payout: Payout, lines: Sequence[BalanceTransaction]) -> tuple[Answer, Question | None]:
    books = payout_books(step.books, payout, step.run.window.end.date())
    if books is None:
        finding = _finding(step, payout.id, "period_closed", "The posting period of the arrival date is closed.")
        return ("blocked", "period_closed", [finding]), None
    return book_deposit(step, payout, lines, books)


def _record(
    step: Step,
    row: PayoutRow,
    reading: Reading,
    answer: tuple[PayoutStateName, str, str | None, Decimal | None],
    findings: Sequence[Finding],
    outcome: _Outcome,
) -> None:
    """Note where the payout stands, and what a person is asked about it.

    Where the deposit stood already, what was let go when it was written stays said (F5, F6).
    """
    state, reason, deposit_id, total = answer
    now = step.services.clock.now()
    subjects = subjects_of(row.payout_id, reading.members) | summaries_among(step, reading.members)
    with step.services.engine.begin() as connection:
        set_payout_state(
            connection,
            step.account.id,
            row.payout_id,
            state,
            run_id=step.run.run_id,
            now=now,
            reason=reason or None,
            deposit_internal_id=deposit_id,
            deposit_total=total,
        )
        _settle_object(connection, step, row.payout_id, state, reason)
        if state in IN_BOOKS:
            booked = [(member.id, "booked", f"transaction {deposit_id}") for member in reading.members]
            set_ledger_states(connection, step.account.id, booked)  # type: ignore[arg-type]
            mark_reversed(connection, step, reading.payout)
        kept = _let_through(connection, step) if outcome.stood_already else set()
        kept -= settle_cleared(connection, step, row.payout_id, outcome.clearing.cleared, now)
        keep_question(connection, step.account.id, row.payout_id, outcome.question, step.run.run_id, now)
        record_findings(connection, findings, step.run.run_id, now)
        resolve_findings(
            connection,
            account=step.account.id,
            run_id=step.run.run_id,
            now=now,
            stage="reconcile",
            stripe_ids=subjects,
            except_keys=kept | {finding.key for finding in findings},
        )


def _let_through(connection: Connection, step: Step) -> set[str]:
    rows = open_findings(connection, step.account.id)
    return {row.finding.key for row in rows if LET_THROUGH in row.finding.details}


def _settle_object(connection: Connection, step: Step, payout_id: str, state: PayoutStateName, reason: str) -> None:
    """The staged payout follows: loaded once booked, excluded by rule, else waiting for its next turn."""
    payload = read_payloads(connection, step.account.id, "payout", [payout_id]).get(payout_id)
    if payload is None:
        return  # a clearing day is no object of Stripe's
    by_state: dict[PayoutStateName, State] = {"excluded": "excluded", "canceled": "excluded"}
    settled = ObjectState(
        payout_id,
        content_hash(payload),
        "loaded" if state in IN_BOOKS else by_state.get(state, "waiting"),
        reason or None,
    )
    set_states(connection, step.account.id, "payout", [settled])


def _finding(step: Step, payout_id: str, code: str, message: str) -> Finding:
    return Finding(
        code=code,
        severity=Severity.CRITICAL,
        stage="reconcile",
        stripe_account=step.account.id,
        object_type="payout",
        stripe_id=payout_id,
        message=message,
        suggestion="Book the deposit by hand, or open the period; the payout is looked at again in the next run.",
    )
