"""Sentences about what Stripe shows in the end: each is checked against the API, and wrong if it is not so.

Those that name an object hold wherever the scenario plays; those about payouts, the balance and the ledger hold where
it plays alone (`LOCAL` are the former).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from sandbox.scenarios.amount import Amount, show_amount
from sandbox.scenarios.grammar import Grammar
from sandbox.scenarios.place import refuse
from sandbox.scenarios.stage import Stage
from sandbox.scenarios.stripe_reader import Json, StripeReader

SHOWS = Grammar("what Stripe shows")
_KINDS = "invoice|payment|refund|dispute|credit note|payout|top-up|subscription|quote|transfer"
_TYPES = {"payment": "charge", "credit note": "credit_note", "top-up": "topup"}


@dataclass
class Audit:
    """What a scenario came to: its names, the API to ask, and whatever was found to be otherwise."""

    stage: Stage
    reader: StripeReader
    is_alone: bool = True
    wrong: list[str] = field(default_factory=list)

    def expect(self, what: str, found: Any, expected: Any) -> None:
        """Note down a difference."""
        if found != expected:
            self.wrong.append(f"{what}: {found}, not {expected}")

    def read(self, kind: str, name: str) -> Json:
        """The object of a name as the API shows it; `kind` as a person says it."""
        type_name = _TYPES.get(kind, kind)
        item = self.stage.charge(name) if type_name == "charge" else self.stage.find(type_name, name)
        return self.reader.one(type_name, item["id"])


def alone(check: Callable[..., None]) -> Callable[..., None]:
    """A check that means something only where nothing else happens in the account."""

    @wraps(check)
    def checked(audit: Audit, **values: Any) -> None:
        if audit.is_alone:
            check(audit, **values)

    return checked


@SHOWS.sentence(f"the {{kind:{_KINDS}}} {{name:name}} is {{status:word}}")
def status(audit: Audit, kind: str, name: str, status: str) -> None:
    """The object's status, in Stripe's word."""
    audit.expect(f"{kind} {name}", audit.read(kind, name)["status"], str(status))


@SHOWS.sentence("the payout of {thing:name} is {status:word}")
def payout_status(audit: Audit, thing: str, status: str) -> None:
    """The status of the payout that settled a payment, refund or dispute."""
    payout = audit.stage.payout(f"the payout of {thing}")
    audit.expect(f"payout of {thing}", audit.reader.one("payout", payout["id"])["status"], str(status))


@SHOWS.sentence("{invoice:name} asked for {total:amount}, of which {left:amount} remains due")
def remains(audit: Audit, invoice: str, total: Amount, left: Amount) -> None:
    """An invoice's total and what is left to pay."""
    found = audit.read("invoice", invoice)
    _same_amount(audit, f"total of {invoice}", found["total"], found["currency"], total)
    _same_amount(audit, f"remaining of {invoice}", found["amount_remaining"], found["currency"], left)


@SHOWS.sentence("{invoice:name} has {count:count} {what:lines|discounts|taxes|payments}")
def counts(audit: Audit, invoice: str, count: int, what: str) -> None:
    """How many lines, discount amounts, tax amounts or payments an invoice has."""
    found = audit.read("invoice", invoice)
    if what == "payments":
        number = len(audit.reader.all("invoice_payments", invoice=found["id"], status="paid"))
    elif what == "lines":
        number = len(audit.reader.all(f"invoices/{found['id']}/lines"))
    else:
        number = len(found["total_discount_amounts" if what == "discounts" else "total_taxes"] or ())
    audit.expect(f"{what} of {invoice}", number, count)


@SHOWS.sentence("{invoice:name} was discounted by {amount:amount}")
def discounted(audit: Audit, invoice: str, amount: Amount) -> None:
    """The sum of an invoice's discounts."""
    found = audit.read("invoice", invoice)
    total = sum(part["amount"] for part in found["total_discount_amounts"] or ())
    _same_amount(audit, f"discounts of {invoice}", total, found["currency"], amount)


@SHOWS.sentence("{invoice:name} contains {amount:amount} of tax")
def taxed(audit: Audit, invoice: str, amount: Amount) -> None:
    """The sum of an invoice's taxes."""
    found = audit.read("invoice", invoice)
    total = sum(part["amount"] for part in found["total_taxes"] or ())
    _same_amount(audit, f"taxes of {invoice}", total, found["currency"], amount)


@SHOWS.sentence("{amount:amount} of the payment {charge:name} is refunded")
def refunded(audit: Audit, amount: Amount, charge: str) -> None:
    """How much of a payment went back."""
    found = audit.read("payment", charge)
    _same_amount(audit, f"refunded of {charge}", found["amount_refunded"], found["currency"], amount)


@SHOWS.sentence("{customer:name}'s balance is {amount:amount}")
def customer_balance(audit: Audit, customer: str, amount: Amount) -> None:
    """The customer's balance: negative is a credit."""
    found = audit.read("customer", customer)
    _same_amount(audit, f"balance of {customer}", found["balance"], amount.currency, amount)


@SHOWS.sentence("{things:names} are in {how:the same payout|different payouts}")
@alone
def together(audit: Audit, things: list[str], how: str) -> None:
    """Whether payments, refunds or disputes were settled by one payout or by one each."""
    sources = {audit.stage.money_id(thing) for thing in things}
    found = []
    for payout in audit.reader.all("payouts"):
        settled = {row["source"] for row in audit.reader.all("balance_transactions", payout=payout["id"])}
        found += [payout["id"]] * len(settled & sources)
    wanted = 1 if how == "the same payout" else len(things)
    audit.expect(f"settled of {', '.join(things)}", len(found), len(things))
    audit.expect(f"payouts of {', '.join(things)}", len(set(found)), wanted)


@SHOWS.sentence("the payouts are {amounts:amounts}")
@alone
def payouts(audit: Audit, amounts: list[Amount]) -> None:
    """All payouts, oldest first; negative ones debit our bank."""
    found = [show_amount(one["amount"], one["currency"]) for one in audit.reader.all("payouts")]
    audit.expect("payouts", found, [str(amount) for amount in amounts])


@SHOWS.sentence("there is no payout")
@alone
def no_payout(audit: Audit) -> None:
    """Nothing was paid out."""
    audit.expect("payouts", len(audit.reader.all("payouts")), 0)


@SHOWS.sentence("the balance is {available:amount} available and {pending:amount} pending")
@alone
def balance(audit: Audit, available: Amount, pending: Amount) -> None:
    """The account's balance in one currency."""
    found = audit.reader.get("balance")
    for name, expected in (("available", available), ("pending", pending)):
        amount = sum(part["amount"] for part in found[name] if part["currency"] == expected.currency)
        _same_amount(audit, name, amount, expected.currency, expected)


@SHOWS.sentence("{category:word} comes to {amount:amount}[ less {fee:amount} of fees]")
@alone
def category(audit: Audit, category: str, amount: Amount, fee: Amount | None) -> None:
    """The ledger's lines of a reporting category and currency: their amounts, and their fees."""
    rows = [
        row
        for row in audit.reader.all("balance_transactions", currency=amount.currency)
        if row["reporting_category"] == category
    ]
    if not rows:
        audit.wrong.append(f"{category}: no line of the ledger")
    _same_amount(audit, category, sum(row["amount"] for row in rows), amount.currency, amount)
    if fee is not None:
        _same_amount(audit, f"fees of {category}", sum(row["fee"] for row in rows), fee.currency, fee)


@SHOWS.sentence(
    "{count:count} {what:charges|refunds|disputes|customers|invoices|credit notes|payouts|ledger lines} exist"
)
@alone
def exist(audit: Audit, count: int, what: str) -> None:
    """How many objects of a kind there are."""
    path = {"credit notes": "credit_notes", "ledger lines": "balance_transactions"}.get(what, what)
    audit.expect(what, len(audit.reader.all(path)), count)


@SHOWS.sentence("an event {kind:word} tells of {name:name}")
def event(audit: Audit, kind: str, name: str) -> None:
    """An event of this type has the object (any of this name) in it."""
    ids = {names[name] for names in audit.stage.names.values() if name in names}
    if not ids:
        raise refuse(name, "There is no object of this name.")
    found = [one for one in audit.reader.all("events", type=kind) if one["data"]["object"].get("id") in ids]
    if not found:
        audit.wrong.append(f"no event {kind} of {name}")


def _same_amount(audit: Audit, what: str, minor: int, currency: str, expected: Amount) -> None:
    audit.expect(what, show_amount(minor, currency), str(expected))
