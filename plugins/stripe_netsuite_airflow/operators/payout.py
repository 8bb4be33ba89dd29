"""One payout, tied out and booked as a deposit: the operator that is mapped over the payouts of a run.

Booked is success, and so is one that failed, was reversed or canceled, once the books say so. Waiting (for Stripe's
reconciliation, or for a record) is skipped: the next run takes it up by itself. Blocked or mismatched fails at once,
for a person. The map label says which, with id and amount.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from airflow.sdk import BaseOperator, BaseOperatorLink
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from stripe_netsuite_airflow.context import open_services, run_of

# The label that the task sets while it runs, or the payout's own before that.
MAP_LABEL = "{{ label | default(task.payout['label'], true) }}"

# What the books need is in them, or there is nothing to book.
_SETTLED = frozenset({"booked", "failed", "reversed", "canceled", "excluded"})


class StripePayoutLink(BaseOperatorLink):
    """Button to the payout in Stripe's dashboard."""

    name = "Stripe payout"

    def get_link(self, operator: BaseOperator, *, ti_key: Any) -> str:  # noqa: ARG002 Airflow's signature
        """Return the payout's address; Airflow asks once, after the task ran, in the task's own process."""
        return str(getattr(operator, "stripe_url", None) or "")


class NetSuiteDepositLink(BaseOperatorLink):
    """Button to the deposit in NetSuite, or to the journal entry of a payout that has no deposit."""

    name = "NetSuite deposit"

    def get_link(self, operator: BaseOperator, *, ti_key: Any) -> str:  # noqa: ARG002 Airflow's signature
        """Return the deposit's address, or nothing while there is none."""
        return str(getattr(operator, "netsuite_url", None) or "")


class ReconcilePayoutOperator(BaseOperator):
    """Tie out one payout, book its deposit with fees and FX, read it back. `payout` is a row of `discover`."""

    template_fields = ("payout",)
    operator_extra_links = (StripePayoutLink(), NetSuiteDepositLink())
    ui_color: ClassVar[str] = "#e6f4ea"

    def __init__(self, *, payout: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.payout = payout
        self.stripe_url: str | None = None
        self.netsuite_url: str | None = None

    def execute(self, context: Any) -> dict[str, Any]:
        """Return the pipeline's result. Raises AirflowSkipException while waiting, AirflowFailException for a person."""
        from stripe_netsuite import pipeline
        from stripe_netsuite.report.links import netsuite_link, stripe_link

        payout_id = str(self.payout["payout_id"])
        run = run_of(context, "payout")
        with open_services() as services:
            result = pipeline.reconcile_payout(services, run, str(self.payout["account"]), payout_id)
            self.netsuite_url = netsuite_link(services.netsuite_account, "deposit", result["deposit_id"])
            is_test = services.is_test(services.mapping.stripe_account(str(self.payout["account"])))
        self.stripe_url = stripe_link(payout_id, is_test=is_test)
        state, reason = str(result["state"]), str(result.get("reason") or "")
        label = str(self.payout["label"])
        if state in _SETTLED or run.dry_run:
            context["label"] = f"{label} {state}{f': {reason}' if reason else ''}"[:250]
            return result
        context["label"] = f"{label} {state}: {reason}"[:250]
        if state.startswith("waiting"):
            raise AirflowSkipException(f"{payout_id} is {state.replace('_', ' ')}: {reason}")
        raise AirflowFailException(f"{payout_id} is {state}: {reason}")
