"""A local Stripe: an account in memory whose money cannot be inconsistent, behind Stripe's HTTP interface.

Below: identity, shelf, exchange, ledger (how objects and money are kept). Middle: account, catalogue, billing,
payments, payouts, together `world.World` (what can happen). Top: query, filters, expansion, faults, app (HTTP).
"""
