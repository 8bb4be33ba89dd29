"""Staged objects → typed Stripe objects, quarantine and findings."""
