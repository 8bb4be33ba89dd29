"""Plays a script of business steps on a world: each is scheduled for its instant and happens when the clock comes by.

A script is YAML that names things by keys (`customer: ada`, `price: pro-monthly`, `invoice: ada-renewal`); the player
knows which object each key has become. What the script gets wrong (an unknown key, a missing field) is an error
that names the step.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import yaml

from sandbox.stripe.base.account import unix
from sandbox.stripe.billing.invoice_lines import Line
from sandbox.stripe.world import World

Step = dict[str, Any]


class Filling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the days between the written steps are filled with ordinary business."""

    start: datetime
    end: datetime
    invoices: int
    paid_percent: int


class Script(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A scenario as written. Amounts are minor units; instants are UTC."""

    opened: datetime
    products: list[Step]
    coupons: list[Step]
    customers: list[Step]
    steps: list[Step]
    filling: Filling


def read_script(path: Path) -> Script:
    """Read a scenario. Raises msgspec.ValidationError for a part that is missing or unknown."""
    return msgspec.convert(yaml.safe_load(path.read_text(encoding="utf-8")), Script)


class Player:
    """Turns steps into calls of the world's methods, and keeps which key became which id."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._ids: dict[str, str] = {}
        self._verbs: dict[str, Callable[[Step], None]] = {
            "invoice": self._invoice,
            "pay": self._pay,
            "charge": self._charge,
            "capture": self._capture,
            "refund": self._refund,
            "complete refund": self._complete_refund,
            "change customer": self._change_customer,
        }

    def play(self, script: Script) -> None:
        """Create the catalogue now and schedule everything else."""
        for product in script.products:
            self._product(product)
        for coupon in script.coupons:
            self._coupon(coupon)
        for customer in script.customers:
            self.at(customer.get("since", script.opened), partial(self._customer, customer))
        for step in script.steps:
            self.at(step["at"], partial(self.do, step))

    def at(self, instant: datetime, action: Callable[[], None]) -> None:
        """Have `action` happen at `instant`."""
        self.world.schedule(unix(instant), action)

    def do(self, step: Step) -> None:
        """Do one step. Raises ValueError naming the step if it cannot be done."""
        try:
            self._verbs[step["do"]](step)
        except (KeyError, ValueError) as error:
            raise ValueError(f"Scenario step {step} cannot be done: {error}") from error

    def id_of(self, key: str) -> str:
        """The id of the object that a key stands for."""
        if key not in self._ids:
            raise ValueError(f"nothing is called {key!r} yet")
        return self._ids[key]

    def _product(self, step: Step) -> None:
        product = self.world.create_product(step["name"], description=step.get("description"))
        for price in step["prices"]:
            made = self.world.create_price(
                product["id"],
                price["amount"],
                price["currency"],
                interval=price.get("interval"),
                nickname=price.get("nickname"),
            )
            self._ids[price["key"]] = made["id"]

    def _coupon(self, step: Step) -> None:
        percent = step.get("percent_off")
        coupon = self.world.create_coupon(
            step["key"],
            percent_off=None if percent is None else Decimal(str(percent)),
            amount_off=step.get("amount_off"),
            currency=step.get("currency"),
            name=step["name"],
        )
        self._ids[step["key"]] = coupon["id"]

    def _customer(self, step: Step) -> None:
        fields = {name: value for name, value in step.items() if name not in {"key", "name", "since"}}
        self._ids[step["key"]] = self.world.create_customer(step["name"], **fields)["id"]

    def _invoice(self, step: Step) -> None:
        invoice = self.world.create_invoice(
            self.id_of(step["customer"]),
            [self._line(line) for line in step["lines"]],
            currency=step.get("currency", "usd"),
            coupon=step.get("coupon"),
            finalize=not step.get("draft", False),
            description=step.get("description"),
        )
        self._ids[step["as"]] = invoice["id"]
        if step.get("paid", False):
            self._pay({"invoice": step["as"]})

    def _line(self, line: Step) -> Line:
        start, end = line.get("period", (None, None))
        return Line(
            price=self.id_of(line["price"]) if "price" in line else None,
            quantity=line.get("quantity", 1),
            amount=line.get("amount"),
            description=line.get("description"),
            period=None if start is None or end is None else (_midnight(start), _midnight(end)),
            proration=line.get("proration", False),
        )

    def _pay(self, step: Step) -> None:
        """The charge of an invoice goes by the invoice's key and ` charge` behind it."""
        charge = self.world.pay_invoice(self.id_of(step["invoice"]), declined=step.get("declined", False))
        self._ids[f"{step['invoice']} charge"] = charge["id"]

    def _charge(self, step: Step) -> None:
        customer = step.get("customer")
        charge = self.world.charge(
            step["amount"],
            step.get("currency", "usd"),
            customer=None if customer is None else self.id_of(customer),
            description=step.get("description"),
            capture=step.get("capture", True),
            declined=step.get("declined", False),
        )
        self._ids[f"{step['as']} charge"] = charge["id"]

    def _capture(self, step: Step) -> None:
        self.world.capture(self.id_of(f"{step['charge']} charge"))

    def _refund(self, step: Step) -> None:
        """`of` names the invoice or charge; without an amount, all of it."""
        refund = self.world.refund(
            self.id_of(f"{step['of']} charge"),
            step.get("amount"),
            reason=step.get("reason"),
            pending=step.get("pending", False),
        )
        if "as" in step:
            self._ids[step["as"]] = refund["id"]

    def _complete_refund(self, step: Step) -> None:
        self.world.complete_refund(self.id_of(step["refund"]))

    def _change_customer(self, step: Step) -> None:
        self.world.update_customer(self.id_of(step["customer"]), **step["fields"])


def _midnight(day: date) -> int:
    return unix(datetime(day.year, day.month, day.day, tzinfo=UTC))
