"""The journal entry as the product writes it: money on its way between Stripe and the bank (ACCOUNTING F8, F9, F10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from stripe_netsuite.domain.identity import Role
from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.netsuite_record import CustomFields, RecordType, Transaction


@dataclass(frozen=True, slots=True)
class BankMove:
    """Money that enters (positive) or leaves the bank of its currency on a day, and why, in words."""

    role: Role
    money: Money
    day: date
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalLine:
    """A posting: positive is a debit, negative a credit, in the entry's currency. Segments stand on the line."""

    account_id: str
    amount: Decimal
    custom_fields: CustomFields = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntryRecord(Transaction):
    """A journal entry of one currency and one subsidiary; its lines add up to zero."""

    lines: tuple[JournalLine, ...]

    @property
    def record_type(self) -> RecordType:
        """`journalEntry`."""
        return RecordType.JOURNAL_ENTRY
