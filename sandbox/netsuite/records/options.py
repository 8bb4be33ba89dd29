"""The values a reference field may take, with their names: what the select-options operation lists."""

from __future__ import annotations

from sandbox.netsuite.books.database import Books
from sandbox.netsuite.records.references import LIST_PREFIX, MAY_BE_INACTIVE, TABLES


def options_of(books: Books, target: str, subsidiary: int | None) -> list[tuple[int, str]]:
    """Internal id and name of each active record that can be chosen, by name; with a subsidiary only what it may use."""
    if target.startswith(LIST_PREFIX):
        rows = books.rows(
            "SELECT id, name FROM sandbox_list WHERE list = ? ORDER BY name, id", (target.removeprefix(LIST_PREFIX),)
        )
        return [(row["id"], row["name"]) for row in rows]
    table, label = TABLES[target]
    where = "WHERE isinactive = 'F'" if target in MAY_BE_INACTIVE else ""
    rows = books.rows(f'SELECT *, "{label}" AS shown FROM "{table}" {where} ORDER BY shown, id')  # noqa: S608 - names of ours
    allowed = _allowed(books, target, subsidiary)
    return [(row["id"], str(row["shown"])) for row in rows if allowed is None or row["id"] in allowed]


def _allowed(books: Books, target: str, subsidiary: int | None) -> set[int] | None:
    """The accounts, items or customers of a subsidiary; None where nothing restricts."""
    if subsidiary is None:
        return None
    match target:
        case "account":
            rows = books.rows("SELECT id, subsidiary FROM account")
            return {row["id"] for row in rows if str(subsidiary) in str(row["subsidiary"]).split(", ")}
        case "item":
            query = "SELECT item AS id FROM sandbox_item_subsidiary WHERE subsidiary = ? OR includechildren = 'T'"
        case "entity":
            query = "SELECT id FROM customer WHERE subsidiary = ?"
        case _:
            return None
    return {row["id"] for row in books.rows(query, (subsidiary,))}
