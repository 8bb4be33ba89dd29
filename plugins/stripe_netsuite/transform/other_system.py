"""What becomes of charges, refunds and disputes whose sales another system books: linked, or waited for (ACCOUNTING G3).

Nothing is made of them here. `linked` are the roles in which a record stands in NetSuite for the object already.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from stripe_netsuite.domain.identity import Role
from stripe_netsuite.domain.stripe_object import BalanceTransaction, Charge, Dispute, Refund
from stripe_netsuite.transform.books import Books
from stripe_netsuite.transform.outcome import Booked, Excluded, Outcome, Waiting

LEFT_OUT = "G3: another system books it"
_BEFORE_START = Excluded("A7: before the sync start date")
_NO_LINE = Waiting("waiting_on_balance_transaction")
_NO_RECORD = Waiting("waiting_on_netsuite_record: the other system has not booked it yet")

Ledger = Mapping[str, BalanceTransaction]


def linked_charge(charge: Charge, ledger: Ledger, linked: Collection[Role], books: Books) -> Outcome:
    """Return what a charge waits for; `Booked` of nothing once its payment, and what failed of it, is linked (D6)."""
    if charge.balance_transaction is None:
        return Excluded("A1: no balance transaction, no money moved")
    transaction = ledger.get(charge.balance_transaction)
    if transaction is None:
        return _NO_LINE
    if books.is_before_start(transaction.created):
        return _BEFORE_START
    if charge.failure_balance_transaction is None:
        return _linked({Role.MAIN}, linked)
    failure = ledger.get(charge.failure_balance_transaction)
    if failure is None:
        return _NO_LINE
    return _linked({Role.MAIN, Role.FAILED} if failure.source == charge.id else {Role.MAIN}, linked)


def linked_refund(refund: Refund, ledger: Ledger, linked: Collection[Role], books: Books) -> Outcome:
    """Return what a refund waits for: its own record, and that of the money where it came back (E3)."""
    if refund.balance_transaction is None:
        return Excluded(f"E3: {refund.status or 'no status'}, no balance transaction, no money moved")
    transaction = ledger.get(refund.balance_transaction)
    if transaction is None:
        return _NO_LINE
    if books.is_before_start(transaction.created):
        return _BEFORE_START
    if transaction.reporting_category == "partial_capture_reversal":
        # D5: the payment's record is of what was captured; its deposit line nets both ledger lines.
        return Booked(())
    if transaction.source not in (None, refund.id):
        # D6: the ledger names the charge, and so does the record.
        return Booked(())
    wanted = {Role.MAIN}
    if refund.failure_balance_transaction is not None:
        if refund.failure_balance_transaction not in ledger:
            return _NO_LINE
        wanted.add(Role.REINSTATED)
    return _linked(wanted, linked)


def linked_dispute(
    dispute: Dispute, ledger: Ledger, linked: Collection[Role], books: Books, *, is_deposited: bool
) -> Outcome:
    """Return what a dispute waits for. Without a record it is a line of its payout's deposit (F2): `is_deposited`."""
    lines = [ledger.get(one.id) for one in dispute.balance_transactions]
    withdrawn = [line for line in lines if line and line.reporting_category == "dispute" and line.amount < 0]
    if None in lines:
        return _NO_LINE
    if not withdrawn:
        return Excluded(f"E4: {dispute.status}, no funds were withdrawn")
    if books.is_before_start(min(line.created for line in withdrawn)):
        return _BEFORE_START
    if Role.MAIN in linked:
        return Booked(())
    if is_deposited:
        return Excluded("G3: no record of it; it is a line of its payout's deposit")
    return Waiting("waiting_on_netsuite_record: without one it becomes a line of its payout's deposit")


def _linked(wanted: Collection[Role], linked: Collection[Role]) -> Outcome:
    return Booked(()) if set(wanted) <= set(linked) else _NO_RECORD
