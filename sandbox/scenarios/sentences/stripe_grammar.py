"""The grammar of what happens at Stripe; the modules beside this one declare its sentences."""

from sandbox.scenarios.grammar import Grammar

STRIPE = Grammar("what happens at Stripe")

# How a person says it → how `World.charge` calls it.
METHODS = {
    "card": "card",
    "bank debit": "us_bank_account",
    "SEPA debit": "sepa_debit",
    "bank transfer": "customer_balance",
}
METHOD = "|".join(METHODS)

# Why money goes back, as a person says it → Stripe's word.
REFUND_REASONS = {
    "the customer asked": "requested_by_customer",
    "it was a duplicate": "duplicate",
    "it was fraudulent": "fraudulent",
}
CREDIT_REASONS = {
    "it was a duplicate": "duplicate",
    "it was fraudulent": "fraudulent",
    "the order changed": "order_change",
    "the product was unsatisfactory": "product_unsatisfactory",
}
FAILED_REFUNDS = {
    "the card was lost": "lost_or_stolen_card",
    "the card had expired": "expired_or_canceled_card",
    "the bank does not say why": "unknown",
}
