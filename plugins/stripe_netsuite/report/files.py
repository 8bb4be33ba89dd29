"""A run's report as files that open without Airflow: pages, and the findings as CSV."""

from __future__ import annotations

from pathlib import Path

from stripe_netsuite.report.csv_export import findings_csv
from stripe_netsuite.report.model import RunReport
from stripe_netsuite.report.pages import run_page, validation_page


def write_pages(report: RunReport, folder: Path) -> list[Path]:
    """Write `run.html`, `validation-<n>.html` for each Stripe account, and `findings.csv`; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {"run.html": run_page(report)}
    for number, validation in enumerate(report.validations, start=1):
        texts[f"validation-{number}.html"] = validation_page(validation, report.run)
    # A spreadsheet reads UTF-8 only with a byte order mark; line ends are CSV's own.
    texts["findings.csv"] = "\ufeff" + findings_csv(report)
    files = []
    for name, text in texts.items():
        file = folder / name
        file.write_text(text, encoding="utf-8", newline="")
        files.append(file)
    return files
