"""What Airflow is told about the connection types `stripe` and `netsuite`: their forms, as plain data.

Found through the `apache_airflow_provider` entry point of pyproject.toml. Extra fields are named so that Airflow masks
them (`…_secret`, `token_…`, `private_key`); `SENSITIVE_FIELDS` names the others that an installation masks by setting.
"""

from __future__ import annotations

from typing import Any

# For AIRFLOW__CORE__SENSITIVE_VAR_CONN_NAMES: identifiers that go with a secret, and that nobody needs to read.
SENSITIVE_FIELDS = ("consumer_key", "certificate_id", "client_id")


def get_provider_info() -> dict[str, Any]:
    """Return the provider's description in the shape of Airflow's provider schema."""
    return {
        "package-name": "stripe-netsuite",
        "name": "Stripe and NetSuite",
        "description": "Stripe objects into NetSuite records, payouts into deposits.",
        "versions": ["0.1.0"],
        "connection-types": [_stripe_connection_type(), _netsuite_connection_type()],
    }


def _stripe_connection_type() -> dict[str, Any]:
    return {
        "connection-type": "stripe",
        "hook-name": "Stripe",
        "hook-class-name": "stripe_netsuite_airflow.hooks.stripe.StripeHook",
        "ui-field-behaviour": {
            "hidden-fields": ["login", "schema", "port", "extra"],
            "relabeling": {"password": "Secret or restricted key", "host": "API base URL"},
            "placeholders": {
                "password": "sk_live_… or rk_live_…",
                "host": "https://api.stripe.com",
            },
        },
        "conn-fields": {
            "webhook_secret": _field(
                "Webhook signing secret",
                "whsec_…; only where Stripe sends webhooks to this Airflow.",
                password=True,
            ),
            "account": _field(
                "Connected account", "acct_…; only to act for an account connected to this key's account."
            ),
        },
    }


def _netsuite_connection_type() -> dict[str, Any]:
    token = "Token-based authentication: from the integration record and the access token."  # noqa: S105 a help text
    client = "OAuth 2.0 client credentials, instead of the four fields above."
    return {
        "connection-type": "netsuite",
        "hook-name": "NetSuite",
        "hook-class-name": "stripe_netsuite_airflow.hooks.netsuite.NetSuiteHook",
        "ui-field-behaviour": {
            "hidden-fields": ["login", "password", "schema", "port", "extra"],
            "relabeling": {"host": "Base URL"},
            "placeholders": {"host": "https://1234567-sb1.suitetalk.api.netsuite.com (from the account id if empty)"},
        },
        "conn-fields": {
            "account": _field(
                "Account id",
                "As NetSuite shows it under Setup > Company > Company Information, for example 1234567_SB1.",
            ),
            "consumer_key": _field("Consumer key", token, password=True),
            "consumer_secret": _field("Consumer secret", token, password=True),
            "token_id": _field("Token id", token, password=True),
            "token_secret": _field("Token secret", token, password=True),
            "client_id": _field("Client id", client, password=True),
            "certificate_id": _field("Certificate id", client, password=True),
            # A password input loses line breaks; Airflow masks `private_key` by its name wherever it is shown.
            "private_key": {
                "label": "Private key",
                "description": f"{client} PEM text with its line breaks.",
                "schema": {"type": ["string", "null"], "format": "multiline"},
            },
            "concurrency": {
                "label": "Concurrent requests",
                "description": "This integration's concurrency limit, less one. Give the pool `netsuite` as many slots.",
                "schema": {"type": ["integer", "null"], "minimum": 1, "maximum": 100, "default": 5},
            },
        },
    }


def _field(label: str, description: str, *, password: bool = False) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": ["string", "null"]}
    if password:
        schema["format"] = "password"
    return {"label": label, "description": description, "schema": schema}
