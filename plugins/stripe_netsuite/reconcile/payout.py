"""One payout: are all its records there and right, and what deposit equals it? Pure (ACCOUNTING F1 to F7).

Receives the payout's ledger lines and what NetSuite says of each record; answers a deposit that ties to the cent, or
the findings that hold it (fail closed, F5). Nothing of the payout is ever left out of the sum.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.domain.identity import external_id
from stripe_netsuite.domain.money import Money, convert, major_rate, sum_money
from stripe_netsuite.domain.netsuite_record import DepositLine, DepositPayment, DepositRecord, InternalId
from stripe_netsuite.domain.stripe_object import BalanceTransaction, Payout
from stripe_netsuite.errors import InvariantBroken
from stripe_netsuite.reconcile.fee import ROLE_BY_FEE_TYPE, FeeLines, roles_of
from stripe_netsuite.reconcile.record_check import BookedRecord, RecordCheck

__all__ = ["BookedRecord", "DepositPlan", "PayoutBooks", "plan_deposit", "subjects_of"]

_RECORD_CATEGORIES = frozenset({"charge", "refund"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutBooks:
    """The accounts a payout needs. `bank_account_id` is None where its currency has no bank (F1)."""

    stripe_account: str
    base_currency: str
    subsidiary_id: str
    undeposited_funds_account_id: str
    bank_account_id: str | None
    currency_id: str | None
    account_id_by_role: Mapping[str, str]
    tolerance_minor: int
    fee_lines: str
    deposit_date: date
    original_date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositPlan:
    """The deposit of a payout, or why there is none yet.

    `state` is `ready`, `waiting_on_records`, `blocked` or `mismatch`; fees and rounding are in the payout's currency.
    """

    state: str
    reason: str
    record: DepositRecord | None
    findings: tuple[Finding, ...]
    fees: Money
    rounding: Money


def plan_deposit(
    payout: Payout,
    members: Sequence[BalanceTransaction],
    record_by_source: Mapping[str, BookedRecord],
    books: PayoutBooks,
) -> DepositPlan:
    """Return the deposit that equals the payout, or the findings that hold it."""
    rows = [row for row in members if not (row.type == "payout" and row.source == payout.id)]
    draft = _Draft(payout, books)
    draft.check_payout(rows)
    for row in rows:
        if row.reporting_category in _RECORD_CATEGORIES and row.source is not None:
            draft.take_record(row.source, row, record_by_source.get(row.source))
        else:
            draft.hold(
                "unsupported_reporting_category",
                "This kind of ledger line has no booking rule yet; the payout waits.",
                row.source or row.id,
                found=f"{row.reporting_category} ({row.type}), {row.net_money}",
                suggestion="Book the deposit by hand with the payout's id as its external id, or wait for the rule.",
            )
        draft.fees.add(row)
    return draft.finish()


def subjects_of(payout_id: str, members: Sequence[BalanceTransaction]) -> set[str]:
    """Return every Stripe id that a finding of `plan_deposit` may name: what a payout that is sound now resolves."""
    sources = {row.source or row.id for row in members}
    return {payout_id, *sources, *(_fee_subject(payout_id, role) for row in members for role in roles_of(row))}


def _fee_subject(payout_id: str, role: str) -> str:
    """Several kinds of fees of one payout may lack their account: each is a finding of its own."""
    return f"{payout_id}:{role}"


class _Draft:
    """Collects the lines and findings of one deposit."""

    def __init__(self, payout: Payout, books: PayoutBooks) -> None:
        self.payout = payout
        self.books = books
        self.amount = Money(payout.amount, payout.currency)
        self.fees = FeeLines(
            payout.currency, books.account_id_by_role, per_transaction=books.fee_lines == "per_transaction"
        )
        self.payments: list[DepositPayment] = []
        self.rounding = Money(0, payout.currency)
        self.waiting: list[str] = []
        self.findings: list[Finding] = []
        self.check = RecordCheck(books.undeposited_funds_account_id, books.subsidiary_id, self.hold)

    def check_payout(self, rows: Sequence[BalanceTransaction]) -> None:
        """F1, and F3 against Stripe's own ledger: what the payout contains must add up to it."""
        if self.payout.amount <= 0:
            self.hold(
                "payout_not_positive",
                "Stripe took money from the bank with this payout; a deposit cannot be negative.",
                self.payout.id,
                found=str(self.amount),
                suggestion="Book a journal entry bank to payouts in transit by hand.",
            )
        if self.books.bank_account_id is None or self.books.currency_id is None:
            self.hold(
                "payout_currency_account_missing",
                "No bank account is mapped for this payout's currency.",
                self.payout.id,
                found=self.payout.currency.upper(),
                suggestion="Add the currency under banks in entities.yaml.",
            )
        found = sum_money((row.net_money for row in rows), self.payout.currency)
        if found != self.amount:
            self.hold(
                "payout_members_mismatch",
                "The ledger lines that Stripe lists for this payout do not add up to it.",
                self.payout.id,
                expected=str(self.amount),
                found=str(found),
                difference=str(found - self.amount),
                suggestion="Run the daily DAG for the payout's date again; tell Stripe if it stays.",
            )

    def take_record(self, source: str, row: BalanceTransaction, record: BookedRecord | None) -> None:
        """F2 and F4: one payment line for a charge or refund, after every check on its record."""
        if record is None:
            self.waiting.append(source)
            return
        if self.check.is_sound(source, row, record):
            line, rounding = self._payment_line(source, row, record)
            self.payments.append(line)
            self.rounding = self.rounding + rounding

    def _payment_line(self, source: str, row: BalanceTransaction, record: BookedRecord) -> tuple[DepositPayment, Money]:
        """F7: the line at the settlement amount; where NetSuite computes it from the rate, what rounding leaves."""
        settled = row.gross_money
        currency = self.payout.currency
        if record.stripe_money.currency == currency:
            return DepositPayment(record=InternalId(record.internal_id), stripe_id=source, amount=settled.major), Money(
                0, currency
            )
        rate = record.exchange_rate
        if rate is None and row.exchange_rate is not None:
            rate = major_rate(row.exchange_rate, record.stripe_money.currency, currency)
        booked = settled
        if currency == self.books.base_currency and rate is not None:
            value = convert(abs(record.stripe_money), rate, currency)
            booked = value if settled.minor > 0 else -value
        rounding = settled - booked
        if abs(rounding.minor) > self.books.tolerance_minor:
            self.hold(
                "fx_difference",
                "The settled amount differs from the record's value at its exchange rate by more than the tolerance.",
                source,
                netsuite_id=record.internal_id,
                expected=str(settled),
                found=str(booked),
                difference=str(rounding),
                suggestion="Correct the exchange rate of the record in NetSuite.",
            )
        line = DepositPayment(
            record=InternalId(record.internal_id),
            stripe_id=source,
            amount=booked.major,
            payment_amount=booked.major,
        )
        return line, rounding

    def hold(
        self,
        code: str,
        message: str,
        stripe_id: str,
        *,
        netsuite_id: str | None = None,
        expected: str | None = None,
        found: str | None = None,
        difference: str | None = None,
        suggestion: str | None = None,
    ) -> None:
        """Add a finding that holds the payout (F5, fail closed)."""
        self.findings.append(
            Finding(
                code=code,
                severity=Severity.CRITICAL,
                stage="reconcile",
                stripe_account=self.books.stripe_account,
                stripe_id=stripe_id,
                netsuite_id=netsuite_id,
                message=message,
                expected=expected,
                found=found,
                difference=difference,
                suggestion=suggestion,
                details=(("payout", self.payout.id),),
            )
        )

    def finish(self) -> DepositPlan:
        """Close the draft: a deposit that ties, or the state that says what it waits for."""
        for kind, amount in self.fees.unmapped():
            self.hold(
                "missing_netsuite_account_mapping",
                "No account is mapped for this kind of fee.",
                _fee_subject(self.payout.id, kind),
                found=f"{kind} {amount}",
                suggestion=f"Add {kind} to accounts.yaml."
                if kind in ROLE_BY_FEE_TYPE.values()
                else "No rule books this kind of fee yet: book the deposit by hand, or wait for the rule.",
            )
        record = None
        state, reason = self._state()
        if state == "ready":
            record = self._record()
        return DepositPlan(
            state=state,
            reason=reason,
            record=record,
            findings=tuple(self.findings),
            fees=self.fees.total(),
            rounding=self.rounding,
        )

    def _state(self) -> tuple[str, str]:
        if any(finding.code == "payout_members_mismatch" for finding in self.findings):
            return "mismatch", "payout_members_mismatch"
        if self.findings:
            codes = sorted({finding.code for finding in self.findings})
            return "blocked", ", ".join(codes)
        if self.waiting:
            more = f" and {len(self.waiting) - 3} more" if len(self.waiting) > 3 else ""
            return "waiting_on_records", f"not booked yet: {', '.join(self.waiting[:3])}{more}"
        return "ready", ""

    def _record(self) -> DepositRecord:
        cashbacks, others = self.fees.lines()
        if self.rounding.minor:
            line = DepositLine(
                account_id=self.books.account_id_by_role["rounding"],
                amount=abs(self.rounding).major,
                memo="Rounding of converted amounts",
            )
            (others if self.rounding.minor > 0 else cashbacks).append(line)
        total = (
            sum((line.amount for line in self.payments), Decimal(0))
            + sum((line.amount for line in others), Decimal(0))
            - sum((line.amount for line in cashbacks), Decimal(0))
        )
        if total != self.amount.major:
            # F3: stated when built; stated again when read back.
            raise InvariantBroken(
                "the deposit does not equal the payout",
                subject=self.payout.id,
                saw=str(total),
                expected=str(self.amount),
            )
        note = f" | Original transaction date: {self.books.original_date}" if self.books.original_date else ""
        return DepositRecord(
            stripe_id=self.payout.id,
            external_id=external_id(self.payout.id),
            tran_date=self.books.deposit_date,
            original_date=self.books.original_date,
            memo=f"Stripe: {self.payout.id}{note}",
            currency=self.payout.currency,
            currency_id=self.books.currency_id or "",
            subsidiary_id=self.books.subsidiary_id,
            bank_account_id=self.books.bank_account_id or "",
            undeposited_funds_account_id=self.books.undeposited_funds_account_id,
            payments=tuple(self.payments),
            others=tuple(others),
            cashbacks=tuple(cashbacks),
            total=total,
        )
