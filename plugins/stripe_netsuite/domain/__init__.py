"""Nouns without I/O: money, ids, windows, findings, Stripe objects, NetSuite records."""
