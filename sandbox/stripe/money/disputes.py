"""Disputes: inquiries, chargebacks, evidence, appeals, wins and losses, and the money each of them moves.

Amounts are minor units of the charge's currency, fees of its settlement currency. An inquiry moves nothing. A
chargeback takes the amount and the received fee in one row; the fee for countering is a row of its own; a win brings
the amount back with fee 0 and the counter fee as another row (docs.stripe.com/disputes/responding, since 2025-06-17).
"""

from functools import partial
from typing import Any

from sandbox.stripe.base.account import blank
from sandbox.stripe.base.exchange import SECONDS_A_DAY
from sandbox.stripe.base.movement import Fee
from sandbox.stripe.base.shelf import Json
from sandbox.stripe.money.payment_method import METHODS, method_of
from sandbox.stripe.money.payments import Payments

_DAYS_TO_RESPOND = 14
_RETURN_FEE = 1500  # for a disputed ACH or SEPA debit; minor units of the settlement currency
_INQUIRY = ("warning_needs_response", "warning_under_review")
_OPEN = ("needs_response", "under_review")
_APPEALED = ("appeal_needs_response", "appeal_under_review")
_NETWORK_CODES = {"fraudulent": "10.4", "product_not_received": "13.1", "duplicate": "12.6", "general": "10.4"}


class Disputes(Payments):
    """What can happen to disputes. A charge can have several."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._withdrawn_by_amount: set[str] = set()  # disputes whose settlement amount was given
        self._counter_fees: dict[str, Json] = {}  # dispute -> the row of the fee for countering it

    def open_dispute(
        self,
        charge_id: str,
        amount: int | None = None,
        *,
        reason: str = "fraudulent",
        inquiry: bool = False,
        currency_amount: int | None = None,
        fee: int = 1500,
    ) -> Json:
        """A customer disputes a charge, by default all of it; the amount may differ from the charge's, even exceed it.

        `currency_amount` is what is withdrawn in the settlement currency, where that is not the amount at the rate of
        the day. An `inquiry` only asks: no money moves. Raises ValueError for a charge that brought no money.
        """
        charge = self.get("charge", charge_id)
        if charge["status"] != "succeeded" or not charge["captured"]:
            raise ValueError(f"{charge_id} is {charge['status']}, captured={charge['captured']}: nothing to dispute.")
        dispute = self._new_dispute(charge, charge["amount_captured"] if amount is None else amount, reason)
        if inquiry:
            _set_case(dispute, "inquiry")
            dispute.update(status="warning_needs_response", is_charge_refundable=True)
        self.add(dispute, "charge.dispute.created")
        self.change(charge, None, disputed=True)
        if not inquiry:
            self._withdraw(dispute, charge, currency_amount, fee)
        return dispute

    def prevent_dispute(self, charge_id: str, amount: int | None = None, *, reason: str = "fraudulent") -> Json:
        """A dispute that the network resolved by a refund before it became one: no money moves by it."""
        charge = self.get("charge", charge_id)
        dispute = self._new_dispute(charge, charge["amount_captured"] if amount is None else amount, reason)
        _set_case(dispute, "block")
        dispute["status"] = "prevented"
        return self.add(dispute, "charge.dispute.created")

    def escalate_inquiry(self, dispute_id: str, *, fee: int = 1500) -> Json:
        """An inquiry becomes a chargeback: now the money is withdrawn."""
        dispute = self._dispute_in_status(dispute_id, *_INQUIRY)
        _set_case(dispute, "chargeback")
        self.change(dispute, "charge.dispute.updated", status="needs_response", is_charge_refundable=False)
        self._withdraw(dispute, self.get("charge", dispute["charge"]), None, fee)
        return dispute

    def close_inquiry(self, dispute_id: str) -> Json:
        """An inquiry ends without a chargeback."""
        dispute = self._dispute_in_status(dispute_id, *_INQUIRY)
        return self.change(dispute, "charge.dispute.closed", status="warning_closed")

    def counter_dispute(self, dispute_id: str, fee: int = 1500) -> Json:
        """Submit evidence: a row for the counter fee (none for an inquiry), and the bank reviews it."""
        dispute = self._dispute_in_status(dispute_id, "needs_response", "warning_needs_response")
        is_inquiry = dispute["status"] in _INQUIRY
        details = {**dispute["evidence_details"], "has_evidence": True, "submission_method": "manual"}
        self.change(
            dispute,
            "charge.dispute.updated",
            status="warning_under_review" if is_inquiry else "under_review",
            evidence={**dispute["evidence"], "uncategorized_text": "The customer used the service; see the receipt."},
            evidence_details={**details, "submission_count": details["submission_count"] + 1},
        )
        if fee and not is_inquiry:
            self._counter_fee(dispute, fee)
        return dispute

    def win_dispute(self, dispute_id: str, *, return_fee: bool = False) -> Json:
        """The bank decides for the account: the amount comes back, and the counter fee.

        With `return_fee` the received fee does too, as in Mexico and everywhere before June 2025. What was converted
        comes back at the rate of the day.
        """
        dispute = self._dispute_in_status(dispute_id, *_OPEN, "appeal_under_review")
        self.change(dispute, "charge.dispute.closed", status="won")
        withdrawn = dispute["balance_transactions"][0]
        charge = self.get("charge", dispute["charge"])
        amount, rate = -withdrawn["amount"], withdrawn["exchange_rate"]
        if rate is not None and dispute_id not in self._withdrawn_by_amount:
            _, amount, rate = self._settled(charge["currency"], dispute["amount"], withdrawn["currency"])
        row = self._move_now(
            "adjustment",
            amount,
            withdrawn["currency"],
            source=dispute_id,
            description=f"Chargeback reversal for {charge['id']}",
            fees=_returned(withdrawn) if return_fee else (),
            exchange_rate=rate,
            reporting_category="dispute_reversal",
        )
        self._show_row(dispute, row)
        self.emit("charge.dispute.funds_reinstated", dispute)
        self._return_counter_fee(dispute_id)
        return dispute

    def lose_dispute(self, dispute_id: str) -> Json:
        """The bank decides for the customer: nothing more moves."""
        dispute = self._dispute_in_status(dispute_id, *_OPEN, *_APPEALED)
        return self.change(dispute, "charge.dispute.closed", status="lost")

    def allow_appeal(self, dispute_id: str) -> Json:
        """The customer's bank rejects the response: the case can be appealed (docs.stripe.com/disputes/arbitration)."""
        dispute = self._dispute_in_status(dispute_id, "under_review", "lost")
        return self.change(dispute, "charge.dispute.updated", status="appeal_needs_response")

    def appeal_dispute(self, dispute_id: str) -> Json:
        """Appeal: the card network reviews the case, and it is won or lost for good.

        A dispute that waits for no appeal yet is first shown to.
        """
        dispute = self._dispute_in_status(dispute_id, "under_review", "lost", "appeal_needs_response")
        if dispute["status"] != "appeal_needs_response":
            self.allow_appeal(dispute_id)
        appeal = {"card": {"reason_for_filing": "The customer's bank did not consider the receipt."}}
        return self.change(
            dispute,
            "charge.dispute.updated",
            status="appeal_under_review",
            evidence={**dispute["evidence"], "appeal": appeal},
        )

    def fail_payment_after_success(
        self, charge_id: str, code: str = "insufficient_funds", *, fee: int = _RETURN_FEE
    ) -> Json:
        """The customer's bank takes a debit back after it had succeeded: a dispute that is lost at once.

        Returns the dispute; its reason is the bank's code. Raises ValueError for methods that cannot be taken back.
        """
        charge = self.get("charge", charge_id)
        if not METHODS[method_of(charge)].is_delayed:
            raise ValueError(f"{charge_id} was paid by {method_of(charge)}, which no bank takes back.")
        dispute = self.open_dispute(charge_id, reason=code, fee=fee)
        return self.change(dispute, "charge.dispute.closed", status="lost")

    def _new_dispute(self, charge: Json, amount: int, reason: str) -> Json:
        if amount <= 0:
            raise ValueError(f"A dispute of {amount} on {charge['id']}.")
        dispute = blank(
            "dispute",
            id=self.ids.next("du"),
            created=self.now,
            amount=amount,
            currency=charge["currency"],
            charge=charge["id"],
            payment_intent=charge["payment_intent"],
            reason=reason,
            status="needs_response",
        )
        dispute["evidence_details"]["due_by"] = (self.now // SECONDS_A_DAY + _DAYS_TO_RESPOND) * SECONDS_A_DAY - 1
        if method_of(charge) == "card":
            code = _NETWORK_CODES.get(reason, "10.4")
            card = {"brand": "visa", "case_type": "chargeback", "network": "visa", "network_reason_code": code}
            dispute.update(network_reason_code=code, payment_method_details={"card": card, "type": "card"})
        return dispute

    def _withdraw(self, dispute: Json, charge: Json, currency_amount: int | None, fee: int) -> None:
        charged = self._row_of(charge)
        currency, amount, rate = self._settled(charge["currency"], -dispute["amount"], charged["currency"])
        if currency_amount is not None:
            amount = -currency_amount
            self._withdrawn_by_amount.add(dispute["id"])
        row = self._move_now(
            "adjustment",
            amount,
            currency,
            source=dispute["id"],
            description=f"Chargeback withdrawal for {charge['id']}",
            fees=self._with_tax(Fee(fee, description="Dispute fee")),
            available_on=max(self.now, charged["available_on"]),
            exchange_rate=rate,
            reporting_category="dispute",
        )
        self._show_row(dispute, row)
        self.emit("charge.dispute.funds_withdrawn", dispute)

    def _counter_fee(self, dispute: Json, fee: int) -> None:
        currency = dispute["balance_transactions"][0]["currency"]
        tax = tuple(part for part in self._with_tax(Fee(fee)) if part.type == "tax")
        row = self._move_now("stripe_fee", -fee, currency, description="Card dispute countered fee", fees=tax)
        self._counter_fees[dispute["id"]] = row

    def _return_counter_fee(self, dispute_id: str) -> None:
        paid = self._counter_fees.pop(dispute_id, None)
        if paid is not None:
            text = f"{paid['description']} returned"
            self._move_now("stripe_fee", -paid["amount"], paid["currency"], description=text, fees=_returned(paid))

    def _show_row(self, dispute: Json, row: Json) -> None:
        """A dispute shows its rows whole: it changes when one of them becomes available."""
        self.change(dispute, None, balance_transactions=[*dispute["balance_transactions"], dict(row)])
        if row["status"] == "pending":
            self.schedule(row["available_on"], partial(self._refresh_rows, dispute["id"]))

    def _refresh_rows(self, dispute_id: str) -> None:
        dispute = self.get("dispute", dispute_id)
        rows = [dict(self.get("balance_transaction", row["id"])) for row in dispute["balance_transactions"]]
        self.change(dispute, None, balance_transactions=rows)

    def _dispute_in_status(self, dispute_id: str, *statuses: str) -> Json:
        dispute = self.get("dispute", dispute_id)
        if dispute["status"] not in statuses:
            raise ValueError(f"{dispute_id} is {dispute['status']}, not {' or '.join(statuses)}.")
        return dispute


def _set_case(dispute: Json, case_type: str) -> None:
    """Say how far a card dispute has come; other methods do not tell."""
    if "payment_method_details" in dispute:
        dispute["payment_method_details"]["card"]["case_type"] = case_type


def _returned(row: Json) -> tuple[Fee, ...]:
    """The fees of a row, given back."""
    return tuple(
        Fee(-part["amount"], part["type"], part["description"], part["application"]) for part in row["fee_details"]
    )
