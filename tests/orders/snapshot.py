"""What a company's books and our memory of them hold, without internal ids and times: two that agree are the same books.

Records are named by external id (those without one by type and name), so that snapshots of different companies compare.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

import sqlalchemy as sa

from sandbox.netsuite.books.database import Row
from stripe_netsuite.domain.netsuite_record import RecordType, record_group
from stripe_netsuite.staging.findings import open_findings
from stripe_netsuite.staging.proofs import read_proofs
from stripe_netsuite.staging.schema import balance_transaction, link, payout_state, staged_object
from tests.pipeline.company import Company

Part = dict[str, Any]
"""One aspect of the books: what is compared, by its name."""
Snapshot = dict[str, Part]


class Line(NamedTuple):
    """A line of a transaction; `amount` in the subsidiary's base currency, debit positive."""

    subsidiary: int
    account: str
    amount: Decimal
    foreign_amount: Decimal
    item: str
    quantity: str
    entity: str
    created_from: str
    memo: str


_HEADER = (
    "recordtype",
    "trandate",
    "duedate",
    "currency",
    "exchangerate",
    "foreigntotal",
    "foreignamountunpaid",
    "foreignpaymentamountunused",
    "status",
    "posting",
    "postingperiod",
    "voided",
    "memo",
    "sandbox_subsidiary",
)


def read_snapshot(company: Company, proving_run: str) -> Snapshot:
    """Read both the books and staging, and what the run with this id proved."""
    names = _Names(company)
    return {
        "trial balance": _trial_balance(company),
        "customers": _masters(company, "entity"),
        "items": _masters(company, "item"),
        "transactions": _transactions(company, names),
        "lines": _lines(company, names),
        "applications": _applications(company, names),
        "deposited": _deposited(company, names),
        "links": _links(company, names),
        "payouts": _payouts(company),
        "ledger": _ledger(company),
        "objects": _objects(company),
        "findings": _findings(company),
        "proofs": _proofs(company, proving_run),
        "voided": _voided(company),
    }


class _Names:
    """Names records of NetSuite by what does not depend on when they were made."""

    def __init__(self, company: Company) -> None:
        rows = company.netsuite.books.rows("SELECT family, id, externalid FROM sandbox_record")
        self._external = {(row["family"], row["id"]): row["externalid"] for row in rows}
        self._revalued = dict(self._revaluations(company))

    def transaction(self, number: int | None) -> str:
        """A transaction by external id; an exchange difference by what was applied to what."""
        if number is None:
            return ""
        return self._revalued.get(number) or self._external.get(("transaction", number)) or f"by hand {number}"

    def of(self, family: str, number: int | None) -> str:
        """A record of a family (entity, item, transaction) by external id."""
        return "" if number is None else self._external.get((family, number)) or f"by hand {number}"

    def _revaluations(self, company: Company) -> Iterator[tuple[int, str]]:
        for row in company.netsuite.books.rows("SELECT * FROM sandbox_application WHERE fxreval IS NOT NULL"):
            pair = (self._external.get(("transaction", row[key])) for key in ("debitdoc", "creditdoc"))
            yield row["fxreval"], f"exchange difference of {' and '.join(map(str, pair))}"


def _trial_balance(company: Company) -> Part:
    return {trial_balance_key(unit, number): value for (unit, number), value in company.trial_balance().items()}


def trial_balance_key(subsidiary: int, number: str) -> str:
    """What a line of the trial balance is called."""
    return f"subsidiary {subsidiary} account {number}"


def _masters(company: Company, family: str) -> Part:
    rows = company.netsuite.books.rows("SELECT type, externalid, body FROM sandbox_record WHERE family = ?", (family,))
    return {f"{row['type']} {row['externalid']}": _sorted(json.loads(row["body"])) for row in rows}


def _sorted(value: Any) -> Any:
    """Bring into one order what has none: fields, the subsidiaries of an item, the currencies of a customer."""
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return sorted(map(_sorted, value), key=json.dumps) if isinstance(value, list) else value


def _transactions(company: Company, names: _Names) -> Part:
    found: Part = {}
    for row in company.netsuite.books.rows('SELECT * FROM "transaction"'):
        values = {name: row[name] for name in _HEADER}
        values["entity"] = names.of("entity", row["entity"])
        found[f"{row['type']} {names.transaction(row['id'])}"] = values
    return found


def _lines(company: Company, names: _Names) -> Part:
    query = (
        "SELECT l.*, a.amount, a.account FROM transactionline l LEFT JOIN transactionaccountingline a "
        'ON a."transaction" = l."transaction" AND a.transactionline = l.id'
    )
    accounts = {
        row["id"]: row["acctnumber"] for row in company.netsuite.books.rows("SELECT id, acctnumber FROM account")
    }
    found: dict[str, list[Line]] = defaultdict(list)
    for row in company.netsuite.books.rows(query):
        found[names.transaction(row["transaction"])].append(_line(row, accounts, names))
    return {name: sorted(lines, key=str) for name, lines in found.items()}


def _line(row: Row, accounts: Mapping[int, str], names: _Names) -> Line:
    return Line(
        subsidiary=row["subsidiary"],
        account=accounts.get(row["account"], ""),
        amount=Decimal(str(row["amount"] or 0)),
        foreign_amount=Decimal(str(row["foreignamount"] or 0)),
        item=names.of("item", row["item"]),
        quantity=str(row["quantity"]),
        entity=names.of("entity", row["entity"]),
        created_from=names.transaction(row["createdfrom"]),
        memo=row["memo"] or "",
    )


def _applications(company: Company, names: _Names) -> Part:
    found: Counter[str] = Counter()
    for row in company.netsuite.books.rows("SELECT * FROM sandbox_application"):
        credit, debit = names.transaction(row["creditdoc"]), names.transaction(row["debitdoc"])
        found[f"{credit} to {debit}: {Decimal(str(row['amount']))}"] += 1
    return dict(found)


def _deposited(company: Company, names: _Names) -> Part:
    rows = company.netsuite.books.rows("SELECT * FROM sandbox_deposited")
    return {
        names.transaction(row["payment"]): f"{names.transaction(row['deposit'])}: {Decimal(str(row['amount']))}"
        for row in rows
    }


def _links(company: Company, names: _Names) -> Part:
    """Which record stands for what, named as NetSuite knows it; of a record that two accounts share one link names it."""
    with company.engine.connect() as connection:
        rows = connection.execute(sa.select(link)).all()
    return {
        f"{row.stripe_account} {row.stripe_id} {row.role}": (
            row.record_type,
            names.of(record_group(RecordType(row.record_type)), int(row.internal_id)),
            row.body_total,
        )
        for row in rows
    }


def _payouts(company: Company) -> Part:
    with company.engine.connect() as connection:
        rows = connection.execute(sa.select(payout_state)).all()
    return {
        row.payout_id: (row.state, row.reason, row.currency, row.amount, row.deposit_total, row.member_count)
        for row in rows
    }


def _ledger(company: Company) -> Part:
    with company.engine.connect() as connection:
        rows = connection.execute(sa.select(balance_transaction)).all()
    return {row.id: (row.payout_id, row.net, _outcome(row.state, row.state_reason)) for row in rows}


def _voided(company: Company) -> Part:
    """The invoices that are void at Stripe in the end, with their customers."""
    invoices = (one for stripe in company.stripes.values() for one in stripe.world.shelves["invoice"])
    return {one["id"]: one["customer"] for one in invoices if one["status"] == "void"}


def _objects(company: Company) -> Part:
    with company.engine.connect() as connection:
        rows = connection.execute(sa.select(staged_object)).all()
    return {f"{row.object_type} {row.stripe_id}": (row.state, row.state_reason) for row in rows}


def _outcome(state: str, reason: str | None) -> str:
    # "transaction 123" names the deposit by its internal id.
    return state if state == "booked" else f"{state}: {reason}"


def _findings(company: Company) -> Part:
    with company.engine.connect() as connection:
        rows = open_findings(connection)
    found: Counter[str] = Counter(f"{row.finding.code} {row.finding.stripe_id}" for row in rows)
    return dict(found)


def _proofs(company: Company, run_id: str) -> Part:
    with company.engine.connect() as connection:
        rows = read_proofs(connection, run_id)
    return {
        f"{row.code} {row.stripe_account} {row.subject}": (row.state, row.expected, row.found, row.difference)
        for row in rows
    }
