"""A run's report as files that open without Airflow: pages, and tables as CSV beside them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from stripe_netsuite.report.csv_export import findings_csv, proofs_csv, reconciliation_csv
from stripe_netsuite.report.model import ReconciliationLine, RunReport
from stripe_netsuite.report.pages import run_page, validation_page

BYTE_ORDER_MARK = "\ufeff"
"""Without it a spreadsheet does not read a file as UTF-8; line ends are CSV's own."""
EXPORTS = {"findings": "findings.csv", "proofs": "proofs.csv", "ledger lines": "reconciliation.csv"}
"""The tables beside the page, by what they hold."""


def write_pages(report: RunReport, folder: Path, lines: Iterable[ReconciliationLine] = ()) -> list[Path]:
    """Write `run.html`, `validation-<n>.html` for each Stripe account, and the tables; return their paths.

    `findings.csv`, `proofs.csv`, and `reconciliation.csv` of the payouts' ledger lines.
    """
    folder.mkdir(parents=True, exist_ok=True)
    texts = {"run.html": run_page(report, exports=EXPORTS)}
    for number, validation in enumerate(report.validations, start=1):
        texts[f"validation-{number}.html"] = validation_page(validation, report.run)
    texts["findings.csv"] = BYTE_ORDER_MARK + findings_csv(report)
    texts["proofs.csv"] = BYTE_ORDER_MARK + proofs_csv(report)
    texts["reconciliation.csv"] = BYTE_ORDER_MARK + reconciliation_csv(lines)
    files = []
    for name, text in texts.items():
        file = folder / name
        file.write_text(text, encoding="utf-8", newline="")
        files.append(file)
    return files
