"""What the clock does to subscriptions: renewals, trials that end, retries of payments, and the end.

Promises: a period is billed once, at its beginning; a renewal's invoice is a draft for an hour before it is finalised
and charged (docs.stripe.com/billing/invoices/subscription). A card that fails is tried again, then the subscription
ends and its invoice is uncollectible.
"""

from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sandbox.stripe.base.exchange import SECONDS_A_DAY
from sandbox.stripe.base.shelf import Json
from sandbox.stripe.billing.periods import period_start
from sandbox.stripe.billing.subscription_lines import SubscriptionLines, subscription_of

ENDED = ("canceled", "incomplete_expired")
UPDATED = "customer.subscription.updated"
_DRAFT_FOR_S = 3600
_INCOMPLETE_FOR_S = 23 * 3600
_RETRY_AFTER_DAYS = (3, 5, 7)
_TRIAL_NOTICE_DAYS = 3


@dataclass(slots=True)
class Cycle:
    """What drives a subscription: where its periods count from, and how its payments go."""

    anchor: int
    interval: str
    count: int
    number: int = 0  # of the period that is running; -1 is a trial
    fails: bool = False
    on_charge: dict[str, Any] = field(default_factory=dict)
    version: int = 0  # a renewal scheduled before the cycle was moved no longer counts

    def start(self, number: int) -> int:
        """Where a period begins, in Unix seconds."""
        return period_start(self.anchor, self.interval, self.count, number)


def cycle_of(price: Json, anchor: int, *, is_trial: bool) -> Cycle:
    """The cycle of a recurring price from an anchor on; a trial runs until then."""
    recurring = price["recurring"]
    return Cycle(anchor, recurring["interval"], recurring["interval_count"], -1 if is_trial else 0)


class SubscriptionCycle(SubscriptionLines):
    """How subscriptions go on."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._cycles: dict[str, Cycle] = {}

    def _begin(self, subscription: Json, cycle: Cycle, *, declined: bool) -> None:
        """Bill the first period and set the clock; `declined` is for the first payment alone."""
        self._cycles[subscription["id"]] = cycle
        invoice = self._bill(subscription, "subscription_create")
        self.emit("customer.subscription.created", subscription)  # it names its first invoice already
        self.finalize_invoice(invoice["id"])
        cycle.fails = declined
        self._collect(subscription, invoice)
        cycle.fails = False
        self._schedule_renewal(subscription)
        if subscription["trial_end"] is not None:
            self._schedule_trial_notice(subscription)

    def _bill(self, subscription: Json, reason: str, *, with_period: bool = True, **fields: Any) -> Json:
        """A draft for the items' current period, and for the customer's pending items."""
        is_trial = subscription["status"] == "trialing"

        def rows_of(invoice_id: str) -> list[Json]:
            pending = self._take_pending(subscription["customer"], subscription["currency"], invoice_id)
            rows = [self._line_of_item(item, invoice_id) for item in pending]
            items = self.subscription_items_of(subscription["id"]) if with_period else []
            return rows + [self._subscription_row(invoice_id, item, is_trial=is_trial) for item in items]

        is_sent = subscription["collection_method"] == "send_invoice"
        due_date = self.now + subscription["days_until_due"] * SECONDS_A_DAY if is_sent else None
        invoice = self._draft(
            subscription["customer"],
            subscription["currency"],
            rows_of,
            discounts=self._live_discounts(subscription),
            tax_rates=[rate["id"] for rate in subscription["default_tax_rates"]],
            billing_reason=reason,
            collection_method=subscription["collection_method"],
            due_date=due_date,
            parent={
                "quote_details": None,
                "subscription_details": {
                    "metadata": dict(subscription["metadata"]),
                    "subscription": subscription["id"],
                },
                "type": "subscription_details",
            },
            **fields,
        )
        self.change(subscription, None, latest_invoice=invoice["id"])
        return invoice

    def _live_discounts(self, subscription: Json) -> list[str]:
        """The discounts that still count; one that lasts `once` counts for one invoice that is not of a trial."""
        live = []
        for discount_id in subscription["discounts"]:
            discount = self.get("discount", discount_id)
            if discount["end"] is None or self.now < discount["end"]:
                live.append(discount_id)
            if self._terms[discount_id]["duration"] == "once" and subscription["status"] != "trialing":
                self.change(discount, None, end=self.now)
        return live

    def _collect(self, subscription: Json, invoice: Json, attempt: int = 0) -> None:
        """Charge an open invoice; after the last attempt that fails the subscription ends."""
        if invoice["status"] != "open" or invoice["collection_method"] == "send_invoice":
            return
        cycle = self._cycles[subscription["id"]]
        charge = self.pay_invoice(invoice["id"], declined=cycle.fails, **cycle.on_charge)
        if charge["status"] != "failed":
            return
        if invoice["billing_reason"] == "subscription_create":
            self.change(subscription, UPDATED, status="incomplete")
            self.schedule(
                self.now + _INCOMPLETE_FOR_S, partial(self._expire_incomplete, subscription["id"], invoice["id"])
            )
            return
        self.change(subscription, UPDATED, status="past_due")
        if attempt == len(_RETRY_AFTER_DAYS):
            self.change(invoice, None, next_payment_attempt=None)
            self._give_up(invoice["id"])
            self._end(subscription, "payment_failed")
            return
        retry_at = self.now + _RETRY_AFTER_DAYS[attempt] * SECONDS_A_DAY
        self.change(invoice, "invoice.updated", next_payment_attempt=retry_at)
        self.schedule(retry_at, partial(self._retry, subscription["id"], invoice["id"], attempt + 1))

    def _retry(self, subscription_id: str, invoice_id: str, attempt: int) -> None:
        subscription = self.get("subscription", subscription_id)
        if subscription["status"] not in ENDED:
            self._collect(subscription, self.get("invoice", invoice_id), attempt)

    def _expire_incomplete(self, subscription_id: str, invoice_id: str) -> None:
        """Give up a subscription whose first invoice nobody paid."""
        subscription = self.get("subscription", subscription_id)
        if subscription["status"] == "incomplete":
            self.change(subscription, UPDATED, status="incomplete_expired", ended_at=self.now)
            self.void_invoice(invoice_id)

    def _mark_paid(self, invoice: Json, amount: int, *, emits_success: bool = True) -> Json:
        """An invoice that is paid after all brings its subscription back."""
        super()._mark_paid(invoice, amount, emits_success=emits_success)
        subscription_id = subscription_of(invoice)
        if subscription_id is not None:
            subscription = self.get("subscription", subscription_id)
            if subscription["status"] in {"incomplete", "past_due"}:
                self.change(subscription, UPDATED, status="active")
        return invoice

    def _schedule_renewal(self, subscription: Json) -> None:
        cycle = self._cycles[subscription["id"]]
        self.schedule(cycle.start(cycle.number + 1), partial(self._renew, subscription["id"], cycle.version))

    def _renew(self, subscription_id: str, version: int) -> None:
        """Begin the next period, or end where that was asked for."""
        subscription, cycle = self.get("subscription", subscription_id), self._cycles[subscription_id]
        if subscription["status"] in ENDED or version != cycle.version:
            return
        if subscription["cancel_at_period_end"]:
            self._end(subscription, "cancellation_requested")
            return
        previous = self.subscription_items_of(subscription["id"])[0]["current_period_start"]
        cycle.number += 1
        self._set_period(subscription)
        earlier = {name: subscription[name] for name in ("items", "status", "latest_invoice")}
        is_paid_for = subscription["status"] in {"active", "trialing"}
        self.change(
            subscription,
            None,
            items=self._embedded_items(subscription["id"]),
            status="active" if is_paid_for else subscription["status"],
        )
        finalizes_at = self.now + _DRAFT_FOR_S
        pause = subscription["pause_collection"]
        is_kept = pause is not None and pause["behavior"] == "keep_as_draft"
        invoice = self._bill(
            subscription,
            "subscription_cycle",
            auto_advance=not is_kept,
            automatically_finalizes_at=None if is_kept else finalizes_at,
            period_start=previous,
            period_end=self.now,
        )
        self.tell_change(subscription, UPDATED, earlier)
        self.schedule(finalizes_at, partial(self._finish_draft, subscription["id"], invoice["id"]))
        self._schedule_renewal(subscription)

    def _set_period(self, subscription: Json) -> None:
        cycle = self._cycles[subscription["id"]]
        for item in self.subscription_items_of(subscription["id"]):
            start, end = cycle.start(cycle.number), cycle.start(cycle.number + 1)
            self.change(item, None, current_period_start=start, current_period_end=end)

    def _finish_draft(self, subscription_id: str, invoice_id: str) -> None:
        """Finalise a renewal's draft and collect it, or do what a paused subscription's invoices are for."""
        subscription, invoice = self.get("subscription", subscription_id), self.get("invoice", invoice_id)
        if not invoice["auto_advance"] or invoice["status"] != "draft" or subscription["status"] in ENDED:
            return  # the end of a subscription stops the drafts that it still has
        self.finalize_invoice(invoice["id"])
        pause = subscription["pause_collection"]
        if pause is None:
            self._collect(subscription, invoice)
        elif invoice["status"] == "open" and pause["behavior"] == "void":
            self.void_invoice(invoice["id"])
        elif invoice["status"] == "open":
            self._give_up(invoice["id"])

    def _end(self, subscription: Json, reason: str) -> Json:
        return self.change(
            subscription,
            "customer.subscription.deleted",
            status="canceled",
            canceled_at=subscription["canceled_at"] or self.now,
            ended_at=self.now,
            cancellation_details={**subscription["cancellation_details"], "reason": reason},
        )

    def _schedule_trial_notice(self, subscription: Json) -> None:
        at = subscription["trial_end"] - _TRIAL_NOTICE_DAYS * SECONDS_A_DAY
        self.schedule(at, partial(self._tell_trial_end, subscription["id"]))

    def _tell_trial_end(self, subscription_id: str) -> None:
        subscription = self.get("subscription", subscription_id)
        if subscription["status"] == "trialing":
            self.emit("customer.subscription.trial_will_end", subscription)
