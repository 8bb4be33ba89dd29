"""Payment intents and charges: made, declined, begun; what follows is in authorisations.py, delayed.py, refunds.py.

Amounts are minor units of the presentment currency. Without a ledger row nothing moved: an authorisation and a declined
card have none.
"""

from functools import partial
from typing import Any

from sandbox.stripe.base.account import blank
from sandbox.stripe.base.amounts import check_billable
from sandbox.stripe.base.shelf import Json
from sandbox.stripe.money.charge_rows import ChargeRows
from sandbox.stripe.money.connect import PLATFORM_APPLICATION
from sandbox.stripe.money.payment_method import (
    charge_prefix,
    details,
    failure_text,
    method_named,
    method_of,
    outcome_of,
)

LATE_ROW_AFTER_S = 3 * 60
_DECLINE_CODE = "card_declined"


class Charging(ChargeRows):
    """How payments begin."""

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
        method: str = "card",
        settled_in: str | None = None,
        destination: str | None = None,
        application_fee: int | None = None,
        transfer_group: str | None = None,
        presentment: tuple[int, str] | None = None,
        late_row: bool = False,
    ) -> Json:
        """A payment without an invoice; only authorised if `capture` is false, failed if `declined`.

        `destination` makes it a destination charge, of which the platform keeps `application_fee`; without a
        destination this account is the connected one and pays that fee. `presentment` is what the customer saw
        (amount, currency). With `late_row` the balance transaction comes minutes later. Raises ValueError for an
        amount the currency cannot express.
        """
        check_billable(amount, currency, "A charge")
        intent = self.create_payment_intent(
            amount,
            currency,
            customer=customer,
            description=description,
            capture_method="automatic_async" if capture else "manual",
            metadata=metadata or {},
            transfer_group=transfer_group,
            **_connected(amount, destination, application_fee),
        )
        return self.confirm_payment_intent(
            intent["id"],
            declined=declined,
            method=method,
            settled_in=settled_in,
            presentment=presentment,
            late_row=late_row,
        )

    def confirm_payment_intent(
        self,
        intent_id: str,
        *,
        declined: bool = False,
        method: str = "card",
        settled_in: str | None = None,
        destination: str | None = None,
        application_fee: int | None = None,
        presentment: tuple[int, str] | None = None,
        late_row: bool = False,
    ) -> Json:
        """Pay an intent that waits for a payment method; returns the charge (options as for `charge`)."""
        intent = self.get("payment_intent", intent_id)
        if intent["status"] != "requires_payment_method":
            raise ValueError(f"{intent_id} is {intent['status']}: it cannot be confirmed.")
        is_delayed = method_named(method).is_delayed
        self._settled(intent["currency"], 0, settled_in)  # refuses a settlement currency the account has not
        if destination is not None or application_fee is not None:
            self.change(intent, None, **_connected(intent["amount"], destination, application_fee))
        charge = self._new_charge(intent, method, presentment)
        if settled_in is not None:
            self._settled_in[charge["id"]] = settled_in
        if declined:
            return self._decline(intent, charge)
        # The error of an earlier attempt goes with it (docs.stripe.com/api/payment_intents/object, last_payment_error).
        attempt = {"latest_charge": charge["id"], "payment_method": charge["payment_method"]}
        self.change(intent, None, **attempt, last_payment_error=None)
        if is_delayed:
            return self._begin_debit(intent, charge)
        charge.update(status="succeeded", paid=True, outcome=outcome_of(method))
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
        if late_row:
            self._rows_to_come.add(charge["id"])
            self.schedule(self.now + LATE_ROW_AFTER_S, partial(self._settle_late, charge["id"]))
        else:
            self._settle_charge(charge)
        self.change(intent, "payment_intent.succeeded", status="succeeded", amount_received=charge["amount"])
        return charge

    def _new_charge(self, intent: Json, method: str, presentment: tuple[int, str] | None) -> Json:
        customer = None if intent["customer"] is None else self.get("customer", intent["customer"])
        if customer is not None and customer.get("deleted"):
            customer = None  # its stub tells nothing of the payer any more
        charge = blank(
            "charge",
            id=self.ids.next(charge_prefix(method)),
            created=self.now,
            amount=intent["amount"],
            currency=intent["currency"],
            customer=intent["customer"],
            description=intent["description"],
            metadata=intent["metadata"],
            payment_intent=intent["id"],
            payment_method=self.ids.next("pm"),
            payment_method_details=details(method, intent["amount"]),
            billing_details={
                "address": None if customer is None else customer["address"],
                "email": None if customer is None else customer["email"],
                "name": None if customer is None else customer["name"],
                "phone": None,
                "tax_id": None,
            },
            calculated_statement_descriptor=self.account["settings"]["payments"]["statement_descriptor"],
            application_fee_amount=intent["application_fee_amount"],
            transfer_group=intent["transfer_group"],
        )
        if intent["transfer_data"] is not None:
            charge["transfer_data"] = {"amount": None, "destination": intent["transfer_data"]["destination"]}
        elif intent["application_fee_amount"] is not None:
            charge.update(application=PLATFORM_APPLICATION, application_fee=self.ids.next("fee"))
        if method != "card":
            self.change(intent, None, payment_method_types=[method], payment_method_options={})
        if presentment is not None:
            shown = {"presentment_amount": presentment[0], "presentment_currency": presentment[1]}
            charge["presentment_details"] = shown
            self.change(intent, None, presentment_details=shown)
        return charge

    def _decline(self, intent: Json, charge: Json) -> Json:
        text = failure_text(_DECLINE_CODE)
        charge.update(
            status="failed",
            failure_code=_DECLINE_CODE,
            failure_message=text,
            outcome=blank(
                "outcome",
                network_status="declined_by_network",
                reason="generic_decline",
                seller_message="The bank did not return any further details with this decline.",
                type="issuer_declined",
            ),
        )
        self.add(charge, "charge.failed")
        error = {"type": "card_error", "code": _DECLINE_CODE, "message": text, "charge": charge["id"]}
        self.change(intent, "payment_intent.payment_failed", latest_charge=charge["id"], last_payment_error=error)
        return charge

    def _begin_debit(self, intent: Json, charge: Json) -> Json:
        """A delayed payment: its ledger row is there, pending, before the bank has answered."""
        charge.update(status="pending", captured=True, amount_captured=charge["amount"])
        charge["outcome"] = outcome_of(method_of(charge), seller_message="Payment pending.")
        charge["balance_transaction"] = self._charge_row(charge)["id"]
        self.add(charge, "charge.pending")
        self._await_bank(charge["id"])
        self.change(intent, "payment_intent.processing", status="processing")
        return charge


def _connected(amount: int, destination: str | None, application_fee: int | None) -> Json:
    """What a Connect payment says of itself. Raises ValueError for a fee that the payment cannot bear."""
    if application_fee is not None and not 0 < application_fee <= amount:
        raise ValueError(f"An application fee of {application_fee} on a payment of {amount}.")
    return {
        "application_fee_amount": application_fee,
        "transfer_data": None if destination is None else {"destination": destination},
    }
