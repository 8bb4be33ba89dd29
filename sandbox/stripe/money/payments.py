"""Payments as a whole: charging, what becomes of authorisations and of delayed payments, refunds; each in its file.

Amounts are minor units of the presentment currency; the ledger holds the settlement currency.
"""

from sandbox.stripe.money.authorisations import Authorisations
from sandbox.stripe.money.delayed import DelayedPayments
from sandbox.stripe.money.refunds import Refunds


class Payments(Refunds, DelayedPayments, Authorisations):
    """All that can happen to payments."""
