"""One question to a person: may this payout's deposit be posted with these differences? (ACCOUNTING F5)

Airflow parks the task without a worker until somebody answers under *Required actions*. The answer goes to staging, and
wakes `payout_reconciliation`, which acts on it; nothing is booked here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Param
from airflow.sdk.exceptions import AirflowSkipException

from stripe_netsuite.errors import ConfigurationError
from stripe_netsuite_airflow.assets import PAYOUTS, PAYOUTS_IF_ANY
from stripe_netsuite_airflow.context import open_services
from stripe_netsuite_airflow.operators.payout import StripePayoutLink

APPROVE, REJECT = "Approve", "Reject"
CONF = ("account", "payout_id", "key")
"""What a run's configuration names: Stripe account, payout, key of the question."""


class DecidePayoutOperator(HITLOperator):
    """Ask about the payout that the DAG run's configuration names; store who answered what, and when."""

    operator_extra_links = (StripePayoutLink(),)
    ui_color: ClassVar[str] = "#fef3c7"

    def __init__(self, **kwargs: Any) -> None:
        note = Param(
            default="",
            type=["string", "null"],
            maxLength=500,
            title="Reason",
            description="For the books: why this is right, or what has to be corrected. It stands with the payout.",
        )
        super().__init__(
            subject="May this payout be posted with its differences?",
            options=[APPROVE, REJECT],
            params={"note": note},
            outlets=[PAYOUTS_IF_ANY],
            **kwargs,
        )
        self.stripe_url: str | None = None

    def execute(self, context: Any) -> Any:
        """Put the question. Raises AirflowSkipException where nobody has to answer it any more."""
        from stripe_netsuite import pipeline
        from stripe_netsuite.report.links import netsuite_link, stripe_link
        from stripe_netsuite_airflow.question import body_of, subject_of

        asked_for = _asked_for(context)
        with open_services() as services:
            asked = pipeline.read_question(services, *asked_for)
            netsuite_account = services.netsuite_account
            to_stripe = partial(stripe_link, is_test=services.is_test(services.mapping.stripe_account(asked_for[0])))
        if asked is None:
            raise AirflowSkipException(f"{asked_for[1]}: its differences are others now, or gone; nothing to decide")
        if asked.status == "booked":
            raise AirflowSkipException(f"{asked_for[1]} is booked on an earlier answer; nothing to decide")
        self.stripe_url = to_stripe(asked_for[1])
        self.subject = subject_of(asked)
        self.body = body_of(asked, to_stripe, lambda record: netsuite_link(netsuite_account, None, record))
        return super().execute(context)

    def execute_complete(self, context: Any, event: dict[str, Any]) -> dict[str, str]:
        """Store the answer and wake the payouts' DAG; return what counts from now on."""
        from stripe_netsuite import pipeline
        from stripe_netsuite.domain.approval import Answer
        from stripe_netsuite.report.links import stripe_link

        answered = super().execute_complete(context, event)
        account, payout_id, key = _asked_for(context)
        answer = Answer(
            choice="approved" if answered["chosen_options"] == [APPROVE] else "rejected",
            by=_name_of(answered["responded_by_user"]),
            at=answered["responded_at"],
            note=str(answered["params_input"].get("note") or "").strip()[:500],
        )
        with open_services() as services:
            result = pipeline.answer_approval(services, account, payout_id, key, answer)
            is_test = services.is_test(services.mapping.stripe_account(account))
        self.stripe_url = stripe_link(payout_id, is_test=is_test)
        self.log.info("%s %s; what counts now: %s", payout_id, answer, result)
        if result == answer.choice:
            context["outlet_events"][PAYOUTS_IF_ANY].add(PAYOUTS, extra={"answered": payout_id})
        return {"account": account, "payout_id": payout_id, "result": result, "answer": str(answer)}


def _asked_for(context: Any) -> tuple[str, str, str]:
    conf = context["dag_run"].conf or {}
    if any(not isinstance(conf.get(name), str) for name in CONF):
        raise ConfigurationError(
            "the run names no question",
            subject="dag_run.conf",
            saw=", ".join(sorted(map(str, conf))) or "nothing",
            expected=", ".join(CONF),
            next_step="trigger payout_reconciliation: it starts this DAG for every payout that waits for an answer",
        )
    account, payout_id, key = (conf[name] for name in CONF)
    return account, payout_id, key


def _name_of(user: Mapping[str, str] | None) -> str:
    """Return who answered: the name, and the login where that says more."""
    if not user:
        return ""
    name, login = user.get("name") or "", user.get("id") or ""
    return f"{name} ({login})"[:100] if name and login and name != login else (name or login)[:100]
