"""What NetSuite's books hold now, read back for reconciliation: transactions, applications, deposits, GL lines.

All in bulk by SuiteQL. Amounts are exact Decimals; which currency they are in stands with each field.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from stripe_netsuite.errors import NetSuiteProtocolError
from stripe_netsuite.netsuite_api.client import NetSuiteClient
from stripe_netsuite.netsuite_api.query_page import Row, amount_of
from stripe_netsuite.netsuite_api.suiteql import internal_ids


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionState:
    """A transaction as the books hold it.

    `foreign_total` is without sign, in the transaction's currency; `foreign_unpaid` is what is open of an invoice,
    `foreign_unused` what is unapplied of a payment or credit memo (None where NetSuite gives none).
    `main_account_id` is the account of the main line: A/R of an invoice, Undeposited Funds or bank of a payment.
    """

    internal_id: str
    type: str
    record_type: str
    external_id: str | None
    currency_id: str
    exchange_rate: Decimal | None
    foreign_total: Decimal
    foreign_unpaid: Decimal | None
    foreign_unused: Decimal | None
    is_voided: bool
    tran_date: date
    entity_id: str | None
    main_account_id: str | None
    subsidiary_id: str | None
    deposit_ids: tuple[str, ...] = ()
    memo: str = ""


@dataclass(frozen=True, slots=True)
class DepositState:
    """A deposit: its total in the bank's currency, and its bank account."""

    internal_id: str
    total: Decimal
    account_id: str


@dataclass(frozen=True, slots=True)
class GlLine:
    """A posting; `debit` and `credit` in the base currency of the subsidiary, zero where NetSuite gives none."""

    line_id: str
    account_id: str
    debit: Decimal
    credit: Decimal


_TRANSACTIONS = (
    "SELECT t.id, t.type, t.recordtype, t.externalid, t.currency, t.exchangerate, t.foreigntotal, "
    "t.foreignamountunpaid, t.foreignpaymentamountunused, t.voided, t.entity, t.memo, "
    "TO_CHAR(t.trandate, 'YYYY-MM-DD') AS trandate, l.subsidiary, a.account "
    "FROM transaction t "
    "LEFT JOIN transactionline l ON l.transaction = t.id AND l.mainline = 'T' "
    "LEFT JOIN transactionaccountingline a ON a.transaction = l.transaction AND a.transactionline = l.id "
    "WHERE {in} ORDER BY t.id, a.account"
)
_DEPOSITS = (
    "SELECT DISTINCT k.previousdoc, k.nextdoc FROM nexttransactionlinelink k "
    "WHERE k.nexttype = 'Deposit' AND {in} ORDER BY k.previousdoc, k.nextdoc"
)
_APPLICATIONS = (
    "SELECT k.nextdoc, k.previousdoc, k.previousline, k.nextline, k.previoustype, k.foreignamount "
    "FROM nexttransactionlinelink k "
    "WHERE {in} ORDER BY k.nextdoc, k.previousdoc, k.previousline, k.nextline"
)
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_GL_LINES = (
    "SELECT a.transaction, a.transactionline, a.account, a.debit, a.credit FROM transactionaccountingline a "
    "WHERE a.posting = 'T' AND {in} ORDER BY a.transaction, a.transactionline, a.account"
)


def lookup_transactions(client: NetSuiteClient, ids: Collection[str]) -> dict[str, TransactionState]:
    """Return the state of these transactions by internal id; those that do not exist are missing."""
    numbers = internal_ids(ids)
    states: dict[str, TransactionState] = {}
    for row in client.suiteql_in(_TRANSACTIONS, "t.id", numbers):
        # With Multi-Book there is one accounting line a book: the first is as good as any, they share the account.
        states.setdefault(row["id"], _transaction_state(row))
    deposit_ids: dict[str, list[str]] = {}
    for row in client.suiteql_in(_DEPOSITS, "k.previousdoc", numbers):
        deposit_ids.setdefault(row["previousdoc"], []).append(row["nextdoc"])
    return {
        internal_id: replace(state, deposit_ids=tuple(deposit_ids.get(internal_id, ())))
        for internal_id, state in states.items()
    }


def lookup_applications(client: NetSuiteClient, payment_ids: Collection[str]) -> dict[str, list[tuple[str, Decimal]]]:
    """Return, for each payment or refund, the documents it is applied to and the amount in its own currency.

    The *current* application, whoever made it (ACCOUNTING E1); a payment without one is missing.
    """
    amounts: dict[str, dict[str, Decimal]] = {}
    for row in client.suiteql_in(_APPLICATIONS, "k.nextdoc", internal_ids(payment_ids)):
        # A revaluation is linked to payment and invoice as well; nothing is paid by it.
        if "foreignamount" in row and row.get("previoustype", "").lower() != "fxreval":
            documents = amounts.setdefault(row["nextdoc"], {})
            applied = abs(amount_of(row, "foreignamount"))
            documents[row["previousdoc"]] = documents.get(row["previousdoc"], Decimal(0)) + applied
    return {payment: list(documents.items()) for payment, documents in amounts.items()}


def read_deposit(client: NetSuiteClient, internal_id: str) -> DepositState:
    """Return a deposit as NetSuite holds it. Raises NetSuiteNotFound."""
    record = client.get("deposit", internal_id)
    total = record.get("total")
    account = record.get("account")
    account_id = account.get("id") if isinstance(account, dict) else None
    if isinstance(total, str) and _NUMBER.fullmatch(total):
        total = Decimal(total)
    if isinstance(total, bool) or not isinstance(total, int | Decimal) or account_id is None:
        raise NetSuiteProtocolError(
            "a deposit was read without its total or account", subject=f"deposit {internal_id}", saw=repr(total)
        )
    return DepositState(internal_id, Decimal(total), str(account_id))


def gl_lines(client: NetSuiteClient, ids: Collection[str]) -> dict[str, list[GlLine]]:
    """Return the postings of these transactions by internal id, in line order.

    An application's gain or loss is a transaction of its own (FxReval), not a line here.
    """
    lines: dict[str, list[GlLine]] = {}
    for row in client.suiteql_in(_GL_LINES, "a.transaction", internal_ids(ids)):
        line = GlLine(row.get("transactionline", ""), row["account"], amount_of(row, "debit"), amount_of(row, "credit"))
        lines.setdefault(row["transaction"], []).append(line)
    return lines


def _transaction_state(row: Row) -> TransactionState:
    return TransactionState(
        internal_id=row["id"],
        type=row["type"],
        record_type=row.get("recordtype", ""),
        external_id=row.get("externalid"),
        currency_id=row.get("currency", ""),
        exchange_rate=amount_of(row, "exchangerate") if "exchangerate" in row else None,
        foreign_total=abs(amount_of(row, "foreigntotal")),
        foreign_unpaid=amount_of(row, "foreignamountunpaid") if "foreignamountunpaid" in row else None,
        foreign_unused=(
            abs(amount_of(row, "foreignpaymentamountunused")) if "foreignpaymentamountunused" in row else None
        ),
        is_voided=row.get("voided") == "T",
        tran_date=date.fromisoformat(row["trandate"]),
        entity_id=row.get("entity"),
        main_account_id=row.get("account"),
        subsidiary_id=row.get("subsidiary"),
        memo=row.get("memo", ""),
    )
