"""How close a load comes to what NetSuite allows: records a second against concurrency ÷ latency.

`python benchmarks/load_speed.py [--records 400] [--concurrency 5] [--latency-ms 500] [--allowed 0] [--url …]` starts the
sandbox NetSuite in a process of its own, applies a plan of new customers with journal, outcome and link for each, and
prints the share of the limit that was reached and the share of 429 answers. `--allowed` below `--concurrency` lets the
client discover the limit. The latency is lognormal with the given median; the limit is computed from its mean.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "plugins")]

from stripe_netsuite.clock import SystemClock  # noqa: E402
from stripe_netsuite.domain.netsuite_record import CustomerRecord  # noqa: E402
from stripe_netsuite.load.apply import Writer, apply_plan  # noqa: E402
from stripe_netsuite.load.plan import Known, plan_load  # noqa: E402
from stripe_netsuite.load.writer import writing  # noqa: E402
from stripe_netsuite.netsuite_api.client import NetSuiteClient  # noqa: E402
from stripe_netsuite.settings import netsuite_connection  # noqa: E402
from stripe_netsuite.staging.database import migrate, open_staging  # noqa: E402

_SIGMA = 0.3
_CREDENTIALS = {
    "account": "SANDBOX_SB1",
    "consumer_key": "sandbox-consumer-key",
    "consumer_secret": "sandbox-consumer-secret",
    "token_id": "sandbox-token-id",
    "token_secret": "sandbox-token-secret",
}


def main() -> None:
    """Measure once and print."""
    options = _options()
    allowed = options.allowed or options.concurrency
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "sandbox", "netsuite", "--port", "0", "--control"),
            *("--concurrency-limit", str(allowed), "--seed", "1"),
            *("--latency-ms", str(options.latency_ms), "--latency-sigma", str(_SIGMA)),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        url = json.loads(next(iter(server.stdout or ())))["url"]
        with tempfile.TemporaryDirectory() as folder:
            seconds = _load(url, options.url or f"sqlite:///{folder}/staging.db", options)
        counts = requests.get(f"{url}/_sandbox/requests", timeout=10).json()
    finally:
        server.terminate()
        server.wait()
    mean_s = options.latency_ms / 1000 * math.exp(_SIGMA**2 / 2)
    limit = allowed / mean_s
    rate = options.records / seconds
    refused = counts["too_many_requests"]
    print(f"{options.records} records in {seconds:.1f} s: {rate:.1f}/s of {limit:.1f}/s = {rate / limit:.1%}")
    print(f"429: {refused} of {sum(counts['requests'].values())} requests; most in flight {counts['max_in_flight']}")


def _load(url: str, staging_url: str, options: argparse.Namespace) -> float:
    clock = SystemClock()
    engine = open_staging(staging_url)
    migrate(engine)
    records = [_customer(number) for number in range(options.records)]
    known = Known(
        stripe_account="acct_bench",
        mapping_version="bench",
        links={},
        found_by_external_id={},
        stripe_id_by_external_key={},
    )
    plan = plan_load(records, known)
    fields = {"host": url, "extra": {**_CREDENTIALS, "concurrency": options.concurrency}}
    connection = netsuite_connection("netsuite_default", fields)
    with NetSuiteClient(connection, clock) as client, writing(engine, "acct_bench", "bench", clock, wait_s=1) as keeper:
        writer = Writer(
            engine=engine,
            client=client,
            keeper=keeper,
            clock=clock,
            run_id="bench",
            netsuite_account=connection.realm,
            stripe_account="acct_bench",
            mapping_version="bench",
        )
        started = time.perf_counter()
        applied = apply_plan(plan, writer, {})
        seconds = time.perf_counter() - started
    engine.dispose()
    if applied.counts["created"] != options.records:
        raise SystemExit(f"only {applied.counts} of {options.records}")
    return seconds


def _customer(number: int) -> CustomerRecord:
    stripe_id = f"cus_bench{number:06}"
    return CustomerRecord(
        stripe_id=stripe_id,
        external_id=stripe_id,
        subsidiary_id="1",
        entity_id=stripe_id,
        company_name=f"Customer {number}",
        comments=f"Stripe: {stripe_id}",
        currency_id="1",
        currency_ids=("1",),
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=400)
    parser.add_argument("--concurrency", type=int, default=5)
    parser.add_argument("--latency-ms", type=float, default=500)
    parser.add_argument("--allowed", type=int, default=0, help="what the server allows, if not the same")
    parser.add_argument("--url", default="", help="staging database; a SQLite file by default")
    return parser.parse_args()


if __name__ == "__main__":
    main()
