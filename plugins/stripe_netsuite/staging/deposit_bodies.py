"""What was sent for a payout's deposits, as the journal keeps it: which records on which part, and the posting date."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from stripe_netsuite.domain.netsuite_record import RecordType
from stripe_netsuite.staging.bulk import chunks
from stripe_netsuite.staging.schema import journal


class SentDeposit(NamedTuple):
    """A deposit as it was sent: its date (ISO), and the internal ids of the payments and refunds on it."""

    posted_on: str | None
    record_ids: frozenset[str]


class _Payment(msgspec.Struct):
    id: str | int


class _Payments(msgspec.Struct):
    items: list[_Payment] = []


class _Body(msgspec.Struct):
    tranDate: str | None = None  # noqa: N815 - NetSuite's name
    payment: _Payments = msgspec.field(default_factory=_Payments)


_decoder = msgspec.json.Decoder(_Body)


def sent_deposits(
    conn: Connection, netsuite_account: str, stripe_account: str, stripe_ids: Collection[str]
) -> dict[str, SentDeposit]:
    """Return, by payout id or part id, the deposit or journal entry that was sent last for it.

    One that a person made, or whose body retention dropped, is missing.
    """
    found: dict[str, SentDeposit] = {}
    row = journal.c
    for chunk in chunks(sorted(set(stripe_ids))):
        query = (
            sa.select(row.stripe_id, row.body)
            .where(
                row.netsuite_account == netsuite_account,
                row.stripe_account == stripe_account,
                row.kind == "intent",
                row.record_type.in_((RecordType.DEPOSIT.value, RecordType.JOURNAL_ENTRY.value)),
                row.stripe_id.in_(chunk),
                row.body.is_not(None),
            )
            # The deposit of a payout last, so that its date counts and not its journal entry's.
            .order_by(sa.case((row.record_type == RecordType.DEPOSIT.value, 1), else_=0), row.id)
        )
        for stripe_id, body in conn.execute(query):
            sent = _decoder.decode(body)
            found[stripe_id] = SentDeposit(sent.tranDate, frozenset(str(one.id) for one in sent.payment.items))
    return found
