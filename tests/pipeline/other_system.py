"""A system that books sales into the company's NetSuite itself: customers, payments, refunds, each with the Stripe id.

How its records carry the id is told for each: as the external id, or in a body field.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.pipeline.company import Company

Object = dict[str, Any]
FIELD = "custbody_stripe_id"


def reconcile_only(company: Company, **more: Any) -> None:
    """Tell the mapping that another system books this account's sales."""

    def change(entities: dict[str, Any]) -> None:
        entities["stripe_accounts"][0].update({"mode": "reconcile_only", **more})

    company.edit("entities.yaml", change)


class OtherSystem:
    """Books by hand what it is told; amounts are Stripe's, in cents."""

    def __init__(self, company: Company) -> None:
        self.company = company
        name = {"companyName": "Shop", "entityId": "Shop", "subsidiary": {"id": "1"}, "currency": {"id": "1"}}
        self.customer = {"id": str(company.by_hand("customer", name))}
        account = {"id": company.account_id("4000")}
        self.item = {
            "id": str(
                company.by_hand(
                    "serviceSaleItem",
                    {"itemId": "Goods", "incomeAccount": account, "subsidiary": {"items": [{"id": "1"}]}},
                )
            )
        }

    def take(self, cents: int, kind: str = "customerPayment", **bears: Any) -> int:
        """Enter a customer payment, cash sale or customer deposit; `bears` is how it carries the id."""
        if kind == "cashSale":
            return self.company.by_hand(kind, {**self._sold(cents), **bears})
        return self.company.by_hand(
            kind, {**self._header(), "customer": self.customer, "payment": _major(cents), **bears}
        )

    def give_back(self, cents: int, payment: int, **bears: Any) -> int:
        """Enter a customer refund out of an unapplied payment."""
        line = {"doc": {"id": str(payment)}, "apply": True, "amount": _major(cents)}
        body = {**self._header(), "customer": self.customer, "apply": {"items": [line]}, **bears}
        return self.company.by_hand("customerRefund", body)

    def give_cash_back(self, cents: int, **bears: Any) -> int:
        """Enter a cash refund."""
        return self.company.by_hand("cashRefund", {**self._sold(cents), **bears})

    def _header(self) -> Object:
        return {"tranDate": "2026-11-03", "account": {"id": self.company.account_id("1499")}}

    def _sold(self, cents: int) -> Object:
        line = {"item": self.item, "amount": _major(cents), "quantity": 1}
        return {**self._header(), "entity": self.customer, "item": {"items": [line]}}


def _major(cents: int) -> float:
    return float(Decimal(cents) / 100)
