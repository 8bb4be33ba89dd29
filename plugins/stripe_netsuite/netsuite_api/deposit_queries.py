"""What the proofs ask of deposits: what they posted on which account, which records they took, which rates they realised.

Added up or named by NetSuite, whoever made the lines. A debit is positive.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from stripe_netsuite.netsuite_api.client import NetSuiteClient
from stripe_netsuite.netsuite_api.query_page import Row, amount_of
from stripe_netsuite.netsuite_api.suiteql import internal_ids

# One row a line, however many accounting books the company has: hence DISTINCT before the sum.
_POSTED = (
    "SELECT m.transaction, m.account, SUM(m.foreignamount) AS amount FROM (SELECT DISTINCT l.transaction, l.id, "
    "a.account, l.foreignamount FROM transactionline l JOIN transactionaccountingline a "
    "ON a.transaction = l.transaction AND a.transactionline = l.id WHERE a.posting = 'T' AND {in}) m "
    "GROUP BY m.transaction, m.account ORDER BY m.transaction, m.account"
)
_TAKEN = (
    "SELECT k.previousdoc, k.previousline, k.nextdoc, k.nextline, k.foreignamount FROM nexttransactionlinelink k "
    "WHERE k.nexttype = 'Deposit' AND {in} ORDER BY k.nextdoc, k.nextline, k.previousdoc, k.previousline"
)
# A part deposit has up to 10,000 lines, a query's answer at most 100,000 rows.
_DEPOSITS_A_QUERY = 5
_REVALUED = (
    "SELECT DISTINCT d.nextdoc AS deposit, k.nextdoc AS revaluation, t.currency, a.transactionline, a.account, "
    "a.debit, a.credit FROM nexttransactionlinelink d "
    "JOIN nexttransactionlinelink k ON k.previousdoc = d.previousdoc AND k.nexttype = 'FxReval' "
    "JOIN transaction t ON t.id = k.nextdoc "
    "JOIN transactionaccountingline a ON a.transaction = k.nextdoc AND a.posting = 'T' "
    "WHERE d.nexttype = 'Deposit' AND {in} ORDER BY d.nextdoc, k.nextdoc, a.transactionline, a.account"
)


# What a deposit at another rate than its payments' leaves in base currency alone.
_UNMATCHED = (
    "SELECT DISTINCT l.transaction AS deposit, l.transaction AS revaluation, l.id AS transactionline, t.currency, "
    "a.account, a.debit, a.credit FROM transactionline l JOIN transaction t ON t.id = l.transaction "
    "JOIN transactionaccountingline a ON a.transaction = l.transaction AND a.transactionline = l.id "
    "WHERE a.posting = 'T' AND t.type = 'Deposit' AND l.foreignamount = 0 AND l.netamount <> 0 AND {in} "
    "ORDER BY l.transaction, l.id, a.account"
)


@dataclass(frozen=True, slots=True)
class TakenRecord:
    """A payment or refund that a deposit took from Undeposited Funds, with its amount without sign in its own currency."""

    internal_id: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class RealisedDifference:
    """What exchange rates realised: a gain is positive, in the subsidiary's base currency.

    `revaluation_id` is the currency revaluation that posted it, or the deposit itself; `currency_id` the currency of the
    document that it is about.
    """

    revaluation_id: str
    currency_id: str
    account_id: str
    gain: Decimal


def posted_by_account(client: NetSuiteClient, ids: Collection[str]) -> dict[str, dict[str, Decimal]]:
    """Return, by transaction and account, what was debited less what was credited, in the transaction's currency.

    Added up by NetSuite: a deposit of thousands of lines is a few rows. A transaction that is gone is missing.
    """
    posted: dict[str, dict[str, Decimal]] = {}
    for row in client.suiteql_in(_POSTED, "l.transaction", internal_ids(ids)):
        posted.setdefault(row["transaction"], {})[row["account"]] = amount_of(row, "amount")
    return posted


def taken_records(client: NetSuiteClient, deposit_ids: Collection[str]) -> list[TakenRecord]:
    """Return what these deposits took, once for each deposit that took it."""
    found: dict[tuple[str, str], TakenRecord] = {}
    for row in client.suiteql_in(_TAKEN, "k.nextdoc", internal_ids(deposit_ids), chunk=_DEPOSITS_A_QUERY):
        taken = TakenRecord(row["previousdoc"], abs(amount_of(row, "foreignamount")))
        found[row["nextdoc"], row["previousdoc"]] = taken
    return list(found.values())


def realised_differences(
    client: NetSuiteClient, deposit_ids: Collection[str], receivable_account_id: str
) -> dict[str, list[RealisedDifference]]:
    """Return, by deposit, what NetSuite's revaluations of its payments and refunds realised, and the deposit itself (F7).

    A revaluation of two records of one deposit counts once. Its line on receivables is the other side, and left out.
    """
    numbers = internal_ids(deposit_ids)
    found: dict[str, dict[tuple[str, str], RealisedDifference]] = {}
    for row in client.suiteql_in(_REVALUED, "d.nextdoc", numbers):
        if row["account"] != receivable_account_id:
            _keep(found, row)
    for row in client.suiteql_in(_UNMATCHED, "l.transaction", numbers):
        _keep(found, row)
    return {deposit: list(rows.values()) for deposit, rows in found.items()}


def _keep(found: dict[str, dict[tuple[str, str], RealisedDifference]], row: Row) -> None:
    """With Multi-Book there is one accounting line a book: the first counts."""
    gain = amount_of(row, "credit") - amount_of(row, "debit")
    realised = RealisedDifference(row["revaluation"], row.get("currency", ""), row["account"], gain)
    found.setdefault(row["deposit"], {}).setdefault((row["revaluation"], row["transactionline"]), realised)
