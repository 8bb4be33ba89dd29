"""The ledger row of a charge: when it is written, what it holds, and when its money is there.

A charge is told in its presentment currency, its row in the settlement currency. The row of a delayed payment is
written when the payment begins and stays pending until the bank has answered.
"""

from functools import partial
from typing import Any

from sandbox.stripe.base.exchange import SECONDS_A_DAY
from sandbox.stripe.base.movement import Fee, Movement
from sandbox.stripe.base.shelf import Json
from sandbox.stripe.money.connect import PLATFORM_APPLICATION, Connect
from sandbox.stripe.money.payment_method import method_named, method_of


class ChargeRows(Connect):
    """How charges come into the ledger."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._settled_in: dict[str, str] = {}  # charge -> the settlement currency it was told to use
        self._rows_to_come: set[str] = set()  # charges whose balance transaction is late

    def _await_bank(self, charge_id: str) -> None:
        """As long as the bank has not answered, the money is not available: look again just before it would be."""
        row = self.get("balance_transaction", self.get("charge", charge_id)["balance_transaction"])
        self.schedule(row["available_on"] - 1, partial(self._postpone_if_pending, charge_id))

    def _postpone_if_pending(self, charge_id: str) -> None:
        charge = self.get("charge", charge_id)
        if charge["status"] != "pending":
            return
        row = self.get("balance_transaction", charge["balance_transaction"])
        self.ledger.postpone(row["id"], row["available_on"] + SECONDS_A_DAY)
        self._await_bank(charge_id)

    def _settle_late(self, charge_id: str) -> None:
        if charge_id in self._rows_to_come:
            self._settle_charge(self.get("charge", charge_id))

    def _settle_charge(self, charge: Json) -> None:
        """Write the charge's row, and for a destination charge what it causes; tell by charge.updated."""
        self._rows_to_come.discard(charge["id"])
        row = self._charge_row(charge)
        self.change(charge, "charge.updated", balance_transaction=row["id"], **self._share_charge(charge, row))

    def _charge_row(self, charge: Json) -> Json:
        """The row holds all that was authorised; the fee is on what was captured."""
        method = method_of(charge)
        currency, amount, rate = self._settled(charge["currency"], charge["amount"], self._settled_in.get(charge["id"]))
        captured = amount
        if charge["amount_captured"] != charge["amount"]:
            _, captured, _ = self._settled(charge["currency"], charge["amount_captured"], currency)
        fees = self._processing_fees(captured, method)
        if charge["application_fee_amount"] is not None and charge["transfer_data"] is None:
            _, share, _ = self._settled(charge["currency"], charge["application_fee_amount"], currency)
            fees = (*fees, Fee(share, "application_fee", "Acme Platform application fee", PLATFORM_APPLICATION))
        days = method_named(method).days_to_available
        return self.ledger.record(
            Movement(
                type="charge" if method == "card" else "payment",
                source=charge["id"],
                amount=amount,
                currency=currency,
                fees=fees,
                created=self.now,
                available_on=(self.now // SECONDS_A_DAY + days) * SECONDS_A_DAY,
                description=charge["description"],
                exchange_rate=rate,
            )
        )

    def _row_of(self, charge: Json) -> Json:
        """The charge's ledger row; one that is late is written now, because something needs it."""
        if charge["balance_transaction"] is None:
            self._settle_late(charge["id"])
        return self.get("balance_transaction", charge["balance_transaction"])
