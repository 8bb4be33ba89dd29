"""A small, nasty Stripe on loopback: lists of rows with cursors and `created` filters, and faults on demand.

Independent of the product: plain http.server. `fault` decides for each request; None answers honestly.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from stripe_netsuite.settings import StripeConnection
from stripe_netsuite.stripe_api.transport import Answer

KEY = "sk_test_wire0123456789"


@dataclass
class Fault:
    """What goes wrong: an HTTP status, `cut`, `drop`, or a body to answer instead."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    cut: bool = False
    drop: bool = False


@dataclass
class Wire:
    """Rows by path, newest first, and what was asked."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    fault: Callable[[int, str, dict[str, str]], Fault | None] = lambda _number, _path, _query: None
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, path: str, query: dict[str, str], headers: dict[str, str]) -> int:
        """Remember a request; return its number from 1."""
        with self.lock:
            self.requests.append((path, query))
            self.headers.append(headers)
            return len(self.requests)

    def answer(self, path: str, query: dict[str, str]) -> tuple[int, bytes]:
        """Answer honestly: a page of a list, one object, or 404."""
        if path in self.rows:
            return 200, json.dumps(self.page(path, query)).encode()
        parent, _, identity = path.rpartition("/")
        for row in self.rows.get(parent, []):
            if row["id"] == identity:
                return 200, json.dumps(row).encode()
        return 404, json.dumps(
            {"error": {"code": "resource_missing", "message": f"No such object: {identity}"}}
        ).encode()

    def page(self, path: str, query: dict[str, str]) -> dict[str, Any]:
        """One page as Stripe gives it."""
        rows = self.rows[path]
        low, high = int(query.get("created[gte]", 0)), int(query.get("created[lt]", 1 << 60))
        rows = [row for row in rows if low <= row.get("created", low) < high]
        after = query.get("starting_after")
        if after:
            ids = [row["id"] for row in rows]
            rows = rows[ids.index(after) + 1 :]
        limit = int(query.get("limit", 10))
        return {"object": "list", "url": path, "data": rows[:limit], "has_more": len(rows) > limit}


def rows(count: int, *, kind: str = "charge", start: int = 1_000_000, seconds: int = 3600) -> list[dict[str, Any]]:
    """Rows spread evenly over a span, newest first; several share a second when there are more rows than seconds."""
    made = [
        {"id": f"ch_{number:06d}", "object": kind, "created": start + number * seconds // count}
        for number in range(count)
    ]
    return made[::-1]


def connection(url: str) -> StripeConnection:
    """A connection to the wire."""
    return StripeConnection(conn_id="stripe_default", api_key=KEY, base_url=url)


@contextmanager
def serving(wire: Wire) -> Iterator[str]:
    """Serve on a free port until the block ends; give the URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
            number = wire.note(parts.path, query, dict(self.headers))
            fault = wire.fault(number, parts.path, query) or Fault()
            if fault.drop:
                self.close_connection = True
                return
            status, body = wire.answer(parts.path, query)
            if fault.status != 200:
                status, body = fault.status, b'{"error":{"message":"told to fail"}}'
            if fault.body is not None:
                body = fault.body
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Request-Id", f"req_{number}")
            self.send_header("Content-Length", str(len(body)))
            for name, value in fault.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if fault.cut else body)
            if fault.cut:
                self.close_connection = True

        def log_message(self, *_args: object) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class FakeClock:
    """Time that passes only by sleeping; safe for threads."""

    def __init__(self, now: datetime | None = None) -> None:
        self.start = now or datetime(2026, 11, 15, tzinfo=UTC)
        self.elapsed_s = 0.0
        self.slept: list[float] = []
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """The start, later by what was slept."""
        return self.start + timedelta(seconds=self.elapsed_s)

    def monotonic_s(self) -> float:
        """Seconds slept so far."""
        return self.elapsed_s

    def sleep(self, duration_s: float) -> None:
        """Pass at once, and remember."""
        with self._lock:
            self.slept.append(duration_s)
            self.elapsed_s += max(0.0, duration_s)


def scripted(answers: list[Answer | Exception]) -> Callable[..., Answer]:
    """A transport that gives these answers one after the other, the last one for ever."""
    left = list(answers)

    def transport(_method: str, _url: str, _headers: Any, _body: str | None = None, /) -> Answer:
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    return transport
