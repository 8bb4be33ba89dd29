"""Composes the stages for one window: the same run with Airflow, without it, and in tests."""

from stripe_netsuite.pipeline.lifecycle import begin, finish
from stripe_netsuite.pipeline.payouts import discover_payouts, reconcile_payout
from stripe_netsuite.pipeline.proofs import prove
from stripe_netsuite.pipeline.reading import extract, validate
from stripe_netsuite.pipeline.run import LoadStep, Run
from stripe_netsuite.pipeline.services import Services, open_services
from stripe_netsuite.pipeline.steps import load

__all__ = [
    "LoadStep",
    "Run",
    "Services",
    "begin",
    "discover_payouts",
    "extract",
    "finish",
    "load",
    "open_services",
    "prove",
    "reconcile_payout",
    "validate",
]
