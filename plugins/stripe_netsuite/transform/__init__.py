"""Stripe objects → NetSuite records. Pure."""
