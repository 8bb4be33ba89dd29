"""Payments as a whole: charging, what becomes of authorisations and of delayed payments, refunds; each in its file.

Amounts are minor units of the presentment currency; the ledger holds the settlement currency.
"""

from sandbox.stripe.authorisations import Authorisations
from sandbox.stripe.delayed import DelayedPayments
from sandbox.stripe.refunds import Refunds


class Payments(Refunds, DelayedPayments, Authorisations):
    """All that can happen to payments."""
