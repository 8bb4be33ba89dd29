"""Sentences about disputes: opened, contested, won, lost, and inquiries before them."""

from __future__ import annotations

from sandbox.scenarios.amount import Amount
from sandbox.scenarios.sentences.stripe_grammar import STRIPE
from sandbox.scenarios.stage import Stage

_REASONS = "credit_not_processed|duplicate|fraudulent|general|product_not_received|product_unacceptable|subscription_canceled|unrecognized"


@STRIPE.sentence(
    f"{{charge:name}} is disputed[ for {{amount:amount}}][ as {{reason:{_REASONS}}}] under the name {{new:name}}"
)
def dispute(stage: Stage, charge: str, amount: Amount | None, reason: str | None, new: str) -> None:
    """The bank takes the money back (all of the charge, or this amount of it) and Stripe a fee."""
    paid = stage.charge(charge)
    minor = None if amount is None else amount.minor
    stage.remember(new, stage.world.open_dispute(paid["id"], minor, reason=str(reason or "fraudulent")))


@STRIPE.sentence("the bank asks about {charge:name} under the name {new:name}")
def ask(stage: Stage, charge: str, new: str) -> None:
    """An inquiry: no money moves."""
    stage.remember(new, stage.world.open_dispute(stage.charge(charge)["id"], inquiry=True))


@STRIPE.sentence("{inquiry:name} becomes a dispute")
def escalate(stage: Stage, inquiry: str) -> None:
    """Now the money is taken."""
    stage.world.escalate_inquiry(stage.id_of("dispute", inquiry))


@STRIPE.sentence("{inquiry:name} comes to nothing")
def close(stage: Stage, inquiry: str) -> None:
    """The inquiry is closed; no money has moved."""
    stage.world.close_inquiry(stage.id_of("dispute", inquiry))


@STRIPE.sentence("{dispute:name} is contested[ for a fee of {fee:amount}]")
def contest(stage: Stage, dispute: str, fee: Amount | None) -> None:
    """Evidence is sent in."""
    options = {} if fee is None else {"fee": fee.minor}
    stage.world.counter_dispute(stage.id_of("dispute", dispute), **options)


@STRIPE.sentence("{dispute:name} is won[ {fee:and its fee comes back}]")
def win(stage: Stage, dispute: str, fee: str | None) -> None:
    """The money comes back."""
    stage.world.win_dispute(stage.id_of("dispute", dispute), return_fee=fee is not None)


@STRIPE.sentence("{dispute:name} is lost")
def lose(stage: Stage, dispute: str) -> None:
    """The money stays away."""
    stage.world.lose_dispute(stage.id_of("dispute", dispute))


@STRIPE.sentence("{dispute:name} is appealed by the bank")
def appeal(stage: Stage, dispute: str) -> None:
    """A second round after a win."""
    stage.world.appeal_dispute(stage.id_of("dispute", dispute))
