"""Delayed payments after they began: the bank says days later whether the money comes.

While pending, a payment's row waits in the ledger's pending balance. If the bank refuses, a row of type
payment_failure_refund takes the amount out again, fee and all (docs.stripe.com/reports/balance-transaction-types). A
return after success is a dispute: see disputes.py.
"""

from sandbox.stripe.base.account import blank
from sandbox.stripe.base.movement import Fee
from sandbox.stripe.base.shelf import Json
from sandbox.stripe.money.charging import Charging
from sandbox.stripe.money.payment_method import failure_text, method_of, outcome_of, refund_details


class DelayedPayments(Charging):
    """How delayed payments end."""

    def succeed_payment(self, charge_id: str) -> Json:
        """The bank has paid: the charge succeeds, its row becomes available on its day."""
        charge = self._pending_charge(charge_id)
        self.change(charge, "charge.succeeded", status="succeeded", paid=True, outcome=outcome_of(method_of(charge)))
        self.change(charge, "charge.updated", **self._share_charge(charge, self._row_of(charge)))
        self.change(
            self.get("payment_intent", charge["payment_intent"]),
            "payment_intent.succeeded",
            status="succeeded",
            amount_received=charge["amount"],
        )
        return charge

    def fail_payment(self, charge_id: str, code: str = "insufficient_funds") -> Json:
        """The bank has refused: the charge fails, and a refund object of Stripe's own names the reversing row."""
        charge = self._pending_charge(charge_id)
        text = failure_text(code)
        refund = self._failure_refund(charge)
        self.add(refund, "refund.created")
        self.change(
            charge,
            "charge.failed",
            status="failed",
            failure_code=code,
            failure_message=text,
            failure_balance_transaction=refund["balance_transaction"],
        )
        error = {"type": "card_error", "code": code, "message": text, "charge": charge_id}
        self.change(
            self.get("payment_intent", charge["payment_intent"]),
            "payment_intent.payment_failed",
            status="requires_payment_method",
            payment_method=None,
            last_payment_error=error,
        )
        return charge

    def _pending_charge(self, charge_id: str) -> Json:
        charge = self.get("charge", charge_id)
        if charge["status"] != "pending":
            raise ValueError(f"{charge_id} is {charge['status']}, not pending.")
        return charge

    def _failure_refund(self, charge: Json) -> Json:
        charged = self.get("balance_transaction", charge["balance_transaction"])
        refund_id = self.ids.next("pyr")
        row = self._move_now(
            "payment_failure_refund",
            -charged["amount"],
            charged["currency"],
            source=refund_id,
            description=charge["description"],
            fees=tuple(
                Fee(-part["amount"], part["type"], part["description"], part["application"])
                for part in charged["fee_details"]
            ),
            available_on=charged["available_on"],
            exchange_rate=charged["exchange_rate"],
        )
        return blank(
            "refund",
            id=refund_id,
            created=self.now,
            amount=charge["amount"],
            currency=charge["currency"],
            balance_transaction=row["id"],
            charge=charge["id"],
            customer=charge["customer"],
            payment_intent=charge["payment_intent"],
            payment_method=charge["payment_method"],
            status="succeeded",
            destination_details=refund_details(charge, "refund"),
        )
