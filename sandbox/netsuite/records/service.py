"""Create, upsert, change, delete and find records: external ids, merging, checking, saving, in one transaction each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.netsuite import errors
from sandbox.netsuite.books.database import Books, Row
from sandbox.netsuite.jsontext import Body, decode_stored, encode
from sandbox.netsuite.reading import Reader
from sandbox.netsuite.records import attachments, contacts, masters, posting, references
from sandbox.netsuite.records.annotation import annotate, is_only_noted
from sandbox.netsuite.records.catalog import RecordType
from sandbox.netsuite.records.changes import ChangeLog, Key, linked
from sandbox.netsuite.records.fields import FieldCatalog, refuse_unknown
from sandbox.netsuite.records.merge import merge
from sandbox.netsuite.records.terms import PLAIN, Saved, Terms, TrialOver, Validation

__all__ = ["RecordService", "Saved", "Validation", "checked_external_id"]

_EXTERNAL_ID = re.compile(r"[A-Za-z0-9_-]+")


class RecordService:
    """The record service over one set of books."""

    def __init__(self, books: Books, fields: FieldCatalog, changes: ChangeLog | None = None) -> None:
        self.books = books
        self.fields = fields
        self.changes = changes or ChangeLog()

    def create(
        self,
        record_type: RecordType,
        body: Body,
        validation: Validation,
        *,
        terms: Terms = PLAIN,
        defaults: Body | None = None,
        replace: frozenset[str] = frozenset(),
    ) -> Saved:
        """POST: a new record; an external id that exists in the group already is refused.

        `defaults` is the body a transform starts from, already checked; `body` is merged over it.
        """
        if record_type.by_transform_only and defaults is None:
            raise errors.Refused(
                f"{errors.PREFIX}This record can only be created by a transform.", status=405, code="INVALID_REQUEST"
            )
        change, ignored = self._checked(record_type, body, validation, terms)
        external_id = _external_id_of(change)
        with self.books.writing():
            if external_id is not None and self._by_external_id(record_type, external_id) is not None:
                raise errors.user_error(errors.DUPLICATE_RECORD)
            merged = merge(record_type, defaults or {}, change, replace=replace)
            return Saved(self._create(record_type, merged, external_id, terms), ignored)

    def upsert(
        self,
        record_type: RecordType,
        external_id: str,
        body: Body,
        validation: Validation,
        replace: frozenset[str],
        terms: Terms = PLAIN,
    ) -> Saved:
        """PUT eid: a new record, or a change of the one with this external id (sublists merge as with PATCH)."""
        change, ignored = self._checked(record_type, body, validation, terms)
        with self.books.writing():
            row = self._by_external_id(record_type, external_id)
            if row is None:
                if record_type.by_transform_only:
                    raise errors.unknown_record(f"{record_type.path}/eid:{external_id}")
                merged = merge(record_type, {}, change, replace=replace)
                return Saved(self._create(record_type, merged, external_id, terms), ignored)
            if row["type"] != record_type.name:
                raise errors.user_error(errors.DUPLICATE_RECORD)
            self._change(record_type, row, change, replace, terms)
            return Saved(row["id"], ignored)

    def change(
        self,
        record_type: RecordType,
        record_id: int,
        body: Body,
        validation: Validation,
        replace: frozenset[str],
        terms: Terms = PLAIN,
    ) -> Saved:
        """PATCH: fields replace, null clears, sublist lines match by key or are appended."""
        change, ignored = self._checked(record_type, body, validation, terms)
        with self.books.writing():
            self._change(record_type, self.record_row(record_type, record_id), change, replace, terms)
        return Saved(record_id, ignored)

    def delete(self, record_type: RecordType, record_id: int, *, terms: Terms = PLAIN) -> None:
        """DELETE, unless other records refer to it."""
        if not record_type.can_write:
            raise _read_only()
        with self.books.writing():
            row = self.record_row(record_type, record_id)
            with self._saving(record_type, (record_type.family, record_id), terms, decode_stored(row["body"])):
                if record_type.is_transaction:
                    posting.delete(self.books, record_type.name, record_id)
                else:
                    if masters.is_used(self.books, record_type.family, record_id):
                        raise errors.user_error(errors.REFERRED_DELETE)
                    masters.delete_row(self.books, record_type.family, record_id)
                attachments.forget(self.books, record_type.family, record_id)
                self.books.execute(
                    "DELETE FROM sandbox_record WHERE family = ? AND id = ?", (record_type.family, record_id)
                )

    def resolve(self, record_type: RecordType, segment: str, url: str, *, any_characters: bool = False) -> int:
        """The internal id behind a URL segment: a number or `eid:…`. Raises the 404 or 400 of an unknown one."""
        if segment.startswith("eid:"):
            external_id = segment[4:] if any_characters else checked_external_id(segment, url)
            row = self._by_external_id(record_type, external_id)
            if row is None or row["type"] != record_type.name:
                raise errors.unknown_record(url)
            return int(row["id"])
        if not re.fullmatch(r"[1-9][0-9]{0,17}", segment):
            raise errors.invalid_id(segment, url)
        row = self.books.row(
            "SELECT type FROM sandbox_record WHERE family = ? AND id = ?", (record_type.family, int(segment))
        )
        if row is not None and row["type"] == record_type.name:
            return int(segment)
        if record_type.is_transaction:
            raise errors.user_error(errors.WRONG_TRANSACTION_TYPE)
        raise errors.unknown_record(url)

    def record_row(self, record_type: RecordType, record_id: int) -> Row:
        """The stored record; it exists because `resolve` found it."""
        row = self.books.row(
            "SELECT * FROM sandbox_record WHERE family = ? AND id = ? AND type = ?",
            (record_type.family, record_id, record_type.name),
        )
        if row is None:
            raise errors.unknown_record(f"{record_type.path}/{record_id}")
        return row

    def ids(self, record_type: RecordType) -> list[int]:
        """All internal ids of a type, ascending."""
        return self._ids(record_type, -1, 0)

    def page(self, record_type: RecordType, limit: int, offset: int) -> tuple[list[int], int]:
        """The ids of one page, ascending, and how many records of the type there are."""
        row = self.books.row("SELECT COUNT(*) AS number FROM sandbox_record WHERE type = ?", (record_type.name,))
        return self._ids(record_type, limit, offset), int(row["number"]) if row is not None else 0

    def _ids(self, record_type: RecordType, limit: int, offset: int) -> list[int]:
        query = "SELECT id FROM sandbox_record WHERE type = ? ORDER BY id LIMIT ? OFFSET ?"
        return [int(row["id"]) for row in self.books.rows(query, (record_type.name, limit, offset))]

    def _checked(
        self, record_type: RecordType, body: Body, validation: Validation, terms: Terms
    ) -> tuple[Body, tuple[str, ...]]:
        if not record_type.can_write:
            raise _read_only()
        checked = self.fields.check(record_type, body)
        if checked.unknown and validation == "Error":
            refuse_unknown(checked.unknown)
        dropped: list[str] | None = None if terms.values == "Error" else []
        normal = references.normalise(self.books, record_type, checked.body, dropped=dropped)
        ignored = checked.unknown if validation == "Warning" else ()
        return normal, (*ignored, *(dropped or ())) if terms.values == "Warning" else ignored

    @contextmanager
    def _saving(self, record_type: RecordType, key: Key, terms: Terms, *bodies: Body) -> Iterator[None]:
        """One save: refused if another has come first since the write arrived; noted for those still on their way."""
        keys = {key, *linked(record_type, *bodies)}
        self.changes.check(keys, terms.since)
        yield
        if terms.look is not None:
            raise TrialOver(terms.look(key[1]))
        self.changes.note(keys)

    def _by_external_id(self, record_type: RecordType, external_id: str) -> Row | None:
        return self.books.row(
            "SELECT * FROM sandbox_record WHERE family = ? AND externalkey = ?",
            (record_type.family, external_id.casefold()),
        )

    def _create(self, record_type: RecordType, body: Body, external_id: str | None, terms: Terms) -> int:
        body.pop("externalId", None)
        record_id = self.books.next_id(record_type.family)
        key = (record_type.family, record_id)
        with self._saving(record_type, key, terms, body):
            self.books.insert(
                "sandbox_record",
                {
                    "family": record_type.family,
                    "id": record_id,
                    "type": record_type.name,
                    "externalid": external_id,
                    "externalkey": external_id.casefold() if external_id is not None else None,
                    "body": encode(body).decode(),
                    "created": self.books.stamp,
                    "modified": self.books.stamp,
                },
            )
            self._save(record_type, record_id, body, external_id, before=None)
        self.changes.note((), created=key)
        return record_id

    def _change(self, record_type: RecordType, row: Row, change: Body, replace: frozenset[str], terms: Terms) -> None:
        before = decode_stored(row["body"])
        if terms.only_named_nulls:
            change = {name: value for name, value in change.items() if value is not None or name in replace}
        body = merge(record_type, before, change, replace=replace)
        external_id = self._changed_external_id(record_type, row, body)
        with self._saving(record_type, (record_type.family, row["id"]), terms, before, body):
            if body == before and external_id == row["externalid"]:
                return
            self.books.execute(
                "UPDATE sandbox_record SET body = ?, externalid = ?, externalkey = ?, modified = ? "
                "WHERE family = ? AND id = ?",
                (
                    encode(body).decode(),
                    external_id,
                    external_id.casefold() if external_id is not None else None,
                    self.books.stamp,
                    record_type.family,
                    row["id"],
                ),
            )
            self._save(record_type, row["id"], body, external_id, before=before)

    def _changed_external_id(self, record_type: RecordType, row: Row, body: Body) -> str | None:
        sent = _external_id_of(body)
        body.pop("externalId", None)
        if sent is None:
            kept: str | None = row["externalid"]
            return kept
        other = self._by_external_id(record_type, sent)
        if other is not None and other["id"] != row["id"]:
            raise errors.user_error(errors.DUPLICATE_RECORD)
        return sent

    def _save(
        self, record_type: RecordType, record_id: int, body: Body, external_id: str | None, *, before: Body | None
    ) -> None:
        reader = Reader(body)
        match record_type.family:
            case "transaction" if before is None:
                posting.post_new(self.books, record_type.name, record_id, reader, external_id)
            case "transaction" if is_only_noted(before or {}, body):
                annotate(self.books, record_type.name, record_id, reader, external_id)
            case "transaction":
                posting.check_set_once(record_type.name, before or {}, body)
                posting.post_again(self.books, record_type.name, record_id, reader, external_id)
            case "entity" if record_type.name == "contact":
                contacts.save_contact(self.books, record_id, reader)
            case "entity":
                masters.save_customer(self.books, record_id, reader, external_id)
            case "item":
                masters.save_item(self.books, record_type, record_id, reader, external_id)
            case _:
                masters.save_rate(self.books, record_id, reader)


def checked_external_id(segment: str, url: str) -> str:
    """The external id of an `eid:` segment; only letters, digits, `_` and `-` work in a URL."""
    external_id = segment.removeprefix("eid:")
    if not _EXTERNAL_ID.fullmatch(external_id):
        raise errors.invalid_id(segment, url)
    return external_id


def _read_only() -> errors.Refused:
    return errors.Refused(f"{errors.PREFIX}This record is read-only.", status=405, code="INVALID_REQUEST")


def _external_id_of(body: Body) -> str | None:
    value = body.get("externalId")
    if value is not None and not isinstance(value, str):
        raise errors.invalid_value("externalId")
    return value or None
