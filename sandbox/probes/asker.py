"""Sends one signed request at a time to the account and keeps what came back as evidence.

Waits and repeats only where that is safe: after 429 (nothing was done), and reads and deletions after 502, 503 or 504.
Redirects are not followed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import requests

from sandbox.probes.connection import Connection
from sandbox.probes.evidence import Evidence, Redactor, Reply, evidence, read
from sandbox.probes.login import signer
from sandbox.probes.unanswered import NoAnswer

RECORD = "/services/rest/record/v1"
SUITEQL = "/services/rest/query/v1/suiteql"
_NOTHING_DONE = frozenset({429})
_RETRIED = _NOTHING_DONE | {502, 503, 504}
_WAITS_S = (1.0, 2.0, 4.0)
_ENCODER = msgspec.json.Encoder(decimal_format="number")


class Asker:
    """One HTTP session with the account. `seen` is the evidence since the last `forget`; `latencies` of all writes."""

    def __init__(self, connection: Connection, *, timeout_s: float, wait: Callable[[float], None] = time.sleep) -> None:
        self.connection = connection
        self.redactor = Redactor(connection.account)
        self.seen: list[Evidence] = []
        self.latencies: dict[str, list[int]] = {}
        self._timeout_s = timeout_s
        self._wait = wait
        self._session = requests.Session()
        self._session.headers["User-Agent"] = "stripe-netsuite-probes"
        self._sign = signer(connection, self._session, timeout_s)

    def close(self) -> None:
        """Close the session."""
        self._session.close()

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Reply:
        """The reply to one request, whatever it says. Raises NoAnswer: none, or after waiting still 401, 429 or 5xx."""
        retried = _RETRIED if method in ("GET", "DELETE") or path == SUITEQL else _NOTHING_DONE
        waits = iter(_WAITS_S)
        while True:
            reply = self._once(method, path, body, headers or {}, params or {})
            wait_s = next(waits, None) if reply.status in retried else None
            if wait_s is None:
                break
            self._wait(wait_s)
        if reply.status in (401, 429) or reply.status >= 500:
            raise NoAnswer(f"{method} {self.redactor.clean(path)}: {reply.status} {reply.code} {reply.detail}".strip())
        if method in ("POST", "PUT") and path.startswith(RECORD) and reply.ok:
            kind = path.removeprefix(RECORD).split("/")[1].split("?")[0]
            self.latencies.setdefault(kind, []).append(reply.elapsed_ms)
        return reply

    def twice_at_once(self, method: str, path: str, bodies: tuple[Any, Any]) -> tuple[Reply, Reply]:
        """Two requests under way at the same time."""
        with ThreadPoolExecutor(2) as pool:
            first, second = pool.map(lambda body: self._once(method, path, body, {}, {}), bodies)
        return first, second

    def many_at_once(self, count: int, path: str, body: Any, headers: Mapping[str, str]) -> list[Reply]:
        """`count` equal POST requests under way at the same time."""
        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(lambda _: self._once("POST", path, body, headers, {}), range(count)))

    def with_one_signature(self, path: str) -> tuple[Reply, Reply]:
        """The same signed GET sent twice: the second carries a nonce that is used up."""
        prepared = self._prepared("GET", path, None, {}, {})
        return self._send(prepared, path), self._send(prepared, path)

    def pause(self, seconds: float) -> None:
        """Let the account work."""
        self._wait(seconds)

    def forget(self) -> list[Evidence]:
        """The evidence so far; the list starts anew."""
        seen, self.seen = self.seen, []
        return seen

    def _once(self, method: str, path: str, body: Any, headers: Mapping[str, str], params: Mapping[str, str]) -> Reply:
        return self._send(self._prepared(method, path, body, headers, params), path)

    def _prepared(
        self, method: str, path: str, body: Any, headers: Mapping[str, str], params: Mapping[str, str]
    ) -> requests.PreparedRequest:
        data = None if body is None else _ENCODER.encode(body)
        kind = {} if body is None else {"Content-Type": "application/json"}
        sent = {"X-NetSuite-PropertyNameValidation": "Error", **kind, **headers}
        request = requests.Request(
            method, self.connection.base_url + path, headers=sent, params=dict(params), data=data, auth=self._sign
        )
        return self._session.prepare_request(request)

    def _send(self, prepared: requests.PreparedRequest, path: str) -> Reply:
        method = prepared.method or ""
        settings = self._session.merge_environment_settings(prepared.url or "", {}, None, None, None)
        try:
            response = self._session.send(prepared, timeout=self._timeout_s, allow_redirects=False, **settings)
        except requests.RequestException as error:
            raise NoAnswer(f"{method} {self.redactor.clean(path)}: {type(error).__name__}, no answer") from None
        reply = read(response)
        self.seen.append(evidence(method, path, reply, self.redactor))
        return reply
