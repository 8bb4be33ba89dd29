"""What all transaction transforms share: the header, the memo, and the reasons why nothing can be booked yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.transform.books import Books
from stripe_netsuite.transform.outcome import Waiting


@dataclass(frozen=True, slots=True)
class Header:
    """Date, memo, currency and subsidiary of a transaction."""

    tran_date: date
    original_date: date | None
    memo: str
    currency: str
    currency_id: str
    subsidiary_id: str


def header(
    books: Books, object_type: str, stripe_id: str, day: date, currency: str, note: str = ""
) -> Header | Waiting:
    """Return the header, or what it waits for: an open period (A4) or the currency in NetSuite.

    The memo says `Stripe: <id>` (A5), a note, and the original date where the period moved it (A4).
    """
    currency_id = books.currency_id_by_code.get(currency)
    if currency_id is None:
        return hold(
            books,
            object_type,
            stripe_id,
            "currency_missing",
            "NetSuite has no active currency for this transaction.",
            found=currency.upper(),
            suggestion="Activate the currency under Lists > Accounting > Currencies; it is booked by itself then.",
        )
    booked = books.book_date(day)
    if booked is None:
        return hold(
            books,
            object_type,
            stripe_id,
            "period_closed",
            "The posting period of this date is closed or locked.",
            found=day.isoformat(),
            suggestion="Open the period, or set closed_period: next_open_period in policy.yaml.",
        )
    parts = [f"Stripe: {stripe_id}", note]
    if booked.original:
        parts.append(f"Original transaction date: {booked.original.isoformat()}")
    return Header(
        tran_date=booked.day,
        original_date=booked.original,
        memo=_one_line(" | ".join(part for part in parts if part)),
        currency=currency,
        currency_id=currency_id,
        subsidiary_id=books.subsidiary_id,
    )


def hold(
    books: Books,
    object_type: str,
    stripe_id: str,
    code: str,
    message: str,
    *,
    expected: str | None = None,
    found: str | None = None,
    difference: str | None = None,
    suggestion: str | None = None,
) -> Waiting:
    """Return `Waiting` with one critical finding: a person must do something."""
    return Waiting(
        code,
        (
            Finding(
                code=code,
                severity=Severity.CRITICAL,
                stage="load",
                stripe_account=books.stripe_account,
                object_type=object_type,
                stripe_id=stripe_id,
                message=message,
                expected=expected,
                found=found,
                difference=difference,
                suggestion=suggestion,
            ),
        ),
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())[:999]
