"""How fast ledger rows and charges go from Stripe's API into staging: one process, a local server without latency.

`python benchmarks/extract_speed.py [--ledger 100000] [--charges 20000] [--latency 0.2] [--url postgresql://…]` starts a
compact page server in a process of its own. It prints rows per second, also per second of our own CPU time (for a busy
machine), and this process's peak memory; with a latency, the live limits apply (24 requests a second an endpoint).
"""

from __future__ import annotations

import argparse
import asyncio
import bisect
import multiprocessing
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec
from aiohttp import web

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "plugins")]

from sandbox.stripe.world import World  # noqa: E402
from stripe_netsuite.clock import SystemClock  # noqa: E402
from stripe_netsuite.domain.window import Window  # noqa: E402
from stripe_netsuite.extract.fetching import list_ledger, list_objects  # noqa: E402
from stripe_netsuite.extract.receiver import Receiver  # noqa: E402
from stripe_netsuite.extract.streams import STREAM_BY_TYPE  # noqa: E402
from stripe_netsuite.settings import StripeConnection  # noqa: E402
from stripe_netsuite.staging.database import migrate, open_staging  # noqa: E402
from stripe_netsuite.stripe_api.client import StripeClient  # noqa: E402
from stripe_netsuite.stripe_api.limits import Limits  # noqa: E402

START = datetime(2026, 11, 1, tzinfo=UTC)
DAY = Window(START, START + timedelta(days=1))
ACCOUNT = "acct_benchmark"


class PageServer:
    """Serves lists of prepared rows, oldest first in memory, newest first on the wire."""

    def __init__(self, ledger: int, charges: int, latency_s: float) -> None:
        self._latency_s = latency_s
        world = World(1, START)
        charge = world.charge(12_345, description="Order 1")
        row = next(iter(world.shelves["balance_transaction"]))
        self._lists = {
            "/v1/balance_transactions": _copies(row, "txn", ledger),
            "/v1/charges": _copies({**charge, "payment_intent": None}, "ch", charges),
        }

    async def answer(self, request: web.Request) -> web.Response:
        """One page."""
        if self._latency_s:
            await asyncio.sleep(self._latency_s)
        created, rows = self._lists[request.path]
        query = request.query
        low = bisect.bisect_left(created, int(query["created[gte]"]))
        high = bisect.bisect_left(created, int(query["created[lt]"]))
        if "starting_after" in query:
            high = int(query["starting_after"].rpartition("_")[2])  # ids count up from 0
        first = max(low, high - int(query["limit"]))
        more = b"true" if first > low else b"false"
        page = b",".join(reversed(rows[first:high]))
        return web.Response(body=b'{"object":"list","data":[%b],"has_more":%b}' % (page, more))


def _copies(template: dict[str, object], prefix: str, count: int) -> tuple[list[int], list[bytes]]:
    created, rows = [], []
    for number in range(count):
        at = DAY.start_s + number * 86_400 // count
        identity = f"{prefix}_{number:020d}"
        created.append(at)
        rows.append(msgspec.json.encode({**template, "id": identity, "created": at}))
    return created, rows


def serve(ledger: int, charges: int, latency_s: float, started: Connection) -> None:
    """Run the server until the process is ended."""

    async def run() -> None:
        app = web.Application()
        app.router.add_get("/{path:.*}", PageServer(ledger, charges, latency_s).answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        started.send(runner.addresses[0][1])
        await asyncio.Event().wait()

    asyncio.run(run())


def measure(url: str, staging: str, latency_s: float) -> None:
    engine = open_staging(staging)
    migrate(engine)
    clock = SystemClock()
    limits = Limits.for_key("sk_live_") if latency_s else Limits.unlimited()
    for name in ("balance_transaction", "charge"):
        with StripeClient(StripeConnection("benchmark", "sk_live_benchmark", url), clock, limits) as client:
            receiver = Receiver(engine, ACCOUNT, DAY, "benchmark", client.api_version, clock, None)
            began, began_cpu = time.perf_counter(), time.process_time()
            if name == "charge":
                for page in list_objects(client, STREAM_BY_TYPE["charge"], DAY):
                    receiver.take_objects(STREAM_BY_TYPE["charge"], page)
            else:
                for page in list_ledger(client, DAY):
                    receiver.take_ledger(page)
            receiver.flush()
            took, took_cpu = time.perf_counter() - began, time.process_time() - began_cpu
            rows = receiver.results[name].new
            print(
                f"{name:20} {rows:>8} rows in {took:6.2f} s: {rows / took:>8,.0f} rows/s "
                f"({rows / took_cpu:,.0f} per second of our own CPU time), "
                f"{client.request_count} requests ({client.request_count / took:.1f}/s), "
                f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB"
            )
    engine.dispose()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ledger", type=int, default=100_000)
    parser.add_argument("--charges", type=int, default=20_000)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds added to each answer")
    parser.add_argument("--url", help="staging database; default: a new SQLite file")
    arguments = parser.parse_args()
    ours, theirs = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    server = context.Process(
        target=serve, args=(arguments.ledger, arguments.charges, arguments.latency, theirs), daemon=True
    )
    server.start()
    try:
        url = f"http://127.0.0.1:{ours.recv()}"
        with tempfile.TemporaryDirectory() as folder:
            measure(url, arguments.url or f"sqlite:///{folder}/staging.db", arguments.latency)
    finally:
        server.terminate()
        server.join()


if __name__ == "__main__":
    main()
