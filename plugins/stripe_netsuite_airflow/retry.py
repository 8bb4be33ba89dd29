"""Which errors Airflow repeats, decided by the exception's type and not by counting (stripe_netsuite.errors).

RetriableError: nothing is wrong with the data, try again with growing pauses. ConfigurationError and FatalError: a
person has to act first, so the task fails at once and the alert comes now. Anything else is a program error: at once.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule

from stripe_netsuite.errors import ConfigurationError, FatalError, LeaseHeld, RetriableError

# Worker lost, database of Airflow away: not about our data, Airflow's own count of retries decides.
_FROM_THE_MACHINE: list[type[BaseException] | str] = [ConnectionError, TimeoutError, "sqlalchemy.exc.OperationalError"]

RETRY_POLICY = ExceptionRetryPolicy(
    rules=[
        RetryRule(
            exception=LeaseHeld,
            action=RetryAction.RETRY,
            retry_delay=timedelta(seconds=20),
            reason="another run writes for this Stripe account",
        ),
        RetryRule(exception=RetriableError, action=RetryAction.RETRY, reason="Stripe or NetSuite cannot answer now"),
        RetryRule(
            exception=ConfigurationError, action=RetryAction.FAIL, reason="a setting or a mapping must be changed"
        ),
        RetryRule(exception=FatalError, action=RetryAction.FAIL, reason="repeating cannot help"),
        RetryRule(exception=_FROM_THE_MACHINE, action=RetryAction.DEFAULT),
    ],
    default=RetryAction.FAIL,
)


def default_args() -> dict[str, Any]:
    """Return the `default_args` of every DAG: five repeats, 30 s growing to 15 minutes, chosen by `RETRY_POLICY`."""
    return {
        "owner": "finance-data",
        "retries": 5,
        "retry_delay": timedelta(seconds=30),
        "retry_exponential_backoff": True,
        "max_retry_delay": timedelta(minutes=15),
        "retry_policy": RETRY_POLICY,
    }
