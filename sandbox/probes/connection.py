"""Which account is asked, from `AIRFLOW_CONN_NETSUITE_DEFAULT` (Airflow's JSON or URI form), as the product reads it.

Refuses an account that is not a test account. Secrets stay in fields that are never printed.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

_TOKEN = ("consumer_key", "consumer_secret", "token_id", "token_secret")
_CLIENT = ("client_id", "certificate_id", "private_key")
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class ConnectionUnusable(Exception):
    """The connection is missing or wrong, or names an account that must not be probed; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Connection:
    """How to reach one NetSuite account. `secrets` holds the four token fields or the three of OAuth 2.0."""

    account: str
    base_url: str
    secrets: Mapping[str, str] = field(repr=False)

    @property
    def realm(self) -> str:
        """The account id as a signature carries it: upper case, underscore."""
        return self.account.replace("-", "_").upper()

    @property
    def has_token(self) -> bool:
        """Token-based authentication (else OAuth 2.0 client credentials)."""
        return "token_id" in self.secrets

    @property
    def fingerprint(self) -> str:
        """The account, recognisable to nobody else: an account id alone could be guessed, so a secret keys the hash."""
        key = self.secrets["token_secret" if self.has_token else "private_key"]
        return hmac.new(key.encode(), self.realm.encode(), hashlib.sha256).hexdigest()[:16]

    @property
    def is_test_account(self) -> bool:
        """`…_SB1` is a sandbox, `TSTDRV…` a partner's test account, each reached at its own host or on this machine."""
        by_name = re.search(r"_SB\d+$", self.realm) is not None or self.realm.startswith("TSTDRV")
        return by_name and self.base_url_is_own

    @property
    def base_url_is_own(self) -> bool:
        """Whether requests go to the account's own host, or stay on this machine."""
        host = urlsplit(self.base_url).hostname or ""
        return host in _LOOPBACK or host == urlsplit(_default_url(self.account)).hostname


def connection_from(conn_id: str, environ: Mapping[str, str]) -> Connection:
    """Read `AIRFLOW_CONN_<CONN_ID>`. Raises ConnectionUnusable, which names the field and never its value."""
    variable = f"AIRFLOW_CONN_{conn_id.upper()}"
    text = environ.get(variable, "").strip()
    if not text:
        raise ConnectionUnusable(
            f"{variable} is not set. Give it the JSON or URI form of the NetSuite connection that Airflow uses."
        )
    fields = _from_json(variable, text) if text.startswith("{") else _from_uri(variable, text)
    extra = _extra(variable, fields.get("extra"))
    account = extra.get("account", "").strip()
    if not account:
        raise ConnectionUnusable(f'{variable}: extra has no account, for example "1234567_SB1".')
    secrets = _secrets(variable, extra)
    return Connection(account=account, base_url=_base_url(variable, fields, account), secrets=secrets)


def refuse_production(connection: Connection) -> None:
    """Raise ConnectionUnusable unless this is certainly a test account."""
    if connection.is_test_account:
        return
    if not connection.base_url_is_own:
        raise ConnectionUnusable(
            f"The connection's host is not the host of account {connection.account}, so what would be probed is not "
            "known. Leave host empty, or say --production-i-know."
        )
    raise ConnectionUnusable(
        f"Account {connection.account} is not a test account (…_SB1, …_SB2, TSTDRV…). The probes are made for a "
        "sandbox: with --write they create transactions. If you know what you do, say --production-i-know."
    )


def _default_url(account: str) -> str:
    return f"https://{account.replace('_', '-').lower()}.suitetalk.api.netsuite.com"


def _from_json(variable: str, text: str) -> dict[str, Any]:
    try:
        fields = json.loads(text)
    except json.JSONDecodeError as error:
        raise ConnectionUnusable(
            f"{variable} is not JSON (line {error.lineno}, column {error.colno})."
        ) from None  # the text of the error would quote the secret
    if not isinstance(fields, dict):
        raise ConnectionUnusable(f"{variable} is not a JSON object.")
    return fields


def _from_uri(variable: str, text: str) -> dict[str, Any]:
    """Airflow's URI form: `netsuite://host:port/schema?account=…&consumer_key=…`, or everything in `__extra__`."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ConnectionUnusable(f"{variable} is not a URI.") from None
    if not parts.scheme:
        raise ConnectionUnusable(f"{variable} is neither JSON nor a URI.")
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    host = unquote(parts.hostname) if parts.hostname else None
    return {"host": host, "port": port, "schema": parts.path.strip("/") or None, "extra": query.get("__extra__", query)}


def _extra(variable: str, extra: Any) -> dict[str, str]:
    if isinstance(extra, str) and extra:
        try:
            extra = json.loads(extra)
        except json.JSONDecodeError:
            raise ConnectionUnusable(f"{variable}: extra is not JSON.") from None
    if not isinstance(extra, dict):
        raise ConnectionUnusable(f"{variable}: extra is missing; it holds account and credentials.")
    return {name: str(value) for name, value in extra.items() if value not in (None, "")}


def _secrets(variable: str, extra: Mapping[str, str]) -> dict[str, str]:
    for names in (_TOKEN, _CLIENT):
        if all(name in extra for name in names):
            return {name: extra[name] for name in names}
    present = [name for name in (*_TOKEN, *_CLIENT) if name in extra]
    raise ConnectionUnusable(
        f"{variable}: extra needs {', '.join(_TOKEN)}; or {', '.join(_CLIENT)}. "
        f"It has {', '.join(present) or 'none of them'}."
    )


def _base_url(variable: str, fields: Mapping[str, Any], account: str) -> str:
    host = fields.get("host")
    if not host:
        return _default_url(account)
    text = str(host) if "://" in str(host) else f"{fields.get('schema') or 'https'}://{host}"
    parts = urlsplit(text)
    is_right = parts.scheme in ("http", "https") and parts.hostname and not parts.username and not parts.query
    if not is_right or (parts.scheme == "http" and parts.hostname not in _LOOPBACK):
        raise ConnectionUnusable(f"{variable}: host is not a base URL (https://host).")
    port = fields.get("port")
    netloc = parts.netloc if parts.port or not port else f"{parts.netloc}:{port}"
    return f"{parts.scheme}://{netloc}{parts.path.rstrip('/')}"
