"""How a coupon reduces an invoice: the total it takes off, and the part of it that falls on each line.

Amounts are minor units. The parts add up to the total exactly; cents that do not divide go to the lines with the
largest remainders. `unit` is what amounts of the currency are multiples of.
"""

from decimal import ROUND_HALF_UP, Decimal

from sandbox.stripe.base.shelf import Json


def discount_total(coupon: Json, subtotal: int, unit: int = 1) -> int:
    """What a coupon takes off `subtotal`, never more than that."""
    if coupon["percent_off"] is None:
        return min(int(coupon["amount_off"]), subtotal)
    share = subtotal * Decimal(coupon["percent_off"]) / 100 / unit
    return int(share.quantize(Decimal(1), rounding=ROUND_HALF_UP)) * unit


def allocate(total: int, amounts: list[int], unit: int = 1) -> list[int]:
    """Split `total` over lines in proportion to their positive `amounts`."""
    if unit != 1:
        return [part * unit for part in allocate(total // unit, [amount // unit for amount in amounts])]
    whole = sum(amounts)
    if whole == 0:
        return [0 for _ in amounts]
    parts = [total * amount // whole for amount in amounts]
    by_remainder = sorted(range(len(amounts)), key=lambda index: -(total * amounts[index] % whole))
    for index in by_remainder[: total - sum(parts)]:
        parts[index] += 1
    return parts


def take_off(coupon: Json, discount_id: str, rows: list[Json], unit: int = 1) -> None:
    """Write a coupon's part onto each line it applies to, after the discounts that are there already.

    Lines that are not discountable, and products outside the coupon's `applies_to`, are left alone
    (docs.stripe.com/billing/subscriptions/coupons).
    """
    eligible = [row for row in rows if row["discountable"] and _covers(coupon, row)]
    left = [row["amount"] - sum(part["amount"] for part in row["discount_amounts"]) for row in eligible]
    for row, part in zip(eligible, allocate(discount_total(coupon, sum(left), unit), left, unit), strict=True):
        row["discount_amounts"].append({"amount": part, "discount": discount_id})


def _covers(coupon: Json, row: Json) -> bool:
    products = coupon.get("applies_to", {}).get("products")
    details = (row["pricing"] or {}).get("price_details")
    return products is None or (details is not None and details["product"] in products)
