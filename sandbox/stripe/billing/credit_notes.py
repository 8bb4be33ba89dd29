"""Credit notes: what of a finalised invoice is not owed after all, and how the customer gets back what was paid.

Amounts are minor units of the invoice's currency. A note first reduces what remains of the invoice; the rest is
refunded, credited to the customer's balance or given outside Stripe (docs.stripe.com/api/credit_notes/create).
"""

from collections.abc import Sequence
from typing import Any

from sandbox.stripe.base.account import blank
from sandbox.stripe.base.amounts import check_billable
from sandbox.stripe.base.shelf import Json
from sandbox.stripe.billing.cash_balance import CashBalance
from sandbox.stripe.billing.credit_rows import CreditLine, custom_row, row_of_line
from sandbox.stripe.billing.invoice_totals import discount_totals
from sandbox.stripe.billing.tax import EXCLUSIVE, INCLUSIVE, tax_total, total_taxes

REASONS = frozenset({"duplicate", "fraudulent", "order_change", "product_unsatisfactory"})
EMBEDDED_LINES = 10


class CreditNotes(CashBalance):
    """What can happen to credit notes."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._note_lines: dict[str, list[Json]] = {}

    def credit_note_lines_of(self, credit_note_id: str) -> list[Json]:
        """All lines of a credit note, in its order."""
        return self._note_lines[credit_note_id]

    def credit_note(
        self,
        invoice_id: str,
        *,
        lines: Sequence[CreditLine] | None = None,
        amount: int | None = None,
        refund: int | str = 0,
        customer_balance: int = 0,
        out_of_band: int = 0,
        reason: str | None = None,
        memo: str | None = None,
        metadata: dict[str, str] | None = None,
    ) -> Json:
        """Credit lines, or an `amount` with taxes and without lines, or all of a finalised invoice.

        What exceeds the invoice's remainder must be `refund` (an amount to refund, or the id of a refund made already)
        + `customer_balance` + `out_of_band`. Raises ValueError otherwise, and for more than the invoice's total.
        """
        invoice = self._in_status(invoice_id, "open", "paid", "uncollectible")
        if reason is not None and reason not in REASONS:
            raise ValueError(f"{reason!r} is no reason of a credit note: {', '.join(sorted(REASONS))}.")
        rows = self._credit_rows(invoice, lines) if amount is None else []
        shipping = invoice["amount_shipping"] if amount is None and lines is None else 0
        totals = _totals(rows, invoice, shipping) if amount is None else _plain_totals(amount, invoice)
        before_payment = self._part_before_payment(invoice, totals["total"])
        after_payment = totals["total"] - before_payment
        self._check_parts(invoice_id, after_payment, refund, customer_balance, out_of_band)
        customer = self._customer(invoice["customer"]) if customer_balance else {}
        note_id = self.ids.next("cn")
        refunds = [refund] if isinstance(refund, str) else self._refund_payments(invoice, refund)
        note = self._new_note(
            invoice,
            note_id,
            rows,
            **totals,
            memo=memo,
            metadata=metadata or {},
            out_of_band_amount=out_of_band or None,
            post_payment_amount=after_payment,
            pre_payment_amount=before_payment,
            reason=reason,
            refunds=[self._refund_of_note(refund_id) for refund_id in refunds],
            type=_type(before_payment, after_payment),
        )
        if customer_balance:
            note["customer_balance_transaction"] = self._move_balance(
                customer,
                -customer_balance,
                invoice["currency"],
                "credit_note",
                credit_note=note_id,
                invoice=invoice_id,
            )["id"]
        self.add(note, "credit_note.created")
        self._credit(invoice, before_payment, after_payment)
        return note

    def total_to_credit(self, invoice_id: str, lines: Sequence[CreditLine]) -> int:
        """What a credit note for `lines` would come to, discounts and taxes included."""
        invoice = self.get("invoice", invoice_id)
        total: int = _totals(self._credit_rows(invoice, lines), invoice, 0)["total"]
        return total

    def most_to_refund(self, invoice_id: str) -> int:
        """What of an invoice can still be credited and refunded to its payments."""
        held: int = sum(
            charge["amount_captured"] - charge["amount_refunded"] for charge in self._charges_of(invoice_id)
        )
        return min(held, _left_to_credit(self.get("invoice", invoice_id)))

    def void_credit_note(self, credit_note_id: str) -> Json:
        """Take a credit note back. Raises ValueError unless its invoice is open (docs.stripe.com/api/credit_notes/void)."""
        note = self.get("credit_note", credit_note_id)
        if note["status"] != "issued":
            raise ValueError(f"{credit_note_id} is {note['status']}.")
        invoice = self._in_status(note["invoice"], "open")
        self.change(note, "credit_note.voided", status="void", voided_at=self.now)
        self._credit(invoice, -note["pre_payment_amount"], 0)
        return note

    def _credit_rows(self, invoice: Json, lines: Sequence[CreditLine] | None) -> list[Json]:
        """The note's lines; without `lines`, what is left of every line of the invoice."""
        by_id = {row["id"]: row for row in self.lines_of(invoice["id"])}
        done = self._credited_by_line(invoice["id"])
        if lines is None:
            lines = [CreditLine(line_id) for line_id, row in by_id.items() if row["amount"] != done.get(line_id, 0)]
        rows = []
        for wanted in lines:
            rates = self._tax_rates(wanted.tax_rates)
            if wanted.line is None:
                rows.append(custom_row(wanted, rates, invoice["currency"], invoice["customer_tax_exempt"]))
                continue
            if wanted.line not in by_id:
                raise ValueError(f"{invoice['id']} has no line {wanted.line}.")
            billed = by_id[wanted.line]
            rates = self._tax_rates([tax["tax_rate_details"]["tax_rate"] for tax in billed["taxes"]])
            rows.append(row_of_line(billed, wanted, done.get(wanted.line, 0), rates))
            done[wanted.line] = done.get(wanted.line, 0) + rows[-1]["amount"]
        for row in rows:
            check_billable(row["amount"], invoice["currency"], f"A credit line of {invoice['id']}")
        return rows

    def _credited_by_line(self, invoice_id: str) -> dict[str, int]:
        """What earlier notes credited of each line, gross."""
        done: dict[str, int] = {}
        for note in self._notes_on(invoice_id):
            for row in self._note_lines[note["id"]] if note["status"] == "issued" else ():
                if "invoice_line_item" in row:
                    done[row["invoice_line_item"]] = done.get(row["invoice_line_item"], 0) + row["amount"]
        return done

    def _part_before_payment(self, invoice: Json, total: int) -> int:
        """What of a note of `total` reduces the remainder. Raises ValueError for more than the invoice's total."""
        left = _left_to_credit(invoice)
        if not 0 < total <= left:
            raise ValueError(f"{invoice['id']} has {left} left to credit, not {total}.")
        return min(total, int(invoice["amount_remaining"]))

    def _check_parts(
        self, invoice_id: str, after_payment: int, refund: int | str, customer_balance: int, out_of_band: int
    ) -> None:
        """Raise ValueError unless the parts of a note after payment add up."""
        refunded = self.get("refund", refund)["amount"] if isinstance(refund, str) else refund
        parts = (refunded, customer_balance, out_of_band)
        if min(parts) < 0 or sum(parts) != after_payment:
            raise ValueError(
                f"The sum of refund, customer balance and out of band amount ({sum(parts)}) must equal "
                f"the part of the credit note after payment ({after_payment}) of {invoice_id}."
            )

    def _refund_payments(self, invoice: Json, amount: int) -> list[str]:
        """Refund `amount` of the invoice's charges, the first ones first. Raises ValueError if they hold less."""
        parts = []
        for charge in self._charges_of(invoice["id"]):
            part = min(amount, charge["amount_captured"] - charge["amount_refunded"])
            if part > 0:
                parts.append((charge["id"], part))
                amount -= part
        if amount:
            raise ValueError(f"The payments of {invoice['id']} hold {amount} less than is to be refunded.")
        return [self.refund(charge_id, part)["id"] for charge_id, part in parts]

    def _charges_of(self, invoice_id: str) -> list[Json]:
        intents = [payment["payment"].get("payment_intent") for payment in self._payments_on(invoice_id, "paid")]
        charges = [self.get("payment_intent", intent)["latest_charge"] for intent in intents if intent is not None]
        return [self.get("charge", charge) for charge in charges if charge is not None]

    def _refund_of_note(self, refund_id: str) -> Json:
        amount = self.get("refund", refund_id)["amount"]
        return {"amount_refunded": amount, "payment_record_refund": None, "refund": refund_id, "type": "refund"}

    def _new_note(self, invoice: Json, note_id: str, rows: list[Json], **fields: Any) -> Json:
        rows = [{"id": self.ids.next("cnli"), **row} for row in rows]
        number = len(self._notes_on(invoice["id"])) + 1
        self._note_lines[note_id] = rows
        return blank(
            "credit_note",
            id=note_id,
            created=self.now,
            currency=invoice["currency"],
            customer=invoice["customer"],
            effective_at=self.now,
            invoice=invoice["id"],
            lines={
                "object": "list",
                "data": rows[:EMBEDDED_LINES],
                "has_more": len(rows) > EMBEDDED_LINES,
                "url": f"/v1/credit_notes/{note_id}/lines",
            },
            number=f"{invoice['number']}-CN-{number:02d}",
            pdf=f"https://pay.stripe.com/credit_notes/{self.account['id']}/test_{note_id}/pdf?s=ap",
            **fields,
        )

    def _credit(self, invoice: Json, before_payment: int, after_payment: int) -> None:
        """Let a note count for its invoice; one that nothing remains of is paid."""
        self.change(
            invoice,
            "invoice.updated",
            amount_due=invoice["amount_due"] - before_payment,
            amount_remaining=invoice["amount_remaining"] - before_payment,
            pre_payment_credit_notes_amount=invoice["pre_payment_credit_notes_amount"] + before_payment,
            post_payment_credit_notes_amount=invoice["post_payment_credit_notes_amount"] + after_payment,
        )
        if invoice["status"] != "paid" and invoice["amount_remaining"] == 0:
            self._mark_paid(invoice, 0, emits_success=False)
        self._follow_remaining(invoice)

    def _notes_on(self, invoice_id: str) -> list[Json]:
        keys = self.shelves["credit_note"].keys_with("invoice", invoice_id)
        return [self.get("credit_note", key[1]) for key in keys]


def _left_to_credit(invoice: Json) -> int:
    credited = invoice["pre_payment_credit_notes_amount"] + invoice["post_payment_credit_notes_amount"]
    left: int = invoice["total"] - credited
    return left


def _type(before_payment: int, after_payment: int) -> str:
    if before_payment and after_payment:
        return "mixed"
    return "pre_payment" if before_payment else "post_payment"


def _totals(rows: list[Json], invoice: Json, shipping: int) -> Json:
    amount = sum(row["amount"] for row in rows)
    discounts = discount_totals([{**row, "discounts": []} for row in rows], [])
    discounted = sum(part["amount"] for part in discounts)
    for_lines = sum(part["amount"] for part in discounts if part["discount"] not in invoice["discounts"])
    taxes = total_taxes(row["taxes"] for row in rows)
    included = tax_total(taxes, INCLUSIVE)
    total = amount - discounted + shipping + tax_total(taxes, EXCLUSIVE)
    return {
        "amount": total,
        "amount_shipping": shipping,
        "discount_amount": discounted,
        "discount_amounts": discounts,
        "shipping_cost": invoice["shipping_cost"] if shipping else None,
        "subtotal": amount - for_lines,
        "subtotal_excluding_tax": amount - for_lines - included,
        "total": total,
        "total_excluding_tax": amount - discounted + shipping - included,
        "total_taxes": taxes,
    }


def _plain_totals(amount: int, invoice: Json) -> Json:
    check_billable(amount, invoice["currency"], f"A credit of {invoice['id']}")
    same = ("amount", "subtotal", "subtotal_excluding_tax", "total", "total_excluding_tax")
    return dict.fromkeys(same, amount)
