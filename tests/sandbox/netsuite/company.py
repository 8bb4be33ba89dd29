"""One server for a module of tests: a company with its own features, and short words for what tests write.

Tests that share the server use their own customers, items and external ids (`Company.fresh`).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from sandbox.netsuite.books.views import postings, unbalanced_transactions
from sandbox.netsuite.testing import RunningNetSuite, running_netsuite
from tests.sandbox.netsuite.client import RECORD, Client, sale

PREFIX = "Error while accessing a resource. "
_NUMBERS = itertools.count(1)


class Company(Client):
    """A client with words for bookkeeping."""

    def fresh(self, prefix: str = "x") -> str:
        """A name nobody used yet."""
        return f"{prefix}{next(_NUMBERS)}"

    def someone(self, *, currency: str = "1", subsidiary: str = "1", **fields: Any) -> str:
        """A new customer."""
        name = self.fresh("Customer ")
        body = {"companyName": name, "subsidiary": {"id": subsidiary}, "currency": {"id": currency}, **fields}
        return self.write("POST", "/customer", body)

    def plan(self, *, account: str = "4000", **fields: Any) -> str:
        """A new service item."""
        body = {"itemId": self.fresh("Plan "), "incomeAccount": self.account(account), "includeChildren": True}
        return self.write("POST", "/serviceSaleItem", {**body, "subsidiary": {"items": [{"id": "1"}]}, **fields})

    def bill(self, customer: str, item: str, amount: float, **fields: Any) -> str:
        """A new invoice of one line."""
        return self.write("POST", "/invoice", self.bill_body(customer, item, amount, **fields))

    def bill_body(self, customer: str, item: str, amount: float, **fields: Any) -> dict[str, Any]:
        """The body of an invoice or credit memo of one line."""
        return sale(customer, {"items": [{"item": {"id": item}, "amount": amount}]}, **fields)

    def credit(self, customer: str, item: str, amount: float, **fields: Any) -> str:
        """A new credit memo of one line."""
        return self.write("POST", "/creditMemo", self.bill_body(customer, item, amount, **fields))

    def pay(self, customer: str, amount: float, *apply: tuple[str, float], **fields: Any) -> str:
        """A new payment into undeposited funds."""
        return self.write("POST", "/customerPayment", self.pay_body(customer, amount, *apply, **fields))

    def pay_body(self, customer: str, amount: float, *apply: tuple[str, float], **fields: Any) -> dict[str, Any]:
        """The body of a payment."""
        body = {"customer": {"id": customer}, "payment": amount, "tranDate": "2026-11-05", "apply": lines(*apply)}
        return {**body, **fields}

    def hold(self, customer: str, amount: float, **fields: Any) -> str:
        """A new customer deposit into undeposited funds."""
        body = {"customer": {"id": customer}, "payment": amount, "tranDate": "2026-11-04", **fields}
        return self.write("POST", "/customerDeposit", body)

    def bank(self, bank: str, *payments: str, **fields: Any) -> str:
        """A new deposit of payments."""
        return self.write("POST", "/deposit", self.bank_body(bank, *payments, **fields))

    def bank_body(self, bank: str, *payments: str, **fields: Any) -> dict[str, Any]:
        """The body of a deposit."""
        chosen = {"items": [{"id": number, "deposit": True} for number in payments]}
        return {"account": self.account(bank), "tranDate": "2026-11-06", "payment": chosen, **fields}

    def impact(self, transaction: str) -> dict[str, Decimal]:
        """What a transaction does to each account (by number), base currency, debit positive."""
        found: dict[str, Decimal] = {}
        for line in postings(self.server.books, int(transaction)):
            if line.account_name is not None:
                number = line.account_name.split(" ", 1)[0]
                found[number] = found.get(number, Decimal(0)) + line.base
        return found

    def remove(self, path: str) -> None:
        """DELETE that must succeed."""
        assert self.send("DELETE", RECORD + path).status_code == 204

    def control(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """A control request that must succeed."""
        response = self.session.post(f"{self.server.url}/_sandbox{path}", json=body, timeout=10)
        assert response.status_code in (200, 204), response.text
        return dict(response.json()) if response.content else {}


def lines(*apply: tuple[str, float]) -> dict[str, Any]:
    """Apply lines of (document, amount)."""
    return {"items": [{"doc": {"id": doc}, "apply": True, "amount": amount} for doc, amount in apply]}


@contextmanager
def company(**options: Any) -> Iterator[Company]:
    """A running company; when it closes, every transaction must balance in base currency and in its own."""
    with running_netsuite(control=True, **options) as server:
        client = Company(server)
        try:
            yield client
        finally:
            client.session.close()
        check_books(server)


def check_books(server: RunningNetSuite) -> None:
    """Every subsidiary and every transaction balances."""
    assert server.is_balanced()
    assert unbalanced_transactions(server.books) == []
