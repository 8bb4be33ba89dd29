"""What the questions stand on: references of the account, and records made for the probes, each named `probe-…`.

Promises that everything it makes is known before it is sent, so that clearing.py can take it away again.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sandbox.probes.asker import RECORD, SUITEQL, Asker
from sandbox.probes.evidence import Reply
from sandbox.probes.unanswered import CannotAsk

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Made:
    """A record of ours: its type and the URL segment that finds it (an internal id or `eid:…`)."""

    kind: str
    segment: str


class Bench:
    """One run's records and references. `fields` are put into every transaction (mandatory department, class …)."""

    def __init__(self, asker: Asker, *, fields: Mapping[str, Any] | None = None, burst: int = 30) -> None:
        self.asker = asker
        self.run = f"probe-{secrets.token_hex(4)}"
        for name in (self.run, self.run.upper()):
            asker.redactor.hide(name, "probe-…")
        self.fields = dict(fields or {})
        self.burst = burst
        self.made: list[Made] = []
        self._found: dict[str, str] = {}

    # Asking --------------------------------------------------------------------------------------------------------

    def get(self, path: str, **params: str) -> Reply:
        """GET below the record service."""
        return self.asker.ask("GET", f"{RECORD}/{path}", params=params)

    def query(self, text: str, params: list[Any] | None = None, *, transient: bool = True) -> Reply:
        """A SuiteQL query, first page."""
        body: dict[str, Any] = {"q": text} | ({"params": params} if params is not None else {})
        return self.asker.ask("POST", SUITEQL, body, headers={"Prefer": "transient"} if transient else None)

    def rows(self, text: str) -> list[dict[str, Any]]:
        """The rows of a query that must run. Raises CannotAsk with the refusal."""
        reply = self.query(text)
        if not reply.ok:
            raise CannotAsk(f"SuiteQL refuses: {reply.detail}")
        return reply.items()

    # Making --------------------------------------------------------------------------------------------------------

    def eid(self, tag: str) -> str:
        """The external id of a record of this run."""
        return f"{self.run}-{tag}"

    def put(self, kind: str, tag: str, body: Mapping[str, Any], **how: Any) -> Reply:
        """Upsert a record of this run by external id."""
        self.made.append(Made(kind, f"eid:{self.eid(tag)}"))
        return self.asker.ask("PUT", f"{RECORD}/{kind}/eid:{self.eid(tag)}", dict(body), **how)

    def post(self, path: str, body: Any, *, made: str | None = None, **how: Any) -> Reply:
        """POST below the record service; where it makes a record of type `made`, it will be cleared."""
        kind = made or path
        reply = self.asker.ask("POST", f"{RECORD}/{path}", body, **how)
        if reply.ok and reply.status != 202 and reply.new_id is not None:
            self.made.append(Made(kind, reply.new_id))
        return reply

    def must(self, reply: Reply, what: str) -> str:
        """The internal id of a write that had to pass. Raises CannotAsk with the refusal."""
        if not reply.ok or reply.new_id is None:
            raise CannotAsk(f"{what} is refused: {reply.status} {reply.detail}")
        return reply.new_id

    def transaction(self, **fields: Any) -> dict[str, Any]:
        """A transaction's body: an open day, the run's name as memo, and the mandatory fields the user gave."""
        return {"tranDate": self.open_day(), "memo": self.run, **self.fields, **fields}

    def sale(self, amount: Decimal = CENT, **fields: Any) -> dict[str, Any]:
        """The body of an invoice or credit memo with one line."""
        lines = {"items": [{"item": {"id": self.item()}, "quantity": 1, "rate": amount, "amount": amount}]}
        return self.transaction(entity={"id": self.customer()}, item=lines, **fields)

    def invoice(self, tag: str, **fields: Any) -> str:
        """An invoice over 0.01; its internal id."""
        return self.must(self.put("invoice", tag, self.sale(**fields)), "an invoice over 0.01")

    def payment_body(self, *apply: tuple[str, Decimal], amount: Decimal = CENT, **fields: Any) -> dict[str, Any]:
        """The body of a customer payment with (invoice, amount) pairs it pays."""
        lines = {"items": [{"doc": {"id": doc}, "apply": True, "amount": part} for doc, part in apply]}
        body = self.transaction(customer={"id": self.customer()}, payment=amount, **fields)
        return {**body, "apply": lines} if apply else body

    def payment(self, tag: str, **fields: Any) -> str:
        """A customer payment over 0.01, not applied, in Undeposited Funds; its internal id."""
        return self.must(self.put("customerPayment", tag, self.payment_body(**fields)), "a payment over 0.01")

    def once(self, key: str, make: Callable[[], str]) -> str:
        """What `make` gives, made at the first call only: for records that several questions share."""
        if key not in self._found:
            self._found[key] = make()
        return str(self._found[key])

    # References of the account -------------------------------------------------------------------------------------

    def customer(self) -> str:
        """The run's own customer."""
        return self.once("customer", self._new_customer)

    def _new_customer(self) -> str:
        return self.must(self.put("customer", "customer", self.company("customer")), "a customer")

    def company(self, tag: str, **fields: Any) -> dict[str, Any]:
        """The body of a customer of this run; with a subsidiary where the account has any."""
        subsidiary = self.subsidiary()
        own = {"subsidiary": {"id": subsidiary}} if subsidiary else {}
        return {"companyName": self.eid(tag), **own, **fields}

    def item(self) -> str:
        """The run's own service item; where the account refuses one, an item it has."""
        return self.once("item", self._new_item)

    def _new_item(self) -> str:
        body: dict[str, Any] = {"itemId": self.eid("item"), "incomeAccount": {"id": self.account("Income")}}
        if self.subsidiary():
            body |= {"subsidiary": {"items": [{"id": self.subsidiary()}]}, "includeChildren": True}
        reply = self.put("serviceSaleItem", "item", body)
        for schedule in ("2", "1"):  # SuiteTax wants one; 2 is NetSuite's "Not Taxable"
            if not reply.ok and "tax schedule" in reply.detail.lower():
                reply = self.put("serviceSaleItem", "item", {**body, "taxSchedule": {"id": schedule}})
        return reply.new_id if reply.ok and reply.new_id is not None else self._existing_item(reply)

    def _existing_item(self, refusal: Reply) -> str:
        rows = self.rows("SELECT id, itemid FROM item WHERE itemtype = 'Service' AND isinactive = 'F' ORDER BY id")
        if not rows:
            raise CannotAsk(f"a service item is refused, and there is none: {refusal.detail}")
        self.asker.redactor.hide(rows[0].get("itemid"), "{item}")
        return str(rows[0]["id"])

    def subsidiary(self) -> str:
        """The first active subsidiary; empty where the account has none (no OneWorld)."""
        return self.once("subsidiary", self._first_subsidiary)

    def _first_subsidiary(self) -> str:
        rows = self.query("SELECT id, name FROM subsidiary WHERE isinactive = 'F' ORDER BY id").items()
        for row in rows:
            self.asker.redactor.hide(row.get("name"), "{subsidiary}")
        return str(rows[0]["id"]) if rows else ""

    def account(self, kind: str) -> str:
        """The first active account of a type (`Bank`, `Income`), of the base currency if it has one."""
        return self.once(f"account {kind}", lambda: self._first_account(kind))

    def _first_account(self, kind: str) -> str:
        rows = self.rows(
            f"SELECT id, fullname, currency FROM account WHERE accttype = '{kind}' AND isinactive = 'F' ORDER BY id"  # noqa: S608
        )
        if not rows:
            raise CannotAsk(f"there is no active account of type {kind}")
        for row in rows:
            self.asker.redactor.hide(row.get("fullname"), "{account name}")
        own = self.base_currency()
        fitting = [row for row in rows if str(row.get("currency", own)) == own]
        return str((fitting or rows)[0]["id"])

    def undeposited_funds(self) -> str:
        """The account Undeposited Funds."""
        return self.once("undeposited", self._undeposited)

    def _undeposited(self) -> str:
        rows = self.rows("SELECT id FROM account WHERE sspecacct = 'UnDepFunds' ORDER BY id")
        if not rows:
            raise CannotAsk("the role does not see the account Undeposited Funds")
        return str(rows[0]["id"])

    def base_currency(self) -> str:
        """The base currency of the subsidiary the probes use."""
        return self.once("base", self._base_currency)

    def _base_currency(self) -> str:
        own = f"SELECT currency FROM subsidiary WHERE id = {int(self.subsidiary() or 1)}"  # noqa: S608
        rows = (
            self.query(own).items()
            or self.query("SELECT id AS currency FROM currency WHERE isbasecurrency = 'T'").items()
        )
        return str(rows[0]["currency"]) if rows else "1"

    def foreign_customer(self) -> tuple[str, str]:
        """A customer of the run in another currency with cents, and that currency."""
        currency = self.once("other currency", self._other_currency)
        body = self.company("customer-fx", currency={"id": currency})
        made = self.once("fx", lambda: self.must(self.put("customer", "customer-fx", body), "a customer in a currency"))
        return made, currency

    def _other_currency(self) -> str:
        rows = self.rows("SELECT id, currencyprecision FROM currency WHERE isinactive = 'F' ORDER BY id")
        for row in rows:
            if str(row["id"]) != self.base_currency() and str(row.get("currencyprecision", "2")) == "2":
                return str(row["id"])
        raise CannotAsk("the account has no second currency with cents")

    def open_day(self) -> str:
        """Today, or the last day of the latest open month before; today where periods are hidden from the role."""
        return self.once("day", lambda: next(iter(self._open_days()), datetime.now(UTC).date()).isoformat())

    def _open_days(self) -> list[date]:
        reply = self.query(
            "SELECT TO_CHAR(startdate, 'YYYY-MM-DD') AS startdate, TO_CHAR(enddate, 'YYYY-MM-DD') AS enddate "
            "FROM accountingperiod WHERE closed = 'F' AND alllocked = 'F' AND arlocked = 'F' "
            "AND isyear = 'F' AND isquarter = 'F' AND isadjust = 'F' ORDER BY startdate DESC"
        )
        today = datetime.now(UTC).date()
        months = [(date.fromisoformat(row["startdate"]), date.fromisoformat(row["enddate"])) for row in reply.items()]
        days = [min(today, end) for start, end in months if start <= today]
        return sorted(days, reverse=True) or [end for _, end in months]
