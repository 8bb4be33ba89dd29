"""Keeps docs/FINDINGS.md: reads its tables, and writes the one of the validation rules from the rules themselves.

`python -m tests.architecture.findings_page --write` from the repository's root; without `--write` it prints the page.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict

from stripe_netsuite.domain.finding import Severity
from stripe_netsuite.validate.checks.common import spoken
from stripe_netsuite.validate.decode import SCHEMA_SUGGESTION, SCHEMA_VIOLATION, SCHEMA_WORDS
from stripe_netsuite.validate.rule import Rule
from stripe_netsuite.validate.rules import ALL_RULES
from tests.architecture.finding_codes import PLUGINS, Emitted

PAGE = PLUGINS.parent / "docs" / "FINDINGS.md"
_BEGIN, _END = "<!-- validation rules: begin -->\n", "<!-- validation rules: end -->\n"
_HEADING = re.compile(r"^## .*`(?P<stage>[a-z_]+)`")
_ROW = re.compile(r"^\| `(?P<code>[a-z0-9_]+)` \| (?P<severity>[a-z]+) \| (?P<means>.+) \| (?P<to_do>.+) \|$")


def findings_page() -> str:
    """Return the page's text, its validation table renewed."""
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(_BEGIN)
    _, after = rest.split(_END)
    return f"{before}{_BEGIN}{_validation_table()}{_END}{after}"


def listed_findings(text: str) -> list[Emitted]:
    """Return what the page's tables say: a heading names the stage, a row code and severity."""
    listed: list[Emitted] = []
    stage = ""
    for line in text.splitlines():
        if heading := _HEADING.match(line):
            stage = heading["stage"]
        elif row := _ROW.match(line):
            listed.append(Emitted(stage, row["code"], row["severity"]))
    return listed


def _validation_table() -> str:
    rules_by_code: defaultdict[str, list[Rule]] = defaultdict(list)
    for rule in ALL_RULES:
        rules_by_code[rule.code].append(rule)
    rows = [(SCHEMA_VIOLATION, Severity.CRITICAL, SCHEMA_WORDS, SCHEMA_SUGGESTION)]
    for code, rules in sorted(rules_by_code.items()):
        words = rules[0].words
        if len(rules) > 1:
            words = words.replace(spoken(rules[0].object_type), "an object")
        rows.append((code, rules[0].severity, words, rules[0].suggestion))
    lines = ["| code | severity | what should be, and is not | what to do |", "|---|---|---|---|"]
    lines += [f"| `{code}` | {severity.value} | {words} | {to_do} |" for code, severity, words, to_do in rows]
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Print the page, or write it."""
    if arguments == ["--write"]:
        PAGE.write_text(findings_page(), encoding="utf-8")
    else:
        sys.stdout.write(findings_page())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
