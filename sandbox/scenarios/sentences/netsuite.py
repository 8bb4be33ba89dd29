"""Sentences about what people do in NetSuite while an integration writes there: periods, deposits, edits, merges.

Records are found as their owner would find them: by the external id, which is the Stripe id.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sandbox.scenarios.amount import Amount, major_units
from sandbox.scenarios.grammar import Grammar
from sandbox.scenarios.netsuite_user import Json, NetSuiteUser, Refused
from sandbox.scenarios.place import refuse
from sandbox.scenarios.stage import Stage

NETSUITE = Grammar("what people do in NetSuite")
_NO_SUCH = "NetSuite has no record with this external id"


@dataclass
class Office:
    """Somebody at work: their login, the scenario's names for Stripe's objects, and for records they made themselves."""

    user: NetSuiteUser
    stage: Stage
    today: str
    """The date on what they enter, ISO."""
    records: dict[str, str] = field(default_factory=dict)

    def transaction(self, name: str, external_id: str) -> str:
        """The internal id of the transaction with an external id. Raises ScenarioError if there is none."""
        rows = self.user.rows("SELECT id FROM transaction WHERE externalid = ?", external_id)
        if not rows:
            raise refuse(name, f"{_NO_SUCH}: {external_id}.")
        return str(rows[0]["id"])

    def payment(self, charge: str) -> str:
        """The customer payment of a charge."""
        return self.transaction(charge, self.stage.charge(charge)["id"])

    def invoice(self, name: str) -> str:
        """The invoice of a Stripe invoice."""
        return self.transaction(name, self.stage.id_of("invoice", name))

    def customer(self, name: str) -> str:
        """A customer that was entered here under this name, or the one of a Stripe customer."""
        if name in self.records:
            return self.records[name]
        external_id = self.stage.id_of("customer", name)
        rows = self.user.rows("SELECT id FROM customer WHERE externalid = ?", external_id)
        if not rows:
            raise refuse(name, f"{_NO_SUCH}: {external_id}.")
        return str(rows[0]["id"])

    def reference(self, query: str, value: str) -> Json:
        """A reference to the one row that a query finds."""
        rows = self.user.rows(query, value)
        if not rows:
            raise Refused(f"NetSuite knows no {value!r}.")
        return {"id": str(rows[0]["id"])}


@NETSUITE.sentence("{month:month} is {state:closed|locked|opened again}")
def period(office: Office, month: str, state: str) -> None:
    """Somebody closes, locks or reopens an accounting period."""
    flags = {"closed": state == "closed", "allLocked": state != "opened again"}
    office.user.control("period", {"period": str(month), **flags})


@NETSUITE.sentence(
    "a customer {words:quoted} of {subsidiary:quoted} is entered[ with the e-mail address of {customer:name}][ as {new:name}]"
)
def enter_customer(office: Office, words: str, subsidiary: str, customer: str | None, new: str | None) -> None:
    """Somebody enters a customer by hand, perhaps one that Stripe knows, too."""
    body: dict[str, Any] = {
        "companyName": words + office.stage.salt,
        "subsidiary": office.reference("SELECT id FROM subsidiary WHERE name = ?", str(subsidiary)),
    }
    if customer is not None:
        body["email"] = office.stage.email(str(office.stage.catalogue.customers[customer]["email"]))
    number = office.user.write("POST", "/customer", body)
    if new is not None:
        office.records[new] = number


@NETSUITE.sentence("the customer {customer:name} is in {subsidiary:quoted} already")
def customer_elsewhere(office: Office, customer: str, subsidiary: str) -> None:
    """The customer's record (it has the Stripe id already) belongs to another subsidiary."""
    owner = office.reference("SELECT id FROM subsidiary WHERE name = ?", str(subsidiary))
    external_id = office.stage.id_of("customer", customer)
    office.user.write("PUT", f"/customer/eid:{external_id}", {"companyName": str(customer), "subsidiary": owner})


@NETSUITE.sentence("the customer {customer:name} is made inactive")
def make_inactive(office: Office, customer: str) -> None:
    """Nobody may book on the customer any more."""
    office.user.write("PATCH", f"/customer/{office.customer(customer)}", {"isInactive": True})


@NETSUITE.sentence("the customer {customer:name} is merged into {other:name}")
def merge(office: Office, customer: str, other: str) -> None:
    """Two records of one customer become one: the first one's id is gone, its transactions are the other's."""
    duplicate, master = office.customer(customer), office.customer(other)
    office.user.control("merge-customers", {"duplicate": int(duplicate), "master": int(master)})


@NETSUITE.sentence("the payment of {charge:name} is moved to {invoice:name}")
def move(office: Office, charge: str, invoice: str) -> None:
    """Somebody applies the payment to another invoice of the customer."""
    paid = office.stage.charge(charge)
    line = {
        "doc": {"id": office.invoice(invoice)},
        "apply": True,
        "amount": major_units(paid["amount_captured"], paid["currency"]),
    }
    _change_applications(office, charge, [line])


@NETSUITE.sentence("the payment of {charge:name} is taken off its invoice")
def unapply(office: Office, charge: str) -> None:
    """Somebody unapplies the payment."""
    _change_applications(office, charge, [])


def _change_applications(office: Office, charge: str, lines: list[Json]) -> None:
    number = office.payment(charge)
    office.user.write("PATCH", f"/customerPayment/{number}", {"apply": {"items": lines}}, replace="apply")


@NETSUITE.sentence("the payment of {charge:name} is changed to {amount:amount}")
def change_amount(office: Office, charge: str, amount: Amount) -> None:
    """Somebody edits the amount of a payment (and it stays applied as far as it goes)."""
    number = office.payment(charge)
    body = {"payment": major_units(amount.minor, amount.currency), "apply": {"items": []}}
    office.user.write("PATCH", f"/customerPayment/{number}", body, replace="apply")


@NETSUITE.sentence("the payment of {charge:name} is deleted")
def delete_payment(office: Office, charge: str) -> None:
    """Somebody deletes the payment."""
    office.user.write("DELETE", f"/customerPayment/{office.payment(charge)}")


@NETSUITE.sentence("the payment of {charge:name} is deposited by hand to account {account:word}")
def deposit(office: Office, charge: str, account: str) -> None:
    """Somebody takes the payment from undeposited funds to the bank, before its payout is booked."""
    line = {"id": office.payment(charge), "deposit": True}
    bank = office.reference("SELECT id FROM account WHERE acctnumber = ?", str(account))
    office.user.write("POST", "/deposit", {"account": bank, "tranDate": office.today, "payment": {"items": [line]}})


@NETSUITE.sentence("the deposit of {payout:payout} is deleted")
def delete_deposit(office: Office, payout: str) -> None:
    """Somebody deletes the deposit that was booked for a payout."""
    number = office.transaction(payout, office.stage.payout(payout)["id"])
    office.user.write("DELETE", f"/deposit/{number}")
