"""Stripe API → staged objects."""
