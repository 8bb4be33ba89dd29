"""Is the record behind a payout's ledger line there, right, and free to be deposited? (ACCOUNTING F4.) Pure.

Receives one ledger line and what NetSuite says of the record that stands for it; says whatever is wrong with it.
One `RecordCheck` sees all lines of a payout, so that no record is taken twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from stripe_netsuite.domain.money import Money, major_text
from stripe_netsuite.domain.stripe_object import BalanceTransaction


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedRecord:
    """What stands for a charge, refund or dispute: our link, the Stripe amount it was booked at, and NetSuite's word on it.

    `found_*` are read back now; `exists` is false where the record is gone or cannot be seen. `twin_id` is another
    record that bears the object's external id.
    """

    internal_id: str
    stripe_money: Money
    exists: bool
    voided: bool = False
    found_total: Decimal | None = None
    found_currency: str | None = None
    found_account_id: str | None = None
    found_subsidiary_id: str | None = None
    exchange_rate: Decimal | None = None
    deposit_ids: tuple[str, ...] = ()
    twin_id: str | None = None


class Hold(Protocol):
    """Adds a critical finding about one Stripe object of the payout."""

    def __call__(
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
        """Take the finding."""
        ...


class RecordCheck:
    """The checks of one payout's records; remembers which ledger line took which record."""

    def __init__(self, undeposited_funds_account_id: str, subsidiary_id: str, hold: Hold) -> None:
        self._undeposited_funds_account_id = undeposited_funds_account_id
        self._subsidiary_id = subsidiary_id
        self._hold = hold
        self._line_by_record: dict[str, str] = {}

    def is_sound(self, source: str, row: BalanceTransaction, record: BookedRecord, *, is_inflow: bool) -> bool:
        """Run every check; false when one of them found a fault.

        `source` is the Stripe object of the line, `is_inflow` whether its kind brings money in.
        """
        if not record.exists or record.voided:
            self._hold(
                "deleted_netsuite_record",
                "The record of this transaction is gone, voided, or not visible to the integration's role.",
                source,
                netsuite_id=record.internal_id,
                suggestion="Enter it again with the Stripe id as its external id, or set deleted_record: book_again in policy.yaml.",
            )
            return False
        checks = [
            self._is_single(source, record),
            self._is_free(source, row, record),
            self._is_equal(source, row, record),
            self._is_in_place(source, record),
            self._is_in_subsidiary(source, record),
            self._has_sign(source, row, is_inflow=is_inflow),
        ]
        return all(checks)

    def _is_single(self, source: str, record: BookedRecord) -> bool:
        if record.twin_id is None:
            return True
        self._hold(
            "multiple_successful_translations_found",
            "The transaction is in NetSuite twice: one record is linked, another one bears its Stripe id.",
            source,
            netsuite_id=record.internal_id,
            expected=f"record {record.internal_id} alone",
            found=f"record {record.twin_id} with its external id",
            suggestion="Void the record that is too much, or clear its external id if it stands for something else.",
        )
        return False

    def _is_free(self, source: str, row: BalanceTransaction, record: BookedRecord) -> bool:
        taken_by = self._line_by_record.setdefault(record.internal_id, row.id)
        if taken_by != row.id:
            self._hold(
                "duplicate_netsuite_record_in_payout",
                "Two ledger lines of the payout point to one record.",
                source,
                netsuite_id=record.internal_id,
                found=f"{taken_by} and {row.id}",
                suggestion="Correct the link of one of them.",
            )
            return False
        if record.deposit_ids:
            self._hold(
                "already_deposited",
                "The record is on another deposit already.",
                source,
                netsuite_id=record.internal_id,
                found=f"deposit {', '.join(record.deposit_ids)}",
                suggestion="Take it off that deposit; the payout goes through by itself.",
            )
            return False
        return True

    def _is_equal(self, source: str, row: BalanceTransaction, record: BookedRecord) -> bool:
        """The record in NetSuite, the Stripe object and, in one currency, the ledger line say the same amount."""
        expected = abs(record.stripe_money)
        if row.currency == expected.currency and abs(row.gross_money) != expected:
            self._hold(
                "unequal_amounts",
                "The ledger line's amount is not that of the Stripe object it was booked from.",
                source,
                netsuite_id=record.internal_id,
                expected=str(abs(row.gross_money)),
                found=str(expected),
                difference=str(expected - abs(row.gross_money)),
                suggestion="Compare the object with its balance transactions in Stripe; book the deposit by hand.",
            )
            return False
        currency = record.found_currency or expected.currency
        is_same_currency = currency == expected.currency
        if record.found_total is None or (is_same_currency and abs(record.found_total) == expected.major):
            return True
        self._hold(
            "unequal_amounts",
            "The record's amount is not the Stripe amount.",
            source,
            netsuite_id=record.internal_id,
            expected=str(expected),
            found=f"{major_text(abs(record.found_total), currency)} {currency.upper()}",
            difference=major_text(abs(record.found_total) - expected.major, currency) if is_same_currency else None,
            suggestion="Correct the record in NetSuite; the payout goes through by itself.",
        )
        return False

    def _is_in_place(self, source: str, record: BookedRecord) -> bool:
        # What a deposit has taken lies in its bank: that it left Undeposited Funds is no second fault.
        if record.deposit_ids or record.found_account_id in (None, self._undeposited_funds_account_id):
            return True
        self._hold(
            "undep_funds_account_mismatch",
            "The record is not in the configured Undeposited Funds account.",
            source,
            netsuite_id=record.internal_id,
            expected=f"account {self._undeposited_funds_account_id}",
            found=f"account {record.found_account_id}",
            suggestion="Move the record to Undeposited Funds.",
        )
        return False

    def _is_in_subsidiary(self, source: str, record: BookedRecord) -> bool:
        if record.found_subsidiary_id in (None, self._subsidiary_id):
            return True
        self._hold(
            "invalid_subsidiary",
            "The record belongs to another subsidiary than the bank account.",
            source,
            netsuite_id=record.internal_id,
            expected=f"subsidiary {self._subsidiary_id}",
            found=f"subsidiary {record.found_subsidiary_id}",
            suggestion="Book the customer and its transactions in the subsidiary of entities.yaml.",
        )
        return False

    def _has_sign(self, source: str, row: BalanceTransaction, *, is_inflow: bool) -> bool:
        if (row.amount > 0) is is_inflow:
            return True
        self._hold(
            "unexpected_sign",
            "The ledger line's sign does not fit its category.",
            source,
            found=f"{row.reporting_category} {row.gross_money}",
            suggestion="Look at the transaction in Stripe.",
        )
        return False
