"""Somebody who works in a NetSuite sandbox by hand: signed REST calls, and the control interface for what has no API.

Independent of the product: it knows NetSuite's documented requests and nothing else. Needs a server with `--control`
for periods and merges, which NetSuite offers in its user interface alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
import requests
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256
from requests_oauthlib import OAuth1

_RECORD = "/services/rest/record/v1"
_SUITEQL = "/services/rest/query/v1/suiteql"
_TIMEOUT_S = 30
_encode = msgspec.json.Encoder(decimal_format="number").encode
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Login:
    """A token-based login; the defaults are the sandbox's published ones."""

    realm: str = "SANDBOX_SB1"
    consumer_key: str = "sandbox-consumer-key"
    consumer_secret: str = field(default="sandbox-consumer-secret", repr=False)
    token_id: str = "sandbox-token-id"  # noqa: S105 - the sandbox's published name
    token_secret: str = field(default="sandbox-token-secret", repr=False)


class Refused(ValueError):
    """NetSuite refused what somebody tried; the message has its words."""


class NetSuiteUser:
    """One person at one account. `clock` tells the seconds that signatures carry."""

    def __init__(self, url: str, login: Login | None = None, clock: Callable[[], float] = time.time) -> None:
        self.url = url
        self._login = login or Login()
        self._clock = clock
        self._session = requests.Session()

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def write(self, method: str, path: str, body: Json | None = None, **parameters: str) -> str:
        """Create, change or delete a record; the internal id, if the answer names one. Raises Refused."""
        answer = self._send(method, _RECORD + path, body, parameters)
        return answer.headers.get("Location", "").rsplit("/", 1)[-1]

    def rows(self, query: str, *values: str) -> list[Json]:
        """The rows of a SuiteQL query."""
        body = {"q": query, "params": list(values)}
        found: list[Json] = self._send("POST", _SUITEQL, body, {"limit": "1000"}).json()["items"]
        return found

    def control(self, name: str, body: Json) -> None:
        """Ask the control interface. Raises Refused if the server has none or does not know the request."""
        answer = self._session.post(f"{self.url}/_sandbox/{name}", json=body, timeout=_TIMEOUT_S)
        if not answer.ok:
            raise Refused(f"/_sandbox/{name} answers {answer.status_code}: {answer.text}")

    def _send(self, method: str, path: str, body: Json | None, parameters: dict[str, str]) -> requests.Response:
        login = self._login
        signature = OAuth1(
            login.consumer_key,
            login.consumer_secret,
            login.token_id,
            login.token_secret,
            realm=login.realm,
            signature_method=SIGNATURE_HMAC_SHA256,
            timestamp=str(int(self._clock())),
        )
        headers = {
            "Content-Type": "application/json",
            "X-NetSuite-PropertyNameValidation": "Error",
            "Prefer": "transient",
        }
        answer = self._session.request(
            method,
            self.url + path,
            data=None if body is None else _encode(body),
            params=parameters,
            auth=signature,
            headers=headers,
            timeout=_TIMEOUT_S,
        )
        if not answer.ok:
            raise Refused(f"NetSuite answers {answer.status_code} to {method} {path}: {answer.text}")
        return answer
