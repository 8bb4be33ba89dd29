"""Automatic daily payouts: at half past midnight UTC, all that is available of a currency goes to its bank account.

A payout is reconciled two hours later, arrives on the next business day, and is `paid` that morning. A day on which
nothing or less than nothing is available has no payout.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.stripe.account import blank
from sandbox.stripe.billing import Billing
from sandbox.stripe.exchange import SECONDS_A_DAY
from sandbox.stripe.shelf import Json

_PAYOUT_TIME_S = 30 * 60
_RECONCILED_AFTER_S = 2 * 3600
_PAID_AT_S = 9 * 3600
_SATURDAY = 5


class Payouts(Billing):
    """What can happen to payouts. With `daily_payouts` they happen by themselves as the clock advances."""

    def __init__(self, *arguments: Any, daily_payouts: bool = True, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.account["settings"]["payouts"]["schedule"]["interval"] = "daily" if daily_payouts else "manual"
        if daily_payouts:
            self._schedule_next_day()

    def pay_out(self, currency: str = "usd") -> Json | None:
        """Pay out all that is available now; None if that is not more than zero."""
        rows = self.ledger.payable(currency)
        amount = sum(row["net"] for row in rows)
        if amount <= 0:
            return None
        payout_id = self.ids.next("po")
        arrival = next_business_day(self.now)
        own = self.ledger.settle(payout_id, rows, created=self.now, available_on=arrival)
        payout = blank(
            "payout",
            id=payout_id,
            created=self.now,
            amount=amount,
            currency=currency,
            arrival_date=arrival,
            balance_transaction=own["id"],
            destination=f"ba_sandbox_{currency}",
        )
        self.add(payout, "payout.created")
        self.schedule(self.now + _RECONCILED_AFTER_S, lambda: self._reconcile(payout))
        self.schedule(arrival + _PAID_AT_S, lambda: self._arrive(payout))
        return payout

    def _reconcile(self, payout: Json) -> None:
        self.change(payout, "payout.updated", status="in_transit", reconciliation_status="completed")
        self.emit("payout.reconciliation_completed", payout)

    def _arrive(self, payout: Json) -> None:
        trace = {"status": "supported", "value": self.ids.letters(payout["id"], 15, "0123456789")}
        self.change(payout, "payout.paid", status="paid", trace_id=trace)

    def _schedule_next_day(self) -> None:
        tomorrow = (self.now // SECONDS_A_DAY + 1) * SECONDS_A_DAY
        self.schedule(tomorrow + _PAYOUT_TIME_S, self._pay_out_daily)

    def _pay_out_daily(self) -> None:
        for currency in self.settlement_currencies:
            self.pay_out(currency)
        self._schedule_next_day()


def next_business_day(at: int) -> int:
    """Midnight UTC (Unix seconds) of the first Monday to Friday after the day of `at`."""
    day = datetime.fromtimestamp(at, UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return int(day.timestamp())
