"""Subscriptions as they are ordered: begun, changed, paused and cancelled, each with the invoice that follows.

Amounts are minor units. What the clock does to them is in subscription_cycle.py
(docs.stripe.com/billing/subscriptions/overview).
"""

from collections.abc import Sequence
from typing import Any

from sandbox.stripe.base.account import blank
from sandbox.stripe.base.amounts import rounded
from sandbox.stripe.base.exchange import SECONDS_A_DAY
from sandbox.stripe.base.shelf import Json
from sandbox.stripe.billing.credit_rows import CreditLine
from sandbox.stripe.billing.periods import part_left, period_start
from sandbox.stripe.billing.subscription_cycle import ENDED, UPDATED, SubscriptionCycle, cycle_of

_PAUSES = ("keep_as_draft", "mark_uncollectible", "void")


class Subscriptions(SubscriptionCycle):
    """What can happen to subscriptions."""

    def create_subscription(
        self,
        customer_id: str,
        items: Sequence[tuple[str, int]],
        *,
        coupon: str | Sequence[str] | None = None,
        tax_rates: Sequence[str] = (),
        collection_method: str = "charge_automatically",
        days_until_due: int = 30,
        trial_days: int = 0,
        declined: bool = False,
        metadata: dict[str, str] | None = None,
        description: str | None = None,
        **on_charge: Any,
    ) -> Json:
        """Subscribe a customer to prices (id, quantity) and bill the first period; returns the subscription.

        With `trial_days` the first invoice is of zero. `declined`: the first payment fails, and it is incomplete.
        `on_charge` are options of every charge. Raises ValueError for prices of several currencies or intervals.
        """
        self._customer(customer_id)
        price = self._common_price([price_id for price_id, _ in items])
        codes = [coupon] if isinstance(coupon, str) else list(coupon or ())
        for code in codes:
            self._redeemable(code, price["currency"])
        trial_end = self.now + trial_days * SECONDS_A_DAY if trial_days else None
        cycle = cycle_of(price, trial_end or self.now, is_trial=trial_end is not None)
        cycle.on_charge = on_charge
        subscription_id = self.ids.next("sub")
        for price_id, quantity in items:
            period = (self.now, trial_end or cycle.start(1))
            self._new_subscription_item(subscription_id, price_id, quantity, period, ())
        discounts = [self._subscribe_discount(code, customer_id, price["currency"], subscription_id) for code in codes]
        subscription = blank(
            "subscription",
            id=subscription_id,
            created=self.now,
            billing_cycle_anchor=cycle.anchor,
            collection_method=collection_method,
            currency=price["currency"],
            customer=customer_id,
            days_until_due=days_until_due if collection_method == "send_invoice" else None,
            default_tax_rates=self._tax_rates(tax_rates),
            description=description,
            discounts=[discount["id"] for discount in discounts],
            items=self._embedded_items(subscription_id),
            metadata=metadata or {},
            start_date=self.now,
            status="trialing" if trial_end else "active",
            trial_end=trial_end,
            trial_start=self.now if trial_end else None,
        )
        self.add(subscription, None)
        for discount in discounts:
            self.emit("customer.discount.created", discount)
        self._begin(subscription, cycle, declined=declined)
        return subscription

    def change_subscription(
        self,
        subscription_id: str,
        items: Sequence[tuple[str, int]],
        *,
        prorate: bool = True,
        invoice_now: bool = False,
    ) -> Json:
        """Give a subscription other items: the first of `items` replaces its first item, and so on.

        What changes is prorated onto the next invoice, or at once if `invoice_now`. Another interval starts a new cycle
        and bills it now. Returns the subscription.
        """
        subscription = self._live(subscription_id)
        cycle = self._cycles[subscription_id]
        kept = [item["price"]["id"] for item in self.subscription_items_of(subscription_id)]
        price_ids = [price_id for price_id, _ in items]
        recurring = self._common_price(price_ids, subscription["currency"], kept)["recurring"]
        moves = (recurring["interval"], recurring["interval_count"]) != (cycle.interval, cycle.count)
        prorates = prorate and subscription["status"] != "trialing"
        self._replace_items(subscription, items, prorates=prorates, keeps_period=not moves)
        if moves:
            cycle.anchor, cycle.number, cycle.version = self.now, 0, cycle.version + 1
            cycle.interval, cycle.count = recurring["interval"], recurring["interval_count"]
            self._set_period(subscription)
        earlier = {name: subscription[name] for name in ("billing_cycle_anchor", "items", "latest_invoice")}
        self.change(
            subscription,
            None,
            billing_cycle_anchor=cycle.anchor,
            items=self._embedded_items(subscription_id),
        )
        bills = moves or (invoice_now and self.pending_items(subscription["customer"], subscription["currency"]))
        invoice = self._bill(subscription, "subscription_update", with_period=moves) if bills else None
        self.tell_change(subscription, UPDATED, earlier)
        if invoice is not None:
            self.finalize_invoice(invoice["id"])
            self._collect(subscription, invoice)
        if moves:
            self._schedule_renewal(subscription)
        return subscription

    def cancel_subscription(
        self, subscription_id: str, *, at_period_end: bool = False, refund_unused: bool = False
    ) -> Json:
        """End a subscription now or when its period ends; returns it.

        `refund_unused` credits what is left of the paid period by a credit note and refunds it.
        """
        subscription = self._live(subscription_id)
        if at_period_end:
            end = max(item["current_period_end"] for item in self.subscription_items_of(subscription_id))
            return self.change(
                subscription,
                UPDATED,
                cancel_at=end,
                cancel_at_period_end=True,
                canceled_at=self.now,
                cancellation_details={**subscription["cancellation_details"], "reason": "cancellation_requested"},
            )
        if refund_unused:
            self._refund_unused(subscription)
        return self._end(subscription, "cancellation_requested")

    def pause_subscription(self, subscription_id: str, behavior: str = "void") -> Json:
        """Stop collecting: renewals go on, their invoices are voided, kept as drafts or marked uncollectible."""
        if behavior not in _PAUSES:
            raise ValueError(f"{behavior!r} is no way to pause: {', '.join(_PAUSES)}.")
        pause = {"behavior": behavior, "resumes_at": None}
        return self.change(self._live(subscription_id), UPDATED, pause_collection=pause)

    def resume_subscription(self, subscription_id: str) -> Json:
        """Collect again from the next renewal on."""
        return self.change(self._live(subscription_id), UPDATED, pause_collection=None)

    def let_payments_fail(self, subscription_id: str, *, fails: bool = True) -> None:
        """Have the card of a subscription be declined from now on, or work again."""
        self._cycles[subscription_id].fails = fails

    def delete_customer(self, customer_id: str) -> Json:
        """Delete a customer; its subscriptions end at once (docs.stripe.com/api/customers/delete)."""
        for key in list(self.shelves["subscription"].keys_with("customer", customer_id)):
            subscription = self.get("subscription", key[1])
            if subscription["status"] not in ENDED:
                self._end(subscription, "cancellation_requested")
        return super().delete_customer(customer_id)

    def _replace_items(
        self, subscription: Json, items: Sequence[tuple[str, int]], *, prorates: bool, keeps_period: bool
    ) -> None:
        """Turn the items into `items`; prorate what changes. A moved cycle bills the new items in full itself."""
        old = self.subscription_items_of(subscription["id"])
        for item, (price_id, quantity) in zip(old, items, strict=False):
            if (item["price"]["id"], item["quantity"]) == (price_id, quantity) and keeps_period:
                continue
            if prorates:
                self._prorate(subscription, item, credits_old=True)
            self.change(item, None, **self._price_and_plan(price_id), quantity=quantity)
            if prorates and keeps_period:
                self._prorate(subscription, item, credits_old=False)
        for item in old[len(items) :]:
            if prorates:
                self._prorate(subscription, item, credits_old=True)
            stub = {"id": item["id"], "object": "subscription_item", "deleted": True}
            self.shelves["subscription_item"].replace_by_stub(stub)
        period = (old[0]["current_period_start"], old[0]["current_period_end"])
        for price_id, quantity in items[len(old) :]:
            item = self._new_subscription_item(subscription["id"], price_id, quantity, period, ())
            if prorates and keeps_period:
                self._prorate(subscription, item, credits_old=False)

    def _refund_unused(self, subscription: Json) -> None:
        """Credit and refund what is left of the period that the last invoice billed."""
        invoices = [invoice for invoice in self._invoices_of(subscription["id"]) if invoice["status"] == "paid"]
        if not invoices:
            raise ValueError(f"{subscription['id']} has no paid invoice to refund.")
        lines = []
        for row in self.lines_of(invoices[0]["id"]):
            share = part_left(row["period"]["start"], row["period"]["end"], self.now)
            amount = rounded(row["amount"] * share, row["currency"])
            if amount > 0:
                lines.append(CreditLine(row["id"], amount=amount))
        invoice_id = invoices[0]["id"]
        total = self.total_to_credit(invoice_id, lines)
        most = self.most_to_refund(invoice_id)
        if not min(total, most):
            raise ValueError(f"Nothing of {invoice_id} is left to refund.")
        # An invoice that credited an older price holds less money than its lines: then a plain amount is credited.
        parts: Json = {"lines": lines} if total <= most else {"amount": most}
        self.credit_note(invoice_id, **parts, refund=min(total, most), memo="Unused time")

    def _subscribe_discount(self, code: str, customer_id: str, currency: str, subscription_id: str) -> Json:
        """A discount on a subscription; one of a repeating coupon ends after its months."""
        discount = self._redeem(code, customer_id, currency, subscription=subscription_id)
        terms = self._terms[discount["id"]]
        if terms["duration"] == "repeating":
            self.change(discount, None, end=period_start(self.now, "month", terms["duration_in_months"], 1))
        return discount

    def _common_price(self, price_ids: Sequence[str], currency: str | None = None, kept: Sequence[str] = ()) -> Json:
        """One of the prices, of which those not `kept` are new.

        Raises ValueError unless all are recurring, of one currency and one interval, and the new ones active.
        """
        prices = [self.get("price", price_id) for price_id in price_ids]
        kinds = {(price["currency"], str(price["recurring"])) for price in prices}
        if len(kinds) != 1 or prices[0]["recurring"] is None:
            raise ValueError(f"Prices {', '.join(price_ids)} are not all recurring in one currency and interval.")
        if currency not in {None, prices[0]["currency"]}:
            raise ValueError(f"Prices {', '.join(price_ids)} are not in {currency}.")
        for price in prices:
            self._billable_price(price["id"], prices[0]["currency"], is_new=price["id"] not in kept)
        return prices[0]

    def _live(self, subscription_id: str) -> Json:
        subscription = self.get("subscription", subscription_id)
        if subscription["status"] in ENDED:
            raise ValueError(f"{subscription_id} is {subscription['status']}.")
        return subscription
