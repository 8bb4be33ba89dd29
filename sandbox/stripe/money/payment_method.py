"""The ways to pay that the sandbox knows, and what charges and refunds say of each.

Data, in Stripe's words: `us_bank_account` and `sepa_debit` are delayed (the bank tells days later whether the money
comes), `customer_balance` is a bank transfer that has arrived already.
"""

from dataclasses import dataclass
from typing import Any

from sandbox.stripe.base.account import blank
from sandbox.stripe.base.shelf import Json


@dataclass(frozen=True, slots=True)
class Method:
    """A payment method: days until its money is available, and whether its success is known only later."""

    days_to_available: int
    is_delayed: bool = False
    refund_destination: str = "card"


METHODS = {
    "card": Method(2),
    "us_bank_account": Method(4, is_delayed=True, refund_destination="us_bank_transfer"),
    "sepa_debit": Method(6, is_delayed=True, refund_destination="eu_bank_transfer"),
    "customer_balance": Method(1, refund_destination="customer_cash_balance"),
}
_FAILURES = {
    "account_closed": "The customer's bank account has been closed.",
    "bank_account_restricted": "The customer's account can not be used with the payment method.",
    "card_declined": "Your card was declined.",
    "debit_not_authorized": "The customer has notified their bank that this payment was unauthorized.",
    "insufficient_funds": "The customer's account has insufficient funds to cover this payment.",
    "no_account": "The bank account could not be found.",
}


def failure_text(code: str) -> str:
    """Stripe's sentence for a failure code."""
    return _FAILURES.get(code, "The payment could not be completed.")


def method_named(name: str) -> Method:
    """The method. Raises ValueError for one the sandbox does not know."""
    if name not in METHODS:
        raise ValueError(f"No payment method {name!r}; there are {', '.join(METHODS)}.")
    return METHODS[name]


def method_of(charge: Json) -> str:
    """The name of the method a charge was paid with."""
    return str(charge["payment_method_details"]["type"])


def charge_prefix(name: str) -> str:
    """`ch` for cards, `py` for everything else."""
    return "ch" if name == "card" else "py"


def details(name: str, amount: int) -> Json:
    """`payment_method_details` of a charge."""
    if name == "card":
        return {"card": blank("card", amount_authorized=amount), "type": "card"}
    return {name: blank(name), "type": name}


def outcome_of(name: str, **fields: Any) -> Json:
    """`outcome` of a charge; Radar assesses cards only (docs.stripe.com/api/charges/object, outcome.risk_level)."""
    outcome = blank("outcome", **fields)
    if name != "card":
        outcome["risk_level"] = "not_assessed"
        del outcome["risk_score"]
    return outcome


def refund_details(charge: Json, kind: str) -> Json:
    """`destination_details` of a refund; `kind` (pending, refund, reversal) is told for cards only."""
    destination = method_named(method_of(charge)).refund_destination
    if destination == "card":
        return {"card": {"type": kind}, "type": "card"}
    return {destination: blank(f"refund_to_{destination}"), "type": destination}
