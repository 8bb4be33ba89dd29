"""Ordinary business between the written steps: invoices for the catalogue's prices, most paid within two days.

Depends on the seed alone. Customers are billed in the currency they have; amounts come from the catalogue.
"""

from datetime import date, datetime, timedelta
from functools import partial
from random import Random

from sandbox.scenarios.player import Player, Script, Step

_DAYS_A_MONTH = 30
_PAYMENT_DELAYS_MINUTES = (0, 0, 0, 0, 7, 95, 600, 1500, 2700)


def fill(player: Player, script: Script, seed: int) -> None:
    """Schedule the script's number of invoices over its days, and the payment of most of them."""
    random = Random(seed)
    window = int((script.filling.end - script.filling.start).total_seconds())
    prices = [price for product in script.products for price in product["prices"]]
    for number in range(1, script.filling.invoices + 1):
        at = script.filling.start + timedelta(seconds=random.randrange(window))
        customers = [row for row in script.customers if row.get("since", script.opened) < at]
        customer = random.choice(customers)
        lines = [_line(random, prices, customer["currency"], at) for _ in range(random.choice((1, 1, 1, 2, 3)))]
        step: Step = {
            "do": "invoice",
            "as": f"filling {number}",
            "customer": customer["key"],
            "currency": customer["currency"],
            "lines": lines,
        }
        player.at(at, partial(player.do, step))
        is_paid = random.randrange(100) < script.filling.paid_percent
        delay = random.choice(_PAYMENT_DELAYS_MINUTES)
        if is_paid:
            payment: Step = {"do": "pay", "invoice": f"filling {number}"}
            player.at(at + timedelta(minutes=delay), partial(player.do, payment))


def _line(random: Random, prices: list[Step], currency: str, at: datetime) -> Step:
    price = random.choice([price for price in prices if price["currency"] == currency])
    line: Step = {"price": price["key"], "quantity": random.choice((1, 1, 1, 2, 5, 12))}
    if "interval" in price:
        first: date = at.date()
        line["period"] = [first, first + timedelta(days=_DAYS_A_MONTH)]
    return line
