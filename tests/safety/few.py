"""A world with one or two of each kind of record, for tests that run it many times."""

from __future__ import annotations

from decimal import Decimal

from sandbox.stripe.billing.invoice_lines import Line
from tests.pipeline.trade import Trade, opened


def few_of_each(seed: int = 1) -> Trade:
    """Three sales, one with a coupon and one in euro, a whole and a partial refund, a payout that has arrived."""
    trade = opened(seed)
    world = trade.world
    world.create_coupon("TEN", percent_off=Decimal(10))
    other = world.create_customer("Babbage & Sons", email="accounts@example.test")["id"]
    _, whole = trade.sale()
    _, part = trade.sale(Line(price=trade.other_price, quantity=3), customer=other, coupon="TEN")
    trade.sale(Line(price=trade.euro_price), customer=other, currency="eur")
    trade.at(3)
    world.refund(whole["id"])
    world.refund(part["id"], 2000)
    trade.at(9)
    return trade
