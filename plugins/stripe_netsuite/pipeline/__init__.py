"""Composes the stages for one window: the same run with Airflow, without it, and in tests."""

from stripe_netsuite.pipeline.approval import answer_approval, open_questions, read_question
from stripe_netsuite.pipeline.lifecycle import begin, finish
from stripe_netsuite.pipeline.payouts import discover_payouts, reconcile_payout
from stripe_netsuite.pipeline.proofs import broken_proofs, prove
from stripe_netsuite.pipeline.reading import extract, validate
from stripe_netsuite.pipeline.reconciliation import reconciliation_lines
from stripe_netsuite.pipeline.run import LoadStep, Run
from stripe_netsuite.pipeline.services import Services, open_services
from stripe_netsuite.pipeline.steps import load

__all__ = [
    "LoadStep",
    "Run",
    "Services",
    "answer_approval",
    "begin",
    "broken_proofs",
    "discover_payouts",
    "extract",
    "finish",
    "load",
    "open_questions",
    "open_services",
    "prove",
    "read_question",
    "reconcile_payout",
    "reconciliation_lines",
    "validate",
]
