"""How a sandbox application is served: on the loopback interface, in a thread or in the foreground.

Receives an aiohttp application. Promises that the port accepts connections once a function here has told its URL,
and that stopping closes the listening socket and every open connection.
"""

import argparse
import asyncio
import contextlib
import json
import signal
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

LOOPBACK = "127.0.0.1"
START_TIMEOUT_S = 30.0
_SHUTDOWN_S = 0.5  # how long open requests may finish when the server is told to stop


def add_port(parser: argparse.ArgumentParser, default: int) -> None:
    """Declare `--port`."""
    parser.add_argument("--port", type=int, default=default, help="on 127.0.0.1; 0: a free one (default %(default)s)")


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server in its own thread: where it listens, and how to end it (`stop` may be called twice)."""

    url: str
    stop: Callable[[], None]


def serve_in_thread(app: web.Application, *, port: int = 0) -> RunningServer:
    """Serve `app` from a daemon thread with its own event loop; port 0 takes a free one.

    Returns once the port accepts connections. Raises what prevented the start (`OSError`: the port is taken).
    """
    thread = _ServerThread(app, port)
    thread.start()
    return RunningServer(url=thread.wait_for_url(), stop=thread.stop)


def serve_in_foreground(app: web.Application, *, port: int) -> None:
    """Serve `app` until SIGTERM or SIGINT; prints one JSON line `{"url": …}` when the port accepts connections."""

    def announce(url: str) -> None:
        print(json.dumps({"url": url}), flush=True)

    async def until_signalled() -> None:
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopping.set)
        await _serve(app, port, announce, stopping.wait)

    asyncio.run(until_signalled())


async def _serve(
    app: web.Application, port: int, announce: Callable[[str], None], until: Callable[[], Awaitable[object]]
) -> None:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_S)
    await runner.setup()
    try:
        site = web.TCPSite(runner, LOOPBACK, port)
        await site.start()
        announce(f"http://{LOOPBACK}:{runner.addresses[0][1]}")
        await until()
    finally:
        await runner.cleanup()


class _ServerThread(threading.Thread):
    """The thread behind `serve_in_thread`; the URL or the error of the start is handed over through an event."""

    def __init__(self, app: web.Application, port: int) -> None:
        super().__init__(name="sandbox-server", daemon=True)
        self._app = app
        self._port = port
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._settled = threading.Event()
        self._url: str | None = None
        self._error: BaseException | None = None

    def run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(_serve(self._app, self._port, self._announce, self._stopping.wait))
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits for the start
            self._error = error
        finally:
            self._settled.set()
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()

    def wait_for_url(self) -> str:
        """The URL once the server listens; raises the error of the start, or TimeoutError."""
        if not self._settled.wait(START_TIMEOUT_S):
            raise TimeoutError(f"The sandbox server did not start within {START_TIMEOUT_S:.0f} s.")
        if self._error is not None:
            raise self._error
        if self._url is None:
            raise RuntimeError("The sandbox server ended before it listened.")
        return self._url

    def stop(self) -> None:
        """Close the port and wait for the thread's end."""
        with contextlib.suppress(RuntimeError):  # the loop is closed already: stopped before
            self._loop.call_soon_threadsafe(self._stopping.set)
        self.join(timeout=START_TIMEOUT_S)

    def _announce(self, url: str) -> None:
        self._url = url
        self._settled.set()
