"""Business by chance: whatever can happen to money at Stripe, in any order, from a seed.

`Business(seed)` deals day by day until its world has had enough; what the world says cannot happen does not. Sales stay
within what is booked: no tax, no voids, no credit notes.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from sandbox.stripe.billing.invoice_lines import Line
from sandbox.stripe.world import World

OPENED = datetime(2026, 11, 2, 8, tzinfo=UTC)
_AMOUNTS = {"usd": 10000, "eur": 9001, "gbp": 7777, "jpy": 15003, "kwd": 30670}
_STEP = 10  # dinars are charged in tens of their thousandth


class Business:
    """A world, and the chance that moves it."""

    def __init__(
        self,
        seed: int,
        days: int = 10,
        busy: int = 5,
        *,
        daily_payouts: bool = True,
        settles: tuple[str, ...] = ("usd",),
    ) -> None:
        self.chance = Random(seed)
        self.world = World(seed, OPENED, settlement_currencies=settles, daily_payouts=daily_payouts)
        self.days = days
        self.busy = busy
        self._daily_payouts = daily_payouts
        self.happened: list[str] = []
        product = self.world.create_product("Plan")["id"]
        self._prices = {one: self.world.create_price(product, n, one)["id"] for one, n in _AMOUNTS.items()}
        self._customers = [self.world.create_customer(f"Buyer {n}", email=f"b{n}@example.test")["id"] for n in range(4)]
        self.world.create_coupon("TEN", percent_off=Decimal(10))
        self._debits: list[str] = []

    def deal(self) -> None:
        """Let everything happen; afterwards a week passes, so that payouts arrive."""
        for day in range(self.days):
            for hour in sorted(self.chance.sample(range(1, 23), self.busy)):
                self.world.advance_to(OPENED + timedelta(days=day, hours=hour))
                self._act()
        self.world.advance_to(OPENED + timedelta(days=self.days + 7))

    def _act(self) -> None:
        actions: list[tuple[int, Callable[[], Any]]] = [
            (8, self._sale),
            (5, self._loose),
            (2, self._two_parts),
            (2, self._together),
            (1, self._again),
            (2, self._captured),
            (2, self._debit),
            (2, self._end_debit),
            (6, self._refund),
            (2, self._end_refund),
            (4, self._dispute),
            (4, self._end_dispute),
            (1, self._returned),
            (1, self._move),
            (1, self._connect),
            (1, self._payout_comes_back),
            (0 if self._daily_payouts else 4, self._pay_out),
        ]
        (chosen,) = self.chance.choices([action for _, action in actions], [weight for weight, _ in actions])
        with suppress(ValueError, KeyError, IndexError):
            chosen()
            self.happened.append(chosen.__name__)

    def _currency(self) -> str:
        return self.chance.choice(["usd", "usd", "usd", *_AMOUNTS])

    def _any(self, object_type: str, **fields: Any) -> dict[str, Any]:
        rows = [
            row
            for row in self.world.shelves[object_type]
            if all(row.get(key) == value for key, value in fields.items())
        ]
        return self.chance.choice(rows)

    def _part(self, whole: int) -> int:
        return max(_STEP, self.chance.randrange(_STEP, whole + _STEP, _STEP))

    def _invoice(self, **options: Any) -> dict[str, Any]:
        currency = self._currency()
        coupon = {"coupon": "TEN"} if self.chance.random() < 0.2 else {}
        line = Line(price=self._prices[currency], quantity=self.chance.randint(1, 3))
        customer = options.pop("customer", None) or self.chance.choice(self._customers)
        return self.world.create_invoice(customer, [line], currency=currency, **coupon)

    def _sale(self) -> None:
        invoice = self._invoice()
        if self.chance.random() < 0.9:
            self.world.pay_invoice(invoice["id"], declined=self.chance.random() < 0.1)

    def _loose(self) -> None:
        currency = self._currency()
        customer = self.chance.choice([None, *self._customers])
        self.world.charge(self._part(_AMOUNTS[currency]), currency, customer=customer, description="Workshop")

    def _two_parts(self) -> None:
        invoice = self._invoice()
        self.world.pay_invoice(invoice["id"], amount=self._part(invoice["amount_due"] // 2))
        if self.chance.random() < 0.7:
            self.world.pay_invoice(invoice["id"])

    def _together(self) -> None:
        customer = self.chance.choice(self._customers)
        invoices = [self._invoice(customer=customer)["id"] for _ in range(3)]
        currency = self.world.get("invoice", invoices[0])["currency"]
        same = [one for one in invoices if self.world.get("invoice", one)["currency"] == currency]
        self.world.pay_invoices_together(same)

    def _again(self) -> None:
        self.world.pay_invoice_again(self._any("invoice", status="paid")["id"])

    def _captured(self) -> None:
        charge = self.world.charge(5000, customer=self.chance.choice(self._customers), capture=False)
        if self.chance.random() < 0.7:
            self.world.capture(charge["id"], self._part(5000))

    def _debit(self) -> None:
        invoice = self.world.create_invoice(
            self.chance.choice(self._customers), [Line(price=self._prices["usd"])], currency="usd"
        )
        self._debits.append(self.world.pay_invoice(invoice["id"], method="us_bank_account")["id"])

    def _end_debit(self) -> None:
        debit = self._debits.pop(0)
        if self.chance.random() < 0.5:
            self.world.fail_payment(debit)
        else:
            self.world.succeed_payment(debit)

    def _refund(self) -> None:
        charge = self._any("charge", status="succeeded")
        amount = None if self.chance.random() < 0.3 else self._part(charge["amount_captured"])
        self.world.refund(charge["id"], amount, pending=self.chance.random() < 0.15)

    def _end_refund(self) -> None:
        if self.chance.random() < 0.5:
            self.world.fail_refund(self._any("refund")["id"])
        else:
            self.world.complete_refund(self._any("refund", status="pending")["id"])

    def _dispute(self) -> None:
        charge = self._any("charge", status="succeeded")
        amount = None if self.chance.random() < 0.7 else self._part(charge["amount_captured"])
        self.world.open_dispute(charge["id"], amount, inquiry=self.chance.random() < 0.2)

    def _end_dispute(self) -> None:
        dispute = self._any("dispute")["id"]
        what = self.chance.choice(
            [
                self.world.counter_dispute,
                self.world.win_dispute,
                self.world.lose_dispute,
                self.world.escalate_inquiry,
                self.world.close_inquiry,
                self.world.appeal_dispute,
            ]
        )
        what(dispute)

    def _returned(self) -> None:
        self.world.fail_payment_after_success(self._any("charge", status="succeeded")["id"])

    def _move(self) -> None:
        world = self.world
        self.chance.choice(
            [
                lambda: world.top_up(20000),
                lambda: world.stripe_fee(1234, description="Radar"),
                lambda: world.hold_reserve(500),
                lambda: world.release_reserve(500),
                lambda: world.adjust(-100, description="Correction"),
                lambda: world.tax_on_fees(99, description="Tax on fees"),
            ]
        )()

    def _connect(self) -> None:
        if self.chance.random() < 0.5:
            self.world.charge(
                10000, customer=self.chance.choice(self._customers), destination="acct_shop", application_fee=900
            )
        else:
            self.world.transfer(1000, "usd", "acct_shop")

    def _payout_comes_back(self) -> None:
        payout = self._any("payout")["id"]
        self.chance.choice([self.world.fail_payout, self.world.cancel_payout])(payout)

    def _pay_out(self) -> None:
        """By hand: a round amount, sometimes at once and for a fee."""
        amount = self._part(self.world.ledger.balance()["usd"][0])
        if self.chance.random() < 0.3:
            self.world.pay_out(amount=amount, method="instant", fee=amount // 100)
        else:
            self.world.pay_out(amount=amount)
