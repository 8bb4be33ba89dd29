"""Invoices and invoice payments: what is billed adds up, and everything an invoice names has been read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stripe_netsuite.domain.finding import Severity
from stripe_netsuite.domain.stripe_object import Discount, Invoice, InvoiceLine, InvoicePayment
from stripe_netsuite.validate.checks.common import currency_rule, status_rule
from stripe_netsuite.validate.lookups import Lookups
from stripe_netsuite.validate.rule import Rule, holds, is_between, is_zero

INVOICE_RULES: tuple[Rule, ...] = (
    currency_rule("invoice"),
    status_rule("invoice", frozenset({"draft", "open", "paid", "uncollectible", "void"})),
    Rule(
        code="invoice_lines_incomplete",
        severity=Severity.CRITICAL,
        object_type="invoice",
        words="All lines of an invoice have been read; Stripe sends ten with the invoice and the others on request.",
        suggestion="Run a backfill of the invoice's day.",
        expectation=holds("lines_are_complete"),
        expected="all lines",
        found="{line_count} lines, and more at Stripe",
    ),
    Rule(
        code="invoice_total_mismatch",
        severity=Severity.CRITICAL,
        object_type="invoice",
        words="Lines less discounts plus exclusive taxes are the invoice's total (C1).",
        suggestion="Look for what the lines do not show, such as shipping; correct the invoice or map the rest.",
        expectation=is_zero("lines_minus_total"),
        expected="total {total:money}",
        found="{lines_total:money} from {line_count} lines",
        difference="{lines_minus_total:money}",
    ),
    Rule(
        code="invoice_discount_total_mismatch",
        severity=Severity.CRITICAL,
        object_type="invoice",
        words="The discounts on the lines add up to the invoice's discounts (C3).",
        suggestion="Compare the invoice's discounts with those of its lines in Stripe.",
        expectation=is_zero("discounts_minus_total"),
        expected="{discounts_of_invoice:money} of discounts",
        found="{discounts_of_lines:money} on the lines",
        difference="{discounts_minus_total:money}",
    ),
    Rule(
        code="invoice_line_currency_mismatch",
        severity=Severity.CRITICAL,
        object_type="invoice",
        words="Every line of an invoice is in the invoice's currency.",
        suggestion="Fetch the invoice again with a backfill of its day; if Stripe really says so, ask Stripe.",
        expectation=holds("lines_share_currency"),
        expected="{currency} on every line",
        found="{line_currencies}",
    ),
    Rule(
        code="invoice_finalized_at_missing",
        severity=Severity.CRITICAL,
        object_type="invoice",
        words="An invoice that is no draft has a date of finalisation; it is booked on that date (C1).",
        suggestion="Fetch the invoice again with a backfill of its day.",
        expectation=holds("has_finalized_at"),
        expected="finalised at some instant, because the status is {status}",
        found="no instant",
    ),
    Rule(
        code="invoice_customer_not_staged",
        severity=Severity.CRITICAL,
        object_type="invoice",
        words="The customer of an invoice has been read from Stripe.",
        suggestion="Run a backfill of the day on which the customer was created; the invoice goes on by itself.",
        expectation=holds("customer_is_staged"),
        expected="customer {customer} staged",
        found="not staged",
    ),
    Rule(
        code="invoice_price_not_staged",
        severity=Severity.CRITICAL,
        object_type="invoice",
        words="The prices on an invoice's lines have been read from Stripe.",
        suggestion="Run a backfill of the day on which the price was created; the invoice goes on by itself.",
        expectation=holds("prices_are_staged"),
        expected="every price staged",
        found="not staged: {missing_prices}",
    ),
    Rule(
        code="invoice_coupon_not_staged",
        severity=Severity.CRITICAL,
        object_type="invoice",
        words="The coupons behind an invoice's discounts have been read from Stripe.",
        suggestion="A coupon deleted in Stripe cannot be read any more: void the invoice and issue it again, or book it by hand.",
        expectation=holds("coupons_are_staged"),
        expected="every coupon staged",
        found="not staged: {missing_coupons}",
    ),
    Rule(
        code="invoice_remaining_out_of_range",
        severity=Severity.WARNING,
        object_type="invoice",
        words="What remains to be paid of an invoice is not negative and not more than its total or what is due.",
        suggestion="Look at the invoice's payments and credit notes in Stripe.",
        expectation=holds("remaining_is_in_range"),
        expected="from nothing to {most_remaining:money}",
        found="{amount_remaining:money}",
    ),
    Rule(
        code="invoice_settled_by_credit",
        severity=Severity.WARNING,
        object_type="invoice",
        words="Payments alone settle an invoice: credit notes and the customer's balance have no booking rule yet.",
        suggestion="Enter a credit memo over the amount in NetSuite and apply it; until then it stays open there.",
        expectation=is_zero("settled_by_credit"),
        expected="nothing credited",
        found="{settled_by_credit:money} of {total:money}",
    ),
    Rule(
        code="invoice_period_reversed",
        severity=Severity.WARNING,
        object_type="invoice",
        words="No line's service period ends before it starts; revenue is recognised over it (C9).",
        suggestion="Correct the period of the line in Stripe or the recognition dates in NetSuite.",
        expectation=is_between("reversed_periods", 0, 0),
        expected="no such line",
        found="{reversed_periods} of {line_count} lines",
    ),
)

INVOICE_PAYMENT_RULES: tuple[Rule, ...] = (
    currency_rule("invoice_payment"),
    status_rule("invoice_payment", frozenset({"open", "paid", "canceled"})),
    Rule(
        code="invoice_payment_invoice_not_staged",
        severity=Severity.CRITICAL,
        object_type="invoice_payment",
        words="The invoice that a payment pays has been read from Stripe.",
        suggestion="Run a backfill of the day on which the invoice was created; the payment goes on by itself.",
        expectation=holds("invoice_is_staged"),
        expected="invoice {invoice} staged",
        found="not staged",
    ),
    Rule(
        code="invoice_payment_currency_mismatch",
        severity=Severity.CRITICAL,
        object_type="invoice_payment",
        words="A payment of an invoice is in the invoice's currency.",
        suggestion="Fetch both again with a backfill of their day; if Stripe really says so, ask Stripe.",
        expectation=holds("shares_invoice_currency"),
        expected="{invoice_currency}",
        found="{currency}",
    ),
    Rule(
        code="invoice_payment_amount_missing",
        severity=Severity.CRITICAL,
        object_type="invoice_payment",
        words="A payment that is paid says how much of the invoice it paid (D2).",
        suggestion="Fetch the invoice payment again with a backfill of its day.",
        expectation=holds("has_amount_paid"),
        expected="an amount",
        found="none",
    ),
    Rule(
        code="invoice_payment_source_missing",
        severity=Severity.CRITICAL,
        object_type="invoice_payment",
        words="A payment through Stripe names the payment intent or the charge that paid.",
        suggestion="Fetch the invoice payment again with a backfill of its day.",
        expectation=holds("has_source"),
        expected="the id of a {payment_type}",
        found="none",
    ),
)


def invoice_rows(invoices: Sequence[Invoice], lookups: Lookups) -> list[dict[str, Any]]:
    """Columns of invoices. Sums are checked once the lines are final: not for drafts."""
    customers = lookups.staged("customer", (invoice.customer for invoice in invoices))
    prices = lookups.staged("price", (price for invoice in invoices for price in _prices(invoice)))
    coupons = lookups.staged("coupon", (coupon for invoice in invoices for coupon in _coupons(invoice)))
    rows = []
    for invoice in invoices:
        missing_prices = sorted(_prices(invoice) - prices)
        missing_coupons = sorted(_coupons(invoice) - coupons)
        rows.append(
            {
                **_sums(invoice),
                "currency": invoice.currency,
                "status": invoice.status,
                "customer": invoice.customer,
                "customer_is_staged": invoice.customer in customers if invoice.customer else None,
                "missing_prices": ", ".join(missing_prices),
                "prices_are_staged": not missing_prices,
                "missing_coupons": ", ".join(missing_coupons),
                "coupons_are_staged": not missing_coupons,
                "has_finalized_at": None
                if invoice.status == "draft"
                else invoice.status_transitions.finalized_at is not None,
                "amount_remaining": invoice.amount_remaining,
                "settled_by_credit": _credited(invoice),
                # What a customer owed before is due with the invoice, beyond its total.
                "most_remaining": (most := max(invoice.total, invoice.amount_due, 0)),
                "remaining_is_in_range": 0 <= invoice.amount_remaining <= most,
            }
        )
    return rows


def _credited(invoice: Invoice) -> int:
    balance = 0 if invoice.ending_balance is None else invoice.ending_balance - invoice.starting_balance
    notes = (invoice.pre_payment_credit_notes_amount or 0) + (invoice.post_payment_credit_notes_amount or 0)
    return abs(balance) + notes


def _sums(invoice: Invoice) -> dict[str, Any]:
    lines = invoice.lines.data
    is_comparable = invoice.status != "draft" and not invoice.lines.has_more
    discounts = sum(_discount(line) for line in lines)
    total = sum(line.amount + _exclusive_tax(line) for line in lines) - discounts
    stated = invoice.total_discount_amounts
    discounts_of_invoice = None if stated is None else sum(part.amount for part in stated)
    currencies = sorted({line.currency for line in lines})
    return {
        "total": invoice.total,
        "lines_total": total,
        "lines_minus_total": total - invoice.total if is_comparable else None,
        "discounts_of_lines": discounts,
        "discounts_of_invoice": discounts_of_invoice,
        "discounts_minus_total": discounts - discounts_of_invoice
        if is_comparable and discounts_of_invoice is not None
        else None,
        "line_count": len(lines),
        "lines_are_complete": not invoice.lines.has_more,
        "line_currencies": ", ".join(currencies),
        "lines_share_currency": currencies in ([], [invoice.currency]),
        "reversed_periods": sum(line.period.end < line.period.start for line in lines),
    }


def _discount(line: InvoiceLine) -> int:
    return sum(part.amount for part in line.discount_amounts or ())


def _exclusive_tax(line: InvoiceLine) -> int:
    return sum(tax.amount for tax in line.taxes or () if tax.tax_behavior == "exclusive")


def _prices(invoice: Invoice) -> set[str]:
    pricings = (line.pricing for line in invoice.lines.data)
    return {pricing.price_details.price for pricing in pricings if pricing and pricing.price_details}


def _coupons(invoice: Invoice) -> set[str]:
    discounts = [*invoice.discounts, *(discount for line in invoice.lines.data for discount in line.discounts)]
    # A discount that Stripe did not expand is a bare id and tells no coupon.
    return {
        discount.source.coupon for discount in discounts if isinstance(discount, Discount) and discount.source.coupon
    }


def invoice_payment_rows(payments: Sequence[InvoicePayment], lookups: Lookups) -> list[dict[str, Any]]:
    """Columns of invoice payments; one that is not paid yet only needs its invoice."""
    staged = lookups.staged("invoice", (payment.invoice for payment in payments))
    facts = lookups.invoices(staged)
    rows = []
    for payment in payments:
        invoice = facts.get(payment.invoice)
        is_paid = payment.status == "paid"
        source_by_type = {"payment_intent": payment.payment.payment_intent, "charge": payment.payment.charge}
        is_through_stripe = payment.payment.type in source_by_type
        rows.append(
            {
                "currency": payment.currency,
                "status": payment.status,
                "invoice": payment.invoice,
                "invoice_is_staged": payment.invoice in staged,
                "invoice_currency": invoice.currency if invoice else None,
                "shares_invoice_currency": payment.currency == invoice.currency if invoice else None,
                "has_amount_paid": payment.amount_paid is not None if is_paid else None,
                "payment_type": payment.payment.type.replace("_", " "),
                "has_source": bool(source_by_type[payment.payment.type]) if is_paid and is_through_stripe else None,
            }
        )
    return rows
