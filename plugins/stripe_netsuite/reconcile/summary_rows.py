"""The ledger lines of charges that were summed up, as one line for each summary (ACCOUNTING F12). Pure.

Their fees are taken one by one before; what is left is the gross that the summary's payment brings into the deposit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import msgspec

from stripe_netsuite.domain.stripe_object import BalanceTransaction


class SummaryRows:
    """Collects the ledger lines by summary."""

    def __init__(self) -> None:
        self._rows: defaultdict[str, list[BalanceTransaction]] = defaultdict(list)

    def take(self, summary_id: str, row: BalanceTransaction) -> None:
        """Take the ledger line of a charge that is part of the summary."""
        self._rows[summary_id].append(row)

    def rows(self) -> Iterator[tuple[BalanceTransaction, int]]:
        """Give a line for each summary, with the summary as its source, and how many lines it stands for."""
        for summary_id, rows in self._rows.items():
            amount = sum(row.amount for row in rows)
            fee = sum(row.fee for row in rows)
            line = msgspec.structs.replace(
                rows[0],
                source=summary_id,
                amount=amount,
                fee=fee,
                net=amount - fee,
                fee_details=[],
                exchange_rate=None,
            )
            yield line, len(rows)
