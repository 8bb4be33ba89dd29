"""Clear what a booked payout's deposit left in the suspense account, once its record is right (ACCOUNTING A6, F5).

NetSuite is the one that is asked: a record that bears the line's own external id and takes its amount off the suspense
account clears it, whether it is ours (also after a lost answer) or was entered by hand.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from decimal import Decimal

import msgspec
from sqlalchemy.engine import Connection

from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.domain.identity import Role, is_same_external_id
from stripe_netsuite.domain.money import sum_money
from stripe_netsuite.domain.netsuite_record import DepositRecord, RecordType
from stripe_netsuite.domain.stripe_object import BalanceTransaction, Payout
from stripe_netsuite.mapping.accounts import AccountRole
from stripe_netsuite.netsuite_api.lookup import Found, lookup_external_ids
from stripe_netsuite.netsuite_api.movement import movements
from stripe_netsuite.netsuite_api.read_back import lookup_transactions
from stripe_netsuite.pipeline.deposit_parts import adopted_link
from stripe_netsuite.pipeline.loading import Candidate, Step, load_candidates, open_step
from stripe_netsuite.pipeline.payout_booking import payout_books
from stripe_netsuite.pipeline.payout_records import booked_record, codes_by_currency_id, payout_records
from stripe_netsuite.pipeline.settling import settle_intents
from stripe_netsuite.reconcile.ledger_kind import CAPTURE_REVERSAL
from stripe_netsuite.reconcile.payout_findings import LET_THROUGH
from stripe_netsuite.reconcile.payout_rows import contents_of, net_captures
from stripe_netsuite.reconcile.record_check import BookedRecord
from stripe_netsuite.reconcile.suspense import SuspenseLine, plan_clearing
from stripe_netsuite.staging.findings import open_findings, record_findings
from stripe_netsuite.staging.links import write_links
from stripe_netsuite.staging.payouts import IN_BOOKS, PayoutRow, read_payout
from stripe_netsuite.staging.suspense import ClearedBy, mark_cleared, read_suspense_lines
from stripe_netsuite.transform.outcome import Booked


@dataclass(frozen=True, slots=True)
class Cleared:
    """A line that is off the suspense account, by which record."""

    line: SuspenseLine
    by: ClearedBy
    internal_id: str


@dataclass(frozen=True, slots=True)
class Clearing:
    """What became of a payout's lines on the suspense account; `standing` are left there."""

    cleared: tuple[Cleared, ...] = ()
    standing: tuple[SuspenseLine, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def note(self) -> str:
        """What is left there, in words."""
        if not self.standing:
            return ""
        total = sum_money((abs(line.money) for line in self.standing), self.standing[0].money.currency)
        return f"{total} of differences in suspense"


def suspended_payouts(connection: Connection, account: str, only_ids: Collection[str] | None = None) -> list[PayoutRow]:
    """Return the payouts in the books that have lines on the suspense account, by their ids."""
    ids = {row.payout_id for row in read_suspense_lines(connection, account) if row.cleared_by is None}
    rows = [read_payout(connection, account, one) for one in sorted(ids) if only_ids is None or one in only_ids]
    return [row for row in rows if row is not None and row.state in IN_BOOKS]


def clear_suspense(step: Step, payout: Payout | None, members: Sequence[BalanceTransaction]) -> Clearing:
    """Clear what can be cleared of a booked payout; a dry run only says what stands."""
    if payout is None:
        return Clearing()
    open_lines = _open_lines(step, payout)
    if not open_lines or step.run.dry_run:
        return Clearing(standing=tuple(open_lines))
    found = _found(step, {line: line.cleared_as for line in open_lines})
    cleared, findings = _judge(step, found)
    plans = _plan(step, payout, members, [line for line in open_lines if line not in found])
    if plans:
        _post(step, payout, plans)
        # Read back, as everything that is written.
        more, worse = _judge(step, _found(step, {line: line.cleared_as for line in plans}))
        cleared, findings = [*cleared, *more], [*findings, *worse]
    off = {one.line for one in cleared}
    return Clearing(tuple(cleared), tuple(line for line in open_lines if line not in off), tuple(findings))


def settle_cleared(
    connection: Connection, step: Step, payout_id: str, cleared: Sequence[Cleared], now: datetime
) -> set[str]:
    """Note what is cleared; return the keys of the findings that are settled by it, each with a word on how."""
    by_source = {one.line.stripe_id: one for one in cleared}
    for one in cleared:
        line = one.line
        mark_cleared(
            connection, step.account.id, payout_id, line.transaction_id, one.by, one.internal_id, step.run.run_id, now
        )
    left = {
        row.stripe_id for row in read_suspense_lines(connection, step.account.id, payout_id) if row.cleared_by is None
    }
    said = [
        row.finding
        for row in open_findings(connection, step.account.id)
        if LET_THROUGH in row.finding.details
        and ("payout", payout_id) in row.finding.details
        and row.finding.severity is Severity.CRITICAL
        and row.finding.stripe_id in by_source.keys() - left
    ]
    noted = [replace(one, message=f"{one.message} {_how(by_source[one.stripe_id or ''])}") for one in said]
    record_findings(connection, noted, step.run.run_id, now)
    return {one.key for one in said}


def _how(one: Cleared) -> str:
    who = "Cleared by" if one.by == "deposit" else "Cleared by hand with"
    return f"{who} record {one.internal_id}."


def _open_lines(step: Step, payout: Payout) -> list[SuspenseLine]:
    with step.services.engine.connect() as connection:
        rows = read_suspense_lines(connection, step.account.id, payout.id)
    return [
        SuspenseLine(
            payout_id=row.payout_id, transaction_id=row.transaction_id, stripe_id=row.stripe_id, money=row.money
        )
        for row in rows
        if row.cleared_by is None
    ]


def _found(step: Step, external_id_by_line: Mapping[SuspenseLine, str]) -> dict[SuspenseLine, Found]:
    rows = lookup_external_ids(step.services.netsuite, "transaction", list(external_id_by_line.values()))
    return {
        line: rows[wanted]
        for line, wanted in external_id_by_line.items()
        if wanted in rows and not rows[wanted].is_voided and is_same_external_id(wanted, rows[wanted].external_id)
    }


def _judge(step: Step, found: Mapping[SuspenseLine, Found]) -> tuple[list[Cleared], list[Finding]]:
    """Part the records that clear their lines from those that only bear the external id."""
    moved = movements(step.services.netsuite, [one.internal_id for one in found.values()])
    suspense = step.books.account_id_by_role.get(AccountRole.SUSPENSE, "")
    cleared: list[Cleared] = []
    findings: list[Finding] = []
    for line, one in found.items():
        amount = moved.get(one.internal_id, {}).get(suspense, Decimal(0))
        if amount == line.money.major:
            by: ClearedBy = "deposit" if one.record_type == RecordType.DEPOSIT.value else "hand"
            cleared.append(Cleared(line, by, one.internal_id))
        else:
            findings.append(_mismatch(step, line, one, amount))
    _adopt(step, [one for one in cleared if one.by == "deposit"])
    return cleared, findings


def _adopt(step: Step, cleared: Sequence[Cleared]) -> None:
    """Link deposits whose answer was lost."""
    known = step.links([one.line.transaction_id for one in cleared])
    links = [
        adopted_link(step, one.line.transaction_id, one.internal_id, Role.CLEARED)
        for one in cleared
        if (one.line.transaction_id, Role.CLEARED) not in known
    ]
    if links:
        with step.services.engine.begin() as connection:
            write_links(connection, links)
        settle_intents(step.services, step.account.id, {link.stripe_id for link in links})


def _plan(
    step: Step, payout: Payout, members: Sequence[BalanceTransaction], lines: Sequence[SuspenseLine]
) -> dict[SuspenseLine, DepositRecord]:
    # A correction is dated by the run that makes it, not by the payout, whose period may be closed by now (A4, A6).
    today = int(datetime.combine(step.run.window.end.date(), time(), UTC).timestamp())
    books = payout_books(step.books, msgspec.structs.replace(payout, arrival_date=max(payout.arrival_date, today)))
    if books is None or not lines:
        return {}
    wanted = {line.transaction_id for line in lines}
    asked = [row for row in members if row.id in wanted or row.reporting_category == CAPTURE_REVERSAL]
    records = payout_records(step, asked, {})
    lines_now = net_captures(contents_of(payout, members), records.charge_by_reversal, records.reversed_elsewhere)
    # Of a charge that another payout takes a part of, the first line is what was captured (D5).
    rows = {row.id: row for row in reversed(lines_now)}
    known = [line for line in lines if line.transaction_id in rows]
    parts = _parts(step, [line for line in known if not line.is_whole(rows[line.transaction_id])])
    plans = {
        line: plan_clearing(line, rows[line.transaction_id], payout, records, parts.get(line), books) for line in known
    }
    return {line: record for line, record in plans.items() if record is not None}


def _parts(step: Step, lines: Sequence[SuspenseLine]) -> dict[SuspenseLine, BookedRecord]:
    """Return what people entered for the parts that the records do not cover."""
    found = _found(step, {line: line.missing_part for line in lines})
    states = lookup_transactions(step.services.netsuite, [one.internal_id for one in found.values()])
    code_by_id = codes_by_currency_id(step.books)
    return {
        line: booked_record(one.internal_id, abs(line.money), states.get(one.internal_id), code_by_id)
        for line, one in found.items()
        if line.takes(one.record_type)
    }


def _post(step: Step, payout: Payout, plans: Mapping[SuspenseLine, DepositRecord]) -> None:
    fields = step.books.extra_fields("deposit", payout)
    with open_step(step.services, step.run, step.account, f"suspense {payout.id}") as posting:
        for line, record in plans.items():
            booked = Booked((replace(record, custom_fields=fields),))
            load_candidates(posting, [Candidate("payout", line.transaction_id, None, booked)])


def _mismatch(step: Step, line: SuspenseLine, found: Found, amount: Decimal) -> Finding:
    return Finding(
        code="suspense_not_cleared",
        severity=Severity.CRITICAL,
        stage="reconcile",
        stripe_account=step.account.id,
        stripe_id=line.stripe_id,
        netsuite_type=found.record_type,
        netsuite_id=found.internal_id,
        message="A record bears the external id that clears a suspense line, and does not take its amount off the account.",
        expected=str(line.money),
        found=f"{amount} {line.money.currency.upper()}",
        difference=str(amount - line.money.major),
        suggestion="Correct its line to the suspense account, or give it another external id.",
        details=(("payout", line.payout_id),),
    )
