"""Finalised Stripe invoice → NetSuite invoice (ACCOUNTING C1 to C3)."""

from __future__ import annotations

from datetime import date, timedelta

from stripe_netsuite.domain.identity import external_id
from stripe_netsuite.domain.money import Money, sum_money
from stripe_netsuite.domain.netsuite_record import CustomFields, InvoiceRecord, Link, SaleLine
from stripe_netsuite.domain.stripe_object import Discount, Invoice, InvoiceLine, TaxAmount
from stripe_netsuite.transform.booking import Header, header, hold
from stripe_netsuite.transform.books import Books
from stripe_netsuite.transform.customer import customer_link
from stripe_netsuite.transform.item import item_account_id, item_link
from stripe_netsuite.transform.outcome import Booked, Excluded, Outcome, Waiting


def invoice_from_stripe(invoice: Invoice, books: Books) -> Outcome:
    """Return the invoice record, dated `effective_at` or finalisation, its lines adding up to Stripe's total (C1)."""
    finalised_at = finalisation_of(invoice)
    if finalised_at is None:
        return Excluded("C1: a draft is never booked")
    if books.is_before_start(finalised_at):
        return Excluded("A7: finalised before the sync start date")
    if invoice.status == "void":
        return hold(
            books,
            "invoice",
            invoice.id,
            "invoice_void",
            "The invoice was voided in Stripe.",
            suggestion="Nothing was booked. If NetSuite holds it already, credit all its lines there.",
        )
    head = header(books, "invoice", invoice.id, books.date_of(finalised_at), invoice.currency)
    if isinstance(head, Waiting):
        return head
    lines = sale_lines(invoice, books)
    if isinstance(lines, Waiting):
        return lines
    return _checked(invoice, books, head, lines)


def finalisation_of(invoice: Invoice) -> int | None:
    """Return the instant that dates the invoice (C1); None for a draft."""
    if invoice.status == "draft":
        return None
    return invoice.effective_at or invoice.status_transitions.finalized_at


def sale_lines(invoice: Invoice, books: Books) -> tuple[SaleLine, ...] | Waiting:
    """Return one line a Stripe line (C2), each followed by its discounts (C3)."""
    coupon_by_discount = _coupon_by_discount(invoice)
    lines: list[SaleLine] = []
    for line in invoice.lines.data:
        lines.append(_sale_line(line, books))
        for discount in line.discount_amounts or ():
            if not discount.amount:
                continue
            coupon = coupon_by_discount.get(discount.discount)
            if coupon is None:
                return hold(
                    books,
                    "invoice",
                    invoice.id,
                    "discount_without_coupon",
                    "A discount of this invoice names no coupon, so there is no discount item for it.",
                    found=discount.discount,
                    suggestion="Look the discount up in Stripe; void the invoice and issue it again, or book it by hand.",
                )
            lines.append(_discount_line(line, coupon, discount.amount, books))
    return tuple(lines)


def coupons_of(invoice: Invoice) -> set[str]:
    """Return the coupon ids that the invoice's discounts come from."""
    return set(_coupon_by_discount(invoice).values())


def _checked(invoice: Invoice, books: Books, head: Header, lines: tuple[SaleLine, ...]) -> Outcome:
    currency = invoice.currency
    inclusive = sum(tax.amount for tax in _taxes(invoice) if tax.tax_behavior == "inclusive")
    if inclusive:
        return hold(
            books,
            "invoice",
            invoice.id,
            "inclusive_tax",
            "The lines contain tax, which must not be booked as income, and no rule takes it out yet (C4).",
            found=str(Money(inclusive, currency)),
            suggestion="Book it by hand with its tax; its payment waits until the rule is there.",
        )
    total = Money(invoice.total, currency)
    found = sum_money((Money.from_major(line.amount, currency) for line in lines), currency)
    if found != total:
        tax = sum(tax.amount for tax in _taxes(invoice) if tax.tax_behavior == "exclusive")
        about_tax = f" Exclusive tax of {Money(tax, currency)} has no line." if tax else ""
        return hold(
            books,
            "invoice",
            invoice.id,
            "invoice_total_mismatch",
            f"The lines and discounts do not add up to Stripe's total.{about_tax}",
            expected=str(total),
            found=str(found),
            difference=str(found - total),
            suggestion="Compare its lines with its total in Stripe; void it and issue it again, or book it by hand.",
        )
    record = InvoiceRecord(
        stripe_id=invoice.id,
        external_id=external_id(invoice.id),
        tran_date=head.tran_date,
        original_date=head.original_date,
        memo=head.memo,
        currency=currency,
        currency_id=head.currency_id,
        subsidiary_id=head.subsidiary_id,
        customer=customer_link(books, invoice.customer),
        lines=lines,
        total=total.major,
        receivable_account_id=books.receivable_account_id,
        due_date=books.date_of(invoice.due_date) if invoice.due_date else None,
        custom_fields=books.extra_fields("invoice", invoice),
    )
    return Booked((record,))


def _taxes(invoice: Invoice) -> list[TaxAmount]:
    return [tax for line in invoice.lines.data for tax in line.taxes or ()]


def _sale_line(line: InvoiceLine, books: Books) -> SaleLine:
    start, end = books.date_of(line.period.start), _inclusive_end(line, books)
    dates: CustomFields = ()
    if books.line_dates:
        dates = ((books.line_dates[0], start.isoformat()), (books.line_dates[1], end.isoformat()))
    return SaleLine(
        item=item_link(books, line),
        amount=Money(line.amount, line.currency).major,
        quantity=line.quantity,
        description=_description(line.description),
        start_date=start,
        end_date=end,
        account_id=item_account_id(books, line),
        custom_fields=(*dates, *books.extra_fields("invoice_line", line)),
    )


def _discount_line(line: InvoiceLine, coupon: str, amount: int, books: Books) -> SaleLine:
    return SaleLine(
        item=Link(coupon),
        amount=Money(-amount, line.currency).major,
        quantity=None,
        description=_description(f"Discount {coupon}"),
        account_id=books.discount_account_id if books.items.discount == "posting" else item_account_id(books, line),
        is_discount=True,
    )


def _inclusive_end(line: InvoiceLine, books: Books) -> date:
    """Stripe's period end is exclusive, NetSuite's inclusive: one day earlier, never before the start (C2)."""
    start, end = books.date_of(line.period.start), books.date_of(line.period.end)
    return max(start, end - timedelta(days=1))


def _coupon_by_discount(invoice: Invoice) -> dict[str, str]:
    listed = [*invoice.discounts, *(discount for line in invoice.lines.data for discount in line.discounts)]
    return {d.id: d.source.coupon for d in listed if isinstance(d, Discount) and d.source.coupon}


def _description(text: str | None) -> str:
    return " ".join((text or "").split())[:999]
