"""Tables as CSV that a spreadsheet opens without running anything in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from stripe_netsuite.report.model import RunReport

_SIGNS = ("=", "+", "-", "@")
_WHITE_SPACE = ("\t", "\r")

FINDING_COLUMNS = (
    "severity",
    "code",
    "stripe_account",
    "object_type",
    "stripe_id",
    "netsuite_type",
    "netsuite_id",
    "message",
    "expected",
    "found",
    "difference",
    "suggestion",
    "first_seen_at",
)


def csv_text(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return CSV (RFC 4180, CRLF). Texts that a spreadsheet would take for a formula get an apostrophe in front."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(neutralised(heading) for heading in headings)
    writer.writerows([neutralised(value) for value in row] for row in rows)
    return out.getvalue()


def neutralised(value: object) -> object:
    """Return numbers as they are, and texts so that no spreadsheet runs them."""
    if value is None:
        return ""
    # Some spreadsheets drop white space first and then see the sign.
    if isinstance(value, str) and (value.startswith(_WHITE_SPACE) or value.lstrip().startswith(_SIGNS)):
        return f"'{value}"
    return value


def findings_csv(report: RunReport) -> str:
    """Return the run's open findings, worst first."""
    return csv_text(
        FINDING_COLUMNS,
        (
            [
                *(getattr(row.finding, name) for name in FINDING_COLUMNS[:-1]),
                row.first_seen_at.isoformat(),
            ]
            for row in report.findings
        ),
    )
