"""Sentences about subscriptions, quotes, checkouts, and changes of customers and metadata."""

from __future__ import annotations

from sandbox.scenarios.lines import read_lines
from sandbox.scenarios.place import Text, refuse
from sandbox.scenarios.sentences.stripe_grammar import STRIPE
from sandbox.scenarios.stage import Stage


def _items(stage: Stage, lines: Text, customer_currency: str | None) -> list[tuple[str, int]]:
    items = []
    for line in read_lines(stage, lines, customer_currency)[0]:
        if line.price is None:
            raise refuse(lines, "A subscription is of products at their prices, such as `2 Pro`.")
        items.append((line.price, line.quantity))
    return items


@STRIPE.sentence(
    "{customer:name} subscribes to {lines:lines}[ with coupon {coupon:name}]"
    "[ after a trial of {days:count} days] as {new:name}"
)
def subscribe(stage: Stage, customer: str, lines: Text, coupon: str | None, days: int | None, new: str) -> None:
    """A subscription whose invoices are paid by card as they come; the first goes by its name, too."""
    who = stage.find("customer", customer)
    subscription = stage.world.create_subscription(
        who["id"],
        _items(stage, lines, who["currency"]),
        coupon=None if coupon is None else stage.id_of("coupon", coupon),
        trial_days=days or 0,
    )
    stage.remember(new, subscription)
    _remember_invoice(stage, new)


@STRIPE.sentence("{subscription:name} changes to {lines:lines}[ {now:and is invoiced at once}]")
def change(stage: Stage, subscription: str, lines: Text, now: str | None) -> None:
    """An upgrade or downgrade: what is left of the old and the new price is prorated, on the next invoice or at once."""
    found = stage.find("subscription", subscription)
    items = _items(stage, lines, found["currency"])
    stage.world.change_subscription(found["id"], items, invoice_now=now is not None)
    _remember_invoice(stage, subscription)


@STRIPE.sentence("{subscription:name} is cancelled at once[ {refund:and what is unused given back}]")
def cancel(stage: Stage, subscription: str, refund: str | None) -> None:
    """The subscription ends now."""
    stage.world.cancel_subscription(stage.id_of("subscription", subscription), refund_unused=refund is not None)
    _remember_invoice(stage, subscription)


@STRIPE.sentence("{subscription:name} is cancelled to the end of its period")
def cancel_later(stage: Stage, subscription: str) -> None:
    """The subscription is not renewed."""
    stage.world.cancel_subscription(stage.id_of("subscription", subscription), at_period_end=True)


def _remember_invoice(stage: Stage, name: str) -> None:
    invoice_id = stage.find("subscription", name)["latest_invoice"]
    if invoice_id:
        stage.remember(name, stage.world.get("invoice", invoice_id))


@STRIPE.sentence("{customer:name} is quoted {lines:lines} as {new:name}")
def quote(stage: Stage, customer: str, lines: Text, new: str) -> None:
    """An offer."""
    who = stage.find("customer", customer)
    rows, currency = read_lines(stage, lines, who["currency"])
    stage.remember(new, stage.world.create_quote(who["id"], rows, currency=currency))


@STRIPE.sentence("{quote:name} is accepted")
def accept(stage: Stage, quote: str) -> None:
    """The offer becomes an invoice, of the same name."""
    accepted = stage.world.accept_quote(stage.id_of("quote", quote))
    invoice_id = stage.world.get("quote", stage.id_of("quote", quote)).get("invoice")
    stage.remember(quote, accepted)
    if invoice_id:
        stage.remember(quote, stage.world.get("invoice", invoice_id))


@STRIPE.sentence("{customer:name} checks out {lines:lines} as {new:name}")
def check_out(stage: Stage, customer: str, lines: Text, new: str) -> None:
    """A Checkout page, paid by card."""
    who = stage.find("customer", customer)
    rows, currency = read_lines(stage, lines, who["currency"])
    session = stage.world.create_checkout_session(who["id"], rows, currency=currency)
    stage.remember(new, session)
    intent = session.get("payment_intent")
    charge = intent and stage.world.get("payment_intent", intent)["latest_charge"]
    if charge:
        stage.remember(new, stage.world.get("charge", charge))


@STRIPE.sentence("{customer:name} is renamed {words:quoted}")
def rename(stage: Stage, customer: str, words: str) -> None:
    """The customer has another name."""
    stage.world.update_customer(stage.id_of("customer", customer), name=str(words))


@STRIPE.sentence("{customer:name} is deleted")
def delete(stage: Stage, customer: str) -> None:
    """The customer is deleted; what was sold to them stays."""
    stage.world.delete_customer(stage.id_of("customer", customer))


@STRIPE.sentence("{thing:name} is marked {key:word} = {value:word}")
def mark(stage: Stage, thing: str, key: str, value: str) -> None:
    """Somebody sets metadata of the object in the dashboard."""
    item = stage.anything(thing)
    stage.world.update_metadata(item["object"], item["id"], {str(key): str(value)})


@STRIPE.sentence("{thing:name} is no longer marked {key:word}")
def unmark(stage: Stage, thing: str, key: str) -> None:
    """Somebody removes a key of the metadata."""
    item = stage.anything(thing)
    stage.world.update_metadata(item["object"], item["id"], {str(key): ""})
