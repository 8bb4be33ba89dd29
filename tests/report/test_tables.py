"""Amounts, links, the terminal's tie-out and CSV."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from stripe_netsuite.report.amounts import format_major, format_minor, format_text
from stripe_netsuite.report.csv_export import (
    FINDING_COLUMNS,
    RECONCILIATION_COLUMNS,
    csv_text,
    findings_csv,
    proofs_csv,
    reconciliation_csv,
)
from stripe_netsuite.report.files import write_pages
from stripe_netsuite.report.links import netsuite_link, stripe_link
from stripe_netsuite.report.terminal import tie_out_text
from tests.report import awkward as a


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (123450, "usd", "1,234.50 USD"),
        (-5, "usd", "-0.05 USD"),
        (1234567, "jpy", "1,234,567 JPY"),
        (1234567, "kwd", "1,234.567 KWD"),
        (1000, "isk", "10.00 ISK"),
        (10**15, "eur", "10,000,000,000,000.00 EUR"),
        (0, "", "–"),
    ],
)
def test_minor_units_are_written_in_major_ones(minor: int, currency: str, text: str) -> None:
    """Stripe's exponents, not ISO's, and no digit lost."""
    assert format_minor(minor, currency) == text


def test_decimals_that_a_currency_does_not_have_stay_visible() -> None:
    """A total of half a cent is wrong, and must be seen to be."""
    assert format_major(Decimal("1234.505"), "usd") == "1,234.505 USD"
    assert format_text("-0.001", "kwd") == "-0.001 KWD"
    assert format_text("three ledger lines", None) == "three ledger lines"
    assert format_text("12", None) == "12"
    assert format_text(None, "usd") == "–"


def test_links_are_made_of_ids_only() -> None:
    """Whatever does not look like an id or an account does not reach an address."""
    assert stripe_link("po_1Abc") == "https://dashboard.stripe.com/po_1Abc"
    assert stripe_link("po_1Abc", is_test=True) == "https://dashboard.stripe.com/test/po_1Abc"
    for text in (None, "", "SUMMER", "po_1/../x", "po_1?x=1", "javascript:alert(1)"):
        assert stripe_link(text) is None
    host = "https://1234567-sb1.app.netsuite.com"
    assert netsuite_link("1234567_SB1", "deposit", "7") == f"{host}/app/accounting/transactions/transaction.nl?id=7"
    assert netsuite_link("1234567_SB1", "customer", "7") == f"{host}/app/common/entity/custjob.nl?id=7"
    assert netsuite_link("1234567_SB1", "serviceSaleItem", "7") == f"{host}/app/common/item/item.nl?id=7"
    assert netsuite_link("evil.example/", "deposit", "7") is None
    assert netsuite_link("1234567", "deposit", "7&x=1") is None
    assert netsuite_link(None, "deposit", "7") is None


def test_the_terminal_shows_one_line_a_payout_in_columns() -> None:
    """Amounts end in one column; the last line counts what ties."""
    lines = tie_out_text(a.PAYOUTS).splitlines()
    assert len(lines) == len(a.PAYOUTS) + 3
    ends = [lines[2].index("1,234,567.89 USD") + 16, lines[3].index("1,234,567 JPY") + 13]
    assert ends[0] == ends[1]
    assert "-0.001 KWD" in lines[4]
    assert lines[-1] == "2 of 4 payouts tie to their deposit."
    assert tie_out_text(()) == "No payouts."


def test_the_terminal_gets_no_control_characters() -> None:
    """A reason that holds an escape sequence cannot recolour the terminal or move its cursor."""
    row = replace(a.PAYOUTS[0], row=replace(a.PAYOUTS[0].row, reason="\x1b[2J\nforged line"))
    assert "\x1b" not in tie_out_text([row])
    assert len(tie_out_text([row]).splitlines()) == 4


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", " =", "\n="])
def test_csv_runs_no_formula(start: str) -> None:
    """What a spreadsheet would take for a formula gets an apostrophe in front; numbers stay numbers."""
    text = csv_text(("name", "count"), [(f"{start}HYPERLINK(1)", -5)])
    name, count = list(csv.reader(io.StringIO(text, newline="")))[1]
    assert name == f"'{start}HYPERLINK(1)"
    assert count == "-5"


def test_the_findings_export_has_every_finding() -> None:
    """One line each, in the order of the page."""
    rows = list(csv.DictReader(io.StringIO(findings_csv(a.REPORT), newline="")))
    assert list(rows[0]) == list(FINDING_COLUMNS)
    assert [row["code"] for row in rows] == ["unequal_amounts", "customer_name"]
    assert rows[0]["difference"] == "'-0.001 KWD"


def test_the_proofs_export_has_every_proof_and_what_rates_realised() -> None:
    """Amounts are numbers, also negative ones; a text that is no amount stays one."""
    odd = replace(a.REPORT.proofs[0], expected="three")
    report = replace(a.REPORT, proofs=(*a.REPORT.proofs, odd))
    rows = list(csv.DictReader(io.StringIO(proofs_csv(report), newline="")))
    assert [row["code"] for row in rows] == ["H1", "H2", "H5", "H3", "H1", "F7", "F7"]
    assert (rows[1]["difference"], rows[2]["expected"], rows[4]["expected"]) == ("-0.001", "", "three")
    assert "ch_3Q00000000000000000024" in rows[3]["detail"]
    assert (rows[6]["found"], rows[6]["detail"][:4]) == ("-2.30", a.MARKUP[:4])


def test_the_reconciliation_export_has_one_row_a_ledger_line() -> None:
    """From the balance transaction to record, deposit and part; texts are neutralised, amounts are numbers."""
    rows = list(csv.DictReader(io.StringIO(reconciliation_csv(a.LINES), newline="")))
    assert tuple(rows[0]) == RECONCILIATION_COLUMNS
    assert (rows[0]["record_id"], rows[0]["deposit_id"], rows[0]["deposit_part"]) == ("815", "4711", "2")
    assert (rows[1]["type"], rows[1]["gross"], rows[1]["record_id"]) == ("'=HYPERLINK(1)", "-1.50", "")


def test_the_tables_stand_beside_the_page_and_the_page_links_them(tmp_path: Path) -> None:
    """A spreadsheet reads them as UTF-8."""
    files = write_pages(a.REPORT, tmp_path / "report", a.LINES)
    assert [file.name for file in files] == ["run.html", "findings.csv", "proofs.csv", "reconciliation.csv"]
    page = files[0].read_text(encoding="utf-8")
    assert all(f'href="{file.name}"' in page for file in files[1:])
    assert files[3].read_text(encoding="utf-8").startswith("\ufeffstripe_account,payout_id,")
    assert a.ARABIC in files[3].read_text(encoding="utf-8")
