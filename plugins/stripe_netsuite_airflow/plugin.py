"""What Airflow's UI gets from us: two tabs on every run of our DAGs, and the pages behind them.

Airflow imports plugins in each of its processes, so this module imports nothing heavy; the web application is loaded
by the first request that reaches it, in the API server alone.
"""

from __future__ import annotations

import importlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, ClassVar

from airflow.plugins_manager import AirflowPlugin

URL_PREFIX = "/stripe-netsuite"


class LazyApplication:
    """An ASGI application that is imported when it is first called. `target` is `module:attribute`."""

    def __init__(self, target: str) -> None:
        self.target = target
        self._application: Any = None

    async def __call__(
        self,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[Any]],
        send: Callable[[Any], Awaitable[None]],
    ) -> None:
        """Pass the request on."""
        if self._application is None:
            module, attribute = self.target.split(":")
            self._application = getattr(importlib.import_module(module), attribute)
        await self._application(scope, receive, send)


class StripeNetSuitePlugin(AirflowPlugin):
    """Found through the `airflow.plugins` entry point of pyproject.toml."""

    name = "stripe_netsuite"
    fastapi_apps: ClassVar[list[dict[str, Any]]] = [
        {
            "app": LazyApplication("stripe_netsuite_airflow.web:application"),
            "url_prefix": URL_PREFIX,
            "name": "Stripe and NetSuite",
        }
    ]
    external_views: ClassVar[list[dict[str, Any]]] = [
        {
            "name": "Run report",
            "href": f"{URL_PREFIX}/runs/{{DAG_ID}}/{{RUN_ID}}",
            "destination": "dag_run",
            "url_route": "stripe-netsuite-run",
        },
        {
            "name": "Validation",
            "href": f"{URL_PREFIX}/runs/{{DAG_ID}}/{{RUN_ID}}/validation",
            "destination": "dag_run",
            "url_route": "stripe-netsuite-validation",
        },
    ]
