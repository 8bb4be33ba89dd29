"""The command line: the same stages over a window, without Airflow.

Reads `AIRFLOW_CONN_…` variables (JSON) and `STRIPE_NETSUITE_MAPPINGS`. Exit code 0: done and nothing is wrong;
1: an error that ended it; 2: wrong usage; 3: done, and findings need a person.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Connection

from stripe_netsuite import pipeline
from stripe_netsuite.domain.finding import Severity
from stripe_netsuite.domain.window import Window
from stripe_netsuite.errors import ConfigurationError, StripeNetSuiteError
from stripe_netsuite.mapping import load_mapping
from stripe_netsuite.report.files import write_pages
from stripe_netsuite.report.model import ReconciliationLine, RunReport
from stripe_netsuite.report.reading import read_run_report
from stripe_netsuite.report.terminal import tie_out_text
from stripe_netsuite.settings import connection_fields_from_environment, mappings_folder, netsuite_connection
from stripe_netsuite.staging.database import reading, staging_url
from stripe_netsuite.staging.runs import newest_run_id

DONE, FAILED, FINDINGS = 0, 1, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        window = _window(options)
        if options.command == "report":
            return report(window, options.out)
        run = _run(options, window)
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


def report(window: Window, folder: Path) -> int:
    """Show the newest run of the window, and write its pages and tables into a folder; asks neither system."""
    with reading(_staging_url()) as connection:
        run_id = newest_run_id(connection, window)
        if run_id is None:
            raise ConfigurationError("no run has a window that overlaps this one", subject="--start, --end")
        found = read_run_report(connection, run_id)
        files = write_pages(found, folder, _ledger_lines(connection, found))
    print(f"run {run_id}, {found.run.outcome or 'not ended'}")
    print(tie_out_text(found.payouts))
    for proof in found.proofs:
        print(f"{proof.code} {proof.subject}: {proof.state}")
    for file in files:
        print(file)
    is_critical = any(row.finding.severity is Severity.CRITICAL for row in found.findings)
    return FINDINGS if is_critical or found.broken_proofs else DONE


def _ledger_lines(connection: Connection, found: RunReport) -> Iterator[ReconciliationLine]:
    """Follow the payouts' ledger lines into NetSuite, as far as mapping and connection are there to name it."""
    try:
        mapping = load_mapping(mappings_folder())
    except StripeNetSuiteError:
        return
    payouts = [payout.row for payout in found.payouts]
    conn_id = mapping.entities.netsuite_connection
    try:
        netsuite_account = netsuite_connection(conn_id, connection_fields_from_environment(conn_id)).realm
    except StripeNetSuiteError:
        netsuite_account = None
    yield from pipeline.reconciliation_lines(connection, mapping, netsuite_account, payouts)


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
    for broken in pipeline.broken_proofs(services, run):
        print(f"broken: {broken}")
    code = _finish(services, run)
    return FINDINGS if proofs["broken"] else code


def _finish(services: pipeline.Services, run: pipeline.Run) -> int:
    counts = pipeline.finish(services, run)
    _show("finish", counts)
    return FINDINGS if counts["needs_person"] else DONE


def _show(what: str, counts: dict[str, Any]) -> None:
    said = ", ".join(f"{name} {value}" for name, value in counts.items() if value)
    print(f"{what}: {said or 'nothing'}")


def _window(options: argparse.Namespace) -> Window:
    if options.end <= options.start:
        raise ConfigurationError(
            "the window ends before it starts",
            subject="--start, --end",
            saw=f"{options.start} to {options.end}",
            expected="--end after --start; the end itself is not included",
        )
    return Window(options.start, options.end)


def _run(options: argparse.Namespace, window: Window) -> pipeline.Run:
    return pipeline.Run(
        run_id=f"cli {options.command} {datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
        kind="manual",
        window=window,
        accounts=tuple(options.account),
        dry_run=options.command == "plan",
        only_ids=tuple(options.only_id),
    )


def _instant(text: str) -> datetime:
    """Read `2026-11-01` (midnight UTC) or `2026-11-01T06:00:00+01:00`; without a zone it is UTC."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is neither a day (2026-11-01) nor an instant") from None
    return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)


def _staging_url() -> str:
    try:
        fields: dict[str, Any] | None = connection_fields_from_environment("staging_default")
    except ConfigurationError:
        if "AIRFLOW_CONN_STAGING_DEFAULT" in os.environ:
            raise
        fields = None
    home = Path(os.environ.get("AIRFLOW_HOME", Path.home() / "airflow"))
    home.mkdir(parents=True, exist_ok=True)
    return staging_url(fields, home)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m stripe_netsuite", description="Stripe into NetSuite, without Airflow."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name, function in {**_COMMANDS, "report": report}.items():
        command = commands.add_parser(name, help=(function.__doc__ or "").strip(), description=function.__doc__)
        command.add_argument("--start", type=_instant, required=True, help="from: a day or an instant, UTC")
        command.add_argument("--end", type=_instant, required=True, help="up to, not included")
        if name == "report":
            command.add_argument("--out", type=Path, default=Path("report"), help="folder for the files")
            continue
        command.add_argument(
            "--account", action="append", default=[], help="a Stripe account of entities.yaml; all by default"
        )
        command.add_argument(
            "--only-id", action="append", default=[], help="load only this Stripe object; may be repeated"
        )
    return parser
