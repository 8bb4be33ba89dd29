"""What clears a difference that was let through, once its record is right (ACCOUNTING A6, F5). Pure.

The payout's deposit is posted and stays as it is. A new deposit of nothing, to the same bank, takes the record out of
Undeposited Funds and the same amount off the suspense account; the bank does not move.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import msgspec

from stripe_netsuite.domain.identity import Role, external_id
from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.netsuite_record import DepositPayment, DepositRecord, RecordType
from stripe_netsuite.domain.stripe_object import BalanceTransaction, Payout
from stripe_netsuite.errors import InvariantBroken
from stripe_netsuite.mapping.accounts import AccountRole
from stripe_netsuite.reconcile.account_lines import AccountLines
from stripe_netsuite.reconcile.difference import Differences
from stripe_netsuite.reconcile.ledger_kind import RecordLine, kind_of
from stripe_netsuite.reconcile.payment_lines import PaymentLines
from stripe_netsuite.reconcile.payout_books import PayoutBooks, PayoutRecords
from stripe_netsuite.reconcile.record_check import BookedRecord

_IN = frozenset({RecordType.CUSTOMER_PAYMENT.value, RecordType.CUSTOMER_DEPOSIT.value, RecordType.CASH_SALE.value})
_OUT = frozenset({RecordType.CUSTOMER_REFUND.value})


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspenseLine:
    """A difference on the suspense account: of which ledger line of which payout, signed as in Stripe's balance."""

    payout_id: str
    transaction_id: str
    stripe_id: str
    money: Money

    @property
    def cleared_as(self) -> str:
        """The external id of the record that clears it, ours or a person's."""
        return external_id(self.transaction_id, Role.CLEARED)

    @property
    def missing_part(self) -> str:
        """The external id of a payment or refund, entered by hand, for the part that the record does not cover."""
        return external_id(self.transaction_id, Role.MISSING_PART)

    def is_whole(self, row: BalanceTransaction) -> bool:
        """Whether the whole ledger line is on the suspense account, and its record on no deposit of ours."""
        return self.money == row.gross_money

    def takes(self, record_type: str) -> bool:
        """Whether a record of this type brings, or takes, the part that is missing."""
        return record_type in (_IN if self.money.minor > 0 else _OUT)


def plan_clearing(
    line: SuspenseLine,
    row: BalanceTransaction,
    payout: Payout,
    records: PayoutRecords,
    part: BookedRecord | None,
    books: PayoutBooks,
) -> DepositRecord | None:
    """Return the deposit that clears the line, or None while its record is not right.

    `row` is the ledger line; `part` what was entered for the part that is missing, where the line is not whole.
    """
    kind = kind_of(row, reopens_disputes=books.dispute_won == "reopen")
    if not isinstance(kind, RecordLine):
        return None
    if not line.is_whole(row):
        if part is None:
            return None
        kind = RecordLine(line.missing_part, Role.MAIN, is_inflow=line.money.minor > 0)
        row = msgspec.structs.replace(row, amount=line.money.minor, fee=0, net=line.money.minor, exchange_rate=None)
        records = PayoutRecords(by_link={kind.key: part})
    differences = Differences(payout, books)
    payments = PaymentLines(payout, records, books, differences)
    payments.take(row, kind)
    if len(differences.said) or not payments.open:
        return None
    lines = AccountLines(payout.currency, books.account_id_by_role, per_transaction=False)
    lines.add(AccountRole.SUSPENSE, f"Reconciled: {line.stripe_id}", row.id, None, -line.money.minor)
    lines.add(AccountRole.ROUNDING, "Rounding of converted amounts", row.id, None, payments.rounding.minor)
    if lines.unmapped():
        return None
    return clearing_deposit(line, payout, payments.open, lines, books)


def clearing_deposit(
    line: SuspenseLine, payout: Payout, payments: Sequence[DepositPayment], lines: AccountLines, books: PayoutBooks
) -> DepositRecord:
    """Return the deposit of these lines. Raises InvariantBroken where it would move the bank."""
    cashbacks, others = lines.lines(books.max_deposit_lines)
    paid = sum((one.amount for one in payments), Decimal(0))
    total = paid + sum((one.amount for one in others), Decimal(0)) - sum((one.amount for one in cashbacks), Decimal(0))
    if total:
        raise InvariantBroken("what clears a suspense line moves the bank", subject=line.cleared_as, saw=str(total))
    return DepositRecord(
        stripe_id=line.transaction_id,
        role=Role.CLEARED,
        external_id=line.cleared_as,
        tran_date=books.deposit_date,
        memo=f"Stripe: {payout.id} | Reconciled: {line.stripe_id}",
        currency=payout.currency,
        currency_id=books.currency_id or "",
        subsidiary_id=books.subsidiary_id,
        bank_account_id=books.bank_account_id or "",
        undeposited_funds_account_id=books.undeposited_funds_account_id,
        payments=tuple(payments),
        others=tuple(others),
        cashbacks=tuple(cashbacks),
        total=Money(0, payout.currency).major,
    )
