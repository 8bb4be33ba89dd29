"""Refunds: at once or pending, completed, failed, canceled, and the ledger rows they cause.

Amounts are minor units of the charge's currency. A pending refund has moved no money and has no row; one that fails
or is canceled after it moved money gets a row that puts it back (`failure_balance_transaction`).
"""

from typing import Any

from sandbox.stripe.base.account import blank
from sandbox.stripe.base.amounts import check_billable
from sandbox.stripe.base.shelf import Json
from sandbox.stripe.money.charging import Charging
from sandbox.stripe.money.payment_method import method_of, refund_details

_WAITING_FIELDS = ("pending_reason", "next_action", "instructions_email")
_NO_BAR_TO_REFUNDS = frozenset({"won", "prevented", "warning_closed"})  # statuses of disputes


class Refunds(Charging):
    """What can happen to refunds."""

    def refund(
        self,
        charge_id: str,
        amount: int | None = None,
        *,
        reason: str | None = None,
        pending: bool = False,
        metadata: dict[str, str] | None = None,
    ) -> Json:
        """Refund a charge, by default all that is left of it; a `pending` refund moves no money yet.

        The refund of a charge that the bank has not paid yet is always pending. Raises ValueError if more would be
        refunded than was captured, for an amount that the currency cannot express, or for a charge that is charged back
        (docs.stripe.com/disputes/how-disputes-work).
        """
        charge = self.get("charge", charge_id)
        self._check_not_charged_back(charge_id)
        left = _refundable(charge)
        amount = left if amount is None else amount
        if not 0 < amount <= left:
            raise ValueError(f"{charge_id} has {left} left to refund, not {amount}.")
        check_billable(amount, charge["currency"], "A refund")
        waits = "charge_pending" if charge["status"] == "pending" else "processing" if pending else None
        refund = blank(
            "refund",
            id=self.ids.next("re" if method_of(charge) == "card" else "pyr"),
            created=self.now,
            amount=amount,
            currency=charge["currency"],
            charge=charge_id,
            customer=charge["customer"],
            payment_intent=charge["payment_intent"],
            payment_method=charge["payment_method"],
            reason=reason,
            metadata=metadata or {},
            status="succeeded" if waits is None else "pending",
            destination_details=refund_details(charge, "refund" if waits is None else "pending"),
        )
        if "presentment_details" in charge:
            shown = charge["presentment_details"]
            refund["presentment_details"] = {
                **shown,
                "presentment_amount": shown["presentment_amount"] * amount // charge["amount"],
            }
        if waits is not None:
            refund["pending_reason"] = waits
        else:
            refund["balance_transaction"] = self._refund_row(refund, charge)["id"]
        self.add(refund, "refund.created")
        self._count_refunded(charge, amount, "charge.refunded")
        return refund

    def complete_refund(self, refund_id: str) -> Json:
        """Let a pending refund succeed: now the money moves."""
        refund = self._refund_in_status(refund_id, "pending", "requires_action")
        charge = self.get("charge", refund["charge"])
        if charge["status"] == "pending":
            raise ValueError(f"{refund_id} waits for {charge['id']}, which is pending.")
        row = self._refund_row(refund, charge)
        return self._end_refund(
            refund,
            "refund.updated",
            status="succeeded",
            balance_transaction=row["id"],
            destination_details=refund_details(charge, "refund"),
        )

    def require_refund_action(self, refund_id: str) -> Json:
        """A pending refund waits for the customer, who has to name a bank account by e-mail."""
        refund = self._refund_in_status(refund_id, "pending")
        sent = {"email_sent_at": self.now, "email_sent_to": "customer@example.com"}
        action = {"display_details": {"email_sent": sent, "expires_at": self.now + 45 * 86_400}}
        return self._end_refund(
            refund,
            "refund.updated",
            status="requires_action",
            next_action={**action, "type": "display_details"},
            instructions_email="customer@example.com",
        )

    def fail_refund(self, refund_id: str, reason: str = "lost_or_stolen_card") -> Json:
        """The customer's bank sends a refund back, maybe weeks later; money that had left comes back as a row."""
        refund = self._refund_in_status(refund_id, "pending", "requires_action", "succeeded")
        return self._undo_refund(refund, "refund.failed", status="failed", failure_reason=reason)

    def cancel_refund(self, refund_id: str) -> Json:
        """Cancel a refund that has not moved money."""
        refund = self._refund_in_status(refund_id, "pending", "requires_action")
        return self._undo_refund(refund, "refund.updated", status="canceled")

    def _check_not_charged_back(self, charge_id: str) -> None:
        for _, dispute_id in self.shelves["dispute"].keys_with("charge", charge_id):
            dispute = self.get("dispute", dispute_id)
            if not dispute["is_charge_refundable"] and dispute["status"] not in _NO_BAR_TO_REFUNDS:
                raise ValueError(f"Charge {charge_id} has been charged back; cannot issue a refund.")

    def _refund_in_status(self, refund_id: str, *statuses: str) -> Json:
        refund = self.get("refund", refund_id)
        if refund["status"] not in statuses:
            raise ValueError(f"{refund_id} is {refund['status']}, not {' or '.join(statuses)}.")
        return refund

    def _end_refund(self, refund: Json, event: str, **fields: Any) -> Json:
        """Change a refund's status; what belonged to the old one goes with it."""
        earlier = {name: refund.get(name) for name in (*fields, *_WAITING_FIELDS)}
        for name in _WAITING_FIELDS:
            refund.pop(name, None)
        self.change(refund, None, **fields)
        if event.endswith(".updated"):
            self.tell_change(refund, event, earlier)
        else:
            self.emit(event, refund)
        self.emit("charge.refund.updated", refund)
        return refund

    def _undo_refund(self, refund: Json, event: str, **fields: Any) -> Json:
        charge = self.get("charge", refund["charge"])
        if refund["balance_transaction"] is not None:
            left = self.get("balance_transaction", refund["balance_transaction"])
            is_card = method_of(charge) == "card"
            row = self._move_now(
                "refund_failure" if is_card else "payment_refund",
                -left["amount"],
                left["currency"],
                source=refund["id"],
                description="REFUND FAILURE",
                available_on=max(self.now, left["available_on"]),
                exchange_rate=left["exchange_rate"],
            )
            fields["failure_balance_transaction"] = row["id"]
        self._count_refunded(charge, -refund["amount"], None)
        return self._end_refund(refund, event, **fields)

    def _count_refunded(self, charge: Json, amount: int, event: str | None) -> None:
        refunded = charge["amount_refunded"] + amount
        self.change(charge, event, amount_refunded=refunded, refunded=refunded == charge["amount"])

    def _refund_row(self, refund: Json, charge: Json) -> Json:
        """A refund leaves with its charge if that is not available yet, else at once; fees are kept."""
        charged = self._row_of(charge)
        currency, amount, rate = self._settled(refund["currency"], -refund["amount"], charged["currency"])
        return self._move_now(
            "refund" if method_of(charge) == "card" else "payment_refund",
            amount,
            currency,
            source=refund["id"],
            description=f"REFUND FOR CHARGE ({charge['description']})" if charge["description"] else None,
            available_on=max(self.now, charged["available_on"]),
            exchange_rate=rate,
        )


def _refundable(charge: Json) -> int:
    """What is left of a charge; what a partial capture released counts as refunded."""
    if not charge["captured"] or charge["status"] == "failed":
        return 0
    return int(charge["amount"] - charge["amount_refunded"])
