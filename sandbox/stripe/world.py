"""The whole account: a clock, a catalogue, invoices, payments, disputes and payouts under one roof.

`World(seed, start)` begins empty at `start`; its methods make things happen at the clock's instant; `advance_to` lets
time pass, with the daily payouts and whatever was scheduled. The same calls on the same seed give the same bytes.
"""

from sandbox.stripe.base.shelf import Json
from sandbox.stripe.billing.billing import Billing
from sandbox.stripe.money.disputes import Disputes
from sandbox.stripe.money.payouts import Payouts

_PREFUNDING = "refund_and_dispute_prefunding"


class World(Payouts, Disputes, Billing):
    """A Stripe account in memory. Its options are those of `Account`."""

    def balance(self) -> Json:
        """The balance object: what the ledger adds up to, by currency.

        Risk reserves are in no part of it; the other balances are shown once the account has them
        (docs.stripe.com/api/balance/balance_object).
        """
        totals = dict.fromkeys(self.settlement_currencies, (0, 0)) | self.ledger.balance()
        balance: Json = {
            "object": "balance",
            "available": _entries(totals, 0),
            "livemode": False,
            "pending": _entries(totals, 1),
        }
        reserved = self.ledger.reserved_for_connect()
        if reserved:
            balance["connect_reserved"] = [
                {"amount": amount, "currency": currency} for currency, amount in sorted(reserved.items())
            ]
        issuing = self.ledger.balance("issuing")
        if issuing:
            balance["issuing"] = {"available": _entries(issuing, 0)}
        prefunded = self.ledger.balance(_PREFUNDING)
        if prefunded:
            balance[_PREFUNDING] = {"available": _entries(prefunded, 0), "pending": _entries(prefunded, 1)}
        return balance


def _entries(totals: dict[str, tuple[int, int]], position: int) -> list[Json]:
    return [
        {"amount": pair[position], "currency": currency, "source_types": {"card": pair[position]}}
        for currency, pair in sorted(totals.items())
    ]
