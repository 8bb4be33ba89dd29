"""How many requests a second the two sandboxes answer, so that no other benchmark measures them by mistake.

`python benchmarks/sandbox_speed.py [--requests 3000] [--connections 4]` starts each server in a process of its own and
sends prepared bytes over kept-alive connections: pages of 100 charges of a list, and single upserts of customers and of
invoices, each signed on its own beforehand. Prints requests a second, and per second of the server's own CPU time: the
latter is what the server could do on a core that nobody else uses.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import requests
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256, Client

ROOT = Path(__file__).resolve().parents[1]
_PAGE = 100
_TICKS_A_SECOND = 100  # Linux counts a process's CPU time in hundredths


@dataclass(frozen=True, slots=True)
class Server:
    """A sandbox in its own process."""

    url: str
    pid: int

    def cpu_s(self) -> float:
        """CPU seconds it has used so far, its own and the system's for it."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND


def main() -> None:
    """Measure both and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=3000, help="of each kind (default %(default)s)")
    parser.add_argument("--connections", type=int, default=4, help="at once (default %(default)s)")
    options = parser.parse_args()
    with _running("stripe", "--no-rate-limits") as server:
        lists = [_stripe_page(server, number) for number in range(options.requests)]
        _measure(
            "Stripe: list pages of up to 100 ledger lines, charges, invoices in turn",
            server,
            lists,
            options.connections,
        )
    with _running("netsuite", "--concurrency-limit", "100") as server:
        customers = [_upsert(server, "customer", f"bench-{number}", _customer(number)) for number in _range(options)]
        _measure("NetSuite: upserts of a customer", server, customers, options.connections)
        item = _internal_id(server, "serviceSaleItem", "bench-item", _ITEM)
        invoices = [_upsert(server, "invoice", f"in-{number}", _invoice(number, item)) for number in _range(options)]
        _measure("NetSuite: upserts of an invoice of one line", server, invoices, options.connections)


def _range(options: argparse.Namespace) -> range:
    return range(options.requests)


@contextmanager
def _running(*arguments: str) -> Iterator[Server]:
    command = [sys.executable, "-m", "sandbox", *arguments, "--port", "0"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        yield Server(json.loads(next(iter(process.stdout or ())))["url"], process.pid)
    finally:
        process.terminate()
        process.wait()


def _stripe_page(server: Server, number: int) -> bytes:
    kind = ("balance_transactions", "charges", "invoices")[number % 3]
    return _wire("GET", f"{server.url}/v1/{kind}?limit={_PAGE}", {"Authorization": "Bearer sk_test_sandbox"}, b"")


_ITEM = {"itemId": "Benchmark", "subsidiary": {"items": [{"id": "1"}]}}


def _customer(number: int) -> dict[str, object]:
    return {"companyName": f"Customer {number}", "subsidiary": {"id": "1"}, "email": f"c{number}@bench.example"}


def _invoice(number: int, item: str) -> dict[str, object]:
    line = {"item": {"id": item}, "quantity": 1, "rate": 49.0, "amount": 49.0}
    return {
        "entity": {"externalId": f"bench-{number}"},
        "tranDate": "2026-11-10",
        "item": {"items": [line]},
    }


def _upsert(server: Server, record_type: str, external_id: str, body: Mapping[str, object]) -> bytes:
    url = f"{server.url}/services/rest/record/v1/{record_type}/eid:{external_id}"
    return _signed("PUT", url, json.dumps(body).encode())


def _internal_id(server: Server, record_type: str, external_id: str, body: Mapping[str, object]) -> str:
    """Make a record, with the first income account; returns its internal id."""
    query = json.dumps({"q": "SELECT id FROM account WHERE accttype = 'Income' ORDER BY id"}).encode()
    url = f"{server.url}/services/rest/query/v1/suiteql"
    answer = requests.post(url, query, headers={**_headers("POST", url), "Prefer": "transient"}, timeout=10)
    account = answer.json()["items"][0]["id"]
    url = f"{server.url}/services/rest/record/v1/{record_type}/eid:{external_id}"
    content = json.dumps({**body, "incomeAccount": {"id": account}}).encode()
    answer = requests.put(url, content, headers=_headers("PUT", url), timeout=10)
    answer.raise_for_status()
    return answer.headers["Location"].rsplit("/", 1)[1]


def _headers(method: Literal["GET", "POST", "PUT"], url: str) -> dict[str, str]:
    signer = Client(
        "sandbox-consumer-key",
        client_secret="sandbox-consumer-secret",  # noqa: S106 - the sandbox's published keys
        resource_owner_key="sandbox-token-id",
        resource_owner_secret="sandbox-token-secret",  # noqa: S106
        signature_method=SIGNATURE_HMAC_SHA256,
        realm="SANDBOX_SB1",
    )
    _, headers, _ = signer.sign(url, http_method=method)
    return {"Authorization": headers["Authorization"], "Content-Type": "application/json"}


def _signed(method: Literal["PUT"], url: str, body: bytes) -> bytes:
    return _wire(method, url, _headers(method, url), body)


def _wire(method: str, url: str, headers: dict[str, str], body: bytes) -> bytes:
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    lines = [f"{method} {target} HTTP/1.1", f"Host: {parts.netloc}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _measure(title: str, server: Server, prepared: list[bytes], connections: int) -> None:
    cpu, started = server.cpu_s(), time.perf_counter()
    statuses = asyncio.run(_send_all(server.url, prepared, connections))
    seconds, cpu = time.perf_counter() - started, server.cpu_s() - cpu
    wrong = [status for status in statuses if not 200 <= status < 300]
    if wrong:
        raise SystemExit(f"{title}: {len(wrong)} of {len(statuses)} requests were refused, first with {wrong[0]}.")
    print(f"{title}: {len(prepared) / seconds:,.0f}/s; {len(prepared) / cpu:,.0f} per second of the server's CPU time")


async def _send_all(url: str, prepared: list[bytes], connections: int) -> list[int]:
    waiting = iter(prepared)
    parts = urlsplit(url)
    found = await asyncio.gather(*(_send(parts.hostname or "", parts.port or 0, waiting) for _ in range(connections)))
    return [status for statuses in found for status in statuses]


async def _send(host: str, port: int, waiting: Iterator[bytes]) -> list[int]:
    reader, writer = await asyncio.open_connection(host, port, limit=2**24)
    statuses = []
    for request in waiting:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        statuses.append(int(head[9:12]))
        lower = head.lower()
        at = lower.find(b"content-length:")
        if at >= 0:
            await reader.readexactly(int(lower[at + 15 : lower.index(b"\r\n", at)]))
    writer.close()
    await writer.wait_closed()
    return statuses


if __name__ == "__main__":
    main()
