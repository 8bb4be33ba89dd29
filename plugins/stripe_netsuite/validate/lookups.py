"""What the objects of one batch refer to, read in bulk from staging: never one query an object.

Bounded memory: of a payload only the few facts that a rule compares are kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Connection

from stripe_netsuite.staging.bulk import chunks, is_postgresql
from stripe_netsuite.staging.objects import read_payloads, staged_ids
from stripe_netsuite.staging.schema import balance_transaction, staged_object
from stripe_netsuite.staging.versions import DROPPED

_REFUNDS_THAT_MOVE_NOTHING = frozenset({"failed", "canceled"})
_CHARGES_A_QUERY = 500
_PAYLOADS_A_READ = 1_000


class AmountFacts(msgspec.Struct, frozen=True):
    """What a ledger line and its charge, refund or payout are compared by; minor units."""

    currency: str
    amount: int
    created: int = 0
    amount_captured: int | None = None


class InvoiceFacts(msgspec.Struct, frozen=True):
    """What an invoice payment and its invoice are compared by."""

    currency: str


class RefundFacts(msgspec.Struct, frozen=True):
    """One refund among its charge's refunds, in the order Stripe made them."""

    created: int
    stripe_id: str
    amount: int


class PayoutMembers(msgspec.Struct, frozen=True):
    """The ledger lines that a payout contains, its own line left out; `net` in minor units."""

    count: int
    net: int


Facts = TypeVar("Facts", AmountFacts, InvoiceFacts)


class Lookups:
    """Bulk reads for one Stripe account over an open connection."""

    def __init__(self, conn: Connection, account: str) -> None:
        self._conn = conn
        self._account = account

    def staged(self, object_type: str, ids: Iterable[str | None]) -> set[str]:
        """Return those of the ids that are staged as this type."""
        wanted = {stripe_id for stripe_id in ids if stripe_id}
        return staged_ids(self._conn, self._account, object_type, wanted) if wanted else set()

    def in_ledger(self, ids: Iterable[str | None]) -> set[str]:
        """Return those of the balance transaction ids that are staged."""
        table = balance_transaction.c
        found: set[str] = set()
        for chunk in chunks(sorted({stripe_id for stripe_id in ids if stripe_id})):
            query = sa.select(table.id).where(table.stripe_account == self._account, table.id.in_(chunk))
            found.update(self._conn.execute(query).scalars())
        return found

    def amounts(self, object_type: str, ids: Iterable[str | None]) -> dict[str, AmountFacts]:
        """Return currency and amounts of staged charges, refunds or payouts; unreadable payloads are left out."""
        return self._facts(object_type, ids, AmountFacts)

    def invoices(self, ids: Iterable[str | None]) -> dict[str, InvoiceFacts]:
        """Return the currency of staged invoices."""
        return self._facts("invoice", ids, InvoiceFacts)

    def refunds_by_charge(self, charge_ids: Collection[str]) -> dict[str, list[RefundFacts]]:
        """Return every refund of these charges that moved or will move money, oldest first (ACCOUNTING A1).

        A charge does not list its refunds, so the database looks into the refunds' payloads; refunds whose payload
        retention dropped are not seen. Stripe also writes a refund for what was authorised and never captured: it
        has no ledger line, or one of category `partial_capture_reversal`, and gives nothing back.
        """
        by_charge: defaultdict[str, list[RefundFacts]] = defaultdict(list)
        for chunk in chunks(sorted(charge_ids), _CHARGES_A_QUERY):
            for row in self._conn.execute(self._refunds_query(chunk)):
                is_release = row.status == "succeeded" and not row.balance_transaction
                if row.status not in _REFUNDS_THAT_MOVE_NOTHING and not is_release:
                    by_charge[row.charge].append(RefundFacts(row.created, row.stripe_id, int(row.amount)))
        reversals = self._capture_reversals([refund.stripe_id for each in by_charge.values() for refund in each])
        return {
            charge: sorted(
                (refund for refund in refunds if refund.stripe_id not in reversals),
                key=lambda refund: (refund.created, refund.stripe_id),
            )
            for charge, refunds in by_charge.items()
        }

    def payout_members(self, payout_ids: Collection[str]) -> dict[str, PayoutMembers]:
        """Return how many ledger lines each payout contains and their Σ net, without the payout's own line."""
        table = balance_transaction.c
        members: dict[str, PayoutMembers] = {}
        for chunk in chunks(sorted(payout_ids)):
            query = (
                sa.select(table.payout_id, sa.func.count().label("lines"), sa.func.sum(table.net).label("net"))
                .where(
                    table.stripe_account == self._account,
                    table.payout_id.in_(chunk),
                    sa.or_(table.source_id.is_(None), table.source_id != table.payout_id),
                )
                .group_by(table.payout_id)
            )
            for row in self._conn.execute(query):
                members[row.payout_id] = PayoutMembers(int(row.lines), int(row.net))
        return members

    def _capture_reversals(self, refund_ids: Collection[str]) -> set[str]:
        table = balance_transaction.c
        found: set[str] = set()
        for chunk in chunks(sorted(refund_ids)):
            query = sa.select(table.source_id).where(
                table.stripe_account == self._account,
                table.source_id.in_(chunk),
                table.reporting_category == "partial_capture_reversal",
            )
            found.update(self._conn.execute(query).scalars())
        return found

    def _facts(self, object_type: str, ids: Iterable[str | None], kind: type[Facts]) -> dict[str, Facts]:
        decoder = msgspec.json.Decoder(kind)
        facts: dict[str, Facts] = {}
        for chunk in chunks(sorted({stripe_id for stripe_id in ids if stripe_id}), _PAYLOADS_A_READ):
            for stripe_id, payload in read_payloads(self._conn, self._account, object_type, chunk).items():
                try:
                    facts[stripe_id] = decoder.decode(payload)
                except msgspec.DecodeError:
                    # The referred object is quarantined as a schema violation itself; nothing can be compared.
                    continue
        return facts

    def _refunds_query(self, charge_ids: Collection[str]) -> sa.Select[tuple[str, int, str, str, str, str]]:
        table = staged_object.c
        charge = self._json_text("charge")
        return sa.select(
            table.stripe_id,
            table.created,
            charge.label("charge"),
            self._json_text("amount").label("amount"),
            self._json_text("status").label("status"),
            self._json_text("balance_transaction").label("balance_transaction"),
        ).where(
            table.stripe_account == self._account,
            table.object_type == "refund",
            table.payload != DROPPED,
            charge.in_(charge_ids),
        )

    def _json_text(self, key: str) -> sa.ColumnElement[str]:
        payload = staged_object.c.payload
        if is_postgresql(self._conn):
            return sa.func.json_extract_path_text(sa.cast(payload, postgresql.JSON), key, type_=sa.String())
        return sa.func.json_extract(payload, f"$.{key}", type_=sa.String())
