"""One scenario's part of a world: which name stands for which object, and the instant the scenario counts from.

A name is kept once for each type of object: after `Ada is invoiced … as A1` and `A1 is paid`, A1 is an invoice and a
charge. Several scenarios can play in one world: each has its own stage, and `salt` keeps their customers' e-mail
addresses and coupons apart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sandbox.scenarios.catalogue import Catalogue
from sandbox.scenarios.place import choice, refuse
from sandbox.stripe.base.shelf import Json
from sandbox.stripe.world import World

# Of several objects with one name, the one the name was given to.
_OWNERS = ("subscription", "quote", "checkout.session", "credit_note", "invoice", "charge")

Named = dict[str, dict[str, str]]


def plain_name(name: str) -> str:
    """The customer's name as the scenario calls it."""
    return name


@dataclass
class Stage:
    """Where a scenario plays. `customer_name` gives the name in Stripe to the one in the scenario."""

    world: World
    catalogue: Catalogue
    salt: str = ""
    customer_name: Callable[[str], str] = plain_name
    crowd_limit: int = 1_000_000
    """How many people of a crowd come: a rehearsal needs fewer."""
    shift: timedelta = timedelta(0)
    """How much later than written the scenario plays: dates on invoice lines move with it."""
    names: Named = field(default_factory=dict)
    """Type of object → name in the scenario → id."""

    def set_up(self) -> None:
        """Make the customers, products, coupons and tax rates that the scenario names at its top."""
        for name, fields in self.catalogue.customers.items():
            self.remember(name, self._customer(name, dict(fields)))
        for name, prices in self.catalogue.products.items():
            product = self.world.create_product(name)
            self.remember(name, product)
            for price in prices:
                made = self.world.create_price(
                    product["id"], price.amount.minor, price.amount.currency, interval=price.interval
                )
                self.remember(f"{name} in {price.amount.currency}", made)
        for name, coupon in self.catalogue.coupons.items():
            off = coupon.amount_off
            made = self.world.create_coupon(
                name + self.salt,
                percent_off=coupon.percent_off,
                amount_off=None if off is None else off.minor,
                currency=None if off is None else off.currency,
                name=name,
            )
            self.remember(name, made)
        for name, tax in self.catalogue.taxes.items():
            self.remember(
                name,
                self.world.create_tax_rate(name, tax.percent, inclusive=tax.is_inclusive, country=tax.country),
            )

    def _customer(self, name: str, fields: dict[str, Any]) -> Json:
        country = fields.pop("country", None)
        if country is not None:
            fields["address"] = {
                "city": None, "country": str(country), "line1": None, "line2": None, "postal_code": None, "state": None,
            }  # fmt: skip
        if "email" in fields:
            fields["email"] = self.email(str(fields["email"]))
        chosen = fields.pop("name", None)
        return self.world.create_customer(self.customer_name(name) if chosen is None else str(chosen), **fields)

    def email(self, address: str) -> str:
        """The address as it is in Stripe: with this stage's salt before the @."""
        return address.replace("@", f"{self.salt.lower()}@", 1)

    def remember(self, name: str | None, item: Json | None) -> None:
        """Let `name` stand for an object (of its type) from now on."""
        if name is not None and item is not None:
            self.names.setdefault(item["object"], {})[str(name)] = item["id"]

    def id_of(self, kind: str, name: str) -> str:
        """The id behind a name. Raises ScenarioError naming the closest."""
        known = self.names.get(kind, {})
        return known[choice(name, known, kind.replace("_", " "))]

    def find(self, kind: str, name: str) -> Json:
        """The object behind a name."""
        return self.world.get(kind, self.id_of(kind, name))

    def has(self, kind: str, name: str) -> bool:
        """Whether the name stands for an object of this type."""
        return str(name) in self.names.get(kind, {})

    def charge(self, name: str) -> Json:
        """The charge of this name, or the latest that paid the invoice of this name."""
        if self.has("charge", name) or not self.has("invoice", name):
            return self.find("charge", name)
        payments = self.world.shelves["invoice_payment"]
        for _, payment_id in reversed(payments.keys_with("invoice", self.id_of("invoice", name))):
            intent_id = self.world.get("invoice_payment", payment_id)["payment"].get("payment_intent")
            charge_id = intent_id and self.world.get("payment_intent", intent_id)["latest_charge"]
            if charge_id:
                return self.world.get("charge", charge_id)
        raise refuse(name, "Nothing has been charged for this invoice yet.")

    def anything(self, name: str) -> Json:
        """The object of this name, whatever its type. Raises ScenarioError if there is none."""
        kinds = [kind for kind in self.names if self.has(kind, name)]
        # S1 is the subscription before its invoice, A1 the invoice before its payment: what was named first.
        owners = [kind for kind in _OWNERS if kind in kinds] or kinds
        if not owners:
            choice(name, {one for names in self.names.values() for one in names}, "object")
        return self.find(owners[0], name)

    def payout(self, name: str) -> Json:
        """`the payout of A1` (the one its charge, refund or dispute is in), `the last payout in USD`, or a name."""
        if name.startswith("the payout of "):
            return self._payout_with(name, name.removeprefix("the payout of "))
        if name.startswith("the last payout in "):
            currency = name[-3:].lower()
            payouts = [one for one in self.world.shelves["payout"] if one["currency"] == currency]
            if not payouts:
                raise refuse(name, "There has been no payout in this currency yet.")
            return payouts[-1]
        return self.find("payout", name)

    def _payout_with(self, at: str, name: str) -> Json:
        source = self.money_id(name)
        rows = {row for _, row in self.world.shelves["balance_transaction"].keys_with("source", source)}
        for payout in self.world.shelves["payout"]:
            if any(row in rows for _, row in self.world.ledger.keys_of_payout(payout["id"])):
                return payout
        raise refuse(at, "It is in no payout yet.")

    def money_id(self, name: str) -> str:
        """The id that ledger lines name as their source: of the refund, dispute, transfer or top-up, or of the charge."""
        for kind in ("refund", "dispute", "transfer", "topup"):
            if self.has(kind, name):
                return self.id_of(kind, name)
        return str(self.charge(name)["id"])

    def connected(self, name: str) -> str:
        """The id of the connected account that the scenario calls so."""
        return f"acct_{self.world.ids.letters(f'connected {name}', 16)}"
