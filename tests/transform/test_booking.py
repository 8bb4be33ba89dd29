"""The header of every transaction, and what holding an object says (ACCOUNTING A4, A5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.transform.booking import Header, header, hold
from stripe_netsuite.transform.books import Period
from stripe_netsuite.transform.outcome import Waiting
from tests.golden.case import BOOKS

DAY = date(2026, 11, 3)
CLOSED = (
    Period(date(2026, 11, 1), date(2026, 11, 30), is_open=False),
    Period(date(2026, 12, 1), date(2026, 12, 31), is_open=True),
)


def _header(note: str = "", periods: tuple[Period, ...] | None = None) -> Header:
    head = header(replace(BOOKS, periods=periods), "charge", "ch_1", DAY, "usd", note)
    assert isinstance(head, Header)
    return head


def test_a_header_keeps_the_date_that_a_closed_period_moved() -> None:
    """On the record and in the memo; in an open period there is none to keep."""
    moved = _header("Thanks", CLOSED)
    assert (moved.tran_date, moved.original_date) == (date(2026, 12, 1), DAY)
    assert moved.memo == "Stripe: ch_1 | Thanks | Original transaction date: 2026-11-03"
    assert (_header().tran_date, _header().original_date, _header().memo) == (DAY, None, "Stripe: ch_1")


def test_a_memo_is_one_line_that_netsuite_takes() -> None:
    """Its memo field holds 999 characters; line ends and runs of blanks are one blank."""
    assert _header(" two\r\n lines\tand  blanks ").memo == "Stripe: ch_1 | two lines and blanks"
    assert len(_header("x" * 2000).memo) == 999


def test_holding_names_the_object_and_what_to_do() -> None:
    """One critical finding of the load stage, with every word that it was given; its code is the reason."""
    held = hold(
        BOOKS, "charge", "ch_1", "some_code", "What happened.",
        expected="1.00 USD", found="2.00 USD", difference="1.00", suggestion="What to do.",
    )  # fmt: skip
    finding = Finding(
        code="some_code",
        severity=Severity.CRITICAL,
        stage="load",
        stripe_account=BOOKS.stripe_account,
        message="What happened.",
        stripe_id="ch_1",
        object_type="charge",
        expected="1.00 USD",
        found="2.00 USD",
        difference="1.00",
        suggestion="What to do.",
    )
    assert held == Waiting("some_code", (finding,))
