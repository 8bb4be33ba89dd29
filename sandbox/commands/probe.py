"""`python -m sandbox probe`: ask a NetSuite test account what Oracle's public text leaves open.

Reads `AIRFLOW_CONN_NETSUITE_DEFAULT`, as the product does. Exit code 0: asked and cleaned up; 1: ended early, or something
stayed behind; 2: not started; 130: interrupted.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from sandbox.probes import report
from sandbox.probes.asker import Asker
from sandbox.probes.bench import Bench
from sandbox.probes.catalogue import all_probes, chosen_probes
from sandbox.probes.connection import ConnectionUnusable, connection_from, refuse_production
from sandbox.probes.document import document
from sandbox.probes.probe import Needs, Probe
from sandbox.probes.runner import Outcome, run_probes


def main(arguments: Sequence[str], *, environ: Mapping[str, str] = os.environ) -> int:
    """Read the command line, ask, clean up, report; the exit code."""
    options = _parser().parse_args(arguments)
    if options.document:
        print(document(all_probes()), end="")
        return 0
    if options.list:
        print(report.listing(all_probes()))
        return 0
    allowed: set[Needs] = {"read"}
    if options.write:
        allowed.add("write")
    if options.burst:
        allowed.add("burst")
    probes = chosen_probes(options.only, frozenset(allowed))
    unasked = options.only - {probe.number for probe in probes}
    if unasked:
        return _refuse(f"--only names {sorted(unasked)}: unknown, or they need --write or --burst (see --list).")
    try:
        connection = connection_from(options.conn_id, environ)
        if not options.production_i_know:
            refuse_production(connection)
        if options.write and not _agreed(options, connection.account, probes):
            return _refuse("Nothing was asked.")
        asker = Asker(connection, timeout_s=options.timeout)
    except ConnectionUnusable as error:
        return _refuse(str(error))
    try:
        bench = Bench(asker, fields=options.fields, burst=options.burst or 0)
        return _run(bench, probes, options.out)
    finally:
        asker.close()


def _run(bench: Bench, probes: Sequence[Probe], out: Path | None) -> int:
    width = max(60, min(shutil.get_terminal_size().columns, 140))

    def tell(outcome: Outcome) -> None:
        print(report.outcome_lines(outcome, width), flush=True)

    with _terminated_like_interrupted():
        run = run_probes(bench, probes, tell)
    print()
    print(report.summary_lines(run))
    if not any(outcome.evidence for outcome in run.outcomes):
        return 130 if run.ended_by == "interrupted" else 1
    path = out or Path(f"netsuite-{bench.run}.json")
    try:
        report.write_contribution(path, bench, run)
    except OSError as error:
        return _refuse(f"The answers could not be written to {path}: {type(error).__name__}.", code=1)
    print(f"Answers: {path} (no names, no secrets; read it, then share it).")
    if run.ended_by is not None and run.ended_by.startswith("interrupted"):
        return 130
    return 1 if run.left or run.ended_by is not None else 0


class _terminated_like_interrupted:  # noqa: N801 - read as a phrase at its use
    """While it lasts SIGTERM raises KeyboardInterrupt, so that records are deleted then, too."""

    def __enter__(self) -> None:
        self._before = signal.signal(signal.SIGTERM, _interrupt)

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGTERM, self._before)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _agreed(options: argparse.Namespace, account: str, probes: Sequence[Probe]) -> bool:
    """Whether the person at the terminal types the account id; `--yes` says so beforehand."""
    print(report.plan(probes))
    if options.yes:
        return True
    if not sys.stdin.isatty():
        print("There is nobody to ask: say --yes to agree.", file=sys.stderr)
        return False
    return input(f"Type the account id ({account}) to go on: ").strip() == account


def _refuse(text: str, *, code: int = 2) -> int:
    print(text, file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox probe",
        description="Ask a NetSuite test account what public text leaves open (docs/netsuite-probes.md).",
    )
    parser.add_argument("--list", action="store_true", help="list the questions and stop")
    parser.add_argument("--document", action="store_true", help="print docs/netsuite-probes.md and stop")
    parser.add_argument("--only", type=_numbers, default=frozenset(), metavar="12,13", help="ask these numbers only")
    parser.add_argument("--write", action="store_true", help="also ask what creates records (deleted at the end)")
    parser.add_argument("--yes", action="store_true", help="with --write: agree beforehand")
    parser.add_argument(
        "--burst",
        type=_burst,
        nargs="?",
        const=30,
        metavar="N",
        help="also ask what needs N requests at once (default 30); other integrations of the account feel it",
    )
    parser.add_argument(
        "--fields",
        type=_fields,
        default={},
        metavar="JSON",
        help='fields every transaction needs here, e.g. \'{"department": {"id": "1"}}\'',
    )
    parser.add_argument("--conn-id", default="netsuite_default", help="Airflow connection id (default %(default)s)")
    parser.add_argument("--out", type=Path, help="file for the answers (default netsuite-probe-….json)")
    parser.add_argument("--timeout", type=float, default=120.0, help="seconds for one request (default %(default)s)")
    parser.add_argument("--production-i-know", action="store_true", help="ask an account that is not a test account")
    return parser


def _checked(read: Callable[[], Any], says: str) -> Any:
    try:
        value = read()
    except ValueError:
        value = None
    if value is None:
        raise argparse.ArgumentTypeError(says)
    return value


def _numbers(text: str) -> frozenset[int]:
    numbers: frozenset[int] = _checked(
        lambda: frozenset(int(part) for part in text.split(",")), "numbers separated by commas, e.g. 12,13"
    )
    return numbers


def _burst(text: str) -> int:
    count: int = _checked(lambda: int(text) if 2 <= int(text) <= 100 else None, "a number from 2 to 100")
    return count


def _fields(text: str) -> dict[str, Any]:
    def read() -> Any:
        value = json.loads(text)
        return value if isinstance(value, dict) else None

    fields: dict[str, Any] = _checked(read, "a JSON object of fields")
    return fields
