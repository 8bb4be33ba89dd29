"""A month of ordinary business of any size, written to a file as it happens.

`generate` plays it on a world whose objects are in the file, so that memory does not grow with it; the same volume and
seed give the same file, byte for byte. `python -m sandbox stripe --scenario FILE` serves it.
"""

import hashlib
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sandbox.stripe.base.disk_shelf import open_file
from sandbox.stripe.billing.invoice_lines import Line
from sandbox.stripe.disk_world import DiskWorld

FIRST_DAY = datetime(2026, 11, 1, tzinfo=UTC)
_CHARGES_A_CUSTOMER = 20
_MOST_CUSTOMERS = 5_000
_EVERY_EURO = 7  # each seventh customer is billed in euros
_RECENT = 500  # charges that may still be refunded or disputed
_SETTLING = timedelta(days=5)  # after the last charge, until the last payout has arrived
_BLOCK = 2**20
_PRICES = (
    ("Starter", "usd", 1_900),
    ("Pro", "usd", 4_900),
    ("Add-on <API>", "usd", 999),
    ("Starter", "eur", 1_800),
    ("Pro", "eur", 4_500),
)


@dataclass(frozen=True, slots=True)
class Volume:
    """How much is to happen: `charges` that succeed, spread over `days` from `start`."""

    charges: int
    seed: int = 1
    days: int = 30
    start: datetime = FIRST_DAY
    keeps_events: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """What was written: objects by type, the file's size and the hash of its bytes, and the clock's last instant."""

    objects: dict[str, int]
    size: int
    sha256: str
    now: datetime


def generate(path: Path, volume: Volume) -> Summary:
    """Write the file. Raises FileExistsError if it is there, ValueError for a volume without charges or days."""
    if volume.charges < 1 or volume.days < 1:
        raise ValueError(f"At least one charge and one day: got {volume.charges} charges in {volume.days} days.")
    connection = open_file(path, is_new=True)
    try:
        connection.execute("BEGIN")
        world = DiskWorld(connection, volume.seed, volume.start, keeps_events=volume.keeps_events)
        _Business(world, volume).run()
        world.save()
        connection.execute("COMMIT")
        objects = dict(connection.execute("SELECT type, count(*) FROM object GROUP BY type ORDER BY type").fetchall())
        now = world.now_utc
    finally:
        connection.close()
    return Summary(objects, path.stat().st_size, _hash_of(path), now)


class _Business:
    """Charges one after the other: invoices paid by card, payments without one, refunds, a few disputes."""

    def __init__(self, world: DiskWorld, volume: Volume) -> None:
        self._world = world
        self._volume = volume
        self._random = Random(volume.seed)
        self._recent: deque[str] = deque(maxlen=_RECENT)
        self._customers: list[str] = []
        self._prices: dict[str, list[str]] = {}

    def run(self) -> None:
        """Play all of it, and wait until the last payout has arrived."""
        self._open_catalogue()
        volume = self._volume
        gap = timedelta(days=volume.days) / volume.charges
        for number in range(volume.charges):
            # Within its own slot, so that the clock never goes back.
            at = volume.start + gap * number + gap * self._random.random()
            self._world.advance_to(at.replace(microsecond=0))
            if number % _CHARGES_A_CUSTOMER == 0 and len(self._customers) < _MOST_CUSTOMERS:
                self._add_customer(len(self._customers))
            self._one_charge()
            self._one_afterthought()
        self._world.advance_to(volume.start + timedelta(days=volume.days) + _SETTLING)

    def _open_catalogue(self) -> None:
        for name, currency, amount in _PRICES:
            product = self._world.create_product(f"{name} ({currency.upper()})")
            price = self._world.create_price(product["id"], amount, currency, interval="month")
            self._prices.setdefault(currency, []).append(price["id"])

    def _add_customer(self, number: int) -> None:
        customer = self._world.create_customer(f"Customer {number} & Söhne", email=f"c{number}@volume.example")
        self._customers.append(customer["id"])

    def _one_charge(self) -> None:
        random, world = self._random, self._world
        position = random.randrange(len(self._customers))
        customer = self._customers[position]
        currency = "eur" if position % _EVERY_EURO == _EVERY_EURO - 1 else "usd"
        if random.random() < 0.7:
            prices = self._prices[currency]
            lines = [
                Line(price=random.choice(prices), quantity=random.choice((1, 1, 2, 5)))
                for _ in range(random.choice((1, 1, 2, 3)))
            ]
            invoice = world.create_invoice(customer, lines, currency=currency)
            charge: dict[str, Any] = world.pay_invoice(invoice["id"])
            world.put_away_lines(invoice["id"])
        else:
            charge = world.charge(random.randrange(100, 50_000), currency, customer=customer, description="Order")
        self._recent.append(charge["id"])

    def _one_afterthought(self) -> None:
        """Now and then an earlier charge is refunded, whole or in part, or disputed."""
        random, world = self._random, self._world
        fate = random.random()
        if fate < 0.04:
            charge = world.get("charge", random.choice(self._recent))
            left = charge["amount_captured"] - charge["amount_refunded"]
            if left > 1 and not charge["disputed"]:
                world.refund(charge["id"], None if fate < 0.02 else random.randrange(1, left))
        elif fate < 0.041:
            charge = world.get("charge", random.choice(self._recent))
            if not charge["disputed"] and charge["amount_refunded"] == 0:
                world.open_dispute(charge["id"])


def _hash_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
