"""The payment lines of a deposit: one for each ledger line with a sound record, at what it settled (F2, F4, F7). Pure."""

from __future__ import annotations

from dataclasses import replace

from stripe_netsuite.domain.identity import Role
from stripe_netsuite.domain.money import Money, convert, major_rate
from stripe_netsuite.domain.netsuite_record import DepositPayment, InternalId
from stripe_netsuite.domain.stripe_object import BalanceTransaction, Payout
from stripe_netsuite.reconcile.difference import Differences
from stripe_netsuite.reconcile.ledger_kind import RecordLine
from stripe_netsuite.reconcile.payout_books import PayoutBooks, PayoutRecords
from stripe_netsuite.reconcile.record_check import BookedRecord, RecordCheck
from stripe_netsuite.reconcile.summary_rows import SummaryRows


class PaymentLines:
    """Collects the payment lines of one payout.

    `open` are still to be deposited, `posted` stand on a part deposit already; `rounding` is what conversion leaves.
    """

    def __init__(self, payout: Payout, records: PayoutRecords, books: PayoutBooks, differences: Differences) -> None:
        self._currency = payout.currency
        self._records = records
        self._books = books
        self._differences = differences
        self._check = RecordCheck(books.undeposited_funds_account_id, books.subsidiary_id, differences.said.hold)
        self._summaries = SummaryRows()
        self.open: list[DepositPayment] = []
        self.posted: list[DepositPayment] = []
        self.rounding = Money(0, payout.currency)

    def take(self, row: BalanceTransaction, kind: RecordLine) -> None:
        """Take one ledger line of a record, after every check on it; what is wrong is a difference."""
        summary = self._records.summary_by_charge.get(kind.source) if kind.role is Role.MAIN else None
        if summary is not None:
            self._summaries.take(summary, row)
            return
        self._take(row, kind, 1)

    def take_summaries(self) -> None:
        """Take what was summed up, one line a summary (F12): to be called when all ledger lines were taken."""
        for row, count in self._summaries.rows():
            self._take(row, RecordLine(row.source or "", Role.MAIN, is_inflow=True), count)

    def _take(self, row: BalanceTransaction, kind: RecordLine, count: int) -> None:
        """`count` is how many ledger lines `row` stands for."""
        record = self._records.by_link.get(kind.key)
        if record is None:
            self._differences.add_missing(kind.source, row)
            return
        is_posted = not self._records.part_by_deposit.keys().isdisjoint(record.deposit_ids)
        if is_posted:
            # What our own part deposit took left Undeposited Funds with it.
            record = replace(record, deposit_ids=(), found_account_id=None)
        already_said = len(self._differences.said)
        line: DepositPayment | None
        if self._check.is_sound(kind.source, row, record, is_inflow=kind.is_inflow):
            line = self._line(row, kind.source, record, count)
        else:
            line = self._line_of_unequal(row, kind.source, record, already_said)
        if line is not None:
            (self.posted if is_posted else self.open).append(line)

    def _line(self, row: BalanceTransaction, source: str, record: BookedRecord, count: int) -> DepositPayment:
        """F7: the line at the settlement amount; where NetSuite computes it from the rate, what rounding leaves."""
        settled = row.gross_money
        currency = self._currency
        if record.stripe_money.currency == currency:
            return DepositPayment(record=InternalId(record.internal_id), stripe_id=source, amount=settled.major)
        rate = record.exchange_rate
        if rate is None and row.exchange_rate is not None:
            rate = major_rate(row.exchange_rate, record.stripe_money.currency, currency)
        booked = settled
        if currency == self._books.base_currency and rate is not None:
            value = convert(abs(record.stripe_money), rate, currency)
            booked = value if settled.minor > 0 else -value
        self._take_rounding(row, source, record, settled - booked, count)
        return DepositPayment(
            record=InternalId(record.internal_id),
            stripe_id=source,
            amount=booked.major,
            payment_amount=booked.major,
        )

    def _take_rounding(
        self, row: BalanceTransaction, source: str, record: BookedRecord, rounding: Money, count: int
    ) -> None:
        settled = row.gross_money
        if abs(rounding.minor) <= self._books.tolerance_minor * count:
            self.rounding = self.rounding + rounding
            return
        self._differences.add(source, row, rounding.minor)
        self._differences.said.hold(
            "fx_difference",
            "The settled amount differs from the record's value at its exchange rate by more than the tolerance.",
            source,
            netsuite_id=record.internal_id,
            expected=str(settled),
            found=str(settled - rounding),
            difference=str(rounding),
            suggestion="Correct the exchange rate of the record in NetSuite.",
        )

    def _line_of_unequal(
        self, row: BalanceTransaction, source: str, record: BookedRecord, already_said: int
    ) -> DepositPayment | None:
        """Leave the whole line as a difference, or, where only the amount is wrong, what the record does not cover."""
        only_amount = self._differences.said.codes(since=already_said) == {"unequal_amounts"}
        is_foreign = {record.stripe_money.currency, record.found_currency or self._currency} != {self._currency}
        if not only_amount or record.found_total is None or is_foreign:
            self._differences.add(source, row, row.amount)
            return None
        held = abs(Money.from_major(record.found_total, self._currency))
        booked = held if row.amount > 0 else -held
        self._differences.add(source, row, row.amount - booked.minor)
        return DepositPayment(record=InternalId(record.internal_id), stripe_id=source, amount=booked.major)
