"""Airflow connections as the plain fields that the product reads. Receives a connection id; promises masked logs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_netsuite.errors import ConfigurationError
from stripe_netsuite_airflow.provider import SENSITIVE_FIELDS

_FIELDS = ("conn_type", "host", "port", "login", "password", "schema", "extra")


def connection_fields(conn_id: str) -> dict[str, Any]:
    """Return the connection's fields, `extra` as its JSON text. Raises ConfigurationError when it is not defined."""
    fields = optional_connection_fields(conn_id)
    if fields is None:
        raise ConfigurationError(
            "the connection is not defined",
            subject=f"connection {conn_id}",
            next_step=f"add it under Admin > Connections, or set AIRFLOW_CONN_{conn_id.upper()}",
        )
    return fields


def optional_connection_fields(conn_id: str) -> dict[str, Any] | None:
    """Return the connection's fields, or None when Airflow knows no such connection."""
    from airflow.sdk import BaseHook
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        connection = BaseHook.get_connection(conn_id)
    except AirflowNotFoundException:
        return None
    _mask(connection.extra_dejson)
    return {name: getattr(connection, name) for name in _FIELDS}


def _mask(extra: Mapping[str, Any]) -> None:
    """Hide in task logs what Airflow does not recognise as a secret by its name."""
    from airflow.sdk.log import mask_secret

    for name in SENSITIVE_FIELDS:
        if value := extra.get(name):
            mask_secret(str(value))
