"""A loopback HTTP server that behaves as told, one scripted reply a request, and remembers what it was sent."""

from __future__ import annotations

import json
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

RECORD = "/services/rest/record/v1"


@dataclass(frozen=True)
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def nonce(self) -> str:
        """The signature's nonce."""
        return str(re.findall(r'oauth_nonce="([^"]+)"', self.headers.get("Authorization", ""))[0])


@dataclass(frozen=True)
class Reply:
    """What to answer. `cut` promises more bytes than it sends; `drop` closes the connection without an answer."""

    status: int = 204
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    drop: bool = False
    delay_s: float = 0.0


def json_reply(status: int, content: Any, **headers: str) -> Reply:
    return Reply(status, json.dumps(content).encode(), {"Content-Type": "application/json", **headers})


def error_reply(status: int, detail: str, code: str = "USER_ERROR", **headers: str) -> Reply:
    body = {
        "type": "https://www.rfc-editor.org/rfc/rfc9110.html#section-15.5.1",
        "title": "Bad Request",
        "status": status,
        "o:errorDetails": [{"detail": f"Error while accessing a resource. {detail}", "o:errorCode": code}],
    }
    return json_reply(status, body, **headers)


def located(path: str, base_url: str = "") -> Reply:
    return Reply(204, b"", {"Location": base_url + path})


def rows_reply(
    rows: list[dict[str, Any]], *, has_more: bool = False, offset: int = 0, total: int | None = None
) -> Reply:
    items = [{"links": [], **row} for row in rows]
    content = {"links": [], "count": len(items), "hasMore": has_more, "offset": offset, "items": items}
    return json_reply(200, {**content, "totalResults": offset + len(items) if total is None else total})


INVALID_LOGIN = error_reply(401, "Invalid login attempt.", "INVALID_LOGIN")
TOO_MANY = error_reply(429, "Concurrent request limit exceeded. Request blocked.", "CONCURRENCY_LIMIT_EXCEEDED")
HTML_502 = Reply(502, b"<html>Bad Gateway</html>", {"Content-Type": "text/html"})
HTML_200 = Reply(200, b"<html>Please log in</html>", {"Content-Type": "text/html"})


class NastyServer:
    """Replies from `script` in order, then from `otherwise`; 429 beyond `limit` requests in flight."""

    def __init__(self) -> None:
        self.script: deque[Reply] = deque()
        self.otherwise: Callable[[Seen], Reply] = lambda _: located(f"{RECORD}/customer/1")
        self.limit: int | None = None
        self.service_s = 0.0
        self.seen: list[Seen] = []
        self.in_flight = 0
        self.most_in_flight = 0
        self.refused = 0
        self._lock = threading.Lock()
        self._server = _QuietServer(("127.0.0.1", 0), _handler_for(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def answer(self, seen: Seen) -> Reply:
        """Return the next reply, after its time."""
        with self._lock:
            self.seen.append(seen)
            self.in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self.in_flight)
            is_over = self.limit is not None and self.in_flight > self.limit
            self.refused += is_over
            reply = TOO_MANY if is_over else self.script.popleft() if self.script else self.otherwise(seen)
        if not is_over:
            time.sleep(self.service_s + reply.delay_s)
        with self._lock:
            self.in_flight -= 1
        return reply

    def stop(self) -> None:
        """Close the port and end the thread."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def nasty_server() -> Iterator[NastyServer]:
    server = NastyServer()
    try:
        yield server
    finally:
        server.stop()


class _QuietServer(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is part of the game."""


def _handler_for(owner: NastyServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            reply = owner.answer(Seen(self.command, self.path, dict(self.headers), body))
            if reply.drop:
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.status != 204:
                self.send_header("Content-Length", str(len(reply.body) + (10 if reply.cut else 0)))
            self.end_headers()
            self.wfile.write(reply.body)
            self.close_connection = self.close_connection or reply.cut

        do_GET = do_POST = do_PUT = do_PATCH = _serve  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Say nothing."""

    return Handler
