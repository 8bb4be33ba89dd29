"""What a plan would post, by account: the GL preview of a dry run. In transaction currency, before NetSuite's FX.

Debits and credits follow `reference` section 5 of the NetSuite facts; every record's preview balances by construction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from stripe_netsuite.domain.cash_record import CashRefundRecord, CashSaleRecord, CustomerDepositRecord
from stripe_netsuite.domain.journal_entry import JournalEntryRecord
from stripe_netsuite.domain.netsuite_record import (
    CreditMemoRecord,
    CustomerPaymentRecord,
    CustomerRefundRecord,
    DepositRecord,
    InvoiceRecord,
    Record,
    SaleLine,
)

ITEM_ACCOUNT = "item"  # the item exists already: NetSuite posts to the account that it names
CUSTOMER_DEPOSITS = "customer deposits"  # NetSuite's own account, which no record names


@dataclass(frozen=True, slots=True)
class Posting:
    """A debit (positive) or credit (negative) of one account in one currency."""

    account_id: str
    currency: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class AccountPreview:
    """What a plan adds to one account in one currency."""

    account_id: str
    currency: str
    debit: Decimal
    credit: Decimal


def postings(record: Record) -> list[Posting]:
    """Return the record's postings; customers and items post nothing."""
    match record:
        case InvoiceRecord():
            return [
                Posting(record.receivable_account_id, record.currency, record.total),
                *_lines(record.lines, record.currency, -1),
            ]
        case CreditMemoRecord():
            return [
                Posting(record.receivable_account_id, record.currency, -record.total),
                *_lines(record.lines, record.currency, 1),
            ]
        case CustomerPaymentRecord():
            return [
                Posting(record.undeposited_funds_account_id, record.currency, record.payment),
                Posting(record.receivable_account_id, record.currency, -record.payment),
            ]
        case CustomerRefundRecord():
            deposits = sum((part.amount for part in record.deposits), Decimal(0))
            return [
                *([Posting(CUSTOMER_DEPOSITS, record.currency, deposits)] if deposits else []),
                *(
                    [Posting(record.receivable_account_id, record.currency, record.total - deposits)]
                    if deposits != record.total
                    else []
                ),
                Posting(record.undeposited_funds_account_id, record.currency, -record.total),
            ]
        case DepositRecord():
            return _deposit(record)
        case JournalEntryRecord():
            return [Posting(line.account_id, record.currency, line.amount) for line in record.lines]
        case CashSaleRecord():
            return [
                Posting(record.undeposited_funds_account_id, record.currency, record.total),
                *_lines(record.lines, record.currency, -1),
            ]
        case CashRefundRecord():
            return [
                Posting(record.undeposited_funds_account_id, record.currency, -record.total),
                *_lines(record.lines, record.currency, 1),
            ]
        case CustomerDepositRecord():
            return [
                Posting(record.undeposited_funds_account_id, record.currency, record.payment),
                Posting(CUSTOMER_DEPOSITS, record.currency, -record.payment),
            ]
        case _:
            return []


def preview(records: Iterable[Record]) -> list[AccountPreview]:
    """Return debit and credit by account and currency, in that order."""
    debits: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    credits_: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for record in records:
        for posting in postings(record):
            side = debits if posting.amount > 0 else credits_
            side[posting.account_id, posting.currency] += abs(posting.amount)
    keys = sorted(debits.keys() | credits_.keys())
    return [
        AccountPreview(account, currency, debits[account, currency], credits_[account, currency])
        for account, currency in keys
    ]


def _lines(lines: tuple[SaleLine, ...], currency: str, sign: int) -> list[Posting]:
    return [Posting(line.account_id or ITEM_ACCOUNT, currency, sign * line.amount) for line in lines]


def _deposit(record: DepositRecord) -> list[Posting]:
    currency = record.currency
    return [
        Posting(record.bank_account_id, currency, record.total),
        *(Posting(record.undeposited_funds_account_id, currency, -line.amount) for line in record.payments),
        *(Posting(line.account_id, currency, -line.amount) for line in record.others),
        *(Posting(line.account_id, currency, line.amount) for line in record.cashbacks),
    ]
