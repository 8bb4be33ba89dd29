"""A user-event script: what changes a record right after somebody else has saved it (afterSubmit)."""

from __future__ import annotations

from sandbox.netsuite.jsontext import Body
from sandbox.netsuite.protocol.state import Account
from sandbox.netsuite.records.catalog import record_type


def change_after_save(account: Account, location: str, fields: Body) -> None:
    """Write `fields` to the record that a write has just answered with; nothing if the write names none."""
    parts = location.rsplit("/", 2)
    kind = record_type(parts[-2]) if len(parts) == 3 else None
    if kind is None or not parts[-1].isdigit():
        return
    account.records.change(kind, int(parts[-1]), fields, "Ignore", frozenset())
