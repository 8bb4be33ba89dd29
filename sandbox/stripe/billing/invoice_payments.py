"""How invoices are paid: payments attached to them, one payment for several invoices, several for one, none at all.

Amounts are minor units. Promises: what is due is what was paid plus what remains; more than that is overpaid and goes
to the customer's credit balance (docs.stripe.com/invoicing/partial-payments, docs.stripe.com/api/invoice-payment).
"""

from collections.abc import Sequence
from typing import Any

from sandbox.stripe.base.account import blank
from sandbox.stripe.base.amounts import check_billable
from sandbox.stripe.base.shelf import Json
from sandbox.stripe.billing.invoice_lines import InvoiceLines

_PAYABLE = ("open", "uncollectible")
_WAITING = ("requires_payment_method", "requires_action", "requires_confirmation")
_DESCRIPTION = "Payment for Invoice"


class InvoicePayments(InvoiceLines):
    """What can happen to the payments of invoices."""

    def pay_invoice(
        self, invoice_id: str, *, declined: bool = False, amount: int | None = None, **on_charge: Any
    ) -> Json:
        """Charge the customer for an open or uncollectible invoice; returns the charge (failed, if `declined`).

        `amount` pays part of it. `on_charge` are options of a charge (method, settled_in, destination …); a payment
        that takes days leaves the invoice open until it succeeds.
        Raises ValueError for an invoice that cannot be paid and for more than remains.
        """
        invoice = self._payable(invoice_id)
        if amount is None or amount == invoice["amount_remaining"]:
            payment = self._open_payment(invoice_id)
        else:
            if not 0 < amount < invoice["amount_remaining"]:
                raise ValueError(f"{invoice_id} has {invoice['amount_remaining']} left to pay, not {amount}.")
            payment = self._attach(invoice, self._intent_for(invoice, amount), amount)
        return self._confirm(payment["payment"]["payment_intent"], declined=declined, **on_charge)

    def overpay(self, invoice_id: str, amount: int, **on_charge: Any) -> Json:
        """Pay more than remains of an open invoice: the rest is credited to the customer's balance."""
        invoice = self._payable(invoice_id)
        if amount <= invoice["amount_remaining"]:
            raise ValueError(f"{amount} does not overpay {invoice_id}: {invoice['amount_remaining']} remain.")
        return self._pay_attached([invoice], [amount], **on_charge)

    def pay_invoice_again(self, invoice_id: str, amount: int | None = None, **on_charge: Any) -> Json:
        """Pay a paid invoice once more, by default all of it: everything is overpaid. Returns the second charge.

        Raises ValueError for an invoice that asked for nothing: there is no charge of zero.
        """
        invoice = self._in_status(invoice_id, "paid")
        chosen = amount or invoice["amount_due"]
        if not chosen:
            raise ValueError(f"{invoice_id} asked for nothing: it cannot be paid again.")
        return self._pay_attached([invoice], [chosen], **on_charge)

    def pay_invoices_together(self, invoice_ids: Sequence[str], **on_charge: Any) -> Json:
        """One payment for all that remains of several invoices of one customer and currency; returns the charge."""
        invoices = [self._payable(invoice_id) for invoice_id in invoice_ids]
        if len({(invoice["customer"], invoice["currency"]) for invoice in invoices}) != 1:
            raise ValueError(f"{', '.join(invoice_ids)} are not one customer's in one currency.")
        return self._pay_attached(invoices, [invoice["amount_remaining"] for invoice in invoices], **on_charge)

    def pay_out_of_band(self, invoice_id: str, *, amount: int | None = None, recorded: bool = False) -> Json:
        """Mark an invoice, or `amount` of it, as paid outside Stripe; returns the invoice. No money moves here.

        `recorded` attaches a payment record, as other processors' payments are reported, and leaves an invoice payment.
        Raises ValueError for a part that is not recorded: Stripe marks whole invoices only.
        """
        invoice = self._payable(invoice_id)
        remaining = invoice["amount_remaining"]
        amount = remaining if amount is None else amount
        if not 0 < amount <= remaining or (amount < remaining and not recorded):
            raise ValueError(f"{invoice_id} has {remaining} left; {amount} of it cannot be paid outside Stripe.")
        if recorded:
            payment = self.add(
                self._invoice_payment(
                    invoice, {"payment_record": self.ids.next("pr"), "type": "payment_record"}, amount, is_default=False
                ),
                None,
            )
            self._pay(payment, amount)
        outside = invoice["amount_paid_off_stripe"] + amount
        self._reduce_remaining(invoice, amount, emits_success=False, amount_paid_off_stripe=outside)
        return invoice

    def succeed_payment(self, charge_id: str) -> Json:
        """Let a payment that took days clear; an invoice that waited for it is paid."""
        charge = super().succeed_payment(charge_id)
        if self._payments_of(charge["payment_intent"], "open"):
            self._after_attempt(charge, is_attempt=False)
        return charge

    def fail_payment(self, charge_id: str, code: str = "insufficient_funds") -> Json:
        """Let a payment that took days fail: its invoice stays open and can be paid again."""
        charge = super().fail_payment(charge_id, code)
        for payment in self._payments_of(charge["payment_intent"], "open"):
            invoice = self.get("invoice", payment["invoice"])
            self.emit("invoice.payment_failed", invoice)
            self._set_delinquent(invoice, is_delinquent=True)
        return charge

    def _pay_attached(self, invoices: list[Json], amounts: list[int], **on_charge: Any) -> Json:
        """Attach a payment of its own to each invoice and confirm it."""
        intent = self._intent_for(invoices[0], sum(amounts))
        for invoice, amount in zip(invoices, amounts, strict=True):
            self._attach(invoice, intent, amount)
        return self._confirm(intent["id"], **on_charge)

    def _confirm(
        self,
        intent_id: str,
        *,
        destination: str | None = None,
        application_fee: int | None = None,
        transfer_group: str | None = None,
        **on_charge: Any,
    ) -> Json:
        """Confirm an intent that invoices wait for, with the options of a charge; returns the charge."""
        self.change(
            self.get("payment_intent", intent_id),
            None,
            application_fee_amount=application_fee,
            transfer_data=None if destination is None else {"destination": destination},
            transfer_group=transfer_group,
        )
        charge = self.confirm_payment_intent(intent_id, **on_charge)
        self._after_attempt(charge)
        return charge

    def _after_attempt(self, charge: Json, *, is_attempt: bool = True) -> None:
        """Tell the invoices that wait for a charge what became of it."""
        for payment in self._payments_of(charge["payment_intent"], "open"):
            invoice = self.get("invoice", payment["invoice"])
            attempts = invoice["attempt_count"] + is_attempt
            if charge["status"] == "failed":
                self.change(invoice, "invoice.payment_failed", attempted=True, attempt_count=attempts)
                self._set_delinquent(invoice, is_delinquent=True)
                continue
            if charge["status"] == "succeeded":
                self._pay(payment, payment["amount_requested"])
                self._apply(invoice, payment["amount_requested"], attempted=True, attempt_count=attempts)
            else:
                self.change(invoice, None, attempted=True, attempt_count=attempts)

    def _pay(self, payment: Json, amount: int) -> None:
        self.change(
            payment,
            "invoice_payment.paid",
            status="paid",
            amount_paid=amount,
            status_transitions={"canceled_at": None, "paid_at": self.now},
        )

    def _apply(self, invoice: Json, amount: int, **attempt: Any) -> None:
        """Put a payment on an invoice, with the fields that tell of the attempt; more than remains is overpaid."""
        used = min(amount, invoice["amount_remaining"])
        if used:
            self._reduce_remaining(invoice, used, **attempt)
        else:
            self.change(invoice, None, **attempt)
        if amount > used:
            over = amount - used
            self.change(invoice, "invoice.overpaid", amount_overpaid=invoice["amount_overpaid"] + over)
            customer = self.get("customer", invoice["customer"])
            if not customer.get("deleted"):
                self._move_balance(customer, -over, invoice["currency"], "invoice_overpaid", invoice=invoice["id"])

    def _reduce_remaining(self, invoice: Json, amount: int, *, emits_success: bool = True, **fields: Any) -> None:
        if amount == invoice["amount_remaining"]:
            self.change(invoice, None, **fields)
            self._mark_paid(invoice, amount, emits_success=emits_success)
        else:
            self.change(
                invoice,
                "invoice.updated",
                amount_paid=invoice["amount_paid"] + amount,
                amount_remaining=invoice["amount_remaining"] - amount,
                **fields,
            )
        self._follow_remaining(invoice)

    def _mark_paid(self, invoice: Json, amount: int, *, emits_success: bool = True) -> Json:
        self.change(
            invoice,
            "invoice.paid",
            status="paid",
            amount_paid=invoice["amount_paid"] + amount,
            amount_remaining=invoice["amount_remaining"] - amount,
            status_transitions={**invoice["status_transitions"], "paid_at": self.now},
        )
        if emits_success:
            self.emit("invoice.payment_succeeded", invoice)
        if amount:
            self._set_delinquent(invoice, is_delinquent=False)
        return invoice

    def _set_delinquent(self, invoice: Json, *, is_delinquent: bool) -> None:
        """A payment that fails or is overdue makes a customer delinquent, a paid invoice ends it.

        So does giving an invoice up by hand (docs.stripe.com/api/customers/object, delinquent).
        """
        customer = self.get("customer", invoice["customer"])
        if not customer.get("deleted"):
            self.change(customer, "customer.updated", delinquent=is_delinquent)

    def _follow_remaining(self, invoice: Json) -> None:
        """Keep the default payment at what remains; where nothing does, or the invoice is void, cancel what is open.

        A payment that the bank is still processing cannot be called back: it will be overpaid.
        """
        is_payable = invoice["status"] in _PAYABLE and invoice["amount_remaining"]
        for payment in self._payments_on(invoice["id"], "open"):
            intent = self.get("payment_intent", payment["payment"]["payment_intent"])
            if intent["status"] not in _WAITING or (is_payable and not payment["is_default"]):
                continue
            if is_payable:
                self.change(intent, None, amount=invoice["amount_remaining"])
                self.change(payment, None, amount_requested=invoice["amount_remaining"])
                continue
            if payment["is_default"]:
                reason = "void_invoice" if invoice["status"] == "void" else "automatic"
                fields = {"status": "canceled", "canceled_at": self.now, "cancellation_reason": reason}
                self.change(intent, "payment_intent.canceled", **fields)
            self.change(payment, None, status="canceled", status_transitions={"canceled_at": self.now, "paid_at": None})

    def _payable(self, invoice_id: str) -> Json:
        invoice = self.get("invoice", invoice_id)
        if invoice["status"] not in _PAYABLE:
            raise ValueError(f"Invoice {invoice_id} is {invoice['status']}, not open.")
        return invoice

    def _in_status(self, invoice_id: str, *statuses: str) -> Json:
        invoice = self.get("invoice", invoice_id)
        if invoice["status"] not in statuses:
            raise ValueError(f"Invoice {invoice_id} is {invoice['status']}, not {' or '.join(statuses)}.")
        return invoice

    def _payments_on(self, invoice_id: str, status: str) -> list[Json]:
        keys = self.shelves["invoice_payment"].keys_with("invoice", invoice_id)
        payments = [self.get("invoice_payment", key[1]) for key in keys]
        return [payment for payment in payments if payment["status"] == status]

    def _payments_of(self, intent_id: str | None, status: str) -> list[Json]:
        if intent_id is None:
            return []
        keys = self.shelves["invoice_payment"].keys_with("payment.payment_intent", intent_id)
        payments = [self.get("invoice_payment", key[1]) for key in keys]
        return [payment for payment in payments if payment["status"] == status]

    def _open_payment(self, invoice_id: str) -> Json:
        for payment in self._payments_on(invoice_id, "open"):
            if payment["is_default"]:
                return payment
        raise ValueError(f"Invoice {invoice_id} has no open payment.")

    def _intent_for(self, invoice: Json, amount: int) -> Json:
        check_billable(amount, invoice["currency"], f"A payment of {invoice['id']}")
        return self.create_payment_intent(
            amount, invoice["currency"], customer=invoice["customer"], description=_DESCRIPTION
        )

    def _attach(self, invoice: Json, intent: Json, amount: int, *, is_default: bool = False) -> Json:
        source = {"payment_intent": intent["id"], "type": "payment_intent"}
        return self.add(self._invoice_payment(invoice, source, amount, is_default=is_default), None)

    def _invoice_payment(self, invoice: Json, source: Json, amount: int, *, is_default: bool) -> Json:
        return blank(
            "invoice_payment",
            id=self.ids.next("inpay"),
            created=self.now,
            currency=invoice["currency"],
            invoice=invoice["id"],
            amount_requested=amount,
            is_default=is_default,
            payment=source,
        )
