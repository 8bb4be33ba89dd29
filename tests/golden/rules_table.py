"""Writes docs/RULES.md: every accounting rule that a golden case shows, with the sentence of each case.

`python -m tests.golden.rules_table --write` from the repository's root; without `--write` it prints the page.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict

from tests.golden.case import FOLDER, case_folders, read_json

PAGE = FOLDER.parents[1] / "docs" / "RULES.md"

TITLES = {
    "A1": "Money is booked from balance transactions",
    "A2": "Amounts are taken, never recomputed",
    "A3": "Decimals follow Stripe's table of currencies",
    "A4": "Accounting dates, closed periods",
    "A5": "What every record carries",
    "A6": "What is booked stays; changes are said",
    "A7": "Before the sync start",
    "B1": "Customers: when they are created",
    "B2": "Customers: match before create, company or individual, names",
    "B3": "Customers: later changes, deletion",
    "B4": "Customers: currencies",
    "B5": "Items and discount items",
    "C1": "Invoices: when, which date, which total",
    "C2": "Invoice lines",
    "C3": "Discounts",
    "C4": "Tax",
    "C7": "Void invoices",
    "D1": "Customer payments",
    "D2": "Application of payments to invoices",
    "D3": "Payments beyond what an invoice has left",
    "D4": "Exchange rate of foreign records",
    "D5": "Captures",
    "D6": "Delayed payments, and those that fail",
    "D7": "Records that exist already",
    "E1": "Refunds: what they are applied to",
    "E2": "Refunds: lines of the credit memo",
    "E3": "Refunds that are pending, canceled, or came back",
    "E5": "Disputes that were won",
    "E6": "Fees of disputes",
    "E4": "Disputes that took money",
    "E7": "Refunds and disputes that name their record",
    "F1": "Deposits of payouts",
    "F2": "Lines of a deposit",
    "F3": "A deposit ties to its payout",
    "F4": "Checks of every record of a payout",
    "F5": "Fail closed, fail open",
    "F6": "Kinds of fees",
    "F7": "Other currencies, rounding",
    "F8": "Payouts that take money from the bank",
    "F9": "Payouts that failed, were reversed or canceled",
    "F10": "Payouts by hand and instant ones: clearing",
    "F14": "Payouts whose deposit a person names",
    "G1": "Held and released by metadata",
    "G3": "Another system books sales: link and deposit alone",
    "F11": "Payouts with more lines than one deposit takes",
    "F12": "Summaries of a day",
    "F13": "Connect",
}

_HEAD = """\
# Accounting rules by example

Generated from `tests/golden` by `python -m tests.golden.rules_table --write`; do not edit.

Each example is a pair of files: `in.json` is what Stripe and NetSuite say, `out.json` what is booked. In the books of
the examples an account's internal id is its role, and `→re_1 (cm)` stands for the record of another Stripe object.
A rule that has no example here is about more than one object (the proofs H1 to H6), or is not built yet.
"""


def rules_page() -> str:
    """Return the page's text."""
    cases: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for folder in case_folders():
        content = read_json(folder / "in.json")
        cases[content["rule"]].append((folder.relative_to(FOLDER).as_posix(), content["says"]))
    rules = sorted(cases, key=_order)
    table = ["| rule | about | examples |", "|---|---|---|"]
    table += [f"| [{rule}](#{_anchor(rule)}) | {TITLES[rule]} | {len(cases[rule])} |" for rule in rules]
    parts = [_HEAD, "\n".join(table), ""]
    for rule in rules:
        parts.append(f"## {rule}. {TITLES[rule]}\n")
        parts.extend(f"- [{name}](../tests/golden/{name}): {says}" for name, says in cases[rule])
        parts.append("")
    return "\n".join(parts)


def _order(rule: str) -> tuple[str, int]:
    return rule[0], int(rule[1:])


def _anchor(rule: str) -> str:
    """Return the heading's anchor, as GitHub makes it."""
    return re.sub(r"[^a-z0-9 -]", "", f"{rule}. {TITLES[rule]}".lower()).replace(" ", "-")


def main(arguments: list[str]) -> int:
    """Print the page, or write it."""
    if arguments == ["--write"]:
        PAGE.write_text(rules_page(), encoding="utf-8")
    else:
        sys.stdout.write(rules_page())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
