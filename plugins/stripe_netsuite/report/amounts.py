"""Amounts as people read them: the right number of decimals, thousands apart, minus in front, currency behind."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from stripe_netsuite.domain.money import exponent_of


def format_minor(minor: int, currency: str) -> str:
    """Return `1,234.50 USD`, `1,235 JPY`, `1.234 KWD`; without a currency the bare number (nothing is assumed)."""
    if not currency:
        return f"{minor:,}" if minor else "–"
    return format_major(Decimal(minor).scaleb(-exponent_of(currency)), currency)


def format_major(amount: Decimal, currency: str) -> str:
    """Return an amount in major units as `format_minor` does; further decimals than the currency has are kept."""
    places = max(exponent_of(currency), -int(amount.as_tuple().exponent) if amount.is_finite() else 0)
    return f"{amount:,.{places}f} {currency.upper()}"


def format_text(amount: str | None, currency: str | None) -> str:
    """Return a decimal written as text like the others; what is no number is returned as it is, nothing as a dash."""
    if amount is None or amount == "":
        return "–"
    if not currency:
        return amount
    try:
        return format_major(Decimal(amount), currency)
    except InvalidOperation:
        return amount
