"""The same books, however a month is loaded: hour by hour, day by day or at once, in order, shuffled, or as it happens.

`python -m benchmarks.same_books [--scenario month|fortnight] [--orders backfill,daily,…] [--show 20]` gives each order
servers and a staging database of its own over the same accounts, compares all that it leaves in NetSuite and in staging
with the first order's, runs the stretch once more, and prints a table; differences go to stderr. Exit code 1 where two
orders differ, where a proof is broken, or where the second run commits a write.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "plugins")]

from tests.databases import SESSION_FOLDER_VARIABLE  # noqa: E402
from tests.orders.difference import ALLOWED, differences  # noqa: E402
from tests.orders.orders import ORDERS, Spent, Stretch, load, load_again, opened, stretch_of  # noqa: E402
from tests.orders.snapshot import Snapshot, read_snapshot  # noqa: E402

_HEAD = (
    "| order | runs | time | own CPU, median of a run | transactions | write requests | committed | again: sent | "
    "again: committed | proofs | differences |"
)


def main() -> int:
    """Load, compare, print; return the exit code."""
    options = _options()
    stretch = stretch_of(options.scenario)
    print(f"{options.scenario}, {stretch.start:%Y-%m-%d} to {stretch.end:%Y-%m-%d}\n\n{_HEAD}\n{'|---' * 11}|")
    first: Snapshot | None = None
    is_good = True
    for name in options.orders.split(","):
        snapshot, spent, sent, again = _load(stretch, name)
        differing = differences(first, snapshot, is_live=ORDERS[name].is_live) if first else []
        first = first or snapshot
        broken = [f"{key}: {value}" for key, value in snapshot["proofs"].items() if value[0] != "ok"]
        is_good = is_good and not (differing or again or [one for one in broken if "broken" in one])
        print(_row(name, snapshot, spent, sent, again, len(broken), len(differing)), flush=True)
        for one in (*broken, *differing)[: options.show]:
            print(f"{name}: {one}", file=sys.stderr, flush=True)
    print("\nLive orders saw what was so at the time; what may differ:", *map(": ".join, ALLOWED.items()), sep="\n")
    return 0 if is_good else 1


def _load(stretch: Stretch, name: str) -> tuple[Snapshot, Spent, dict[str, int], int]:
    order = ORDERS[name]
    with tempfile.TemporaryDirectory() as folder:
        os.environ[SESSION_FOLDER_VARIABLE] = folder
        with opened(stretch, order, Path(folder)) as company:
            spent = load(company, stretch, order)
            snapshot = read_snapshot(company, spent.proving_run)
            sent, again = load_again(company, stretch)
            return snapshot, spent, sent, again


def _row(
    name: str, snapshot: Snapshot, spent: Spent, sent: dict[str, int], again: int, broken: int, differing: int
) -> str:
    median = sorted(spent.cpu_s_by_run)[len(spent.cpu_s_by_run) // 2]
    proofs = len(snapshot["proofs"])
    said = ", ".join(f"{count} {label}" for label, count in sorted(sent.items())) or "nothing"
    return (
        f"| {name} | {spent.runs} | {spent.wall_s:.0f} s | {median:.2f} s | {len(snapshot['transactions'])} | "
        f"{spent.write_requests} | {spent.committed} | {said} | {again} | {proofs - broken} of {proofs} | {differing} |"
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--scenario", choices=("month", "fortnight"), default="month")
    parser.add_argument("--orders", default=",".join(ORDERS))
    parser.add_argument("--show", type=int, default=20, help="so many differences of each order are printed")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
