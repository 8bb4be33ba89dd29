"""Lists of records for people: any type, newest first, with search and paging.

Receives what to look for, gives one line a record. Pure reads of the books.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sandbox.netsuite.books.amounts import exact
from sandbox.netsuite.books.database import Books, Row, day_of

_OF_RECORDS = (
    "FROM sandbox_record r "
    "LEFT JOIN \"transaction\" t ON r.family = 'transaction' AND t.id = r.id "
    "LEFT JOIN customer c ON r.family = 'entity' AND c.id = r.id LEFT JOIN item i ON r.family = 'item' AND i.id = r.id "
    "LEFT JOIN account k ON r.family = 'account' AND k.id = r.id "
    "LEFT JOIN currency m ON r.family = 'currency' AND m.id = r.id "
    "LEFT JOIN subsidiary b ON r.family = 'subsidiary' AND b.id = r.id "
    "LEFT JOIN accountingperiod d ON r.family = 'accountingperiod' AND d.id = r.id "
    "LEFT JOIN customer p ON p.id = t.entity "
    "LEFT JOIN currency y ON y.id = COALESCE(t.currency, c.currency, k.currency, b.currency) "
    "LEFT JOIN subsidiary s ON s.id = COALESCE(t.sandbox_subsidiary, c.subsidiary)"
)
_OF_REVALUATIONS = (
    "FROM (SELECT id, 'fxReval' AS type, NULL AS externalid, createddate AS created, lastmodifieddate AS modified "
    'FROM "transaction" WHERE type = \'FxReval\') r JOIN "transaction" t ON t.id = r.id '
    "LEFT JOIN customer p ON p.id = t.entity LEFT JOIN currency y ON y.id = t.currency "
    "LEFT JOIN subsidiary s ON s.id = t.sandbox_subsidiary"
)
_COLUMNS = (
    "r.type, r.id, r.externalid, r.created, r.modified, t.trandate, t.foreigntotal, t.sandbox_status AS status, "
    "p.entityid AS customer, y.symbol, y.currencyprecision, s.name AS subsidiary"
)
_NAME = "COALESCE(t.tranid, c.entityid, i.itemid, k.fullname, m.name, b.name, d.periodname, '') AS name"
_SEARCHED = ("r.externalid", "t.tranid", "t.memo", "c.entityid", "c.companyname", "i.itemid", "p.entityid", "r.id")


@dataclass(frozen=True, slots=True)
class Listed:
    """A record in a list; what its kind does not have is None. `total` is in `currency`, debit-positive main line."""

    type_name: str
    id: int
    external_id: str | None
    name: str
    day: date | None
    customer: str | None
    currency: str | None
    precision: int
    total: Decimal | None
    status: str | None
    subsidiary: str | None
    created: str
    modified: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list and how many records match in all."""

    records: list[Listed]
    total: int


def record_counts(books: Books) -> dict[str, int]:
    """How many records there are of each REST type, types without records left out, plus `fxReval`."""
    rows = books.rows("SELECT type, COUNT(*) AS n FROM sandbox_record GROUP BY type ORDER BY type")
    counts = {str(row["type"]): int(row["n"]) for row in rows}
    made = books.row("SELECT COUNT(*) AS n FROM \"transaction\" WHERE type = 'FxReval'")
    return counts | ({"fxReval": int(made["n"])} if made is not None and made["n"] else {})


def records(
    books: Books,
    *,
    type_name: str | None = None,
    text: str = "",
    day_from: date | None = None,
    day_to: date | None = None,
    offset: int = 0,
    limit: int = 50,
) -> Page:
    """Records, newest id first. `text` is looked for in name, number, external id, memo and customer, in any case."""
    conditions, values = ["1 = 1"], list[Any]()
    if type_name is not None:
        conditions.append("r.type = ?")
        values.append(type_name)
    if text:
        pattern = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        conditions.append("(" + " OR ".join(f"{column} LIKE ? ESCAPE '\\'" for column in _SEARCHED) + ")")
        values += [pattern] * len(_SEARCHED)
    for comparison, day in ((">=", day_from), ("<=", day_to)):
        if day is not None:
            conditions.append(f"t.trandate {comparison} ?")
            values.append(f"{day.isoformat()}T00:00:00")
    where = " AND ".join(conditions)
    counted = books.row(f"SELECT COUNT(*) AS n {_OF_RECORDS} WHERE {where}", values)
    rows = books.rows(
        f"SELECT {_COLUMNS}, {_NAME} {_OF_RECORDS} WHERE {where} ORDER BY r.family, r.id DESC LIMIT ? OFFSET ?",
        (*values, limit, offset),
    )
    return Page([_listed(row) for row in rows], int(counted["n"]) if counted is not None else 0)


def record(books: Books, type_name: str, record_id: int) -> Listed | None:
    """One record's line of the list; also of an `fxReval`, which the record service does not show."""
    row = books.row(
        f"SELECT {_COLUMNS}, {_NAME} {_OF_RECORDS} WHERE r.type = ? AND r.id = ?",
        (type_name, record_id),
    )
    if row is None and type_name == "fxReval":
        row = books.row(f"SELECT {_COLUMNS}, t.tranid AS name {_OF_REVALUATIONS} WHERE t.id = ?", (record_id,))
    return _listed(row) if row is not None else None


def type_of(books: Books, transaction_id: int) -> str | None:
    """The REST type of a transaction by internal id (for a link to it); `fxReval` included."""
    row = books.row("SELECT type FROM sandbox_record WHERE family = 'transaction' AND id = ?", (transaction_id,))
    if row is not None:
        return str(row["type"])
    made = books.row("SELECT 1 FROM \"transaction\" WHERE id = ? AND type = 'FxReval'", (transaction_id,))
    return "fxReval" if made is not None else None


def _listed(row: Row) -> Listed:
    return Listed(
        type_name=row["type"],
        id=row["id"],
        external_id=row["externalid"],
        name=row["name"],
        day=day_of(row["trandate"]) if row["trandate"] is not None else None,
        customer=row["customer"],
        currency=row["symbol"],
        precision=row["currencyprecision"] if row["currencyprecision"] is not None else 2,
        total=exact(row["foreigntotal"]) if row["foreigntotal"] is not None else None,
        status=row["status"],
        subsidiary=row["subsidiary"],
        created=row["created"],
        modified=row["modified"],
    )
