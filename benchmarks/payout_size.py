"""What one payout of many payments costs, from Stripe to the bank line: seconds, own CPU, memory, requests, by stage.

`python benchmarks/payout_size.py [--payments 12000] [--write-back] [--url …]` starts both sandboxes in processes of their own. In
Stripe's, so many people pay by card in one evening, and one payout takes it all; the product loads the day, books the
payout's deposits (F11) and proves them. Requests are counted by the servers; memory is this process's peak, which holds
nothing but the product. Without `--write-back` no ids go back to Stripe: that is one request a payment, at the rate that
Stripe allows. Exits with 1 unless the payout is booked, all proofs hold, and a second run writes nothing.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "plugins")]

from stripe_netsuite import pipeline  # noqa: E402
from stripe_netsuite.clock import SystemClock  # noqa: E402
from stripe_netsuite.domain.window import Window  # noqa: E402
from stripe_netsuite.staging.database import migrate, open_staging  # noqa: E402

_WINDOW = Window(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 10, tzinfo=UTC))
_STORY = """
title: A payout of many payments
story: Tickets go on sale, and in one evening {payments} people pay.
days:
  day 1, 01:00: {payments} people pay between 1.00 USD and 9.00 USD by card
"""


@dataclass
class Meter:
    """Measures stages: wall and CPU seconds of this process, and what both servers counted."""

    stripe_url: str
    netsuite_url: str
    is_quiet: bool = False
    rows: list[tuple[str, float, float, int, int, int]] = field(default_factory=list)

    def writes(self) -> int:
        """Requests to NetSuite so far that could write."""
        return sum(n for label, n in _requests(self.netsuite_url).items() if _is_write(label))

    def stage(self, name: str, work: Callable[[], Any]) -> Any:
        """Do one stage, print and keep its row."""
        before = self._counts()
        wall, cpu = time.perf_counter(), time.process_time()
        answer = work()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        read, asked, written = (after - start for after, start in zip(self._counts(), before, strict=True))
        self.rows.append((name, wall, cpu, read, asked, written))
        if not self.is_quiet:
            print(f"{name:28} {wall:8.1f} s {cpu:8.1f} s {read:7} {asked:7} {written:7}", flush=True)
        return answer

    def total(self) -> None:
        """Print the sums."""
        columns = list(zip(*(row[1:] for row in self.rows), strict=True))
        wall, cpu, *counts = (sum(column) for column in columns)
        print(f"{'all':28} {wall:8.1f} s {cpu:8.1f} s " + " ".join(f"{int(count):7}" for count in counts))

    def _counts(self) -> tuple[int, int, int]:
        netsuite, written = _requests(self.netsuite_url), self.writes()
        return sum(_requests(self.stripe_url).values()), sum(netsuite.values()) - written, written


def main() -> None:
    """Measure once and print."""
    options = _options()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        story = folder / "story.yaml"
        story.write_text(_STORY.format(payments=f"{options.payments:,}"), encoding="utf-8")
        stripe = stack.enter_context(_running("stripe", "--no-rate-limits", "--control", "--scenario", str(story)))
        netsuite = stack.enter_context(
            _running("netsuite", "--control", "--state", str(folder / "books.db"), "--concurrency-limit", "5")
        )
        connections = {"stripe_default": _stripe_fields(stripe), "netsuite_default": _netsuite_fields(netsuite)}
        url = options.url or f"sqlite:///{folder}/staging.db"
        engine = open_staging(url)
        migrate(engine)
        engine.dispose()
        mappings = _mappings(folder, "on" if options.write_back else "off")
        is_right = _measure(connections, mappings, url, Meter(stripe["url"], netsuite["url"]))
    if not is_right:
        raise SystemExit(1)


def _measure(connections: Mapping[str, Mapping[str, Any]], mappings: Path, staging_url: str, meter: Meter) -> bool:
    print(f"{'':28} {'wall':>10} {'own CPU':>10} {'Stripe':>7} {'reads':>7} {'writes':>7}")
    with pipeline.open_services(connections.__getitem__, mappings, staging_url, SystemClock()) as services:
        payouts, proofs = _run(services, pipeline.Run("measured", "daily", _WINDOW), meter)
        meter.total()
        peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"peak memory {peak_mib:,.0f} MiB; payouts {payouts}; proofs {proofs}")
        before, second = meter.writes(), pipeline.Run("again", "daily", _WINDOW)
        _run(services, second, Meter(meter.stripe_url, meter.netsuite_url, is_quiet=True))
        written = meter.writes() - before
        print(f"the second run: {written} write requests")
    return set(payouts) == {"booked"} and proofs["broken"] == 0 and written == 0


def _run(services: pipeline.Services, run: pipeline.Run, meter: Meter) -> tuple[list[str], Mapping[str, Any]]:
    pipeline.begin(services, run)
    meter.stage("extract", lambda: pipeline.extract(services, run))
    meter.stage("validate", lambda: pipeline.validate(services, run))
    for step in pipeline.LoadStep:
        meter.stage(f"load {step.value}", lambda step=step: pipeline.load(services, run, step))
    found = meter.stage("discover payouts", lambda: pipeline.discover_payouts(services, run))
    states = [
        meter.stage(
            f"payout {one['label'].partition(' ')[2]}",
            lambda one=one: pipeline.reconcile_payout(services, run, one["account"], one["payout_id"]),
        )["state"]
        for one in found
    ]
    proofs = meter.stage("prove", lambda: pipeline.prove(services, run))
    meter.stage("finish", lambda: pipeline.finish(services, run))
    return states, proofs


def _mappings(folder: Path, write_back: str) -> Path:
    """The mapping folder as it is, but for the one choice."""
    copied = shutil.copytree(ROOT / "include" / "mappings", folder / "mappings")
    policy = copied / "policy.yaml"
    lines = policy.read_text(encoding="utf-8").splitlines()
    chosen = [f'write_back: "{write_back}"' if line.startswith("write_back:") else line for line in lines]
    policy.write_text("\n".join(chosen) + "\n", encoding="utf-8")
    return copied


@contextmanager
def _running(*command: str) -> Iterator[dict[str, Any]]:
    server = subprocess.Popen(
        [sys.executable, "-m", "sandbox", command[0], "--port", "0", *command[1:]],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield json.loads(next(iter(server.stdout or ())))
    finally:
        server.terminate()
        server.wait()


def _requests(url: str) -> dict[str, int]:
    counted = requests.get(f"{url}/_sandbox/requests", timeout=60).json()
    return dict(counted.get("requests") or counted.get("operations") or {})


def _is_write(label: str) -> bool:
    return label.split(maxsplit=1)[0] != "GET" and label != "POST suiteql"


def _stripe_fields(served: Mapping[str, Any]) -> dict[str, Any]:
    return {"password": "sk_test_sandbox", "host": served["url"]}


def _netsuite_fields(served: Mapping[str, Any]) -> dict[str, Any]:
    extra = {
        "account": "SANDBOX_SB1",
        "consumer_key": "sandbox-consumer-key",
        "consumer_secret": "sandbox-consumer-secret",
        "token_id": "sandbox-token-id",
        "token_secret": "sandbox-token-secret",
    }
    return {"host": served["url"], "extra": extra}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--payments", type=int, default=12_000, help="in the payout (default %(default)s)")
    parser.add_argument("--write-back", action="store_true", help="also write NetSuite's ids back to Stripe")
    parser.add_argument("--url", default="", help="staging database; a SQLite file by default")
    return parser.parse_args()


if __name__ == "__main__":
    main()
