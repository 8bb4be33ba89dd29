"""Merging two customers, as a person does with Duplicate Detection & Merge (help section_1509542900).

The duplicate disappears with its internal and external id; its transactions and sub-customers move to the master, whose
empty fields take the duplicate's values.
"""

from __future__ import annotations

from sandbox.netsuite import errors
from sandbox.netsuite.books.audit import note_changes, note_deletion
from sandbox.netsuite.books.database import Books
from sandbox.netsuite.jsontext import Body, decode_stored, encode

_FILLED = ("companyname", "firstname", "lastname", "email", "phone", "parent")
_NAMES_OF = ("entity", "customer")


def merge_customers(books: Books, *, duplicate: int, master: int) -> int:
    """Merge `duplicate` into `master` (internal ids). Returns how many transactions moved.

    Raises Invalid Field Value for an unknown customer or the same one twice, and refuses other subsidiaries, whose
    transactions could not be the master's.
    """
    with books.writing():
        old = books.row("SELECT * FROM customer WHERE id = ?", (duplicate,))
        kept = books.row("SELECT * FROM customer WHERE id = ?", (master,))
        if old is None or duplicate == master:
            raise errors.invalid_field(duplicate, "duplicate")
        if kept is None:
            raise errors.invalid_field(master, "master")
        if old["subsidiary"] != kept["subsidiary"]:
            raise errors.user_error(
                f"Transaction subsidiary {old['subsidiary']} is not valid for entity {master}. "
                "Please choose a different entity."
            )
        moved = _move_transactions(books, duplicate, master)
        for column in _FILLED:
            if kept[column] is None and old[column] is not None and old[column] != master:
                books.execute(f"UPDATE customer SET {column} = ? WHERE id = ?", (old[column], master))  # noqa: S608 - of _FILLED
        _complete_body(books, duplicate, master)
        books.execute("UPDATE customer SET parent = ? WHERE parent = ?", (master, duplicate))
        books.execute(
            "INSERT OR IGNORE INTO sandbox_customer_currency "
            "SELECT ?, currency FROM sandbox_customer_currency WHERE customer = ?",
            (master, duplicate),
        )
        books.execute("DELETE FROM sandbox_customer_currency WHERE customer = ?", (duplicate,))
        books.execute("DELETE FROM customer WHERE id = ?", (duplicate,))
        books.execute("DELETE FROM sandbox_record WHERE family = 'entity' AND id = ?", (duplicate,))
        note_deletion(books, "Customer", duplicate, old["entityid"], context="UIF")
    return moved


def _move_transactions(books: Books, duplicate: int, master: int) -> int:
    rows = books.rows('SELECT * FROM "transaction" WHERE entity = ?', (duplicate,))
    statement = 'UPDATE "transaction" SET entity = ?, lastmodifieddate = ? WHERE entity = ?'
    books.execute(statement, (master, books.stamp, duplicate))
    books.execute("UPDATE transactionline SET entity = ? WHERE entity = ?", (master, duplicate))
    books.execute("UPDATE revenueelement SET entity = ? WHERE entity = ?", (master, duplicate))
    for row in rows:
        after = {**dict(row), "entity": master}
        note_changes(books, "transaction", row["id"], dict(row), after, context="UIF")
    named = books.rows(
        'SELECT DISTINCT r.id, r.body FROM sandbox_record r JOIN transactionline l ON l."transaction" = r.id '
        "WHERE r.family = 'transaction' AND l.entity = ?",
        (master,),
    )
    for row in named:
        body, is_changed = _renamed(decode_stored(row["body"]), duplicate, master)
        if is_changed:
            books.execute(
                "UPDATE sandbox_record SET body = ?, modified = ? WHERE family = 'transaction' AND id = ?",
                (encode(body).decode(), books.stamp, row["id"]),
            )
    return len(rows)


def _renamed(body: Body, duplicate: int, master: int) -> tuple[Body, bool]:
    """The body of a transaction, its lines included, with the master in place of the duplicate."""
    done, is_changed = dict(body), False
    for name, value in body.items():
        if name in _NAMES_OF and isinstance(value, dict) and str(value.get("id")) == str(duplicate):
            done[name], is_changed = {"id": str(master)}, True
        elif isinstance(value, dict) and isinstance(value.get("items"), list):
            lines = [_renamed(line, duplicate, master) if isinstance(line, dict) else (line, False)
                     for line in value["items"]]  # fmt: skip
            if any(changed for _, changed in lines):
                done[name], is_changed = {"items": [line for line, _ in lines]}, True
    return done, is_changed


def _complete_body(books: Books, duplicate: int, master: int) -> None:
    """The master's own fields that are empty take the duplicate's."""
    query = "SELECT body FROM sandbox_record WHERE family = 'entity' AND id = ?"
    old, kept = books.row(query, (duplicate,)), books.row(query, (master,))
    if old is None or kept is None:
        return
    body = {**decode_stored(old["body"]), **decode_stored(kept["body"])}
    books.execute(
        "UPDATE sandbox_record SET body = ?, modified = ? WHERE family = 'entity' AND id = ?",
        (encode(body).decode(), books.stamp, master),
    )
