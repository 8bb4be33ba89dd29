"""Exact amounts: between JSON numbers, `Decimal` and SQLite's NUMERIC columns, at each currency's own precision."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from sandbox.netsuite import errors

ZERO = Decimal(0)
_MOST_DIGITS = 15


def exact(value: object) -> Decimal:
    """The number in a NUMERIC column (SQLite's float prints back the digits that were written, up to 15)."""
    return ZERO if value is None else Decimal(str(value))


def stored(value: Decimal | None) -> str | None:
    """What to bind for a NUMERIC column."""
    return None if value is None else format(value, "f")


def rounded(value: Decimal, precision: int) -> Decimal:
    """Round half up (away from zero) to `precision` decimals, as NetSuite does."""
    return value.quantize(Decimal(1).scaleb(-precision), rounding=ROUND_HALF_UP)


def number_from(value: object, name: str, *, path: str | None = None) -> Decimal:
    """A JSON number as Decimal; INVALID_VALUE for anything else, a text included."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise errors.invalid_value(name, path=path)
    number = Decimal(value)
    if not number.is_finite() or len(number.normalize().as_tuple().digits) > _MOST_DIGITS:
        raise errors.out_of_range(value, name)
    return number


def amount_from(value: object, name: str, precision: int, *, path: str | None = None) -> Decimal:
    """A JSON number as an amount of a currency; refused if it has more decimals than the currency."""
    number = number_from(value, name, path=path)
    amount = rounded(number, precision)
    if amount != number:
        raise errors.too_many_decimals(precision)
    return amount
