"""How a scenario ends in the books: payouts, what a person has to see, every account's balance, the proofs.

Read from NetSuite and from staging after the product's last run; what it must be stands in `expected/`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from sandbox.netsuite.books.proof import trial_balance
from stripe_netsuite.staging.findings import open_findings
from stripe_netsuite.staging.schema import payout_state
from tests.pipeline.bank import by_hand
from tests.pipeline.company import Company, RunResult
from tests.sandbox.scenarios.bookkeeping import opened

PROOFS = ("H1", "H2", "H3", "H4", "H5", "H6")
NOTHING_TO_PROVE = "nothing to prove"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a scenario.

    `payouts`: states in order of arrival. `findings`: open ones by code, with severity and number. `records`: number of
    transactions by NetSuite type. `books`: subsidiary → account → balance in its base currency, debit positive.
    `proofs`: what each answers. `written_again`: requests of one more run that could write.
    """

    payouts: list[str]
    findings: dict[str, str]
    records: dict[str, int]
    books: dict[str, dict[str, str]]
    proofs: dict[str, str]
    written_again: int


def outcome_of(scenario: str, policy: dict[str, Any], folder: Path, *, runs: int = 1) -> Outcome:
    """Play a scenario while the product keeps its books under `policy`, run it once more, and read what is there.

    `runs` is how many runs it takes once everything has happened, until nothing is left that goes on by itself.
    """
    with opened(scenario, folder) as kept:
        if policy.get("clearing") == "all":
            by_hand(kept.company, "all")  # with the clearing account that this choice needs
        kept.company.edit("policy.yaml", lambda content: content.update(policy))
        kept.keep()
        for _ in range(runs - 1):
            kept.run()
        before = kept.company.write_requests()
        result = kept.run()
        return _read(kept.company, result, kept.company.write_requests() - before)


def _read(company: Company, result: RunResult, written_again: int) -> Outcome:
    table = payout_state.c
    with company.engine.connect() as connection:
        found = Counter((row.finding.code, row.finding.severity.value) for row in open_findings(connection))
        states = connection.execute(sa.select(table.state).order_by(table.arrival_date, table.payout_id))
        payouts = list(states.scalars())
    rows = company.netsuite.books.rows
    accounts = {row["acctnumber"]: row["fullname"] for row in rows("SELECT acctnumber, fullname FROM account")}
    subsidiaries = {row["id"]: row["name"] for row in rows("SELECT id, name FROM subsidiary")}
    kinds = rows('SELECT type, count(*) AS number FROM "transaction" GROUP BY type ORDER BY type')
    books: dict[str, dict[str, str]] = {}
    for entry in trial_balance(company.netsuite.books):
        if entry.balance:
            balances = books.setdefault(subsidiaries[entry.subsidiary], {})
            balances[f"{entry.number} {accounts[entry.number]}"] = f"{entry.balance:.2f}"
    return Outcome(
        payouts=payouts,
        findings={code: f"{number} {severity}" for (code, severity), number in sorted(found.items())},
        records={row["type"]: int(row["number"]) for row in kinds},
        books=books,
        proofs={proof: str(result.proofs.get(proof, NOTHING_TO_PROVE)) for proof in PROOFS},
        written_again=written_again,
    )
