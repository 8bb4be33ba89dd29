"""What transactions moved on GL accounts, read back in the transaction's own currency: for journal entries and banks.

A journal entry has no total that NetSuite documents; its lines have amounts.
"""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal, InvalidOperation

from stripe_netsuite.errors import NetSuiteProtocolError
from stripe_netsuite.netsuite_api.client import NetSuiteClient
from stripe_netsuite.netsuite_api.suiteql import internal_ids

_LINES = (
    "SELECT DISTINCT l.transaction, l.id AS line, a.account, l.foreignamount FROM transactionline l "
    "JOIN transactionaccountingline a ON a.transaction = l.transaction AND a.transactionline = l.id "
    "WHERE a.posting = 'T' AND {in} ORDER BY l.transaction, l.id, a.account"
)


def movements(client: NetSuiteClient, ids: Collection[str]) -> dict[str, dict[str, Decimal]]:
    """Return, by transaction and account (internal ids), what was debited less what was credited.

    One row a line, however many accounting books the company has; a transaction that is gone is missing.
    """
    moved: dict[str, dict[str, Decimal]] = {}
    for row in client.suiteql_in(_LINES, "l.transaction", internal_ids(ids)):
        text = row.get("foreignamount", "0")
        try:
            amount = Decimal(text)
        except InvalidOperation:
            raise NetSuiteProtocolError(
                "an amount is not a number", subject=f"line {row['line']} of {row['transaction']}", saw=repr(text)
            ) from None
        accounts = moved.setdefault(row["transaction"], {})
        accounts[row["account"]] = accounts.get(row["account"], Decimal(0)) + amount
    return moved
