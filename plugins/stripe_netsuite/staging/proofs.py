"""Proofs (ACCOUNTING H): what was expected, what was found, whether they tie; kept for each run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from stripe_netsuite.staging import schema
from stripe_netsuite.staging.bulk import upsert

_proof = schema.proof
EXCHANGE = "F7"
"""Stands where a proof's rule does, for what exchange rates realised: kept with the proofs, it proves nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One proof of one subject. `code` is the rule (`H1`…), amounts are texts in major units of `currency`.

    `not_provable` says that a side was missing; `detail` says which.
    """

    run_id: str
    code: str
    stripe_account: str
    subject: str
    expected: str | None
    found: str | None
    difference: str | None
    currency: str | None
    state: Literal["ok", "broken", "not_provable"]
    detail: str | None
    at: datetime


def write_proofs(conn: Connection, rows: Sequence[Proof]) -> None:
    """Store proofs; one of the same run, rule, account and subject is replaced."""
    values = {(row.run_id, row.code, row.stripe_account, row.subject): asdict(row) for row in rows}
    upsert(conn, _proof, list(values.values()))


def read_proofs(conn: Connection, run_id: str) -> list[Proof]:
    """Return the run's proofs, ordered by rule, account and subject."""
    query = (
        sa.select(_proof)
        .where(_proof.c.run_id == run_id)
        .order_by(_proof.c.code, _proof.c.stripe_account, _proof.c.subject)
    )
    return [Proof(**row) for row in conn.execute(query).mappings()]
