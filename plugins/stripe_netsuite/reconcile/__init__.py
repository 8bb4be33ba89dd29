"""Payouts → deposits; both sides → proofs."""
