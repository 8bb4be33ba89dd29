"""The hook of connection type `stripe`: gives the product's client, and the connection form's test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.sdk import BaseHook

from stripe_netsuite.errors import StripeNetSuiteError

if TYPE_CHECKING:
    from stripe_netsuite.stripe_api.client import StripeClient
    from stripe_netsuite.stripe_api.retry import RetryPolicy


class StripeHook(BaseHook):
    """Stripe, through one Airflow connection: one hook for each Stripe account."""

    conn_name_attr = "stripe_conn_id"
    default_conn_name = "stripe_default"
    conn_type = "stripe"
    hook_name = "Stripe"

    def __init__(self, stripe_conn_id: str = default_conn_name) -> None:
        super().__init__()
        self.stripe_conn_id = stripe_conn_id

    def get_conn(self, retry: RetryPolicy | None = None) -> StripeClient:
        """Return a client for the connection. Raises ConfigurationError naming a missing or wrong field."""
        from stripe_netsuite.clock import SystemClock
        from stripe_netsuite.settings import stripe_connection
        from stripe_netsuite.stripe_api.client import StripeClient
        from stripe_netsuite_airflow.connection import connection_fields

        return StripeClient(
            stripe_connection(self.stripe_conn_id, connection_fields(self.stripe_conn_id)), SystemClock(), retry=retry
        )

    def test_connection(self) -> tuple[bool, str]:
        """Read the balance; tell live or test mode and the currencies, never the key."""
        from stripe_netsuite.stripe_api.retry import RetryPolicy

        try:
            # Somebody waits before a form: a load may be patient for minutes, this may not.
            balance = self.get_conn(RetryPolicy(attempts=2)).get("/v1/balance")
        except StripeNetSuiteError as error:
            return False, str(error)
        mode = "live mode" if balance.get("livemode") else "test mode"
        currencies = sorted({str(row["currency"]).upper() for row in balance.get("available", [])})
        return True, f"Stripe answers in {mode}; balance in {', '.join(currencies) or 'no currency yet'}"
