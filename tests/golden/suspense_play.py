"""A golden difference on the suspense account: what clears it, once its record is as `given.netsuite` says (A6, F5).

`given.suspense` is what was let through, signed as in Stripe's balance; `given.part` what a person entered for a part.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.stripe_object import BalanceTransaction, Payout
from stripe_netsuite.pipeline.payout_booking import payout_books
from stripe_netsuite.reconcile.payout import BookedRecord, PayoutRecords
from stripe_netsuite.reconcile.suspense import SuspenseLine, plan_clearing
from stripe_netsuite.transform.books import Books
from tests.golden.answer import answer, booked

Json = dict[str, Any]


def cleared(
    payout: Payout,
    row: BalanceTransaction,
    let_through: str,
    records: PayoutRecords,
    part: BookedRecord | None,
    books: Books,
) -> Json:
    """Return the clearing deposit, or that the line stays."""
    planned = payout_books(books, payout)
    assert planned is not None
    line = SuspenseLine(
        payout_id=payout.id,
        transaction_id=row.id,
        stripe_id=row.source or row.id,
        money=Money.from_major(Decimal(let_through), row.currency),
    )
    record = plan_clearing(line, row, payout, records, part, planned)
    return answer("waiting", "the record is not right yet") if record is None else booked([record])
