"""Sentences about the balance: payouts by hand, top-ups, transfers, fees, holds, and lines of any other type."""

from __future__ import annotations

from sandbox.scenarios.amount import Amount
from sandbox.scenarios.place import Text
from sandbox.scenarios.sentences.stripe_grammar import STRIPE
from sandbox.scenarios.stage import Stage


@STRIPE.sentence("everything in {currency:currency} is paid out[ {negative:or debited}][ as {new:name}]")
def pay_out(stage: Stage, currency: str, negative: str | None, new: str | None) -> None:
    """An automatic payout now; `or debited`: if the balance is negative, our bank is debited."""
    stage.remember(new, stage.world.pay_out(currency, allow_negative=negative is not None))


@STRIPE.sentence("{amount:amount} is paid out by hand[ as {new:name}]")
def pay_out_by_hand(stage: Stage, amount: Amount, new: str | None) -> None:
    """A payout of an amount somebody chose: Stripe does not tell what it is made of."""
    stage.remember(new, stage.world.pay_out(amount.currency, amount=amount.minor))


@STRIPE.sentence("{amount:amount} is paid out instantly for a fee of {fee:amount}[ as {new:name}]")
def pay_out_instantly(stage: Stage, amount: Amount, fee: Amount, new: str | None) -> None:
    """An instant payout, with its fee in the ledger."""
    stage.remember(new, stage.world.pay_out(amount.currency, amount=amount.minor, method="instant", fee=fee.minor))


@STRIPE.sentence("{payout:payout} fails[ with {code:word}]")
def fail_payout(stage: Stage, payout: str, code: Text | None) -> None:
    """The bank sends the payout back, also after it was paid."""
    stage.world.fail_payout(stage.payout(payout)["id"], str(code or "account_closed"))


@STRIPE.sentence("{payout:payout} is cancelled before it leaves")
def cancel_payout(stage: Stage, payout: str) -> None:
    """A pending payout by hand is cancelled."""
    stage.world.cancel_payout(stage.payout(payout)["id"])


@STRIPE.sentence("{payout:payout} is reversed")
def reverse_payout(stage: Stage, payout: str) -> None:
    """The money of a paid payout is called back by another."""
    stage.world.reverse_payout(stage.payout(payout)["id"])


@STRIPE.sentence("we top up {amount:amount}[ as {new:name}]")
def top_up(stage: Stage, amount: Amount, new: str | None) -> None:
    """Money from our bank to the Stripe balance."""
    stage.remember(new, stage.world.top_up(amount.minor, amount.currency))


@STRIPE.sentence("{topup:name} does not arrive")
def fail_top_up(stage: Stage, topup: str) -> None:
    """The top-up fails."""
    stage.world.fail_top_up(stage.id_of("topup", topup))


@STRIPE.sentence("{amount:amount} is transferred to {shop:name}[ out of {charge:name}][ as {new:name}]")
def transfer(stage: Stage, amount: Amount, shop: str, charge: str | None, new: str | None) -> None:
    """Money to a connected account, by a transfer of its own."""
    options = {} if charge is None else {"charge": stage.charge(charge)["id"]}
    stage.remember(new, stage.world.transfer(amount.minor, amount.currency, stage.connected(shop), **options))


@STRIPE.sentence("{amount:amount} of {transfer:name} is taken back")
def reverse_transfer(stage: Stage, amount: Amount, transfer: str) -> None:
    """Part of a transfer comes back from the connected account."""
    stage.world.reverse_transfer(stage.id_of("transfer", transfer), amount.minor)


@STRIPE.sentence("{amount:amount} of our fee on {charge:name} is given back")
def refund_fee(stage: Stage, amount: Amount, charge: str) -> None:
    """Part of an application fee is refunded to the connected account."""
    fee = stage.charge(charge)["application_fee"]
    stage.world.refund_application_fee(fee, amount.minor)


@STRIPE.sentence("Stripe charges {amount:amount} for {what:quoted}")
def stripe_fee(stage: Stage, amount: Amount, what: str) -> None:
    """A fee for one of Stripe's products."""
    stage.world.stripe_fee(amount.minor, amount.currency, description=str(what))


@STRIPE.sentence("Stripe passes on {amount:amount} of network costs for {what:quoted}")
def network_cost(stage: Stage, amount: Amount, what: str) -> None:
    """IC+ pricing: the card networks' costs, as a ledger line of their own."""
    stage.world.stripe_fee(amount.minor, amount.currency, description=str(what), category="network_cost")


@STRIPE.sentence("Stripe charges {amount:amount} of tax on its fees")
def tax(stage: Stage, amount: Amount) -> None:
    """VAT or sales tax on Stripe's own fees."""
    stage.world.tax_on_fees(amount.minor, amount.currency, description="Tax on Stripe fees")


@STRIPE.sentence("Stripe adjusts the balance by {amount:amount} for {what:quoted}")
def adjust(stage: Stage, amount: Amount, what: str) -> None:
    """A correction by Stripe, in our favour or not."""
    stage.world.adjust(amount.minor, amount.currency, description=str(what))


@STRIPE.sentence("Stripe holds back {amount:amount} {what:as a reserve|as a minimum balance}")
def hold(stage: Stage, amount: Amount, what: str) -> None:
    """Money that we may not pay out yet."""
    is_reserve = what == "as a reserve"
    act = stage.world.hold_reserve if is_reserve else stage.world.hold_minimum_balance
    act(amount.minor, amount.currency)


@STRIPE.sentence("Stripe releases {amount:amount} {what:of the reserve|of the minimum balance}")
def let_go(stage: Stage, amount: Amount, what: str) -> None:
    """Money that was held back is ours again."""
    is_reserve = what == "of the reserve"
    act = stage.world.release_reserve if is_reserve else stage.world.release_minimum_balance
    act(amount.minor, amount.currency)


@STRIPE.sentence(
    "a ledger line of type {kind:word} in category {category:word} moves {amount:amount} for {what:quoted}"
)
def any_row(stage: Stage, kind: str, category: str, amount: Amount, what: str) -> None:
    """A balance transaction of any type, also of one that nobody has heard of."""
    stage.world.row(str(kind), amount.minor, amount.currency, reporting_category=str(category), description=str(what))
