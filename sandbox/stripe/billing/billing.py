"""Everything that is billed: invoices and their payments, credit, subscriptions, quotes and checkout.

The parts stand on each other in this order: credit balance, lines, payments of invoices, invoices, cash balance,
credit notes, subscriptions, quotes, checkout. `Billing` is all of them on one account; `Line` is what they bill.
"""

from sandbox.stripe.billing.checkout import Checkout
from sandbox.stripe.billing.credit_rows import CreditLine
from sandbox.stripe.billing.invoice_lines import EMBEDDED_LINES, Line

__all__ = ["EMBEDDED_LINES", "Billing", "CreditLine", "Line"]


class Billing(Checkout):
    """What can happen on the billing side of an account."""
