"""The only place that makes balance transactions, so that the account's money cannot contradict itself.

Promises, for everything recorded here: `net = amount - fee`; `fee` is the sum of `fee_details`; a payout's amount is
the sum of `net` of the rows it settles and its own row is the negative of it; available + pending is the sum of `net`.
Amounts are minor units of the settlement currency.
"""

import heapq
from bisect import insort
from dataclasses import dataclass
from decimal import Decimal

from sandbox.stripe.identity import IdSource
from sandbox.stripe.shelf import Json, Key, Shelf

_REPORTING_CATEGORIES = {"charge": "charge", "refund": "refund", "payout": "payout"}


@dataclass(frozen=True, slots=True)
class Movement:
    """Money that moves: what the ledger needs to know to write its row."""

    type: str
    source: str
    amount: int
    currency: str
    created: int
    available_on: int
    fee: int = 0
    description: str | None = None
    exchange_rate: Decimal | None = None


class Ledger:
    """The account's balance transactions, the payout that settled each, and the balance they add up to."""

    def __init__(self, shelf: Shelf, ids: IdSource) -> None:
        self._shelf = shelf
        self._ids = ids
        self._waiting: list[tuple[int, str]] = []  # heap of (available_on, id): rows still pending
        self._unsettled: dict[str, Json] = {}  # rows in no payout yet
        self._keys_by_payout: dict[str, list[Key]] = {}

    def record(self, movement: Movement) -> Json:
        """Write one row; it is `pending` until its `available_on` comes."""
        row = self._row(movement)
        self._shelf.put(row)
        if row["status"] == "pending":
            heapq.heappush(self._waiting, (row["available_on"], row["id"]))
        if movement.type != "payout":
            self._unsettled[row["id"]] = row
        return row

    def release(self, now: int) -> None:
        """Make every row available whose day has come."""
        while self._waiting and self._waiting[0][0] <= now:
            _, row_id = heapq.heappop(self._waiting)
            row = self._shelf.find(row_id)
            if row is not None:
                row["status"] = "available"
                self._shelf.touch(row_id)

    def payable(self, currency: str) -> list[Json]:
        """The available rows of a currency that no payout has settled, in the order they were written."""
        return [row for row in self._unsettled.values() if row["currency"] == currency and row["status"] == "available"]

    def settle(self, payout_id: str, rows: list[Json], *, created: int, available_on: int) -> Json:
        """Put `rows` into a payout and write the payout's own row; the payout's amount is its `amount`, negated.

        Raises ValueError for no rows, for rows of several currencies, and for a row that a payout has already.
        """
        currencies = {row["currency"] for row in rows}
        if len(currencies) != 1 or any(row["id"] not in self._unsettled for row in rows):
            raise ValueError(f"{payout_id} cannot settle these rows: currencies {sorted(currencies)}.")
        own = self.record(
            Movement(
                type="payout",
                source=payout_id,
                amount=-sum(row["net"] for row in rows),
                currency=currencies.pop(),
                created=created,
                available_on=available_on,
                description="STRIPE PAYOUT",
            )
        )
        keys: list[Key] = []
        for row in rows:
            del self._unsettled[row["id"]]
            insort(keys, Shelf.key(row))
        insort(keys, Shelf.key(own))
        self._keys_by_payout[payout_id] = keys
        return own

    def keys_of_payout(self, payout_id: str) -> list[Key]:
        """The rows of a payout, its own among them, oldest first."""
        return self._keys_by_payout.get(payout_id, [])

    def balance(self) -> dict[str, tuple[int, int]]:
        """Available and pending by currency. A payout leaves `available` when it is made, not when it arrives."""
        totals: dict[str, tuple[int, int]] = {}
        for row in self._shelf:
            available, pending = totals.get(row["currency"], (0, 0))
            if row["status"] == "available" or row["type"] == "payout":
                totals[row["currency"]] = (available + row["net"], pending)
            else:
                totals[row["currency"]] = (available, pending + row["net"])
        return totals

    def _row(self, movement: Movement) -> Json:
        fee_details = [
            {
                "amount": movement.fee,
                "application": None,
                "currency": movement.currency,
                "description": "Stripe processing fees",
                "type": "stripe_fee",
            }
        ]
        return {
            "id": self._ids.next("txn"),
            "object": "balance_transaction",
            "amount": movement.amount,
            "available_on": movement.available_on,
            "balance_type": "payments",
            "created": movement.created,
            "currency": movement.currency,
            "description": movement.description,
            "exchange_rate": movement.exchange_rate,
            "fee": movement.fee,
            "fee_details": fee_details if movement.fee else [],
            "net": movement.amount - movement.fee,
            "reporting_category": _REPORTING_CATEGORIES[movement.type],
            "source": movement.source,
            "status": "available" if movement.available_on <= movement.created else "pending",
            "type": movement.type,
        }
