"""Writes the honesty table of sandbox/README.md from sandbox/behaviours: behaviour, evidence, test.

`python -m tests.sandbox.behaviour_table --write` from the repository's root; without `--write` it prints the table.
Raises ValueError naming the file and the row where a row is not whole.
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec
import yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "sandbox" / "behaviours"
PAGE = ROOT / "sandbox" / "README.md"
START = "<!-- behaviours: written by `python -m tests.sandbox.behaviour_table --write` -->"
END = "<!-- end of behaviours -->"

# Order and headings of the sections; a file that is not here would not be shown, and a test says so.
TITLES = {
    "netsuite_protocol": "NetSuite: protocol",
    "netsuite_books": "NetSuite: books and SuiteQL",
    "stripe_http": "Stripe: HTTP",
    "stripe_money": "Stripe: payments, payouts and the ledger",
    "stripe_billing": "Stripe: invoices, credit and subscriptions",
    "scenarios": "Scenarios",
}


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One behaviour, what it rests on, and the tests that would fail without it."""

    behaviour: str
    evidence: Literal["documented", "observed", "assumed"]
    source: str
    tests: list[str]


@dataclass(frozen=True, slots=True)
class Section:
    """The rows of one file."""

    name: str
    rows: list[Row]


def sections() -> list[Section]:
    """Read every file, in the order of `TITLES`. Raises ValueError for a row that is not whole."""
    found = []
    for name in TITLES:
        path = FOLDER / f"{name}.yaml"
        try:
            rows = msgspec.convert(yaml.safe_load(path.read_text(encoding="utf-8")), list[Row])
        except msgspec.ValidationError as error:
            raise ValueError(f"{path.relative_to(ROOT)}: {error}") from error
        found.append(Section(name, rows))
    return found


def behaviours_table() -> str:
    """Return the summary and one table a section, as they stand in the page between the markers."""
    found = sections()
    evidence = Counter(row.evidence for section in found for row in section.rows)
    parts = [
        (
            f"{evidence.total()} behaviours: {evidence['documented']} documented, {evidence['observed']} observed, "
            f"{evidence['assumed']} assumed.\n"
        )
    ]
    for section in found:
        parts.append(f"### {TITLES[section.name]}\n")
        parts.append("| behaviour | evidence | source | test |\n|---|---|---|---|")
        parts.extend(_line(row) for row in section.rows)
        parts.append("")
    return "\n".join(parts)


def _line(row: Row) -> str:
    evidence = f"**{row.evidence}**" if row.evidence == "assumed" else row.evidence
    tests = "<br>".join(f"`{_short(test)}`" for test in row.tests)
    return f"| {_cell(row.behaviour)} | {evidence} | {_cell(row.source)} | {tests} |"


def _short(test: str) -> str:
    """A test's file and name; the folder is that of all of them."""
    return test.removeprefix("tests/sandbox/")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def with_table(page: str) -> str:
    """Return the page with the table between its markers. Raises ValueError if a marker is missing."""
    head, start, rest = page.partition(START)
    _, end, tail = rest.partition(END)
    if not (start and end):
        raise ValueError(f"{PAGE.relative_to(ROOT)} needs the lines {START!r} and {END!r}.")
    return f"{head}{start}\n\n{behaviours_table()}\n{end}{tail}"


def main(arguments: list[str]) -> int:
    """Print the table, or write it into the page."""
    if arguments == ["--write"]:
        PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        sys.stdout.write(behaviours_table())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
