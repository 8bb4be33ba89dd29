"""Tables as CSV that a spreadsheet opens without running anything in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import astuple, fields
from decimal import Decimal, InvalidOperation

from stripe_netsuite.report.model import ReconciliationLine, RunReport

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
PROOF_COLUMNS = (
    "code",
    "stripe_account",
    "subject",
    "state",
    "expected",
    "found",
    "difference",
    "currency",
    "detail",
    "at",
)
RECONCILIATION_COLUMNS = tuple(field.name for field in fields(ReconciliationLine))


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


def proofs_csv(report: RunReport) -> str:
    """Return the run's proofs, and below them what exchange rates realised (code F7)."""
    return csv_text(
        PROOF_COLUMNS,
        (
            [
                proof.code,
                proof.stripe_account,
                proof.subject,
                proof.state,
                *(_number(text) for text in (proof.expected, proof.found, proof.difference)),
                proof.currency,
                proof.detail,
                proof.at.isoformat(),
            ]
            for proof in (*report.proofs, *report.exchange)
        ),
    )


def reconciliation_csv(lines: Iterable[ReconciliationLine]) -> str:
    """Return one row a ledger line: from the balance transaction to the record and deposit that it stands on."""
    return csv_text(RECONCILIATION_COLUMNS, (astuple(line) for line in lines))


def _number(text: str | None) -> Decimal | str | None:
    """Return an amount as a number, so that a spreadsheet adds it up; a text that is none as it is."""
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation:
        return text
