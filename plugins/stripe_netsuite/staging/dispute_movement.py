"""The how-manieth withdrawal or reinstatement of its dispute a ledger line is (ACCOUNTING E4, E5).

Counted over all lines of the dispute, whichever payout has them: a bank may take and give back several times.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from stripe_netsuite.domain.identity import is_dispute, movement_id
from stripe_netsuite.domain.stripe_object import BalanceTransaction
from stripe_netsuite.staging.bulk import chunks
from stripe_netsuite.staging.schema import balance_transaction

_CATEGORIES = ("dispute", "dispute_reversal")


def number_movements(conn: Connection, account: str, rows: Sequence[BalanceTransaction]) -> list[BalanceTransaction]:
    """Return the rows with `movement` filled; without a line of a dispute nothing is asked."""
    sources = {row.source for row in rows if row.source and row.reporting_category in _CATEGORIES}
    number_by_line = {line: number for line, _, number in _movements(conn, account, sources)}
    return [
        msgspec.structs.replace(row, movement=number) if (number := number_by_line.get(row.id, 1)) > 1 else row
        for row in rows
    ]


def movement_ids(conn: Connection, account: str, sources: Collection[str]) -> dict[str, list[str]]:
    """Return under which ids the movements of each object are booked: its own, and those of a dispute's further ones."""
    most = dict.fromkeys(sources, 1)
    disputes = {source for source in sources if is_dispute(source)}
    for _, source, number in _movements(conn, account, disputes):
        most[source] = max(most[source], number)
    return {source: [movement_id(source, one + 1) for one in range(number)] for source, number in most.items()}


def _movements(conn: Connection, account: str, disputes: Collection[str]) -> Iterator[tuple[str, str, int]]:
    """Yield ledger line, dispute and number."""
    table = balance_transaction.c
    counts: Counter[tuple[str, str, bool]] = Counter()
    for chunk in chunks(sorted(disputes)):
        query = (
            sa.select(table.id, table.source_id, table.reporting_category, table.amount)
            .where(
                table.stripe_account == account,
                table.source_id.in_(chunk),
                table.reporting_category.in_(_CATEGORIES),
                table.amount != 0,
            )
            .order_by(table.created, table.id)
        )
        for line, source, category, amount in conn.execute(query):
            counts[source, category, amount > 0] += 1
            yield line, source, counts[source, category, amount > 0]
