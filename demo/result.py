"""What came of it, read from the staging database after the last run: the tie-out, the proofs, the writes.

Everything ties when each payout that Stripe has paid equals the deposit that NetSuite gave back, no proof is broken
or missing, and no finding waits for a person.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from demo.folder import Folder
from stripe_netsuite.domain.finding import Severity
from stripe_netsuite.report.model import RunReport
from stripe_netsuite.report.pages import run_page
from stripe_netsuite.report.reading import read_run_report
from stripe_netsuite.report.terminal import tie_out_text
from stripe_netsuite.staging.database import reading
from stripe_netsuite.staging.schema import journal

_PROOFS = {
    "H1": "each deposit read back equals its payout",
    "H2": "Stripe's balance equals the ledger",
    "H3": "Undeposited Funds hold what no payout has paid out yet",
    "H4": "each invoice is open with the same amount on both sides",
    "H5": "every ledger line is accounted for",
    "H6": "payouts in transit and clearing accounts roll forward",
}


@dataclass(frozen=True)
class Result:
    """The report of the last run, with what is wrong in words; nothing wrong means that everything ties."""

    report: RunReport
    wrong: tuple[str, ...]

    def text(self) -> str:
        """Return the tie-out and the proofs as plain text."""
        return "\n".join([tie_out_text(self.report.payouts), "", *self._proof_lines()])

    def _proof_lines(self) -> list[str]:
        lines = []
        for code, words in _PROOFS.items():
            states = [proof.state for proof in self.report.proofs if proof.code == code]
            ok = states.count("ok")
            lines.append(f"{code}  {words}: {ok} of {len(states)} {'ok' if states and ok == len(states) else 'NOT OK'}")
        return lines


def staging_url(folder: Folder) -> str:
    """Return where the demo's runs keep their staging: the product's default, a file under AIRFLOW_HOME."""
    return f"sqlite:///{folder.airflow_home / 'stripe_netsuite.db'}"


def count_writes(folder: Folder) -> int:
    """Return how many records were ever written to NetSuite according to the journal."""
    with reading(staging_url(folder)) as connection:
        query = sa.select(sa.func.count()).select_from(journal).where(journal.c.outcome == "committed")
        return int(connection.execute(query).scalar_one())


def read_result(folder: Folder, run_id: str) -> Result:
    """Read the run's report, write it as a page into the folder, and judge it."""
    with reading(staging_url(folder)) as connection:
        report = read_run_report(connection, run_id)
    folder.report_file.write_text(run_page(report), encoding="utf-8")
    return Result(report, tuple(_wrong(report)))


def _wrong(report: RunReport) -> list[str]:
    wrong = []
    for payout in report.payouts:
        is_paid = payout.row.payout_status == "paid"
        if is_paid and not payout.is_tied:
            wrong.append(f"payout {payout.row.payout_id} is {payout.row.state}: {payout.row.reason or 'not tied'}")
    proven = {proof.code for proof in report.proofs if proof.state == "ok"}
    wrong.extend(f"proof {code} was not given" for code in _PROOFS if code not in proven)
    wrong.extend(f"proof {p.code} of {p.subject} is {p.state}" for p in report.proofs if p.state != "ok")
    wrong.extend(
        f"finding {row.finding.code} of {row.finding.stripe_id or row.finding.stripe_account}: {row.finding.message}"
        for row in report.findings
        if row.finding.severity is Severity.CRITICAL
    )
    return wrong
