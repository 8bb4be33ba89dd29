"""Ordinary business of the month, by seed: subscriptions and invoices in five currencies, most of them paid.

Every name of the list is a customer, each with a currency; some pay late, some not at all, some get a part back, some
pay without an invoice. Promises the same events for the same seed and account.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from random import Random

from sandbox.stripe.base.account import unix
from sandbox.stripe.base.exchange import exponent
from sandbox.stripe.base.shelf import Json
from sandbox.stripe.billing.invoice_lines import Line
from sandbox.stripe.world import World

_CURRENCIES = ("usd", "eur", "gbp", "jpy", "kwd")
_PRODUCTS = {"Starter": Decimal(19), "Pro": Decimal("49.90"), "Seat": Decimal("9.99"), "Onboarding": Decimal(150)}
_WORTH = {"usd": Decimal(1), "eur": Decimal("0.90"), "gbp": Decimal("0.80"), "jpy": Decimal(150), "kwd": Decimal("0.3")}
_LEAST_STEP = {"kwd": 10}  # Stripe wants the last digit of a three-decimal amount to be 0 (docs.stripe.com/currencies)
_PAID_PERCENT, _REFUNDED_PERCENT, _DECLINED_PERCENT, _LOOSE_PERCENT = 93, 6, 5, 15
_DELAYS_MINUTES = (0, 0, 0, 0, 0, 3, 45, 400, 1500, 4000)
_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Filling:
    """From when to when (dates, both inclusive), how many invoices, whose names, and which currencies settle."""

    starts: date
    ends: date
    invoices: int
    names: list[str]
    settles: tuple[str, ...]


@dataclass
class _Shop:
    """The catalogue and the customers, once they exist."""

    world: World
    random: Random
    prices: dict[tuple[str, str], str] = field(default_factory=dict)
    customers: list[Json] = field(default_factory=list)


def fill(world: World, filling: Filling, seed: int) -> None:
    """Schedule all of it."""
    shop = _Shop(world, Random(f"{seed} {world.account['id']}"))
    opens = unix(datetime.combine(filling.starts, time(), UTC))
    closes = unix(datetime.combine(filling.ends + timedelta(days=1), time(), UTC))
    world.schedule(opens, lambda: _open(shop, filling))
    for _ in range(filling.invoices):
        at = shop.random.randrange(opens + 1, closes)
        chance = Random(shop.random.random())
        world.schedule(at, partial(_sell, shop, chance, closes))


def _open(shop: _Shop, filling: Filling) -> None:
    world = shop.world
    for name, worth in _PRODUCTS.items():
        product = world.create_product(name)["id"]
        for currency in _CURRENCIES:
            price = world.create_price(product, _amount(worth, currency), currency, interval=_interval(name))
            shop.prices[name, currency] = price["id"]
    for number, name in enumerate(filling.names):
        # Every third pays in what settles here; of the others, some currencies are converted.
        currency = filling.settles[0] if number % 3 == 0 else _CURRENCIES[number % len(_CURRENCIES)]
        shop.customers.append(
            world.create_customer(
                name, email=f"customer{number + 1}@{world.account['id'][-2:]}.example", currency=currency
            )
        )


def _interval(product: str) -> str | None:
    return None if product == "Onboarding" else "month"


def _amount(worth: Decimal, currency: str) -> int:
    minor = int((worth * _WORTH[currency]).scaleb(exponent(currency)))
    step = _LEAST_STEP.get(currency, 1)
    return minor // step * step


def _sell(shop: _Shop, chance: Random, closes: int) -> None:
    customer = chance.choice(shop.customers)
    if chance.randrange(100) < _LOOSE_PERCENT:
        amount = _amount(Decimal(chance.randrange(5, 400)), customer["currency"])
        charge = shop.world.charge(
            amount, customer["currency"], customer=customer["id"], description="Sold at the fair"
        )
        _maybe_refund(shop, chance, charge, closes)
        return
    lines = [_line(shop, chance, customer["currency"]) for _ in range(chance.choice((1, 1, 1, 2, 3)))]
    invoice = shop.world.create_invoice(customer["id"], lines, currency=customer["currency"])
    if chance.randrange(100) < _DECLINED_PERCENT:
        shop.world.pay_invoice(invoice["id"], declined=True)
    at = shop.world.now + 60 * (1 + chance.choice(_DELAYS_MINUTES))
    if chance.randrange(100) < _PAID_PERCENT and at < closes:
        shop.world.schedule(at, lambda: _pay(shop, chance, invoice["id"], closes))


def _pay(shop: _Shop, chance: Random, invoice_id: str, closes: int) -> None:
    _maybe_refund(shop, chance, shop.world.pay_invoice(invoice_id), closes)


def _maybe_refund(shop: _Shop, chance: Random, charge: Json, closes: int) -> None:
    if chance.randrange(100) >= _REFUNDED_PERCENT:
        return
    step = _LEAST_STEP.get(charge["currency"], 1)
    amount = max(step, charge["amount"] * chance.randrange(10, 101) // 100 // step * step)
    at = shop.world.now + chance.randrange(3600, 6 * _DAY_S)
    if at < closes:
        shop.world.schedule(at, lambda: _refund(shop, charge["id"], amount))


def _refund(shop: _Shop, charge_id: str, amount: int) -> None:
    shop.world.refund(charge_id, amount, reason="requested_by_customer")


def _line(shop: _Shop, chance: Random, currency: str) -> Line:
    name = chance.choice(sorted(_PRODUCTS))
    first = shop.world.now // _DAY_S * _DAY_S
    period = None if _interval(name) is None else (first, first + 30 * _DAY_S)
    return Line(price=shop.prices[name, currency], quantity=chance.choice((1, 1, 1, 2, 5, 12)), period=period)
