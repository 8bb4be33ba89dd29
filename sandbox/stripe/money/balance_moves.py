"""What moves the Stripe balance beside payments: top-ups, Stripe's bills, adjustments, reserves, holds, and any row.

Amounts are minor units of a settlement currency. Fees and taxes are given as positive numbers when they are charged.
"""

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from sandbox.stripe.base.account import blank
from sandbox.stripe.base.exchange import SECONDS_A_DAY
from sandbox.stripe.base.movement import PAYMENTS, Fee, Movement
from sandbox.stripe.base.shelf import Json
from sandbox.stripe.money.connect import Connect

RISK_RESERVED = "risk_reserved"
_TOP_UP_DAYS = 1
_FEE_CATEGORIES = ("fee", "network_cost")


class BalanceMoves(Connect):
    """What can happen to the balance without a customer."""

    def top_up(self, amount: int, currency: str = "usd", *, description: str | None = None) -> Json:
        """Add own money from the bank: pending for a day, then it succeeds and is in the balance."""
        expected = (self.now // SECONDS_A_DAY + _TOP_UP_DAYS) * SECONDS_A_DAY
        if amount <= 0:
            raise ValueError(f"A top-up of {amount} {currency}.")
        topup = blank(
            "topup",
            id=self.ids.next("tu"),
            created=self.now,
            amount=amount,
            currency=currency,
            description=description,
            expected_availability_date=expected,
        )
        self.schedule(expected, partial(self._arrive_top_up, topup["id"]))
        return self.add(topup, "topup.created")

    def fail_top_up(self, topup_id: str) -> Json:
        """The bank refuses a pending top-up: nothing has moved."""
        return self.change(
            self._top_up_in_status(topup_id, "pending"),
            "topup.failed",
            status="failed",
            failure_code="insufficient_funds",
            failure_message="The bank account has insufficient funds.",
        )

    def reverse_top_up(self, topup_id: str, amount: int | None = None) -> Json:
        """The bank takes back a top-up that succeeded, by default all of it."""
        topup = self._top_up_in_status(topup_id, "succeeded")
        amount = topup["amount"] if amount is None else amount
        if not 0 < amount <= topup["amount"]:
            raise ValueError(f"{topup_id} brought {topup['amount']}, not {amount}.")
        self._move_now("topup_reversal", -amount, topup["currency"], source=topup_id)
        return self.change(topup, "topup.reversed", status="reversed")

    def stripe_fee(
        self, amount: int, currency: str = "usd", *, description: str, tax: int = 0, category: str = "fee"
    ) -> Json:
        """Stripe's bill for a product, or (`network_cost`) what card networks cost; negative when returned.

        The row's `fee` is the tax. `description` names product and period, as Stripe writes them:
        `Radar (2026-11-03): Standard`, `Card payments (2026-11-03): Transaction network costs`.
        """
        if category not in _FEE_CATEGORIES:
            raise ValueError(f"A Stripe fee is of category {' or '.join(_FEE_CATEGORIES)}, not {category}.")
        fees = (Fee(tax, "tax", "VAT"),) if tax else ()
        return self._move_now(
            "stripe_fee", -amount, currency, description=description, fees=fees, reporting_category=category
        )

    def tax_on_fees(self, amount: int, currency: str = "usd", *, description: str) -> Json:
        """Tax on Stripe's fees as a row of its own."""
        return self._move_now("tax_fee", -amount, currency, description=description)

    def adjust(self, amount: int, currency: str = "usd", *, description: str) -> Json:
        """An adjustment by Stripe, of either sign or of nothing; only the description says why."""
        return self._move_now("adjustment", amount, currency, description=description)

    def hold_reserve(self, amount: int, currency: str = "usd") -> Json:
        """Stripe sets money aside against risk; returns the row of the payments balance.

        It stays the account's money, in a balance of its own (`balance_type` risk_reserved): a second row.
        """
        return self._reserve("reserve_hold", -_positive(amount, currency), currency)

    def release_reserve(self, amount: int, currency: str = "usd") -> Json:
        """Stripe gives reserved money back. Raises ValueError for more than is reserved."""
        reserved, _ = self.ledger.balance(RISK_RESERVED).get(currency, (0, 0))
        if _positive(amount, currency) > reserved:
            raise ValueError(f"{reserved} {currency} are reserved, not {amount}.")
        return self._reserve("reserve_release", amount, currency)

    def hold_minimum_balance(self, amount: int, currency: str = "usd") -> Json:
        """Keep money back from the next payout: this row is in that payout, its release in the one after."""
        amount = _positive(amount, currency)
        return self._move_now("payout_minimum_balance_hold", -amount, currency, description="Minimum balance")

    def release_minimum_balance(self, amount: int, currency: str = "usd") -> Json:
        """Let the money that an earlier payout kept back go with the next one."""
        amount = _positive(amount, currency)
        return self._move_now("payout_minimum_balance_release", amount, currency, description="Minimum balance")

    def row(
        self,
        type: str,  # noqa: A002 - Stripe's name for it
        amount: int,
        currency: str = "usd",
        *,
        reporting_category: str,
        fee: int = 0,
        fee_details: Sequence[Json] | None = None,
        source: str | None = None,
        description: str | None = None,
        exchange_rate: Decimal | None = None,
        balance_type: str = PAYMENTS,
    ) -> Json:
        """Any other balance transaction, available at once; also of types and categories nobody has seen yet.

        `fee_details` are dicts of `amount`, `type`, and if wanted `description` and `application`; they explain
        `fee`, or stand for it. Raises ValueError where they add up to something else.
        """
        parts: tuple[Any, ...] = () if fee_details is None else tuple(Fee(**part) for part in fee_details)
        if not parts and fee:
            parts = (Fee(fee),)
        if fee and fee != sum(part.amount for part in parts):
            raise ValueError(f"The fee details of a {type} add up to something else than {fee}.")
        return self.ledger.record(
            Movement(
                type=type,
                source=source,
                amount=amount,
                currency=currency,
                created=self.now,
                available_on=self.now,
                fees=parts,
                description=description,
                exchange_rate=exchange_rate,
                reporting_category=reporting_category,
                balance_type=balance_type,
            )
        )

    def _arrive_top_up(self, topup_id: str) -> None:
        topup = self.get("topup", topup_id)
        if topup["status"] == "pending":
            row = self._move_now(
                "topup", topup["amount"], topup["currency"], source=topup_id, description=topup["description"]
            )
            self.change(topup, "topup.succeeded", status="succeeded", balance_transaction=row["id"])

    def _top_up_in_status(self, topup_id: str, status: str) -> Json:
        topup = self.get("topup", topup_id)
        if topup["status"] != status:
            raise ValueError(f"{topup_id} is {topup['status']}, not {status}.")
        return topup

    def _reserve(self, movement_type: str, amount: int, currency: str) -> Json:
        row = self._move_now(movement_type, amount, currency)
        self.row(
            movement_type,
            -amount,
            currency,
            reporting_category=row["reporting_category"],
            balance_type=RISK_RESERVED,
        )
        return row


def _positive(amount: int, currency: str) -> int:
    if amount <= 0:
        raise ValueError(f"{amount} {currency} cannot be held or released.")
    return amount
