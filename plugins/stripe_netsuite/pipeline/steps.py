"""The load steps by name, in the order in which records depend on each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stripe_netsuite.pipeline.account_check import bookable_accounts
from stripe_netsuite.pipeline.customer_step import load_customers
from stripe_netsuite.pipeline.dispute_step import load_disputes
from stripe_netsuite.pipeline.item_step import load_items
from stripe_netsuite.pipeline.loading import Step, open_step
from stripe_netsuite.pipeline.payment_step import load_payments
from stripe_netsuite.pipeline.reconcile_only import RECONCILE_ONLY
from stripe_netsuite.pipeline.refund_step import load_refunds
from stripe_netsuite.pipeline.run import LoadStep, Run
from stripe_netsuite.pipeline.sale_steps import load_invoices
from stripe_netsuite.pipeline.services import Services
from stripe_netsuite.pipeline.totals import recheck_totals

_STEPS: dict[LoadStep, Callable[[Step], None]] = {
    LoadStep.CUSTOMERS: load_customers,
    LoadStep.ITEMS: load_items,
    LoadStep.INVOICES: load_invoices,
    LoadStep.PAYMENTS: load_payments,
    LoadStep.REFUNDS: load_refunds,
    LoadStep.DISPUTES: load_disputes,
}


def load(services: Services, run: Run, step: LoadStep) -> dict[str, Any]:
    """Run one load step for all accounts of the run; return its counts.

    A dry run writes nothing to NetSuite: it plans the earlier steps as well, so that this one sees what they would
    link, and stores the plan.
    """
    counts: dict[str, int] = dict.fromkeys(("written", "waiting", "conflicts"), 0)
    for account in bookable_accounts(services, run):
        with open_step(services, run, account, step) as opened:
            if run.dry_run:
                _plan_earlier(opened, step)
            _do(opened, step)
            if not run.dry_run:
                recheck_totals(services, run, account)
            for name, count in opened.counts.items():
                counts[name] = counts.get(name, 0) + count
    return counts


def _do(opened: Step, step: LoadStep) -> None:
    """Run one step; where another system books the sales, it only links (G3)."""
    (RECONCILE_ONLY if opened.books.mode == "reconcile_only" else _STEPS)[step](opened)


def _plan_earlier(opened: Step, step: LoadStep) -> None:
    view, opened.view = opened.view, None
    for earlier in LoadStep:
        if earlier is step:
            break
        _do(opened, earlier)
    opened.counts.clear()
    opened.view = view
