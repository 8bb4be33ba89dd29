"""The question about a payout's differences as Markdown, for Airflow's *Required actions* (ACCOUNTING F5).

What comes from Stripe or NetSuite is text that others chose: it stands in code spans, where no Markdown, HTML or address
works. Only links that we build ourselves are links.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stripe_netsuite.domain.approval import Difference
    from stripe_netsuite.domain.money import Money
    from stripe_netsuite.pipeline.approval import OpenQuestion

_HARMLESS = re.compile(r"-?[0-9.]+ [A-Z]{3}|[0-9]+")
_NOT_AN_ID = re.compile(r"[^A-Za-z0-9_-]")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]+")
_MOST_ROWS = 200
_LONGEST = 200

_WHY = """Its records in NetSuite do not cover all of it, and the differences are larger than `fail_open_threshold` in
policy.yaml lets through."""
_HEAD = """| Stripe | NetSuite | What is wrong | Expected | Found | Difference |
|---|---|---|--:|--:|--:|"""
_CHOICES = """**Approve** posts the deposit, equal to the bank line, with each difference on a line of its own to the suspense
account. The findings stay open until somebody has put the records right.

**Reject** posts nothing: the payout stays blocked until its records, and so its differences, change.

The answer holds for exactly these differences; should they change, the question is asked anew."""

Link = Callable[[str], str | None]


def subject_of(asked: OpenQuestion) -> str:
    """Return the headline, amounts first: Airflow's list shows the first words."""
    question = asked.question
    payout_id = _NOT_AN_ID.sub("", question.payout_id)[:100]
    return f"{amount(question.total)} of differences in a payout of {amount(question.amount)}: post {payout_id}?"


def body_of(asked: OpenQuestion, stripe_link: Link, netsuite_link: Link) -> str:
    """Return what is decided: payout, bank, each difference with what was expected and found."""
    question = asked.question
    payout = (
        f"Payout {_linked(question.payout_id, stripe_link)} brought **{amount(question.amount)}** to the bank account"
    )
    ordered = sorted(question.differences, key=lambda one: -abs(one.money.minor))
    rows = [_row(one, stripe_link, netsuite_link) for one in ordered[:_MOST_ROWS]]
    if len(ordered) > _MOST_ROWS:
        rows.append(f"| and {len(ordered) - _MOST_ROWS} smaller ones: see the run report | | | | | |")
    rows.append(f"| **Together** | | | | | **{amount(question.total)}** |")
    lead = f"{payout} {_code(asked.bank)} (Stripe account {_code(asked.account)}). {_WHY}"
    return "\n".join([lead, "", _HEAD, *rows, "", _CHOICES])


def amount(money: Money) -> str:
    """Return `1,234.50 USD`."""
    return f"{money.major:,} {money.currency.upper()}"


def _row(one: Difference, stripe_link: Link, netsuite_link: Link) -> str:
    record = _linked(one.netsuite_id, netsuite_link) if one.netsuite_id else "–"
    wrong = ", ".join(code.replace("_", " ") for code in one.codes)
    cells = [
        _linked(one.stripe_id, stripe_link),
        record,
        wrong,
        _value(one.expected),
        _value(one.found),
        amount(one.money),
    ]
    return f"| {' | '.join(cells)} |"


def _linked(text: str, link: Link) -> str:
    address = link(text)
    return f"[{_code(text)}]({address})" if address else _code(text)


def _value(text: str) -> str:
    if not text:
        return "–"
    return text if _HARMLESS.fullmatch(text) else _code(text)


def _code(text: str) -> str:
    """Return the text as a code span; a bar would end the table's cell, a backtick the span."""
    shown = _UNPRINTABLE.sub(" ", text).replace("`", "'").replace("|", "¦").strip()
    return f"`{shown[:_LONGEST] or '?'}`"
