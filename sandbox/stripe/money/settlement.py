"""How a payment becomes money of the account: the currency it settles in, the rate of the day, and Stripe's fees.

Amounts go in as minor units of the presentment currency and come out as those of the settlement currency. Nothing
here moves money; it says what a ledger row has to hold.
"""

from decimal import ROUND_HALF_UP, Decimal

from sandbox.stripe.base.account import DEFAULT_ACCOUNT
from sandbox.stripe.base.catalogue import Catalogue
from sandbox.stripe.base.country import price_of
from sandbox.stripe.base.exchange import exchange_rate, settle
from sandbox.stripe.base.movement import Fee, Movement
from sandbox.stripe.base.shelf import Json

_TAX_TEXT = "VAT"  # as real fee_details of European accounts say


class Settlement(Catalogue):
    """What every kind of money movement shares. A currency without a settlement of its own settles in the first."""

    def bank_account_id(self, currency: str) -> str:
        """The bank account that payouts of a settlement currency go to: one for each."""
        account_id = str(self.account["id"])
        owner = "sandbox" if account_id == DEFAULT_ACCOUNT else account_id.removeprefix("acct_")
        return f"ba_{owner}_{currency}"

    def _settled(self, currency: str, amount: int, target: str | None = None) -> tuple[str, int, Decimal | None]:
        """Settlement currency, amount in it, and the rate (None where nothing is converted).

        Raises ValueError for a `target` in which the account does not settle.
        """
        if target is None:
            target = currency if currency in self.settlement_currencies else self.settlement_currencies[0]
        if target not in self.settlement_currencies:
            raise ValueError(f"{self.account['id']} settles in {', '.join(self.settlement_currencies)}, not {target}.")
        if target == currency:
            return currency, amount, None
        rate = exchange_rate(currency, target, self.now)
        return target, settle(amount, rate), rate

    def _processing_fees(self, amount: int, method: str) -> tuple[Fee, ...]:
        """Stripe's fee on a payment of `amount` (settlement currency), with the tax on it."""
        price = price_of(self.account["country"], method)
        fee = int((amount * price.percent / 100).quantize(Decimal(1), rounding=ROUND_HALF_UP)) + price.fixed
        return self._with_tax(Fee(fee if price.cap is None else min(fee, price.cap)))

    def _with_tax(self, fee: Fee) -> tuple[Fee, ...]:
        """The fee and, where the account's country taxes Stripe's fees, the tax on it; nothing for no fee."""
        if not self.fee_tax_percent:
            return (fee,) if fee.amount else ()
        tax = int((fee.amount * self.fee_tax_percent / 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))
        parts = (fee, Fee(tax, "tax", _TAX_TEXT))
        return tuple(part for part in parts if part.amount)

    def _move_now(
        self,
        movement_type: str,
        amount: int,
        currency: str,
        *,
        source: str | None = None,
        description: str | None = None,
        fees: tuple[Fee, ...] = (),
        reporting_category: str | None = None,
        available_on: int | None = None,
        exchange_rate: Decimal | None = None,
    ) -> Json:
        """Write a ledger row that is available at once, or on a later day."""
        return self.ledger.record(
            Movement(
                type=movement_type,
                source=source,
                amount=amount,
                currency=currency,
                created=self.now,
                available_on=self.now if available_on is None else available_on,
                fees=fees,
                description=description,
                exchange_rate=exchange_rate,
                reporting_category=reporting_category,
            )
        )

    def _check_affordable(self, amount: int, currency: str) -> None:
        """Raise ValueError where the available balance does not cover `amount`."""
        available, _ = self.ledger.balance().get(currency, (0, 0))
        if amount > available:
            raise ValueError(f"Insufficient funds: {available} {currency} available, {amount} asked for.")
