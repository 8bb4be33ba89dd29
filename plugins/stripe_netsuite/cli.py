"""The command line: the same stages over a window, without Airflow.

Reads `AIRFLOW_CONN_…` variables (JSON) and `STRIPE_NETSUITE_MAPPINGS`. Exit code 0: done and nothing is wrong;
1: an error that ended it; 2: wrong usage; 3: done, and findings need a person.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from stripe_netsuite import pipeline
from stripe_netsuite.domain.window import Window
from stripe_netsuite.errors import ConfigurationError, StripeNetSuiteError
from stripe_netsuite.settings import connection_fields_from_environment, mappings_folder
from stripe_netsuite.staging.database import staging_url

DONE, FAILED, FINDINGS = 0, 1, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        run = _run(options)
        with pipeline.open_services(connection_fields_from_environment, mappings_folder(), _staging_url()) as services:
            return _COMMANDS[options.command](services, run)
    except StripeNetSuiteError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return FAILED


def plan(services: pipeline.Services, run: pipeline.Run) -> int:
    """Stage and validate the window, show what would be loaded, write nothing to NetSuite."""
    _read(services, run)
    for step in pipeline.LoadStep:
        _show(f"plan {step.value}", pipeline.load(services, run, step))
    return _finish(services, run)


def sync(services: pipeline.Services, run: pipeline.Run) -> int:
    """Stage, validate and load the window, then reconcile payouts and prove."""
    _read(services, run)
    for step in pipeline.LoadStep:
        _show(f"load {step.value}", pipeline.load(services, run, step))
    return _reconcile(services, run)


def reconcile(services: pipeline.Services, run: pipeline.Run) -> int:
    """Reconcile the open payouts of what is staged, and prove."""
    pipeline.begin(services, run)
    return _reconcile(services, run)


_COMMANDS = {"plan": plan, "sync": sync, "reconcile": reconcile}


def _read(services: pipeline.Services, run: pipeline.Run) -> None:
    pipeline.begin(services, run)
    _show("extract", pipeline.extract(services, run))
    _show("validate", pipeline.validate(services, run))


def _reconcile(services: pipeline.Services, run: pipeline.Run) -> int:
    for payout in pipeline.discover_payouts(services, run):
        answer = pipeline.reconcile_payout(services, run, payout["account"], payout["payout_id"])
        reason = f" ({answer['reason']})" if answer["reason"] else ""
        print(f"payout {answer['label']}{reason}")
    proofs = pipeline.prove(services, run)
    _show("prove", proofs)
    code = _finish(services, run)
    return FINDINGS if proofs["broken"] else code


def _finish(services: pipeline.Services, run: pipeline.Run) -> int:
    counts = pipeline.finish(services, run)
    _show("finish", counts)
    return FINDINGS if counts["needs_person"] else DONE


def _show(what: str, counts: dict[str, Any]) -> None:
    print(f"{what}: " + ", ".join(f"{name} {value}" for name, value in counts.items()))


def _run(options: argparse.Namespace) -> pipeline.Run:
    if options.end <= options.start:
        raise ConfigurationError(
            "the window ends before it starts",
            subject="--start, --end",
            saw=f"{options.start} to {options.end}",
            expected="--end after --start; the end's own day is not included",
        )
    window = Window(_midnight(options.start), _midnight(options.end))
    return pipeline.Run(
        run_id=f"cli {options.command} {datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
        kind="manual",
        window=window,
        accounts=tuple(options.account),
        dry_run=options.command == "plan",
        only_ids=tuple(options.only_id),
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _staging_url() -> str:
    try:
        fields: dict[str, Any] | None = connection_fields_from_environment("staging_default")
    except ConfigurationError:
        if "AIRFLOW_CONN_STAGING_DEFAULT" in os.environ:
            raise
        fields = None
    return staging_url(fields, Path(os.environ.get("AIRFLOW_HOME", Path.home() / "airflow")))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m stripe_netsuite", description="Stripe into NetSuite, without Airflow."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name, function in _COMMANDS.items():
        command = commands.add_parser(name, help=(function.__doc__ or "").strip(), description=function.__doc__)
        command.add_argument("--start", type=date.fromisoformat, required=True, help="first day, UTC, 2026-11-01")
        command.add_argument("--end", type=date.fromisoformat, required=True, help="day after the last one, UTC")
        command.add_argument(
            "--account", action="append", default=[], help="a Stripe account of entities.yaml; all by default"
        )
        command.add_argument(
            "--only-id", action="append", default=[], help="load only this Stripe object; may be repeated"
        )
    return parser
