"""One payout: are all its records there and right, and what deposit equals it? Pure (ACCOUNTING F1 to F7, F11).

Receives the payout's ledger lines and what NetSuite says of each record; answers a deposit that ties to the cent, or
the findings that hold it (F5). Nothing of the payout is ever left out of the sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from stripe_netsuite.domain.approval import Answer, Difference, Question
from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.domain.money import Money, sum_money
from stripe_netsuite.domain.netsuite_record import DepositLine, DepositRecord
from stripe_netsuite.domain.stripe_object import BalanceTransaction, Payout
from stripe_netsuite.mapping.accounts import AccountRole
from stripe_netsuite.reconcile.account_lines import AccountLines
from stripe_netsuite.reconcile.deposit_parts import deposits_of
from stripe_netsuite.reconcile.difference import Differences
from stripe_netsuite.reconcile.fee import fees_of
from stripe_netsuite.reconcile.ledger_kind import AccountLine, RecordLine, kind_of
from stripe_netsuite.reconcile.payment_lines import PaymentLines
from stripe_netsuite.reconcile.payout_books import PayoutBooks, PayoutRecords
from stripe_netsuite.reconcile.payout_findings import PayoutFindings
from stripe_netsuite.reconcile.payout_rows import contents_of, net_captures
from stripe_netsuite.reconcile.record_check import BookedRecord

__all__ = ["BookedRecord", "DepositPlan", "PayoutBooks", "PayoutRecords", "plan_deposit", "subjects_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositPlan:
    """The deposit of a payout, or why there is none yet.

    `state` is `ready`, `waiting_on_records`, `waiting_for_approval`, `blocked` or `mismatch`; fees and rounding are in the
    payout's currency. `parts` are the part deposits to write before `record` (F11). `question` is what a person is asked,
    or was and rejected; `let_through` is what the deposit lacks, `approval` on whose word, if anybody was asked (F5).
    """

    state: str
    reason: str
    record: DepositRecord | None
    findings: tuple[Finding, ...]
    fees: Money
    rounding: Money
    parts: tuple[DepositRecord, ...] = ()
    question: Question | None = None
    approval: Answer | None = None
    let_through: tuple[Difference, ...] = ()


def plan_deposit(
    payout: Payout, members: Sequence[BalanceTransaction], records: PayoutRecords, books: PayoutBooks
) -> DepositPlan:
    """Return the deposit that equals the payout, or the findings that hold it."""
    rows = contents_of(payout, members)
    draft = _Draft(payout, records, books)
    draft.check_payout(rows)
    for row in net_captures(rows, records.charge_by_reversal, records.reversed_elsewhere):
        draft.take(row)
    draft.payments.take_summaries()
    return draft.finish()


def subjects_of(payout_id: str, members: Sequence[BalanceTransaction]) -> set[str]:
    """Return every Stripe id that a finding of `plan_deposit` may name: what a payout that is sound now resolves."""
    sources = {row.source or row.id for row in members}
    kinds = {fee.kind for row in members for fee in fees_of(row)}
    return {payout_id, *sources, *(_part_of(payout_id, one) for one in (*AccountRole, *kinds))}


def _part_of(payout_id: str, name: str) -> str:
    """Several accounts, or kinds of fees, may be missing for one payout: each is a finding of its own."""
    return f"{payout_id}:{name}"


def _shown(role: AccountRole, amount: Money, problem: str | None) -> str:
    return " ".join((role.value, *([str(amount)] if amount.minor else []), *([f"({problem})"] if problem else [])))


class _Draft:
    """Collects the lines and findings of one deposit."""

    def __init__(self, payout: Payout, records: PayoutRecords, books: PayoutBooks) -> None:
        self.payout = payout
        self.books = books
        self.records = records
        self.amount = Money(payout.amount, payout.currency)
        self.fees = 0
        self.unknown_fees: dict[str, int] = {}
        self.before_start: list[BalanceTransaction] = []
        self.lines = AccountLines(
            payout.currency, books.account_id_by_role, per_transaction=books.fee_lines == "per_transaction"
        )
        self.findings = PayoutFindings(books.stripe_account, payout.id)
        self.differences = Differences(payout, books)
        self.payments = PaymentLines(payout, records, books, self.differences)

    def check_payout(self, rows: Sequence[BalanceTransaction]) -> None:
        """F1, and F3 against Stripe's own ledger: what the payout contains must add up to it."""
        if self.payout.amount < 0:
            self.findings.hold(
                "payout_not_positive",
                "Stripe took money from the bank with this payout; a deposit cannot be negative.",
                self.payout.id,
                found=str(self.amount),
                suggestion="Book a journal entry bank to payouts in transit by hand.",
            )
        if self.books.bank_problem is not None:
            self.findings.hold(
                "bank_deposit_account_missing",
                "The bank account that is mapped for this payout's currency is not there, or cannot be seen.",
                self.payout.id,
                expected=f"an active account for {self.payout.currency.upper()}",
                found=self.books.bank_problem,
                suggestion="Correct it under banks in entities.yaml, activate it, or let the integration's role see it.",
            )
        elif self.books.bank_account_id is None or self.books.currency_id is None:
            self.findings.hold(
                "payout_currency_account_missing",
                "No bank account is mapped for this payout's currency.",
                self.payout.id,
                found=self.payout.currency.upper(),
                suggestion="Add the currency under banks in entities.yaml.",
            )
        found = sum_money((row.net_money for row in rows), self.payout.currency)
        if found != self.amount:
            self.findings.hold(
                "payout_members_mismatch",
                "The ledger lines that Stripe lists for this payout do not add up to it.",
                self.payout.id,
                expected=str(self.amount),
                found=str(found),
                difference=str(found - self.amount),
                suggestion="Run the daily DAG for the payout's date again; tell Stripe if it stays.",
            )

    def take(self, row: BalanceTransaction) -> None:
        """One ledger line: on a payment line, or in the sum of an account's line, with its fee."""
        kind = kind_of(row, reopens_disputes=self.books.dispute_won == "reopen")
        if self._is_before_start(row, kind):
            self.before_start.append(row)
            memo = f"Before the sync start: {row.reporting_category}"
            self.lines.add(AccountRole.PRE_START, memo, row.id, None, row.net)
            return
        self._take_fees(row)
        # A line of nothing needs no record and leaves no line; its ledger line is in the payout all the same (H5).
        if not row.amount:
            return
        match kind:
            case RecordLine() if self._is_dispute_alone(row, kind):
                self.lines.add(AccountRole.DISPUTES, "Dispute", row.id, row.source, row.amount)
            case RecordLine():
                self.payments.take(row, kind)
            case AccountLine(role=role, is_fee=True):
                self.lines.add_fee(role, row.id, -row.amount)
            case AccountLine(role=role, memo=memo):
                self.lines.add(role, memo, row.id, row.source or row.id, row.amount)
            case _:
                self._take_unknown(row)

    def _is_dispute_alone(self, row: BalanceTransaction, kind: RecordLine) -> bool:
        """G3: another system may not book disputes; what has no record is a line of the deposit (F2)."""
        is_dispute = row.reporting_category == "dispute" and self.books.mode == "reconcile_only"
        return is_dispute and kind.key not in self.records.by_link

    def _is_before_start(self, row: BalanceTransaction, kind: RecordLine | AccountLine | None) -> bool:
        """A7: older than the sync start, or about what is; unless a record of it is linked all the same."""
        if isinstance(kind, RecordLine) and kind.key in self.records.by_link:
            return False
        return row.created < self.books.sync_start_s or row.source in self.records.before_start

    def _take_fees(self, row: BalanceTransaction) -> None:
        self.fees += row.fee
        for fee in fees_of(row):
            if fee.role is not None:
                self.lines.add_fee(fee.role, row.id, fee.minor)
            else:
                self.unknown_fees[fee.kind] = self.unknown_fees.get(fee.kind, 0) + fee.minor
                if self.books.unknown_category == "suspense":
                    self.lines.add(AccountRole.SUSPENSE, f"Unknown fee: {fee.kind}", row.id, row.source, -fee.minor)

    def _take_unknown(self, row: BalanceTransaction) -> None:
        """F6: never dropped. It holds the payout, or goes to suspense and is said."""
        subject = row.source or row.id
        found = f"{row.reporting_category} ({row.type}), {row.net_money}"
        if self.books.unknown_category == "suspense":
            memo = f"Unknown: {row.reporting_category}"
            self.lines.add(AccountRole.SUSPENSE, memo, row.id, subject, row.amount)
        message = "No rule knows this kind of ledger line."
        self._say_unknown("unsupported_reporting_category", message, subject, found)

    def finish(self) -> DepositPlan:
        """Close the draft: a deposit that ties, or the state that says what it waits for."""
        self._settle_before_start()
        self._settle_unknown_fees()
        rounding = self.payments.rounding
        if rounding.minor:
            self.lines.add(AccountRole.ROUNDING, "Rounding of converted amounts", "", None, rounding.minor)
        self._hold_unmapped()
        self.differences.settle(self.lines, is_held=bool(self._codes()))
        state, reason = self._state()
        if state == "waiting_on_records" and self.books.says_missing:
            self.differences.tell_missing()
        deposits = self._deposits() if state == "ready" else ()
        if deposits and min(deposit.total for deposit in deposits) < 0:
            self._hold_negative_part(deposits)
            state, reason, deposits = "blocked", "deposit_part_negative", ()
        return DepositPlan(
            state=state,
            reason=reason,
            record=deposits[-1] if deposits else None,
            findings=(*self.findings.all, *self.differences.findings(is_posted=bool(deposits))),
            fees=Money(self.fees, self.payout.currency),
            rounding=rounding,
            parts=deposits[:-1],
            question=self.differences.question,
            approval=self.differences.approval,
            let_through=self.differences.let_through if deposits else (),
        )

    def _hold_unmapped(self) -> None:
        unmapped = dict(self.lines.unmapped())
        if self.differences.needs_suspense:
            unmapped.setdefault(AccountRole.SUSPENSE, Money(0, self.payout.currency))
        for role, amount in unmapped.items():
            problem = self.books.account_problems.get(role.value)
            self.findings.hold(
                "missing_netsuite_account_mapping",
                "A line of the payout's deposit has no account.",
                _part_of(self.payout.id, role),
                found=_shown(role, amount, problem),
                suggestion=f"{'Correct' if problem else 'Add'} {role.value} {'in' if problem else 'to'} accounts.yaml.",
            )

    def _settle_before_start(self) -> None:
        if self.before_start and self.books.pre_start == "quarantine":
            net = sum_money((row.net_money for row in self.before_start), self.payout.currency)
            self.findings.hold(
                "transaction_before_sync_start",
                "The payout contains transactions from before the sync start date.",
                self.payout.id,
                found=f"{len(self.before_start)} ledger lines, {net}",
                suggestion="Book its deposit by hand, or let them go in summary (policy.yaml, pre_start).",
            )

    def _settle_unknown_fees(self) -> None:
        for kind, minor in sorted(self.unknown_fees.items()):
            subject = _part_of(self.payout.id, kind)
            found = f"{kind} {Money(minor, self.payout.currency)}"
            self._say_unknown("unsupported_fee_type", "No rule knows this kind of fee.", subject, found)

    def _say_unknown(self, code: str, message: str, subject: str, found: str) -> None:
        if self.books.unknown_category == "wait":
            suggestion = "Book the deposit by hand, or let unknown kinds go to suspense (policy.yaml)."
            self.findings.hold(code, message, subject, found=found, suggestion=suggestion)
        else:
            suggestion = "Move the amount from the suspense account to where it belongs."
            self.findings.tell(code, message, subject, found=found, suggestion=suggestion)

    def _hold_negative_part(self, deposits: Sequence[DepositRecord]) -> None:
        self.findings.hold(
            "deposit_part_negative",
            "The payout has more lines than one deposit takes, and cannot be parted into deposits above zero.",
            self.payout.id,
            found=", ".join(f"{deposit.external_id} {deposit.total}" for deposit in deposits),
            suggestion="Book its deposits by hand; a daily payout schedule makes smaller payouts.",
        )

    def _state(self) -> tuple[str, str]:
        standing = None if self._codes() else self.differences.standing()
        if standing is not None:
            return standing
        codes = self._codes() | self.differences.holding()
        if "payout_members_mismatch" in codes:
            return "mismatch", "payout_members_mismatch"
        if codes:
            return "blocked", ", ".join(sorted(codes))
        waiting = self.differences.waiting()
        if waiting:
            more = f" and {len(waiting) - 3} more" if len(waiting) > 3 else ""
            return "waiting_on_records", f"not booked yet: {', '.join(waiting[:3])}{more}"
        return "ready", ""

    def _codes(self) -> set[str]:
        return {finding.code for finding in self.findings.all if finding.severity is Severity.CRITICAL}

    def _deposits(self) -> tuple[DepositRecord, ...]:
        lines: tuple[list[DepositLine], list[DepositLine]] = self.lines.lines(self.books.max_deposit_lines // 2)
        numbers = self.records.part_by_deposit.values()
        payments, approval = self.payments, self.differences.approval
        books = self.books if approval is None else replace(self.books, memo_note=f"Differences {approval}")
        return deposits_of(self.payout, payments.open, payments.posted, lines, books, max(numbers, default=1) + 1)
