"""The pages say what the report holds, let no text out of its place, and load nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from stripe_netsuite.domain.finding import Severity
from stripe_netsuite.domain.validation_report import ValidationReport
from stripe_netsuite.report.model import RunReport
from stripe_netsuite.report.pages import SHOWN_FINDINGS, run_page, validation_page
from tests.report import awkward as a

PAGES = {
    "run": run_page(a.REPORT),
    "validation": validation_page(a.validation(), a.RUN),
    "nothing": run_page(RunReport(a.RUN)),
    "nothing new": validation_page(ValidationReport("run", "acme_us", a.NOW.isoformat()), a.RUN),
}

VOID = {"meta", "br"}


class Outline(HTMLParser):
    """What a browser would make of the page: tags with their attributes, and the text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.open: list[str] = []
        self.cells_by_row: list[int] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self.cells_by_row.append(0)
        if tag in ("td", "th"):
            self.cells_by_row[-1] += int(dict(attrs).get("colspan") or 1)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_a_page_loads_nothing_and_runs_nothing(page: str) -> None:
    """No script, style sheet, picture, font or frame: it reads the same offline, and tells nobody that it is read."""
    outline = Outline(page)
    assert not {"script", "link", "img", "iframe", "object", "embed", "form", "base"} & {tag for tag, _ in outline.tags}
    assert not any(name.startswith("on") for _, attributes in outline.tags for name in attributes)
    assert not any({"src", "srcset", "background", "style"} & attributes.keys() for _, attributes in outline.tags)
    assert not re.search(r"url\(|@import", page)


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_a_page_is_whole(page: str) -> None:
    """Every tag is closed where it should be, there is one main heading, a title and a language."""
    outline = Outline(page)
    assert outline.open == []
    tags = [tag for tag, _ in outline.tags]
    assert tags.count("h1") == 1
    assert tags.count("title") == 1
    assert ("html", {"lang": "en"}) in outline.tags


@pytest.mark.parametrize("name", ["run", "validation"])
def test_texts_from_stripe_stay_text(name: str) -> None:
    """Markup in a name is shown as it is written, and right-to-left names are set apart."""
    outline = Outline(PAGES[name])
    assert a.MARKUP in outline.text
    assert a.ARABIC in outline.text
    assert f"<bdi>{a.ARABIC}</bdi>" in PAGES[name]
    assert a.LONG in outline.text


@pytest.mark.parametrize("name", ["run", "validation"])
def test_links_lead_to_stripe_netsuite_and_the_run_only(name: str) -> None:
    """Ids become links, anything else in an id's place does not."""
    addresses = {attributes["href"] for tag, attributes in Outline(PAGES[name]).tags if tag == "a"}
    assert addresses
    allowed = ("https://dashboard.stripe.com/", "https://1234567-sb1.app.netsuite.com/", "http://localhost:8080/")
    assert all(address is not None and address.startswith(allowed) for address in addresses)
    assert not any("<" in (address or "") for address in addresses)


def test_a_run_link_that_is_no_web_address_is_no_link() -> None:
    """A `javascript:` address in the run row stays out of the page."""
    page = run_page(replace(a.REPORT, run=replace(a.RUN, link="javascript:alert(1)")))
    assert "javascript:" not in page


def test_amounts_have_the_decimals_of_their_currency() -> None:
    """Yen has none, dinar three; thousands are set apart."""
    text = Outline(PAGES["run"]).text
    for amount in ("1,234,567.89", "1,234,567", "1,234.567", "1,234.566", "-0.001", "-25.00"):
        assert amount in text
    assert "123,456,789 JPY" in Outline(PAGES["validation"]).text


def test_every_table_row_has_as_many_cells_as_its_table_has_columns() -> None:
    """No cell of the payouts, proofs, findings or plans has slipped."""
    for page in PAGES.values():
        for table in re.findall(r"<table>.*?</table>", page, re.DOTALL):
            assert len(set(Outline(table).cells_by_row)) == 1


def test_the_validation_page_tells_the_rule_its_counts_and_what_is_not_listed() -> None:
    """Rule in words, severity, checked, failed, rows with ids, and how many rows are left out."""
    text = " ".join(Outline(PAGES["validation"]).text.split())
    assert "critical The customer of a charge has been read from Stripe." in text
    assert "10 of 9,000 broke it" in text
    assert "ch_3Q000002" in text
    assert "7 more are not listed here." in text
    assert "1 further rule had nothing to look at." in text


def test_an_empty_validation_says_so() -> None:
    """Nothing new is a result, too."""
    assert "Nothing new" in Outline(PAGES["nothing new"]).text


def test_two_thousand_rows_make_one_readable_page() -> None:
    """All rows that are kept are drawn, and the page stays small enough to open."""
    page = validation_page(a.validation(2000), a.RUN)
    assert page.count("dashboard.stripe.com/ch_") == 2000
    assert len(page) < 1_000_000


def test_the_run_page_counts_all_findings_and_draws_two_thousand() -> None:
    """The number above is exact, whatever is listed below."""
    many = tuple(a.finding("unequal_amounts", Severity.CRITICAL, f"po_{number}") for number in range(2100))
    text = " ".join(Outline(run_page(replace(a.REPORT, findings=many))).text.split())
    assert "2,100 open findings, 2,100 critical" in text
    assert f"{2100 - SHOWN_FINDINGS} more are not listed here" in text


def test_a_dry_run_says_that_nothing_was_written() -> None:
    """The plan of a dry run must not read like a booking."""
    text = Outline(run_page(replace(a.REPORT, run=replace(a.RUN, dry_run=True)))).text
    assert "dry run: nothing was written" in text
    assert "What would be written" in text


def test_the_run_page_shows_what_exchange_rates_realised() -> None:
    """By payout and currency, with their sum; a run without any has no such section."""
    text = " ".join(Outline(PAGES["run"]).text.split())
    assert "po_1Dollars EUR12.34 USD" in text
    assert "All10.04 USD" in text
    assert "Exchange differences" not in PAGES["nothing"]


def test_a_broken_proof_stands_first() -> None:
    """Whoever opens the page sees it; then what could not be proven."""
    page = PAGES["run"]
    assert page.index(">broken</span>") < page.index(">not provable</span>") < page.index(">ok</span>")
