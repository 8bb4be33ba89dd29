"""Payout reconciliation: find the open payouts, and for each tie out, deposit, read back (ACCOUNTING F1 to F7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy.engine import Connection

from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.domain.identity import Role, content_hash, external_id, is_same_external_id
from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.netsuite_record import DepositRecord, RecordType
from stripe_netsuite.domain.stripe_object import BalanceTransaction, Payout
from stripe_netsuite.domain.window import calendar_date
from stripe_netsuite.errors import InvariantBroken
from stripe_netsuite.netsuite_api.lookup import lookup_external_ids
from stripe_netsuite.netsuite_api.read_back import read_deposit
from stripe_netsuite.pipeline.loading import Candidate, Step, load_candidates, open_step, settle_intents
from stripe_netsuite.pipeline.payout_records import booked_records
from stripe_netsuite.pipeline.run import Run
from stripe_netsuite.pipeline.services import Services
from stripe_netsuite.pipeline.staged import read_objects
from stripe_netsuite.reconcile.payout import DepositPlan, PayoutBooks, plan_deposit, subjects_of
from stripe_netsuite.staging.findings import record_findings, resolve_findings
from stripe_netsuite.staging.ledger import read_ledger, set_ledger_states
from stripe_netsuite.staging.links import LinkRow, read_links, write_links
from stripe_netsuite.staging.objects import ObjectState, State, read_payloads, set_states
from stripe_netsuite.staging.payouts import PayoutRow, PayoutStateName, open_payouts, read_payout, set_payout_state
from stripe_netsuite.transform.books import Books
from stripe_netsuite.transform.outcome import Booked


def discover_payouts(services: Services, run: Run) -> list[dict[str, Any]]:
    """Return the payouts that are neither booked nor excluded, earliest arrival first, with a label for the UI."""
    found: list[dict[str, Any]] = []
    for account in services.accounts(run):
        with services.engine.connect() as connection:
            rows = open_payouts(connection, account.id, only_ids=run.only_ids or None)
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
    account = services.mapping.stripe_account(account_id)
    with services.engine.connect() as connection:
        row = read_payout(connection, account_id, payout_id)
        members = read_ledger(connection, account_id, payout_id=payout_id)
    if row is None:
        raise InvariantBroken("a payout that was never staged", subject=payout_id, next_step="run the daily DAG first")
    step = Step(services, run, account, services.books(account), f"deposit {payout_id}", None)
    booked: tuple[PayoutStateName, str, list[Finding]] = ("booked", "", [])
    existing = _existing_deposit(step, row)
    state, reason, findings = booked if existing else _book(step, row, members)
    if existing is None and (state == "booked" or findings):
        # Another task may have booked it meanwhile: seen from here, its deposit is what is wrong with the payments.
        existing = _existing_deposit(step, row)
        state, reason, findings = booked if existing else (state, reason, findings)
    total: Decimal | None = None
    if existing is not None and not run.dry_run:
        state, reason, total, more = _read_back(step, row, existing)
        findings = [*findings, *more]
    if not run.dry_run:
        _record(step, row, members, (state, reason, existing, total), findings)
    return {
        "account": account_id,
        "payout_id": payout_id,
        "state": state,
        "reason": reason,
        "deposit_id": existing or "",
        "deposit_total": "" if total is None else str(total),
        "label": f"{label_of(row)} {state}",
    }


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
    settle_intents(step, {row.payout_id})


def _book(
    step: Step, row: PayoutRow, members: Sequence[BalanceTransaction]
) -> tuple[PayoutStateName, str, list[Finding]]:
    payout = read_objects(step, "payout", Payout, [row.payout_id]).get(row.payout_id)
    if payout is None:
        return "blocked", "the payout cannot be read; validation says why", []
    held = _not_ready(step, payout)
    if held is not None:
        return held
    if not members:
        return "waiting_on_records", "its ledger lines are not staged yet", []
    books = _payout_books(step.books, payout)
    if books is None:
        finding = _finding(step, payout.id, "period_closed", "The posting period of the arrival date is closed.")
        return "blocked", "period_closed", [finding]
    plan = plan_deposit(payout, members, booked_records(step, members), books)
    if plan.record is None:
        return _state_name(plan), plan.reason, list(plan.findings)
    record = replace(plan.record, custom_fields=step.books.extra_fields("deposit", payout))
    return _post(step, payout, record)


def _not_ready(step: Step, payout: Payout) -> tuple[PayoutStateName, str, list[Finding]] | None:
    """F1: automatic, paid, reconciliation completed; A7: arrived after the sync start."""
    if calendar_date(payout.arrival_date) < step.books.sync_start:
        return "excluded", "A7: arrived before the sync start date", []
    if not payout.automatic:
        finding = _finding(
            step,
            payout.id,
            "manual_payout",
            "Stripe does not tell what a manual or instant payout contains, so no deposit can be tied out.",
        )
        return "blocked", "manual_payout", [finding]
    if payout.status != "paid":
        return "waiting_on_reconciliation", f"status is {payout.status}", []
    if payout.reconciliation_status != "completed":
        return "waiting_on_reconciliation", f"reconciliation is {payout.reconciliation_status}", []
    return None


def _payout_books(books: Books, payout: Payout) -> PayoutBooks | None:
    booked = books.book_date(calendar_date(payout.arrival_date))
    if booked is None:
        return None
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
    )


def _post(step: Step, payout: Payout, record: DepositRecord) -> tuple[PayoutStateName, str, list[Finding]]:
    """Write the deposit through the same protocol as every record: intent, request, outcome, link."""
    with open_step(step.services, step.run, step.account, step.name) as posting:
        load_candidates(posting, [Candidate("payout", payout.id, None, Booked((record,)))])
        if step.run.dry_run:
            return "discovered", "dry run: a deposit would be booked", []
        if (payout.id, Role.MAIN) in posting.links([payout.id]):
            return "booked", "", []
    return "blocked", "netsuite_refused", []


def _read_back(step: Step, row: PayoutRow, deposit_id: str) -> tuple[PayoutStateName, str, Decimal, list[Finding]]:
    """F3, the second time: the deposit's total, as NetSuite holds it, is the payout's amount."""
    deposit = read_deposit(step.services.netsuite, deposit_id)
    expected = Money(row.amount, row.currency)
    if deposit.total == expected.major:
        return "booked", "", deposit.total, []
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
        found=f"{deposit.total} {row.currency.upper()}",
        difference=str(deposit.total - expected.major),
        suggestion="Compare the deposit's lines with the payout; somebody or a script changed it.",
    )
    return "mismatch", finding.code, deposit.total, [finding]


def _record(
    step: Step,
    row: PayoutRow,
    members: Sequence[BalanceTransaction],
    answer: tuple[PayoutStateName, str, str | None, Decimal | None],
    findings: Sequence[Finding],
) -> None:
    state, reason, deposit_id, total = answer
    now = step.services.clock.now()
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
        if state == "booked":
            booked = [(member.id, "booked", f"deposit {deposit_id}") for member in members]
            set_ledger_states(connection, step.account.id, booked)  # type: ignore[arg-type]
        record_findings(connection, findings, step.run.run_id, now)
        resolve_findings(
            connection,
            account=step.account.id,
            run_id=step.run.run_id,
            now=now,
            stage="reconcile",
            stripe_ids=subjects_of(row.payout_id, members),
            except_keys={finding.key for finding in findings},
        )


def _settle_object(connection: Connection, step: Step, payout_id: str, state: PayoutStateName, reason: str) -> None:
    """The staged payout follows: loaded once booked, excluded by rule, else waiting for its next turn."""
    payload = read_payloads(connection, step.account.id, "payout", [payout_id])[payout_id]
    by_state: dict[PayoutStateName, State] = {"booked": "loaded", "excluded": "excluded"}
    settled = ObjectState(payout_id, content_hash(payload), by_state.get(state, "waiting"), reason or None)
    set_states(connection, step.account.id, "payout", [settled])


def _state_name(plan: DepositPlan) -> PayoutStateName:
    match plan.state:
        case "waiting_on_records":
            return "waiting_on_records"
        case "mismatch":
            return "mismatch"
        case _:
            return "blocked"


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
