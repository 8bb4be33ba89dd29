"""The hook of connection type `netsuite`: gives the product's client, and the connection form's test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.sdk import BaseHook

from stripe_netsuite.errors import NetSuiteAuthenticationFailed, StripeNetSuiteError

if TYPE_CHECKING:
    from stripe_netsuite.netsuite_api.client import NetSuiteClient

_CURRENCIES = "SELECT id, symbol FROM currency ORDER BY id"
_LOGIN_REFUSED = (
    "NetSuite refused the login and does not say why. Check, in this order: the account id (sandboxes end in _SB1); that "
    "all keys and tokens are of one integration, role and user, and are active; that the role may log in with access "
    "tokens and has REST Web Services and SuiteAnalytics Workbook; this machine's clock (5 minutes are allowed). "
    "NetSuite's Login Audit Trail (Setup > Users/Roles) names the reason."
)


class NetSuiteHook(BaseHook):
    """NetSuite, through one Airflow connection."""

    conn_name_attr = "netsuite_conn_id"
    default_conn_name = "netsuite_default"
    conn_type = "netsuite"
    hook_name = "NetSuite"

    def __init__(self, netsuite_conn_id: str = default_conn_name) -> None:
        super().__init__()
        self.netsuite_conn_id = netsuite_conn_id

    def get_conn(self) -> NetSuiteClient:
        """Return a client for the connection. Raises ConfigurationError naming a missing or wrong field."""
        from stripe_netsuite.clock import SystemClock
        from stripe_netsuite.netsuite_api.client import NetSuiteClient
        from stripe_netsuite.settings import netsuite_connection
        from stripe_netsuite_airflow.connection import connection_fields

        return NetSuiteClient(
            netsuite_connection(self.netsuite_conn_id, connection_fields(self.netsuite_conn_id)), SystemClock()
        )

    def test_connection(self) -> tuple[bool, str]:
        """Read the currencies by SuiteQL, which needs the same permissions as the DAGs' first request."""
        try:
            rows = list(self.get_conn().suiteql(_CURRENCIES))
        except NetSuiteAuthenticationFailed:
            return False, _LOGIN_REFUSED
        except StripeNetSuiteError as error:
            return False, str(error)
        return True, f"NetSuite answers; currencies {', '.join(row['symbol'] for row in rows)}"
