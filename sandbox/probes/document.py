"""docs/netsuite-probes.md, made from the probes themselves: `python -m sandbox probe --document > docs/netsuite-probes.md`.

A test holds page and code together.
"""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.probes.probe import Probe

_HEAD = """\
# Questions to a real NetSuite account

Oracle's public text leaves things open, and some of what the sandbox does is assumed (`sandbox/README.md` says what). These
{count} questions settle them on an account that you have: a NetSuite **sandbox** or test account. One command asks them:

    export AIRFLOW_CONN_NETSUITE_DEFAULT='{{"conn_type": "netsuite", "extra": {{"account": "1234567_SB1", "consumer_key": "…",
      "consumer_secret": "…", "token_id": "…", "token_secret": "…"}}}}'
    python -m sandbox probe                # the {reads} that only read
    python -m sandbox probe --write        # and the {writes} that create records
    python -m sandbox probe --write --burst  # and what needs 30 requests at once ({bursts})
    python -m sandbox probe --list
    python -m sandbox probe --only 12,13

- The connection is the product's: JSON or URI form, token-based authentication or OAuth 2.0 client credentials.
- An account whose id has no `_SB1` (`_SB2` …) and does not begin with `TSTDRV`, or a host that is not the account's, is
  refused unless you say `--production-i-know`.
- `--write` says what it will create and asks for the account id. Every record is named `probe-…`, every transaction has
  the memo `probe-…` and amounts of 0.01 to 0.05. They are deleted at the end, last made first, also after an error or Ctrl-C;
  what NetSuite refuses to delete is listed with its text.
- Where every transaction needs a department, class or location: `--fields '{{"department": {{"id": "1"}}}}'`.
- The role needs: REST Web Services, Log in using Access Tokens, SuiteAnalytics Workbook, Find Transaction; with `--write` also create,
  edit and delete of customers, items, invoices, credit memos, customer payments, customer refunds, deposits and journal entries.
- The answers go to the terminal and into `netsuite-probe-….json`. The file holds statuses, codes and error texts; names the
  probes have read, hosts, mail addresses and longer numbers are taken out, and the account is a keyed hash. Read it, then
  share it in an issue: it makes the sandbox more like the real thing for everybody.

Each question has the answers below, or `other` (the text shows what), `cannot ask` (the account lacks what it needs) or
`no answer`.
"""

_SECTIONS = (
    ("read", "Questions that only read"),
    ("burst", "Questions that need many requests at once"),
    ("write", "Questions that create records"),
)


def document(probes: Sequence[Probe]) -> str:
    """The whole page as Markdown."""
    counts = {need: sum(probe.needs == need for probe in probes) for need, _ in _SECTIONS}
    head = _HEAD.format(count=len(probes), reads=counts["read"], writes=counts["write"], bursts=counts["burst"])
    sections = [
        f"## {title}\n\n{_table([probe for probe in probes if probe.needs == need])}" for need, title in _SECTIONS
    ]
    return "\n".join([head, *sections])


def _table(probes: Sequence[Probe]) -> str:
    rows = ["| No | Question | Request | Answers, and what each means | Cleaning up |", "|---:|---|---|---|---|"]
    for probe in probes:
        answers = "<br>".join(f"**{key}**: {meaning}" for key, meaning in probe.answers.items())
        cells = (f"**{probe.title}.** {probe.question}", f"`{probe.request}`", answers, probe.cleanup)
        rows.append(f"| {probe.number} | " + " | ".join(_cell(text) for text in cells) + " |")
    return "\n".join(rows) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
