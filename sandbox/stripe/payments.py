"""Payment intents, charges and refunds, and the ledger rows they cause.

Amounts are minor units of the presentment currency; the ledger holds the settlement currency. Without a ledger row
nothing moved: an authorisation, a declined card and a pending refund have none.
"""

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sandbox.stripe.account import blank
from sandbox.stripe.catalogue import Catalogue
from sandbox.stripe.exchange import SECONDS_A_DAY, exchange_rate, settle
from sandbox.stripe.ledger import Movement
from sandbox.stripe.shelf import Json

_FEE_PERCENT = Decimal("2.9")
_FEE_FIXED = 30
_DAYS_TO_AVAILABLE = 2
_DECLINE_CODE = "card_declined"
_DECLINE_TEXT = "Your card was declined."


class Payments(Catalogue):
    """What can happen to payments. Currencies outside `settlement_currencies` settle in the first of them."""

    def __init__(self, seed: int, start: datetime, *, settlement_currencies: tuple[str, ...] = ("usd",)) -> None:
        super().__init__(seed, start)
        self.settlement_currencies = settlement_currencies

    def create_payment_intent(self, amount: int, currency: str, **fields: Any) -> Json:
        """An intent that waits for a payment method."""
        intent_id = self.ids.next("pi")
        intent = blank(
            "payment_intent",
            id=intent_id,
            created=self.now,
            amount=amount,
            currency=currency,
            client_secret=f"{intent_id}_secret_{self.ids.letters(intent_id, 24)}",
            **fields,
        )
        return self.add(intent, "payment_intent.created")

    def charge(
        self,
        amount: int,
        currency: str = "usd",
        *,
        customer: str | None = None,
        description: str | None = None,
        capture: bool = True,
        declined: bool = False,
        metadata: dict[str, str] | None = None,
    ) -> Json:
        """A card payment without an invoice; only authorised if `capture` is false, failed if `declined`."""
        intent = self.create_payment_intent(
            amount,
            currency,
            customer=customer,
            description=description,
            capture_method="automatic_async" if capture else "manual",
            metadata=metadata or {},
        )
        return self.confirm_payment_intent(intent["id"], declined=declined)

    def confirm_payment_intent(self, intent_id: str, *, declined: bool = False) -> Json:
        """Charge the card for an intent; returns the charge."""
        intent = self.get("payment_intent", intent_id)
        charge = self._card_charge(intent)
        if declined:
            return self._decline(intent, charge)
        self.change(intent, None, latest_charge=charge["id"], payment_method=charge["payment_method"])
        charge.update(status="succeeded", paid=True, outcome=blank("outcome"))
        if intent["capture_method"] == "manual":
            self.add(charge, "charge.succeeded")
            self.change(
                intent,
                "payment_intent.amount_capturable_updated",
                status="requires_capture",
                amount_capturable=charge["amount"],
            )
            return charge
        # With automatic_async capture the ledger row comes after the success: charge.succeeded does not name it yet,
        # charge.updated does (docs.stripe.com/payments/payment-intents/asynchronous-capture).
        charge.update(captured=True, amount_captured=charge["amount"])
        self.add(charge, "charge.succeeded")
        self._settle_charge(charge, "charge.updated")
        self.change(intent, "payment_intent.succeeded", status="succeeded", amount_received=charge["amount"])
        return charge

    def capture(self, charge_id: str) -> Json:
        """Capture an authorised charge in full."""
        charge = self.get("charge", charge_id)
        if charge["captured"] or charge["status"] != "succeeded":
            raise ValueError(f"{charge_id} cannot be captured: captured={charge['captured']}, {charge['status']}.")
        self.change(charge, "charge.captured", captured=True, amount_captured=charge["amount"])
        self._settle_charge(charge, "charge.updated")
        self.change(
            self.get("payment_intent", charge["payment_intent"]),
            "payment_intent.succeeded",
            status="succeeded",
            amount_received=charge["amount"],
            amount_capturable=0,
        )
        return charge

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

        Raises ValueError if more would be refunded than was captured.
        """
        charge = self.get("charge", charge_id)
        left = charge["amount_captured"] - charge["amount_refunded"]
        amount = left if amount is None else amount
        if not 0 < amount <= left:
            raise ValueError(f"{charge_id} has {left} left to refund, not {amount}.")
        refund = blank(
            "refund",
            id=self.ids.next("re"),
            created=self.now,
            amount=amount,
            currency=charge["currency"],
            charge=charge_id,
            customer=charge["customer"],
            payment_intent=charge["payment_intent"],
            payment_method=charge["payment_method"],
            reason=reason,
            metadata=metadata or {},
            status="pending" if pending else "succeeded",
            destination_details={"card": {"type": "pending" if pending else "refund"}, "type": "card"},
        )
        if pending:
            refund["pending_reason"] = "processing"
        else:
            refund["balance_transaction"] = self._refund_row(refund, charge)["id"]
        self.add(refund, "refund.created")
        refunded = charge["amount_refunded"] + amount
        self.change(charge, "charge.refunded", amount_refunded=refunded, refunded=refunded == charge["amount_captured"])
        return refund

    def complete_refund(self, refund_id: str) -> Json:
        """Let a pending refund succeed: now the money moves."""
        refund = self.get("refund", refund_id)
        if refund["status"] != "pending":
            raise ValueError(f"{refund_id} is {refund['status']}, not pending.")
        row = self._refund_row(refund, self.get("charge", refund["charge"]))
        del refund["pending_reason"]
        self.change(
            refund,
            "refund.updated",
            status="succeeded",
            balance_transaction=row["id"],
            destination_details={"card": {"type": "refund"}, "type": "card"},
        )
        self.emit("charge.refund.updated", refund)
        return refund

    def _card_charge(self, intent: Json) -> Json:
        customer = None if intent["customer"] is None else self.get("customer", intent["customer"])
        charge_id = self.ids.next("ch")
        return blank(
            "charge",
            id=charge_id,
            created=self.now,
            amount=intent["amount"],
            currency=intent["currency"],
            customer=intent["customer"],
            description=intent["description"],
            metadata=intent["metadata"],
            payment_intent=intent["id"],
            payment_method=self.ids.next("pm"),
            payment_method_details={"card": blank("card", amount_authorized=intent["amount"]), "type": "card"},
            billing_details={
                "address": None if customer is None else customer["address"],
                "email": None if customer is None else customer["email"],
                "name": None if customer is None else customer["name"],
                "phone": None,
                "tax_id": None,
            },
        )

    def _decline(self, intent: Json, charge: Json) -> Json:
        charge.update(
            status="failed",
            failure_code=_DECLINE_CODE,
            failure_message=_DECLINE_TEXT,
            outcome=blank(
                "outcome",
                network_status="declined_by_network",
                reason="generic_decline",
                seller_message="The bank did not return any further details with this decline.",
                type="issuer_declined",
            ),
        )
        self.add(charge, "charge.failed")
        error = {"type": "card_error", "code": _DECLINE_CODE, "message": _DECLINE_TEXT, "charge": charge["id"]}
        self.change(intent, "payment_intent.payment_failed", latest_charge=charge["id"], last_payment_error=error)
        return charge

    def _settlement(self, currency: str, amount: int) -> tuple[str, int, Decimal | None]:
        if currency in self.settlement_currencies:
            return currency, amount, None
        target = self.settlement_currencies[0]
        rate = exchange_rate(currency, target, self.now)
        return target, settle(amount, rate), rate

    def _settle_charge(self, charge: Json, event: str) -> None:
        currency, amount, rate = self._settlement(charge["currency"], charge["amount_captured"])
        percentage = (amount * _FEE_PERCENT / 100).quantize(Decimal(1), rounding=ROUND_HALF_UP)
        row = self.ledger.record(
            Movement(
                type="charge",
                source=charge["id"],
                amount=amount,
                currency=currency,
                fee=int(percentage) + _FEE_FIXED,
                created=self.now,
                available_on=(self.now // SECONDS_A_DAY + _DAYS_TO_AVAILABLE) * SECONDS_A_DAY,
                description=charge["description"],
                exchange_rate=rate,
            )
        )
        self.change(charge, event, balance_transaction=row["id"])

    def _refund_row(self, refund: Json, charge: Json) -> Json:
        """A refund leaves with its charge if that is not available yet, else at once; fees are kept."""
        currency, amount, rate = self._settlement(refund["currency"], -refund["amount"])
        charged = self.get("balance_transaction", charge["balance_transaction"])
        return self.ledger.record(
            Movement(
                type="refund",
                source=refund["id"],
                amount=amount,
                currency=currency,
                created=self.now,
                available_on=max(self.now, charged["available_on"]),
                description=f"REFUND FOR CHARGE ({charge['description']})" if charge["description"] else None,
                exchange_rate=rate,
            )
        )
