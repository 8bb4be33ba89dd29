"""Where everything is found: path segment → object type, lists that belong to an object, what can be written to.

Data only, after the paths of the pinned API version.
"""

from dataclasses import dataclass

# Every list below /v1, and /v1/<segment>/{id} beside it.
COLLECTIONS = {
    "application_fees": "application_fee",
    "balance_transactions": "balance_transaction",
    "charges": "charge",
    "checkout/sessions": "checkout.session",
    "coupons": "coupon",
    "credit_notes": "credit_note",
    "customers": "customer",
    "disputes": "dispute",
    "events": "event",
    "invoice_payments": "invoice_payment",
    "invoiceitems": "invoiceitem",
    "invoices": "invoice",
    "payment_intents": "payment_intent",
    "payouts": "payout",
    "plans": "plan",
    "prices": "price",
    "products": "product",
    "promotion_codes": "promotion_code",
    "quotes": "quote",
    "refunds": "refund",
    "reporting/report_runs": "reporting.report_run",
    "subscription_items": "subscription_item",
    "subscriptions": "subscription",
    "tax_rates": "tax_rate",
    "topups": "topup",
    "transfers": "transfer",
}


@dataclass(frozen=True, slots=True)
class Nested:
    """A list that belongs to an object: the type of the owner, of the members, and the members' field that names it."""

    owner: str
    members: str
    by: str
    has_single: bool = False


# Below /v1/<segment of the owner>/{id}/.
NESTED = {
    "application_fees/{id}/refunds": Nested("application_fee", "fee_refund", "fee", has_single=True),
    "charges/{id}/refunds": Nested("charge", "refund", "charge", has_single=True),
    "customers/{id}/balance_transactions": Nested(
        "customer", "customer_balance_transaction", "customer", has_single=True
    ),
    "customers/{id}/cash_balance_transactions": Nested(
        "customer", "customer_cash_balance_transaction", "customer", has_single=True
    ),
    "customers/{id}/subscriptions": Nested("customer", "subscription", "customer", has_single=True),
    "invoices/{id}/payments": Nested("invoice", "invoice_payment", "invoice"),
    "transfers/{id}/reversals": Nested("transfer", "transfer_reversal", "transfer", has_single=True),
}
# Lists of lines, in the order of their owner: the owner's type, and the members'.
LINES = {
    "checkout/sessions/{id}/line_items": ("checkout.session", "item"),
    "credit_notes/{id}/lines": ("credit_note", "credit_note_line_item"),
    "invoices/{id}/lines": ("invoice", "line_item"),
    "quotes/{id}/line_items": ("quote", "item"),
}

# Types whose metadata can be written (POST /v1/<segment>/{id}), and the event that says so.
UPDATE_EVENTS = {
    "charge": "charge.updated",
    "credit_note": "credit_note.updated",
    "customer": "customer.updated",
    "dispute": "charge.dispute.updated",
    "invoice": "invoice.updated",
    "payment_intent": "",
    "payout": "payout.updated",
    "refund": "refund.updated",
    "subscription": "customer.subscription.updated",
}

# What a restricted key's permission for a type is called, where it is not the type itself
# (docs.stripe.com/keys/permissions-reference).
PERMISSIONS = {
    "account": "connected_account",
    "balance_transaction": "balance",
    "checkout.session": "checkout_session",
    "customer_balance_transaction": "customer",
    "customer_cash_balance_transaction": "customer",
    "fee_refund": "application_fee",
    "file": "file",
    "invoice_payment": "invoice",
    "invoiceitem": "invoice",
    "reporting.report_run": "report_runs_and_report_types",
    "subscription_item": "subscription",
    "topup": "top_up",
    "transfer_reversal": "transfer",
    "webhook_endpoint": "webhook",
}
