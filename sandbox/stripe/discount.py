"""How a coupon reduces an invoice: the total it takes off, and the part of it that falls on each line.

Amounts are minor units. The parts add up to the total exactly; cents that do not divide go to the lines with the
largest remainders.
"""

from decimal import ROUND_HALF_UP, Decimal

from sandbox.stripe.shelf import Json


def discount_total(coupon: Json, subtotal: int) -> int:
    """What a coupon takes off `subtotal`, never more than that."""
    if coupon["percent_off"] is None:
        return min(int(coupon["amount_off"]), subtotal)
    return int((subtotal * Decimal(coupon["percent_off"]) / 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def allocate(total: int, amounts: list[int]) -> list[int]:
    """Split `total` over lines in proportion to their positive `amounts`."""
    whole = sum(amounts)
    if whole == 0:
        return [0 for _ in amounts]
    parts = [total * amount // whole for amount in amounts]
    by_remainder = sorted(range(len(amounts)), key=lambda index: -(total * amounts[index] % whole))
    for index in by_remainder[: total - sum(parts)]:
        parts[index] += 1
    return parts
