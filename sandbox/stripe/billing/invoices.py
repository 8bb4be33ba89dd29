"""The life of an invoice: draft, open with a number, then paid, uncollectible or void; and its revision.

Amounts are minor units of the invoice's currency. Promises: a finalised invoice's lines, totals and number never change
again; its totals are the sums of its lines (docs.stripe.com/invoicing/integration/workflow-transitions).
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from sandbox.stripe.base.account import blank
from sandbox.stripe.base.exchange import SECONDS_A_DAY
from sandbox.stripe.base.shelf import Json
from sandbox.stripe.billing.invoice_lines import MOST_LINES, Line
from sandbox.stripe.billing.invoice_payments import InvoicePayments
from sandbox.stripe.billing.invoice_totals import totals_of

Rows = Callable[[str], list[Json]]


class Invoices(InvoicePayments):
    """What can happen to invoices."""

    def create_invoice(
        self,
        customer_id: str,
        lines: Sequence[Line],
        *,
        currency: str = "usd",
        coupon: str | Sequence[str] | None = None,
        finalize: bool = True,
        tax_rates: Sequence[str] = (),
        days_until_due: int | None = None,
        from_invoice: str | None = None,
        shipping: int = 0,
        takes_pending: bool = False,
        **fields: Any,
    ) -> Json:
        """An invoice; open unless `finalize` is false. `fields` are Stripe's (description, footer, metadata …).

        `coupon`: one id or several, of coupons or promotion codes. `tax_rates` apply to lines without their own.
        `days_until_due` sends the invoice instead of charging. `from_invoice` makes it that invoice's revision.
        `takes_pending` puts the customer's pending items of the currency on it too.
        Raises ValueError where a price is in another currency or a line has neither price nor amount.
        """
        if from_invoice is not None:
            self._in_status(from_invoice, "open", "uncollectible")
            fields["from_invoice"] = {"action": "revision", "invoice": from_invoice}
        if days_until_due is not None:
            fields["collection_method"] = "send_invoice"
            fields["due_date"] = self.now + days_until_due * SECONDS_A_DAY

        def rows_of(invoice_id: str) -> list[Json]:
            items = self._take_pending(customer_id, currency, invoice_id) if takes_pending else []
            items += [self._invoice_item(customer_id, line, currency, invoice_id) for line in lines]
            return [self._line_of_item(item, invoice_id) for item in items]

        codes = [coupon] if isinstance(coupon, str) else list(coupon or ())
        self._check_lines(lines, codes, currency, f"An invoice of {customer_id}")
        invoice = self._draft(
            customer_id, currency, rows_of, codes=codes, tax_rates=tax_rates, shipping=shipping, **fields
        )
        return self.finalize_invoice(invoice["id"]) if finalize else invoice

    def finalize_invoice(self, invoice_id: str) -> Json:
        """Open a draft: it gets its number, uses the customer's balance, and has a payment for what is due.

        Raises ValueError for one without lines, and for one whose customer is deleted.
        """
        invoice = self._in_status(invoice_id, "draft")
        if not self.lines_of(invoice_id):
            raise ValueError(f"{invoice_id} has no lines: there is nothing to invoice.")
        customer = self._customer(invoice["customer"])
        sequence = customer["next_invoice_sequence"]
        self.change(customer, None, next_invoice_sequence=sequence + 1)  # no event tells of the sequence alone
        self.change(customer, "customer.updated", currency=customer["currency"] or invoice["currency"])
        self.change(
            invoice,
            "invoice.finalized",
            status="open",
            number=f"{customer['invoice_prefix']}-{sequence:04d}",
            auto_advance=False,
            automatically_finalizes_at=None,
            effective_at=invoice["effective_at"] or self.now,
            hosted_invoice_url=f"https://invoice.stripe.com/i/{self.account['id']}/test_{invoice_id}",
            status_transitions={**invoice["status_transitions"], "finalized_at": self.now},
            **self._use_balance(invoice, customer),
        )
        if invoice["from_invoice"] is not None:
            self._replace(invoice["from_invoice"]["invoice"], invoice)
        if invoice["amount_due"] == 0:
            return self._mark_paid(invoice, 0)
        intent = self._intent_for(invoice, invoice["amount_due"])
        self._attach(invoice, intent, invoice["amount_due"], is_default=True)
        if invoice["due_date"] is not None:
            self.schedule(invoice["due_date"], partial(self._tell_overdue, invoice_id))
        return invoice

    def delete_draft(self, invoice_id: str) -> Json:
        """Delete a draft: only the event and a stub remain. Raises ValueError once it has been finalised."""
        self._in_status(invoice_id, "draft")
        for row in self._lines.pop(invoice_id):
            item_id = row["parent"][row["parent"]["type"]].get("invoice_item")
            if item_id is not None:
                self._delete("invoiceitem", item_id)
        return self._delete("invoice", invoice_id)

    def void_invoice(self, invoice_id: str) -> Json:
        """Void an open or uncollectible invoice; what it had used of the customer's balance goes back.

        Raises ValueError if part of it is paid.
        """
        invoice = self._in_status(invoice_id, "open", "uncollectible")
        if invoice["amount_paid"]:
            raise ValueError(f"{invoice_id} cannot be voided: {invoice['amount_paid']} of it are paid.")
        self.change(
            invoice,
            "invoice.voided",
            status="void",
            status_transitions={**invoice["status_transitions"], "voided_at": self.now},
        )
        self._return_balance(invoice)
        self._follow_remaining(invoice)
        return invoice

    def mark_uncollectible(self, invoice_id: str) -> Json:
        """Give an open invoice up as bad debt; it can still be paid or voided."""
        invoice = self._give_up(invoice_id)
        self._set_delinquent(invoice, is_delinquent=False)
        return invoice

    def _give_up(self, invoice_id: str) -> Json:
        """What dunning does at its end: the customer stays delinquent."""
        invoice = self._in_status(invoice_id, "open")
        return self.change(
            invoice,
            "invoice.marked_uncollectible",
            status="uncollectible",
            status_transitions={**invoice["status_transitions"], "marked_uncollectible_at": self.now},
        )

    def revise_invoice(self, invoice_id: str, lines: Sequence[Line], **fields: Any) -> Json:
        """Replace an open invoice by a new one with other lines; the old one is voided when the new one opens.

        Raises ValueError for an invoice of a subscription (docs.stripe.com/invoicing/invoice-edits).
        """
        old = self._in_status(invoice_id, "open", "uncollectible")
        if (old["parent"] or {}).get("subscription_details") is not None:
            raise ValueError(f"{invoice_id} belongs to a subscription and cannot be revised.")
        return self.create_invoice(
            old["customer"],
            lines,
            currency=old["currency"],
            from_invoice=invoice_id,
            description=old["description"],
            **fields,
        )

    def _draft(
        self,
        customer_id: str,
        currency: str,
        rows_of: Rows,
        *,
        codes: Sequence[str] = (),
        discounts: Sequence[str] = (),
        tax_rates: Sequence[str] = (),
        shipping: int = 0,
        **fields: Any,
    ) -> Json:
        """A draft with the rows that `rows_of` makes for its id; `codes` are redeemed, `discounts` exist already."""
        customer = self._customer(customer_id)
        invoice_id = self.ids.next("in")
        applied = [
            *discounts,
            *(self._redeem(code, customer_id, currency, invoice_id=invoice_id)["id"] for code in codes),
        ]
        rows = rows_of(invoice_id)
        if len(rows) > MOST_LINES:
            raise ValueError(f"{invoice_id} would have {len(rows)} lines; an invoice holds {MOST_LINES}.")
        self._lines[invoice_id] = rows
        invoice = blank(
            "invoice",
            id=invoice_id,
            created=self.now,
            account_country=self.account["country"],
            account_name=self.account["business_profile"]["name"],
            currency=currency,
            customer=customer_id,
            customer_address=customer["address"],
            customer_email=customer["email"],
            customer_name=customer["name"],
            customer_phone=customer["phone"],
            customer_tax_exempt=customer["tax_exempt"],
            default_tax_rates=self._tax_rates(tax_rates),
            discounts=applied,
            **{"period_start": self.now, "period_end": self.now, **fields},
        )
        included = self._discount_and_tax(rows, applied, invoice)
        invoice |= {"lines": self._embedded(invoice_id), **totals_of(rows, applied, included, shipping)}
        if shipping:
            invoice["shipping_cost"] = {
                "amount_subtotal": shipping,
                "amount_tax": 0,
                "amount_total": shipping,
                "shipping_rate": None,
            }
        due, _ = self._balance_fields(invoice)
        invoice |= {**due, "ending_balance": None}
        return self.add(invoice, "invoice.created")

    def _take_pending(self, customer_id: str, currency: str, invoice_id: str) -> list[Json]:
        """The customer's pending items, now on this invoice."""
        items = self.pending_items(customer_id, currency)
        for item in items:
            self.change(item, None, invoice=invoice_id)
        return items

    def _replace(self, old_id: str, revision: Json) -> None:
        """Void the invoice that `revision` replaces, and let it say so."""
        old = self.void_invoice(old_id)
        self.change(old, "invoice.updated", latest_revision=revision["id"])

    def _tell_overdue(self, invoice_id: str) -> None:
        invoice = self.get("invoice", invoice_id)
        if invoice["status"] == "open":
            self.emit("invoice.overdue", invoice)
            self._set_delinquent(invoice, is_delinquent=True)
