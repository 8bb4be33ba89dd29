"""The whole account: a clock, a catalogue, invoices, payments and payouts under one roof.

`World(seed, start)` begins empty at `start`; its methods make things happen at the clock's instant; `advance_to` lets
time pass, with the daily payouts and whatever was scheduled. The same calls on the same seed give the same bytes.
"""

from sandbox.stripe.payouts import Payouts
from sandbox.stripe.shelf import Json


class World(Payouts):
    """A Stripe account in memory."""

    def balance(self) -> Json:
        """The balance object: what the ledger adds up to, by currency."""
        totals = dict.fromkeys(self.settlement_currencies, (0, 0)) | self.ledger.balance()

        def entries(position: int) -> list[Json]:
            return [
                {"amount": pair[position], "currency": currency, "source_types": {"card": pair[position]}}
                for currency, pair in sorted(totals.items())
            ]

        return {"object": "balance", "available": entries(0), "livemode": False, "pending": entries(1)}
