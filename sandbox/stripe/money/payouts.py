"""Payouts: automatic ones every day, manual and instant ones by hand; failed, canceled, reversed, negative.

At half past midnight UTC all that is available of a settlement currency goes to its bank account. An automatic payout
is reconciled two hours later, arrives on the next business day, and is `paid` that morning. A day on which nothing or
less than nothing is available has no payout. What a payout leaves undone comes back as a row for a later one.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sandbox.stripe.base.account import blank
from sandbox.stripe.base.exchange import SECONDS_A_DAY, payout_step
from sandbox.stripe.base.shelf import Json
from sandbox.stripe.money.balance_moves import BalanceMoves

_PAYOUT_TIME_S = 30 * 60
_RECONCILED_AFTER_S = 2 * 3600
_PAID_AT_S = 9 * 3600
_INSTANT_S = 30 * 60
_SATURDAY = 5
_FAILURES = {
    "account_closed": "The bank account has been closed.",
    "account_frozen": "The bank account has been frozen.",
    "could_not_process": "The bank could not process this payout.",
    "debit_not_authorized": "Debit transactions are not approved on the bank account.",
    "insufficient_funds": "The bank account has insufficient funds to cover this payout.",
    "no_account": "The bank account details on file are probably incorrect.",
}


class Payouts(BalanceMoves):
    """What can happen to payouts. With `daily_payouts` they happen by themselves as the clock advances."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if self.account["settings"]["payouts"]["schedule"]["interval"] == "daily":
            self._schedule_next_day()

    def pay_out(
        self,
        currency: str = "usd",
        *,
        amount: int | None = None,
        method: str = "standard",
        fee: int = 0,
        rows: Sequence[str] | None = None,
        allow_negative: bool = False,
    ) -> Json | None:
        """Pay out all that is available now, or only these `rows` (ids); None if that is not more than zero.

        With `allow_negative` less than zero is debited from the bank. An `amount`, or the method `instant`, makes
        it a payout by hand: Stripe does not tell what is in it, its `fee` is a row of its own. Raises ValueError for
        more than is available, for rows that are not, and for parts of a unit that the currency has not (HUF, TWD).
        """
        if amount is not None or method == "instant":
            return self._pay_out_by_hand(currency, amount, method, fee)
        chosen = self._payable_rows(currency, rows)
        total = sum(row["net"] for row in chosen)
        rest = _part_of_a_unit(total, currency)
        if total == rest or (total < 0 and not allow_negative):
            return None
        if rest:
            # Whole units only: the rest stays in the balance, so that the payout is still the sum of its rows.
            chosen.append(self._carry_over(-rest, currency))
        payout = self._new_payout(currency, total - rest, "standard", is_automatic=True)
        own = self.ledger.settle(payout["id"], chosen, created=self.now, available_on=payout["arrival_date"])
        payout["balance_transaction"] = own["id"]
        self.add(payout, "payout.created")
        if rest:
            self._carry_over(rest, currency)
        self.schedule(self.now + _RECONCILED_AFTER_S, partial(self._reconcile_payout, payout["id"]))
        self.schedule(payout["arrival_date"] + _PAID_AT_S, partial(self._arrive_payout, payout["id"]))
        return payout

    def _payable_rows(self, currency: str, wanted: Sequence[str] | None) -> list[Json]:
        payable = self.ledger.payable(currency)
        if wanted is None:
            return payable
        asked = set(wanted)
        chosen = [row for row in payable if row["id"] in asked]
        missing = sorted(asked - {row["id"] for row in chosen})
        if missing:
            raise ValueError(f"Not available in {currency}, or in a payout already: {', '.join(missing)}.")
        return chosen

    def fail_payout(self, payout_id: str, code: str = "account_closed") -> Json:
        """The bank sends a payout back, possibly days after it was `paid`: its amount returns as a row."""
        payout = self._payout_in_status(payout_id, "pending", "in_transit", "paid")
        return self._return_payout(
            payout,
            "payout_failure",
            "payout.failed",
            status="failed",
            failure_code=code,
            failure_message=_FAILURES.get(code, "The payout could not be completed."),
        )

    def cancel_payout(self, payout_id: str) -> Json:
        """Cancel a pending payout. Raises ValueError for an automatic one (docs.stripe.com/api/payouts/cancel)."""
        payout = self._payout_in_status(payout_id, "pending")
        if payout["automatic"]:
            raise ValueError(f"{payout_id} is automatic: only payouts made by hand can be canceled.")
        return self._return_payout(payout, "payout_cancel", "payout.canceled", status="canceled")

    def reverse_payout(self, payout_id: str) -> Json:
        """Debit a paid payout back from the bank; returns the reversing payout, whose amount is negative."""
        payout = self._payout_in_status(payout_id, "paid", "in_transit")
        if payout["reversed_by"] is not None or payout["original_payout"] is not None:
            raise ValueError(f"{payout_id} is reversed already, or a reversal itself.")
        reversal = self._new_payout(payout["currency"], -payout["amount"], "standard", is_automatic=False)
        reversal["original_payout"] = payout_id
        self._send_by_hand(reversal)
        self.change(payout, "payout.updated", reversed_by=reversal["id"])
        return reversal

    def _pay_out_by_hand(self, currency: str, amount: int | None, method: str, fee: int) -> Json:
        available, _ = self.ledger.balance().get(currency, (0, 0))
        amount = available - fee if amount is None else amount
        if amount <= 0 or amount % payout_step(currency):
            raise ValueError(f"{amount} {currency} cannot be paid out.")
        self._check_affordable(amount + fee, currency)
        payout = self._send_by_hand(self._new_payout(currency, amount, method, is_automatic=False))
        if fee:
            self.stripe_fee(fee, currency, description=f"{method.capitalize()} payout fee")
        return payout

    def _send_by_hand(self, payout: Json) -> Json:
        row = self._move_now(
            "payout",
            -payout["amount"],
            payout["currency"],
            source=payout["id"],
            description="STRIPE PAYOUT",
            available_on=payout["arrival_date"],
        )
        payout["balance_transaction"] = row["id"]
        self.add(payout, "payout.created")
        is_instant = payout["method"] == "instant"
        if not is_instant:
            self.schedule(self.now + _RECONCILED_AFTER_S, partial(self._reconcile_payout, payout["id"]))
        paid_at = payout["arrival_date"] + (0 if is_instant else _PAID_AT_S)
        self.schedule(paid_at, partial(self._arrive_payout, payout["id"]))
        return payout

    def _new_payout(self, currency: str, amount: int, method: str, *, is_automatic: bool) -> Json:
        arrival = self.now + _INSTANT_S if method == "instant" else next_business_day(self.now)
        return blank(
            "payout",
            id=self.ids.next("po"),
            created=self.now,
            amount=amount,
            currency=currency,
            arrival_date=arrival,
            balance_transaction=None,
            automatic=is_automatic,
            destination=self.bank_account_id(currency),
            method=method,
            reconciliation_status="in_progress" if is_automatic else "not_applicable",
        )

    def _carry_over(self, amount: int, currency: str) -> Json:
        """One half of the pair that keeps parts of a unit out of a payout: what it holds, the next one has."""
        if amount < 0:
            return self.hold_minimum_balance(-amount, currency)
        return self.release_minimum_balance(amount, currency)

    def _return_payout(self, payout: Json, movement_type: str, event: str, **fields: Any) -> Json:
        row = self._move_now(
            movement_type,
            payout["amount"],
            payout["currency"],
            source=payout["id"],
            description=f"STRIPE PAYOUT {'FAILURE' if movement_type == 'payout_failure' else 'CANCEL'}",
        )
        if payout["status"] != "paid":
            fields["trace_id"] = {"status": "unsupported", "value": None}
        return self.change(payout, event, failure_balance_transaction=row["id"], **fields)

    def _payout_in_status(self, payout_id: str, *statuses: str) -> Json:
        payout = self.get("payout", payout_id)
        if payout["status"] not in statuses:
            raise ValueError(f"{payout_id} is {payout['status']}, not {' or '.join(statuses)}.")
        return payout

    def _reconcile_payout(self, payout_id: str) -> None:
        payout = self.get("payout", payout_id)
        status = "in_transit" if payout["status"] == "pending" else payout["status"]
        if not payout["automatic"]:
            self.change(payout, "payout.updated", status=status)
            return
        self.change(payout, "payout.updated", status=status, reconciliation_status="completed")
        self.emit("payout.reconciliation_completed", payout)

    def _arrive_payout(self, payout_id: str) -> None:
        payout = self.get("payout", payout_id)
        if payout["status"] in {"pending", "in_transit"}:
            trace = {"status": "supported", "value": self.ids.letters(payout_id, 15, "0123456789")}
            self.change(payout, "payout.paid", status="paid", trace_id=trace)

    def _schedule_next_day(self) -> None:
        tomorrow = (self.now // SECONDS_A_DAY + 1) * SECONDS_A_DAY
        self.schedule(tomorrow + _PAYOUT_TIME_S, self._pay_out_daily)

    def _pay_out_daily(self) -> None:
        for currency in self.settlement_currencies:
            self.pay_out(currency)
        self._schedule_next_day()


def _part_of_a_unit(amount: int, currency: str) -> int:
    """What of an amount cannot be paid out in whole units, with the amount's sign."""
    rest = abs(amount) % payout_step(currency)
    return rest if amount > 0 else -rest


def next_business_day(at: int) -> int:
    """Midnight UTC (Unix seconds) of the first Monday to Friday after the day of `at`."""
    day = datetime.fromtimestamp(at, UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return int(day.timestamp())
