"""Sentences about payments without an invoice, their captures and refunds, and payments by bank."""

from __future__ import annotations

from random import Random
from typing import Any

from sandbox.scenarios.amount import Amount
from sandbox.scenarios.place import Text
from sandbox.scenarios.sentences.stripe_grammar import FAILED_REFUNDS, METHOD, METHODS, REFUND_REASONS, STRIPE
from sandbox.scenarios.stage import Stage

_REASONS = "|".join(REFUND_REASONS)
_FAILURES = "|".join(FAILED_REFUNDS)


@STRIPE.sentence(
    f"{{customer:name}} pays {{amount:amount}} by {{method:{METHOD}}}[ for {{why:quoted}}]"
    "[ settled in {currency:currency}][ {late:while the ledger is late}][ as {new:name}]"
)
def pay(
    stage: Stage,
    customer: str,
    amount: Amount,
    method: str,
    why: str | None,
    currency: str | None,
    late: str | None,
    new: str | None,
) -> None:
    """A payment without an invoice; `Somebody` is no customer. A bank debit is pending until it clears."""
    options: dict[str, Any] = {} if currency is None else {"settled_in": currency}
    if late is not None:
        options["late_row"] = True
    _charge(stage, customer, amount, new, method=METHODS[method], description=_plain(why), **options)


@STRIPE.sentence("{customer:name} pays {amount:amount} by a card that is declined[ as {new:name}]")
def decline(stage: Stage, customer: str, amount: Amount, new: str | None) -> None:
    """The payment fails."""
    _charge(stage, customer, amount, new, declined=True)


@STRIPE.sentence("{customer:name} reserves {amount:amount}[ as {new:name}]")
def reserve(stage: Stage, customer: str, amount: Amount, new: str | None) -> None:
    """A card payment is authorised, not captured."""
    _charge(stage, customer, amount, new, capture=False)


@STRIPE.sentence(
    "{customer:name} pays {amount:amount} by card for {shop:name}, {fee:amount} of it our fee[ as {new:name}]"
)
def pay_shop(stage: Stage, customer: str, amount: Amount, shop: str, fee: Amount, new: str | None) -> None:
    """A destination charge: the connected account gets the amount without our application fee."""
    _charge(stage, customer, amount, new, destination=stage.connected(shop), application_fee=fee.minor)


def _charge(stage: Stage, customer: str, amount: Amount, new: str | None, **options: Any) -> None:
    who = None if customer == "Somebody" else stage.id_of("customer", customer)
    stage.remember(new, stage.world.charge(amount.minor, amount.currency, customer=who, **options))


def _plain(text: str | None) -> str | None:
    return None if text is None else str(text)


@STRIPE.sentence("{count:count} people pay between {low:amount} and {high:amount} by card")
def crowd(stage: Stage, count: int, low: Amount, high: Amount) -> None:
    """Many small payments without customer or invoice, spread over the next twelve hours."""
    random = Random(f"{stage.salt} {count} {low}")
    for number in range(min(count, stage.crowd_limit)):
        amount = random.randint(low.minor, high.minor)
        at = stage.world.now + random.randrange(12 * 3600)

        def happen(amount: int = amount, number: int = number) -> None:
            stage.world.charge(amount, low.currency, description=f"Ticket {number + 1}")

        stage.world.schedule(at, happen)


@STRIPE.sentence("{charge:name} is captured")
def capture(stage: Stage, charge: str) -> None:
    """All that was authorised is captured."""
    stage.world.capture(stage.charge(charge)["id"])


@STRIPE.sentence("{amount:amount} of {charge:name} is captured")
def capture_part(stage: Stage, amount: Amount, charge: str) -> None:
    """Part is captured, the rest released."""
    stage.world.capture(stage.charge(charge)["id"], amount.minor)


@STRIPE.sentence("{charge:name} is released")
def release(stage: Stage, charge: str) -> None:
    """The authorisation is cancelled: no money moves."""
    stage.world.cancel_authorisation(stage.charge(charge)["id"])


@STRIPE.sentence("{charge:name} clears")
def clear(stage: Stage, charge: str) -> None:
    """The bank debit succeeds."""
    stage.world.succeed_payment(stage.charge(charge)["id"])


@STRIPE.sentence("{charge:name} bounces[ with {code:word}]")
def bounce(stage: Stage, charge: str, code: str | None) -> None:
    """The bank refuses the debit before it succeeded."""
    stage.world.fail_payment(stage.charge(charge)["id"], str(code or "insufficient_funds"))


@STRIPE.sentence("{charge:name} is returned by the bank[ with {code:word}]")
def come_back(stage: Stage, charge: str, code: str | None) -> None:
    """The bank takes a debit back after it succeeded."""
    stage.world.fail_payment_after_success(stage.charge(charge)["id"], str(code or "insufficient_funds"))


@STRIPE.sentence(f"{{charge:name}} is refunded[ because {{reason:{_REASONS}}}][ {{slow:slowly}}][ as {{new:name}}]")
def refund(stage: Stage, charge: str, reason: str | None, slow: str | None, new: str | None) -> None:
    """All that is left of the payment goes back. `slowly`: it is pending until it goes through."""
    _refund(stage, charge, None, reason, slow, new)


@STRIPE.sentence(
    f"{{amount:amount}} of {{charge:name}} is refunded[ because {{reason:{_REASONS}}}][ {{slow:slowly}}][ as {{new:name}}]"
)
def refund_part(
    stage: Stage, amount: Amount, charge: str, reason: str | None, slow: str | None, new: str | None
) -> None:
    """Part of the payment goes back."""
    _refund(stage, charge, amount.minor, reason, slow, new)


def _refund(
    stage: Stage, charge: str, minor: int | None, reason: str | None, slow: str | None, new: str | None
) -> None:
    charge_id = stage.charge(charge)["id"]
    stage.remember(
        new, stage.world.refund(charge_id, minor, reason=reason and REFUND_REASONS[reason], pending=slow is not None)
    )


@STRIPE.sentence("{refund:name} goes through")
def complete(stage: Stage, refund: str) -> None:
    """A pending refund succeeds."""
    stage.world.complete_refund(stage.id_of("refund", refund))


@STRIPE.sentence(f"{{refund:name}} cannot be delivered[ because {{reason:{_FAILURES}}}]")
def fail_refund(stage: Stage, refund: str, reason: Text | None) -> None:
    """The refund fails, also after it had succeeded: the money comes back to us."""
    stage.world.fail_refund(stage.id_of("refund", refund), FAILED_REFUNDS[reason or "the card was lost"])


@STRIPE.sentence("{refund:name} is called off")
def cancel_refund(stage: Stage, refund: str) -> None:
    """A pending refund is cancelled."""
    stage.world.cancel_refund(stage.id_of("refund", refund))
