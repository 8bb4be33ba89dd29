"""The command line as a person calls it: a process of its own, connections in its environment, exit codes."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from sandbox.netsuite.records.catalog import record_type
from sandbox.netsuite.testing import RunningNetSuite, running_netsuite
from sandbox.stripe.world import World
from sandbox.testing import running_stripe
from tests.airflow.company import netsuite_connection, stripe_connection
from tests.pipeline.trade import one_sale, opened

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
SECRETS = ("sandbox-consumer-secret", "sandbox-token-secret", "sk_test_sandbox")
WINDOW = ("--start", "2026-10-31", "--end", "2026-11-15T01:00:00+01:00")


@dataclass(frozen=True)
class Shell:
    """Calls `python -m stripe_netsuite` with an AIRFLOW_HOME that does not exist yet."""

    environment: dict[str, str]
    netsuite: RunningNetSuite
    folder: Path

    def __call__(self, *arguments: str, **changed: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "stripe_netsuite", *arguments],
            cwd=self.folder,
            env={**self.environment, **changed},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert not any(secret in done.stdout + done.stderr for secret in SECRETS)
        assert "Traceback" not in done.stderr
        return done

    def writes(self) -> int:
        """How many records NetSuite has written."""
        return sum(self.netsuite.account.meter.writes.values())


@contextmanager
def shell_for(world: World, folder: Path) -> Iterator[Shell]:
    with running_stripe(world) as stripe, running_netsuite() as netsuite:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AIRFLOW", "STRIPE_NETSUITE_MAPPINGS"))
        }
        environment = {
            **kept,
            "PYTHONPATH": str(ROOT / "plugins"),
            "AIRFLOW_HOME": str(folder / "new" / "airflow"),
            "AIRFLOW_CONN_STRIPE_DEFAULT": stripe_connection(stripe.url),
            "AIRFLOW_CONN_NETSUITE_DEFAULT": netsuite_connection(netsuite.url),
        }
        yield Shell(environment, netsuite, folder)


def test_plan_sync_again_and_report(tmp_path: Path) -> None:
    """A plan writes nothing; a sync books everything and proves it; again it writes nothing; the report ties."""
    trade, invoice, _ = one_sale()
    with shell_for(trade.world, tmp_path) as shell:
        planned = shell("plan", *WINDOW)
        assert (planned.returncode, shell.writes()) == (0, 0), planned.stderr
        assert "plan invoices: would_create 1" in planned.stdout, planned.stdout

        synced = shell("sync", *WINDOW)
        assert synced.returncode == 0, synced.stdout + synced.stderr
        written = shell.writes()
        payout = next(iter(trade.world.shelves["payout"]))
        assert f"{payout['id']} 96.80 USD booked" in synced.stdout
        assert shell.netsuite.books.row("SELECT id FROM sandbox_record WHERE externalid = ?", (invoice["id"],))

        assert shell("sync", *WINDOW).returncode == 0
        assert shell("reconcile", *WINDOW).returncode == 0
        assert shell.writes() == written

        reported = shell("report", *WINDOW, "--out", "close")
        assert reported.returncode == 0, reported.stdout
        assert "1 of 1 payouts tie to their deposit." in reported.stdout
    assert payout["id"] in (tmp_path / "close" / "run.html").read_text(encoding="utf-8")
    with (tmp_path / "close" / "findings.csv").open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.reader(file))[0] == "severity"
    with (tmp_path / "close" / "reconciliation.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [(line["gross"], line["goes_to"], bool(line["record_id"] and line["deposit_id"])) for line in lines] == [
        ("100.00", "record", True),
        ("-96.80", "bank", False),
    ]
    with (tmp_path / "close" / "proofs.csv").open(encoding="utf-8-sig", newline="") as file:
        assert {row["state"] for row in csv.DictReader(file)} == {"ok"}


def test_findings_that_need_a_person_are_exit_code_three(tmp_path: Path) -> None:
    """A tax on an invoice has no rule yet: it is held, said, and told by the exit code; the rest goes through."""
    trade = opened()
    rate = trade.world.create_tax_rate("Sales tax", 1)["id"]
    invoice, _ = trade.sale(tax_rates=(rate,))
    with shell_for(trade.world, tmp_path) as shell:
        assert shell("sync", *WINDOW).returncode == 3
        assert shell("report", *WINDOW).returncode == 3
    assert invoice["id"] in (tmp_path / "report" / "findings.csv").read_text(encoding="utf-8-sig")


def test_a_broken_proof_is_told_and_is_exit_code_three(tmp_path: Path) -> None:
    """Somebody puts the fee of a deposit on another account: the line that is printed has payout, account and amounts."""
    trade, _, _ = one_sale()
    with shell_for(trade.world, tmp_path) as shell:
        assert shell("sync", *WINDOW).returncode == 0
        payout = next(iter(trade.world.shelves["payout"]))["id"]
        row = shell.netsuite.books.row("SELECT id FROM sandbox_record WHERE externalid = ?", (payout,))
        other = shell.netsuite.books.row("SELECT id FROM account WHERE acctnumber = '6190'")
        deposit = record_type("deposit")
        assert row is not None
        assert other is not None
        assert deposit is not None
        fee = {"account": {"id": str(other["id"])}, "amount": Decimal("3.2")}
        records = shell.netsuite.account.records
        records.change(deposit, int(row["id"]), {"cashback": {"items": [fee]}}, "Error", frozenset({"cashback"}))
        done = shell("reconcile", *WINDOW)
    assert done.returncode == 3
    assert f"broken: H1 acct_sandbox_us {payout}: expected 96.80, found 96.80 (account " in done.stdout
    assert "(rounding): -3.20, not 0.00" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "changed", "code", "words"),
    [
        (("sync", "--start", "yesterday", "--end", "2026-11-02"), {}, 2, "neither a day (2026-11-01) nor an instant"),
        (("sync", "--start", "2026-11-02", "--end", "2026-11-01"), {}, 1, "the window ends before it starts"),
        (("report", *WINDOW), {}, 1, "no run has a window"),
        (("sync", *WINDOW), {"AIRFLOW_CONN_NETSUITE_DEFAULT": "netsuite://host"}, 1, "is not JSON"),
        (("sync", *WINDOW), {"STRIPE_NETSUITE_MAPPINGS": "/nowhere"}, 1, "/nowhere"),
        (("sync", *WINDOW, "--account", "acct_other"), {}, 1, "acct_other"),
    ],
    ids=["no date", "turned round", "no run", "no JSON", "no mapping", "no account"],
)
def test_wrong_input_is_named(
    tmp_path: Path, arguments: tuple[str, ...], changed: dict[str, str], code: int, words: str
) -> None:
    """One line says what is wrong and where; nothing is written."""
    with shell_for(opened().world, tmp_path) as shell:
        done = shell(*arguments, **changed)
        assert (done.returncode, shell.writes()) == (code, 0)
    assert words in done.stderr
