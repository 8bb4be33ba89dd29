"""Sentences about what is given back or owed: credit notes, the customer's balance and cash balance."""

from __future__ import annotations

import re

from sandbox.scenarios.amount import PATTERN, Amount, read_amount
from sandbox.scenarios.place import Text, refuse
from sandbox.scenarios.sentences.stripe_grammar import CREDIT_REASONS, STRIPE
from sandbox.scenarios.stage import Stage

_WAYS = {"by refund": "refund", "to the balance": "customer_balance", "outside Stripe": "out_of_band"}
_PART = re.compile(rf"({PATTERN}) ({'|'.join(_WAYS)})")
_REASONS = "|".join(CREDIT_REASONS)


@STRIPE.sentence(f"{{amount:amount}} of {{invoice:name}} is credited[ because {{reason:{_REASONS}}}][ as {{new:name}}]")
def credit(stage: Stage, amount: Amount, invoice: str, reason: str | None, new: str | None) -> None:
    """A credit note on an open invoice: it asks for less."""
    _credit(stage, invoice, new, amount, {}, reason)


@STRIPE.sentence(
    f"{{amount:amount}} of {{invoice:name}} is credited in parts, {{parts:parts}}"
    f"[ because {{reason:{_REASONS}}}][ as {{new:name}}]"
)
def credit_parts(stage: Stage, amount: Amount, invoice: str, parts: Text, reason: str | None, new: str | None) -> None:
    """A credit note on a paid invoice; each part goes its way: by refund, to the balance, outside Stripe."""
    ways: dict[str, int] = {}
    for part in re.split(r", | and ", parts):
        found = _PART.fullmatch(part)
        if found is None:
            raise refuse(parts, f"A part is an amount and one of: {', '.join(_WAYS)}.")
        ways[_WAYS[found[2]]] = read_amount(Text.at(found[1], parts.file, parts.line)).minor
    if sum(ways.values()) != amount.minor:
        raise refuse(parts, f"The parts do not add up to {amount}.")
    _credit(stage, invoice, new, amount, ways, reason)


def _credit(
    stage: Stage, invoice: str, new: str | None, amount: Amount, ways: dict[str, int], reason: str | None
) -> None:
    note = stage.world.credit_note(
        stage.id_of("invoice", invoice),
        amount=amount.minor,
        refund=ways.get("refund", 0),
        customer_balance=ways.get("customer_balance", 0),
        out_of_band=ways.get("out_of_band", 0),
        reason=reason and CREDIT_REASONS[reason],
    )
    stage.remember(new, note)
    for part in note.get("refunds") or ():
        stage.remember(new, stage.world.get("refund", part["refund"]))


@STRIPE.sentence("{note:name} is withdrawn")
def void_note(stage: Stage, note: str) -> None:
    """The credit note is voided."""
    stage.world.void_credit_note(stage.id_of("credit_note", note))


@STRIPE.sentence("{customer:name} is given {amount:amount} of credit for {why:quoted}")
def give_credit(stage: Stage, customer: str, amount: Amount, why: str) -> None:
    """The customer's balance goes down: the next invoice asks for less."""
    _adjust(stage, customer, -amount.minor, amount, why)


@STRIPE.sentence("{customer:name} owes {amount:amount} more for {why:quoted}")
def owe(stage: Stage, customer: str, amount: Amount, why: str) -> None:
    """The customer's balance goes up: the next invoice asks for more."""
    _adjust(stage, customer, amount.minor, amount, why)


def _adjust(stage: Stage, customer: str, minor: int, amount: Amount, why: str) -> None:
    stage.world.adjust_customer_balance(stage.id_of("customer", customer), minor, amount.currency, str(why))


@STRIPE.sentence("{customer:name} sends {amount:amount} by bank transfer")
def fund(stage: Stage, customer: str, amount: Amount) -> None:
    """Money without an invoice number lands in the customer's cash balance."""
    stage.world.fund_cash_balance(stage.id_of("customer", customer), amount.minor, amount.currency)


@STRIPE.sentence("{customer:name}'s bank transfer pays {invoice:name}")
def apply_cash(stage: Stage, customer: str, invoice: str) -> None:
    """The cash balance pays an invoice."""
    stage.world.apply_cash_balance(stage.id_of("customer", customer), stage.id_of("invoice", invoice))
