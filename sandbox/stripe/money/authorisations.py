"""Authorised charges: captured in full or in part, lapsed, canceled.

Amounts are minor units of the charge's currency. An authorisation has no ledger row; what of it is never captured is
released by a refund object that gives nothing back to anybody.
"""

from sandbox.stripe.base.account import blank
from sandbox.stripe.base.shelf import Json
from sandbox.stripe.money.charging import Charging


class Authorisations(Charging):
    """What can happen to authorised charges."""

    def capture(self, charge_id: str, amount: int | None = None) -> Json:
        """Capture an authorised charge, in full or in part: the rest is released.

        What is released is written as a refund without a customer's money in it: its ledger row (reporting category
        partial_capture_reversal) stands against the charge's. Raises ValueError for more than was authorised.
        """
        charge = self._authorised(charge_id)
        amount = charge["amount"] if amount is None else amount
        if not 0 < amount <= charge["amount"]:
            raise ValueError(f"{charge_id} authorises {charge['amount']}, not {amount}.")
        self.change(charge, "charge.captured", captured=True, amount_captured=amount)
        self._settle_charge(charge)
        if amount < charge["amount"]:
            self._release_rest(charge, charge["amount"] - amount)
        self.change(
            self.get("payment_intent", charge["payment_intent"]),
            "payment_intent.succeeded",
            status="succeeded",
            amount_received=amount,
            amount_capturable=0,
        )
        return charge

    def cancel_authorisation(self, charge_id: str, *, expired: bool = True) -> Json:
        """Let an authorisation lapse, or (`expired` false) cancel it: nothing was captured, no money moves.

        Stripe writes a refund without balance transaction for it (docs.stripe.com/api/refunds/object, `reason`).
        """
        charge = self._authorised(charge_id)
        reason = "expired_uncaptured_charge" if expired else None
        self._release_authorised(charge, charge["amount"], reason, None)
        self.change(
            charge, "charge.expired" if expired else "charge.refunded", amount_refunded=charge["amount"], refunded=True
        )
        self.change(
            self.get("payment_intent", charge["payment_intent"]),
            "payment_intent.canceled",
            status="canceled",
            amount_capturable=0,
            canceled_at=self.now,
            cancellation_reason="automatic" if expired else "requested_by_customer",
        )
        return charge

    def _authorised(self, charge_id: str) -> Json:
        charge = self.get("charge", charge_id)
        if charge["captured"] or charge["status"] != "succeeded" or charge["refunded"]:
            raise ValueError(f"{charge_id} cannot be captured: captured={charge['captured']}, {charge['status']}.")
        return charge

    def _release_rest(self, charge: Json, rest: int) -> None:
        charged = self._row_of(charge)
        refund = self._release_authorised(charge, rest, None, charged)
        self.change(charge, "charge.refunded", amount_refunded=refund["amount"])

    def _release_authorised(self, charge: Json, amount: int, reason: str | None, charged: Json | None) -> Json:
        """The refund that Stripe writes for what is not captured; with a row where the charge has one."""
        refund = blank(
            "refund",
            id=self.ids.next("re"),
            created=self.now,
            amount=amount,
            currency=charge["currency"],
            charge=charge["id"],
            customer=charge["customer"],
            payment_intent=charge["payment_intent"],
            payment_method=charge["payment_method"],
            reason=reason,
            status="succeeded",
            destination_details={"card": {"type": "reversal"}, "type": "card"},
        )
        if charged is not None:
            currency, settled, rate = self._settled(charge["currency"], -amount, charged["currency"])
            row = self._move_now(
                "refund",
                settled,
                currency,
                source=refund["id"],
                available_on=charged["available_on"],
                exchange_rate=rate,
                reporting_category="partial_capture_reversal",
            )
            refund["balance_transaction"] = row["id"]
        return self.add(refund, "refund.created")
