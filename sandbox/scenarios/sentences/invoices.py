"""Sentences about invoices: written, paid in every way, written off, voided, revised."""

from __future__ import annotations

from typing import Any

from sandbox.scenarios.amount import Amount
from sandbox.scenarios.lines import read_lines
from sandbox.scenarios.place import Text
from sandbox.scenarios.sentences.stripe_grammar import METHOD, METHODS, STRIPE
from sandbox.scenarios.stage import Stage


@STRIPE.sentence(
    "{customer:name} is invoiced {lines:lines}[ with coupon {coupon:name}][ due in {days:count} days][ as {new:name}]"
)
@STRIPE.sentence(
    "{customer:name} is invoiced[ with coupon {coupon:name}][ due in {days:count} days] as {new:name}", is_block=True
)
def invoice(
    stage: Stage, customer: str, lines: str | list[Text], coupon: str | None, days: int | None, new: str | None
) -> None:
    """An invoice, open from now on."""
    _write(stage, customer, lines, new, coupon=coupon, days=days)


@STRIPE.sentence("a draft for {customer:name} over {lines:lines} is written as {new:name}")
def draft(stage: Stage, customer: str, lines: str, new: str) -> None:
    """An invoice that nobody has sent yet."""
    _write(stage, customer, lines, new, finalize=False)


def _write(
    stage: Stage,
    customer: str,
    lines: str | list[Text],
    new: str | None,
    *,
    coupon: str | None = None,
    days: int | None = None,
    finalize: bool = True,
) -> None:
    who = stage.find("customer", customer)
    rows, currency = read_lines(stage, lines, who["currency"])
    options: dict[str, Any] = {} if days is None else {"days_until_due": days}
    made = stage.world.create_invoice(
        who["id"],
        rows,
        currency=currency,
        coupon=None if coupon is None else stage.id_of("coupon", coupon),
        finalize=finalize,
        **options,
    )
    stage.remember(new, made)


@STRIPE.sentence("{draft:name} is sent")
def finalise(stage: Stage, draft: str) -> None:
    """The draft becomes an open invoice."""
    stage.world.finalize_invoice(stage.id_of("invoice", draft))


@STRIPE.sentence("{draft:name} is thrown away")
def throw_away(stage: Stage, draft: str) -> None:
    """The draft is deleted."""
    stage.world.delete_draft(stage.id_of("invoice", draft))


@STRIPE.sentence(
    f"{{invoice:name}} is paid by {{method:{METHOD}}}[ settled in {{currency:currency}}][ as {{new:name}}]"
)
def pay(stage: Stage, invoice: str, method: str, currency: str | None, new: str | None) -> None:
    """All that is due is paid. The payment goes by the invoice's name, too."""
    _pay(stage, invoice, new, method=METHODS[method], **({} if currency is None else {"settled_in": currency}))


@STRIPE.sentence(f"{{amount:amount}} of {{invoice:name}} is paid by {{method:{METHOD}}}[ as {{new:name}}]")
def pay_part(stage: Stage, amount: Amount, invoice: str, method: str, new: str | None) -> None:
    """Part of what is due is paid; the rest stays open."""
    _pay(stage, invoice, new, method=METHODS[method], amount=amount.minor)


@STRIPE.sentence("{invoice:name} is tried with a card that is declined[ as {new:name}]")
def decline(stage: Stage, invoice: str, new: str | None) -> None:
    """The attempt fails; the invoice stays open."""
    _pay(stage, invoice, new, declined=True)


def _pay(stage: Stage, invoice: str, new: str | None, **options: Any) -> None:
    charge = stage.world.pay_invoice(stage.id_of("invoice", invoice), **options)
    stage.remember(invoice, charge)
    stage.remember(new, charge)


@STRIPE.sentence("{invoice:name} is paid a second time[ as {new:name}]")
def pay_again(stage: Stage, invoice: str, new: str | None) -> None:
    """The customer pays what was paid already."""
    stage.remember(new, stage.world.pay_invoice_again(stage.id_of("invoice", invoice)))


@STRIPE.sentence("{amount:amount} is paid for {invoice:name}, more than it asks[ as {new:name}]")
def overpay(stage: Stage, amount: Amount, invoice: str, new: str | None) -> None:
    """The customer pays more than is due."""
    charge = stage.world.overpay(stage.id_of("invoice", invoice), amount.minor)
    stage.remember(invoice, charge)
    stage.remember(new, charge)


@STRIPE.sentence("{invoices:names} are paid together[ as {new:name}]")
def pay_together(stage: Stage, invoices: list[Text], new: str | None) -> None:
    """One payment for several invoices."""
    charge = stage.world.pay_invoices_together([stage.id_of("invoice", name) for name in invoices])
    for name in invoices:
        stage.remember(name, charge)
    stage.remember(new, charge)


@STRIPE.sentence("{invoice:name} is paid outside Stripe")
def pay_outside(stage: Stage, invoice: str) -> None:
    """A cheque or cash: Stripe is told, and moves no money."""
    stage.world.pay_out_of_band(stage.id_of("invoice", invoice))


@STRIPE.sentence("{invoice:name} is written off")
def write_off(stage: Stage, invoice: str) -> None:
    """Marked uncollectible; it can still be paid."""
    stage.world.mark_uncollectible(stage.id_of("invoice", invoice))


@STRIPE.sentence("{invoice:name} is voided")
def void(stage: Stage, invoice: str) -> None:
    """Voided: it asks for nothing any more."""
    stage.world.void_invoice(stage.id_of("invoice", invoice))


@STRIPE.sentence("{invoice:name} is revised to {lines:lines} as {new:name}")
def revise(stage: Stage, invoice: str, lines: str, new: str) -> None:
    """Replaced by another invoice, which points back to it."""
    rows, _ = read_lines(stage, lines, stage.find("invoice", invoice)["currency"])
    stage.remember(new, stage.world.revise_invoice(stage.id_of("invoice", invoice), rows))
