"""Small worlds: a handful of objects each, so that a test runs in a second or two."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sandbox.stripe.billing.invoice_lines import Line
from sandbox.stripe.world import World

Object = dict[str, Any]


@dataclass
class Trade:
    """A world and the catalogue in it. The clock begins on Monday, 2026-11-02, at 15:00 UTC."""

    world: World
    price: str = ""
    other_price: str = ""
    euro_price: str = ""
    customer: str = ""
    charges: dict[str, str] = field(default_factory=dict)

    def at(self, day: int, hour: int = 15, minute: int = 0) -> None:
        """Let time pass until this instant of November (UTC)."""
        self.world.advance_to(datetime(2026, 11, day, hour, minute, tzinfo=UTC))

    def sale(self, *lines: Line, customer: str | None = None, **fields: Any) -> tuple[Object, Object]:
        """An invoice, paid at once; returns invoice and charge."""
        chosen = list(lines) or [Line(price=self.price)]
        invoice = self.world.create_invoice(customer or self.customer, chosen, **fields)
        return invoice, self.world.pay_invoice(invoice["id"])


def opened(seed: int = 1, **options: Any) -> Trade:
    """A company with a catalogue and one customer, in which nothing has been sold yet."""
    trade = Trade(World(seed, datetime(2026, 11, 2, 15, tzinfo=UTC), **options))
    world = trade.world
    product = world.create_product("Plan")["id"]
    trade.price = world.create_price(product, 10000, "usd")["id"]
    trade.other_price = world.create_price(product, 3333, "usd")["id"]
    trade.euro_price = world.create_price(product, 9000, "eur")["id"]
    trade.customer = world.create_customer("Ada Ltd", email="ada@example.test")["id"]
    return trade


def one_sale(seed: int = 1) -> tuple[Trade, Object, Object]:
    """One invoice of 100.00 USD, paid; the payout with it has arrived. Returns the trade, invoice and charge."""
    trade = opened(seed)
    invoice, charge = trade.sale()
    trade.at(6)
    return trade, invoice, charge


def busy_week(seed: int = 1) -> Trade:
    """Some of everything that moves money: sales in two currencies, a coupon, payments without invoice, refunds."""
    trade = opened(seed)
    world = trade.world
    world.create_coupon("TEN", percent_off=Decimal(10))
    other = world.create_customer("Babbage & Sons", email="accounts@example.test")["id"]
    euro = world.create_customer("Curie GmbH", email="curie@example.test")["id"]
    _, first = trade.sale(Line(price=trade.price), Line(price=trade.other_price, quantity=2))
    trade.sale(Line(price=trade.other_price, quantity=3), customer=other, coupon="TEN")
    _, abroad = trade.sale(Line(price=trade.euro_price), customer=euro, currency="eur")
    loose = world.charge(2500, customer=other, description="Paid at the fair")
    world.charge(990, description="Somebody")
    world.charge(5000, customer=other, capture=False)
    world.charge(700, customer=other, declined=True)
    trade.at(3)
    _, whole = trade.sale(customer=other)
    world.create_invoice(trade.customer, [Line(price=trade.other_price)])
    world.refund(first["id"], 4000)
    trade.at(3, 18)
    world.refund(whole["id"])
    world.refund(abroad["id"], 2000)
    world.refund(loose["id"], 500)
    trade.at(4)
    trade.sale(customer=euro, currency="eur", *[Line(price=trade.euro_price, quantity=2)])
    trade.at(9, 12)
    return trade
