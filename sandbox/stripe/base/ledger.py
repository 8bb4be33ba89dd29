"""The only place that makes balance transactions, so that the account's money cannot contradict itself.

Promises, for everything recorded here: `net = amount - fee`; `fee` is the sum of `fee_details`; a payout's amount is
the sum of `net` of the rows it settles and its own row is the negative of it; available + pending is the sum of `net`
of each `balance_type` and currency. Amounts are minor units of the settlement currency.
"""

import heapq
from collections import defaultdict

from sandbox.stripe.base.identity import IdSource
from sandbox.stripe.base.movement import PAYMENTS, Movement, category_of
from sandbox.stripe.base.shelf import Json, Key, Shelf


class Ledger:
    """The account's balance transactions, the payout that settled each, and the balance they add up to."""

    def __init__(self, shelf: Shelf, ids: IdSource) -> None:
        self._shelf = shelf
        self._ids = ids
        self._waiting: list[tuple[int, str]] = []  # heap of (available_on, id): rows still pending
        self._unsettled: dict[str, Json] = {}  # rows in no payout yet
        self._payable: defaultdict[str, dict[str, Json]] = defaultdict(dict)  # those of them a payout may take
        self._keys_by_payout: dict[str, list[Key]] = {}
        self._connect_reserved: defaultdict[str, int] = defaultdict(int)
        # (balance type, currency) -> [available, pending]
        self._totals: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])

    def record(self, movement: Movement) -> Json:
        """Write one row; it is `pending` until its `available_on` comes.

        Every row of the payments balance waits for an automatic payout to settle it, that of a manual payout too:
        what left by hand is missing from what the next automatic payout can send.
        """
        row = self._write(movement)
        if row["balance_type"] == PAYMENTS:
            self._unsettled[row["id"]] = row
            if row["status"] == "available" or row["type"] == "payout":
                self._payable[row["currency"]][row["id"]] = row
        return row

    def release(self, now: int) -> None:
        """Make every row available whose day has come."""
        while self._waiting and self._waiting[0][0] <= now:
            available_on, row_id = heapq.heappop(self._waiting)
            row = self._shelf.find(row_id)
            if row is None or row["available_on"] != available_on:
                continue  # postponed since
            row["status"] = "available"
            self._shelf.touch(row_id)
            if row["type"] != "payout":
                totals = self._totals[row["balance_type"], row["currency"]]
                totals[0] += row["net"]
                totals[1] -= row["net"]
            if row_id in self._unsettled:
                self._payable[row["currency"]][row_id] = row

    def postpone(self, row_id: str, available_on: int) -> None:
        """Let a row wait longer. Raises ValueError for a row that is available already."""
        row = self._shelf.find(row_id)
        if row is None or row["status"] != "pending":
            raise ValueError(f"{row_id} is not pending: it cannot be postponed.")
        row["available_on"] = available_on
        self._shelf.touch(row_id)
        heapq.heappush(self._waiting, (available_on, row_id))

    def payable(self, currency: str) -> list[Json]:
        """The available rows of a currency that no payout has settled."""
        return list(self._payable[currency].values())

    def settle(self, payout_id: str, rows: list[Json], *, created: int, available_on: int) -> Json:
        """Put `rows` into a payout and write the payout's own row; the payout's amount is its `amount`, negated.

        Raises ValueError for no rows, for rows of several currencies, and for a row that is pending or in a payout.
        """
        currencies = {row["currency"] for row in rows}
        if len(currencies) != 1 or any(row["id"] not in self._payable[row["currency"]] for row in rows):
            raise ValueError(f"{payout_id} cannot settle these rows: currencies {sorted(currencies)}.")
        own = self._write(
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
        for row in rows:
            del self._unsettled[row["id"]]
            del self._payable[row["currency"]][row["id"]]
        self._keys_by_payout[payout_id] = sorted(Shelf.key(row) for row in [*rows, own])
        return own

    def keys_of_payout(self, payout_id: str) -> list[Key]:
        """The rows of an automatic payout, its own among them, oldest first; none for a manual one."""
        return self._keys_by_payout.get(payout_id, [])

    def balance(self, balance_type: str = PAYMENTS) -> dict[str, tuple[int, int]]:
        """Available and pending by currency. A payout leaves `available` when it is made, not when it arrives."""
        return {
            currency: (available, pending)
            for (kind, currency), (available, pending) in self._totals.items()
            if kind == balance_type
        }

    def reserved_for_connect(self) -> dict[str, int]:
        """What is held because connected accounts owe money, by currency."""
        return {currency: -net for currency, net in self._connect_reserved.items()}

    def _write(self, movement: Movement) -> Json:
        row = self._row(movement)
        self._shelf.put(row)
        is_pending = row["status"] == "pending"
        if is_pending:
            heapq.heappush(self._waiting, (row["available_on"], row["id"]))
        totals = self._totals[row["balance_type"], row["currency"]]
        if row["type"] == "reserve_transaction":
            self._connect_reserved[row["currency"]] += row["net"]
        totals[1 if is_pending and row["type"] != "payout" else 0] += row["net"]
        return row

    def _row(self, movement: Movement) -> Json:
        fee = sum(part.amount for part in movement.fees)
        return {
            "id": self._ids.next("txn"),
            "object": "balance_transaction",
            "amount": movement.amount,
            "available_on": movement.available_on,
            "balance_type": movement.balance_type,
            "created": movement.created,
            "currency": movement.currency,
            "description": movement.description,
            "exchange_rate": movement.exchange_rate,
            "fee": fee,
            "fee_details": [
                {
                    "amount": part.amount,
                    "application": part.application,
                    "currency": movement.currency,
                    "description": part.description,
                    "type": part.type,
                }
                for part in movement.fees
            ],
            "net": movement.amount - fee,
            "reporting_category": movement.reporting_category or category_of(movement.type),
            "source": movement.source,
            "status": "available" if movement.available_on <= movement.created else "pending",
            "type": movement.type,
        }
