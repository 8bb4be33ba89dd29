"""Plan, write and read back the deposit of one payout, in parts where it is too large for one (ACCOUNTING F3 to F7, F11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from stripe_netsuite.domain.approval import Question
from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.domain.identity import Role
from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.netsuite_record import RecordType
from stripe_netsuite.domain.stripe_object import BalanceTransaction, Payout
from stripe_netsuite.domain.window import calendar_date
from stripe_netsuite.netsuite_api.read_back import read_deposit
from stripe_netsuite.pipeline.deposit_parts import standing_parts
from stripe_netsuite.pipeline.loading import Candidate, Step, load_candidates, open_step
from stripe_netsuite.pipeline.payout_records import payout_records
from stripe_netsuite.reconcile.payout import DepositPlan, plan_deposit
from stripe_netsuite.reconcile.payout_books import PayoutBooks
from stripe_netsuite.staging.approvals import mark_used, read_approvals
from stripe_netsuite.staging.findings import record_findings
from stripe_netsuite.staging.payouts import PayoutRow, PayoutStateName
from stripe_netsuite.staging.suspense import keep_suspense_lines
from stripe_netsuite.transform.books import Books
from stripe_netsuite.transform.control import blocked_payout
from stripe_netsuite.transform.outcome import Booked

Answer = tuple[PayoutStateName, str, list[Finding]]
"""State, reason, findings."""

_RECORDS_MAY_COME = timedelta(days=1)
_RECORDS_ARE_DUE = timedelta(days=3)


def book_deposit(
    step: Step, payout: Payout, members: Sequence[BalanceTransaction], books: PayoutBooks
) -> tuple[Answer, Question | None]:
    """Plan the payout's deposit and write it, or say what holds it; and what a person is asked about it (F5)."""
    blocking = blocked_payout(payout.metadata, payout.id, step.books)
    if blocking is not None:
        return ("blocked", blocking.code, [blocking]), None
    with step.services.engine.connect() as connection:
        asked = read_approvals(connection, step.account.id, payout.id)
    books = replace(books, answers={row.question.key: row.answer for row in asked if row.answer})
    parts = standing_parts(step, payout.id, len(members))
    records = payout_records(step, members, parts)
    if records.booked_again:
        reason = f"deleted in NetSuite, booked again: {', '.join(records.booked_again[:3])}"
        return ("waiting_on_records", reason, []), None
    plan = plan_deposit(payout, members, records, books)
    if plan.record is None:
        return (_state_name(plan), plan.reason, list(plan.findings)), plan.question
    return _post(step, payout, plan), None


def payout_books(books: Books, payout: Payout, as_of: date | None = None) -> PayoutBooks | None:
    """Return what the deposit is planned from; None where its period is closed and policy holds it (A4).

    `as_of` is the day up to which Stripe has been read: what is not booked the day after arrival will not come.
    """
    arrival = calendar_date(payout.arrival_date)
    booked = books.book_date(arrival)
    if booked is None:
        return None
    threshold = books.fail_open_threshold.get(payout.currency)
    return PayoutBooks(
        stripe_account=books.stripe_account,
        base_currency=books.base_currency,
        subsidiary_id=books.subsidiary_id,
        undeposited_funds_account_id=books.undeposited_funds_account_id,
        bank_account_id=books.bank_account_id_by_currency.get(payout.currency),
        currency_id=books.currency_id_by_code.get(payout.currency),
        account_id_by_role=books.account_id_by_role,
        tolerance_minor=books.tolerance_minor_of(payout.currency),
        fee_lines=books.fee_lines,
        deposit_date=booked.day,
        original_date=booked.original,
        sync_start_s=int(datetime.combine(books.sync_start, time(), books.zone).timestamp()),
        payout_mismatch=books.payout_mismatch,
        threshold_minor=0 if threshold is None else Money.from_major(threshold, payout.currency).minor,
        approval=books.approval,
        waits_for_records=as_of is not None and as_of < arrival + _RECORDS_MAY_COME,
        unknown_category=books.unknown_category,
        pre_start=books.pre_start,
        dispute_won=books.dispute_won,
        max_deposit_lines=books.max_deposit_lines,
        mode=books.mode,
        says_missing=books.mode == "reconcile_only" and as_of is not None and as_of >= arrival + _RECORDS_ARE_DUE,
        bank_problem=books.bank_problems.get(payout.currency),
        account_problems=books.account_problems,
    )


def _post(step: Step, payout: Payout, plan: DepositPlan) -> Answer:
    """Write the deposits through the same protocol as every record, parts first: intent, request, outcome, link.

    What is let through is said before the write: after a crash the deposit stands, and nothing is planned again. So is
    that nothing is: an earlier plan, whose deposit was never posted, may have said otherwise.
    """
    findings = list(plan.findings)
    fields = step.books.extra_fields("deposit", payout)
    if not step.run.dry_run:
        now = step.services.clock.now()
        with step.services.engine.begin() as connection:
            record_findings(connection, findings, step.run.run_id, now)
            left = [(one.transaction_id, one.stripe_id, one.money) for one in plan.let_through]
            keep_suspense_lines(connection, step.account.id, payout.id, left, step.run.run_id, now)
            if plan.approval is not None:
                mark_used(connection, step.account.id, payout.id, plan.approval, step.run.run_id)
    with open_step(step.services, step.run, step.account, step.name) as posting:
        for deposit in (*plan.parts, plan.record):
            if deposit is None:
                continue
            record = replace(deposit, custom_fields=fields)
            load_candidates(posting, [Candidate("payout", record.stripe_id, None, Booked((record,)))])
            if not step.run.dry_run and (record.stripe_id, Role.MAIN) not in posting.links([record.stripe_id]):
                # Nothing was let through: what was said before the write is resolved again.
                return "blocked", "netsuite_refused", []
    if step.run.dry_run:
        return "discovered", "dry run: a deposit would be booked", findings
    return "booked", "", findings


def read_back(
    step: Step, row: PayoutRow, deposit_id: str, member_count: int
) -> tuple[PayoutStateName, str, Decimal, list[Finding]]:
    """F3, the second time: the deposit and its parts, as NetSuite holds them, are the payout's amount."""
    parts = standing_parts(step, row.payout_id, member_count)
    total = sum((read_deposit(step.services.netsuite, one).total for one in (deposit_id, *parts)), Decimal(0))
    expected = Money(row.amount, row.currency)
    if total == expected.major:
        return "booked", "", total, []
    finding = Finding(
        code="deposit_total_mismatch",
        severity=Severity.CRITICAL,
        stage="reconcile",
        stripe_account=step.account.id,
        object_type="payout",
        stripe_id=row.payout_id,
        netsuite_type=RecordType.DEPOSIT.value,
        netsuite_id=deposit_id,
        message="The deposit in NetSuite does not equal the payout.",
        expected=str(expected),
        found=f"{total} {row.currency.upper()}",
        difference=str(total - expected.major),
        suggestion="Compare the deposit's lines with the payout; somebody or a script changed it.",
    )
    return "mismatch", finding.code, total, [finding]


def _state_name(plan: DepositPlan) -> PayoutStateName:
    match plan.state:
        case "waiting_on_records":
            return "waiting_on_records"
        case "waiting_for_approval":
            return "waiting_for_approval"
        case "mismatch":
            return "mismatch"
        case _:
            return "blocked"
