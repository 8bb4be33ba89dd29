"""Connections and switches, read once at the rim: from Airflow's `AIRFLOW_CONN_…` JSON or from an Airflow hook.

Receives plain mappings, gives frozen values, and never prints a secret. Nothing here opens a connection.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from stripe_netsuite.errors import ConfigurationError

STRIPE_BASE_URL = "https://api.stripe.com"
MAPPINGS_VARIABLE = "STRIPE_NETSUITE_MAPPINGS"


@dataclass(frozen=True)
class StripeConnection:
    """How to reach one Stripe account."""

    conn_id: str
    api_key: str = field(repr=False)
    base_url: str = STRIPE_BASE_URL
    webhook_secret: str | None = field(default=None, repr=False)
    connected_account: str | None = None

    @property
    def is_test(self) -> bool:
        """Whether the key is one of test mode."""
        return self.api_key.startswith(("sk_test_", "rk_test_"))


@dataclass(frozen=True)
class TokenCredentials:
    """NetSuite token-based authentication (OAuth 1.0a, HMAC-SHA256)."""

    consumer_key: str = field(repr=False)
    consumer_secret: str = field(repr=False)
    token_id: str = field(repr=False)
    token_secret: str = field(repr=False)


@dataclass(frozen=True)
class ClientCredentials:
    """NetSuite OAuth 2.0 client credentials (PS256 assertion)."""

    client_id: str = field(repr=False)
    certificate_id: str = field(repr=False)
    private_key: str = field(repr=False)


@dataclass(frozen=True)
class NetSuiteConnection:
    """How to reach one NetSuite account. `account` as NetSuite writes it, for example `1234567_SB1`."""

    conn_id: str
    account: str
    credentials: TokenCredentials | ClientCredentials
    base_url: str
    concurrency: int = 5

    @property
    def realm(self) -> str:
        """The account id as the OAuth realm wants it: upper case, underscore."""
        return self.account.replace("-", "_").upper()


def netsuite_base_url(account: str) -> str:
    """Return the account's REST host: lower case, hyphen (NetSuite help section_1534941295)."""
    return f"https://{account.replace('_', '-').lower()}.suitetalk.api.netsuite.com"


def stripe_connection(conn_id: str, fields: Mapping[str, Any]) -> StripeConnection:
    """Build a `StripeConnection` from an Airflow connection's fields (`password`, `host`, `port`, `schema`, `extra`).

    Raises ConfigurationError naming the connection and the missing or wrong field, never its value.
    """
    extra = _extra(conn_id, fields)
    key = fields.get("password")
    if not key:
        raise ConfigurationError(
            "the connection has no password",
            subject=f"connection {conn_id}",
            expected="a Stripe secret or restricted key (sk_… or rk_…) as password",
            next_step="edit the connection in Airflow, or its AIRFLOW_CONN_… variable",
        )
    return StripeConnection(
        conn_id=conn_id,
        api_key=str(key),
        base_url=_base_url(conn_id, fields, STRIPE_BASE_URL),
        webhook_secret=_optional(extra, "webhook_secret"),
        connected_account=_optional(extra, "account"),
    )


def netsuite_connection(conn_id: str, fields: Mapping[str, Any]) -> NetSuiteConnection:
    """Build a `NetSuiteConnection` from an Airflow connection's fields.

    Raises ConfigurationError when the account is missing, or when neither all four token fields nor all three
    client-credential fields are there.
    """
    extra = _extra(conn_id, fields)
    account = _optional(extra, "account")
    if not account:
        raise ConfigurationError(
            "the connection's extra has no account",
            subject=f"connection {conn_id}",
            expected='extra.account, for example "1234567_SB1"',
            next_step="NetSuite shows it under Setup > Company > Company Information",
        )
    return NetSuiteConnection(
        conn_id=conn_id,
        account=account,
        credentials=_credentials(conn_id, extra),
        base_url=_base_url(conn_id, fields, netsuite_base_url(account)),
        concurrency=_concurrency(conn_id, extra),
    )


def connection_fields_from_environment(conn_id: str, environ: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Read `AIRFLOW_CONN_<CONN_ID>` (JSON form) and return its fields.

    Raises ConfigurationError when the variable is missing or is not a JSON object.
    """
    variable = f"AIRFLOW_CONN_{conn_id.upper()}"
    value = (environ if environ is not None else os.environ).get(variable)
    if value is None:
        raise ConfigurationError(
            "the connection is not set",
            subject=f"connection {conn_id}",
            expected=f"environment variable {variable} holding JSON",
            next_step=f"export {variable}='{{\"conn_type\": …}}' (README, section Connections)",
        )
    try:
        fields = json.loads(value)
    except json.JSONDecodeError as error:
        raise ConfigurationError(
            f"{variable} is not JSON (line {error.lineno}, column {error.colno})",
            subject=f"connection {conn_id}",
            expected="the JSON form of an Airflow connection, not the URI form",
        ) from None
    if not isinstance(fields, dict):
        raise ConfigurationError(f"{variable} is not a JSON object", subject=f"connection {conn_id}")
    return fields


def mappings_folder(environ: Mapping[str, str] | None = None) -> Path:
    """Return the mapping folder: `STRIPE_NETSUITE_MAPPINGS`, else `include/mappings` of this checkout."""
    value = (environ if environ is not None else os.environ).get(MAPPINGS_VARIABLE)
    return Path(value) if value else Path(__file__).resolve().parents[2] / "include" / "mappings"


def _extra(conn_id: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    extra = fields.get("extra") or {}
    if isinstance(extra, str):
        try:
            extra = json.loads(extra)
        except json.JSONDecodeError:
            raise ConfigurationError("extra is not JSON", subject=f"connection {conn_id}") from None
    if not isinstance(extra, dict):
        raise ConfigurationError("extra is not a JSON object", subject=f"connection {conn_id}")
    return extra


def _optional(extra: Mapping[str, Any], key: str) -> str | None:
    value = extra.get(key)
    return str(value).strip() if value not in (None, "") else None


def _credentials(conn_id: str, extra: Mapping[str, Any]) -> TokenCredentials | ClientCredentials:
    token = {key: _optional(extra, key) for key in ("consumer_key", "consumer_secret", "token_id", "token_secret")}
    client = {key: _optional(extra, key) for key in ("client_id", "certificate_id", "private_key")}
    if all(token.values()):
        return TokenCredentials(**{key: value or "" for key, value in token.items()})
    if all(client.values()):
        return ClientCredentials(**{key: value or "" for key, value in client.items()})
    present = [key for key, value in {**token, **client}.items() if value]
    raise ConfigurationError(
        "the connection's extra has no complete set of credentials",
        subject=f"connection {conn_id}",
        saw=", ".join(present) or "none of them",
        expected="consumer_key, consumer_secret, token_id, token_secret; or client_id, certificate_id, private_key",
    )


def _concurrency(conn_id: str, extra: Mapping[str, Any]) -> int:
    value = extra.get("concurrency", 5)
    try:
        number = int(value)
    except (TypeError, ValueError):
        number = 0
    if not 1 <= number <= 100:
        raise ConfigurationError(
            "extra.concurrency is out of range",
            subject=f"connection {conn_id}",
            saw=repr(value),
            expected="a whole number from 1 to 100: this integration's concurrency limit, less one",
        )
    return number


def _base_url(conn_id: str, fields: Mapping[str, Any], default: str) -> str:
    host = fields.get("host")
    if not host:
        return default
    text = str(host)
    if "://" not in text:
        text = f"{fields.get('schema') or 'https'}://{text}"
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
        raise ConfigurationError(
            "host is not a base URL",
            subject=f"connection {conn_id}",
            saw=f"{parts.scheme}://{parts.hostname or ''}",
            expected="https://host, without user, query or fragment",
        )
    port = fields.get("port")
    netloc = parts.netloc if parts.port or not port else f"{parts.netloc}:{port}"
    return f"{parts.scheme}://{netloc}{parts.path.rstrip('/')}"
