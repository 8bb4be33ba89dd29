"""What the proofs ask of the staged ledger and of the links; added up by the database, read in pages."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from stripe_netsuite.domain.netsuite_record import RecordType, record_group
from stripe_netsuite.staging.bulk import chunks
from stripe_netsuite.staging.clearing import CLEARING
from stripe_netsuite.staging.schema import balance_transaction, link, payout_state, staged_object
from stripe_netsuite.staging.versions import DROPPED

_PAGE = 500
_TRANSACTIONS = [one.value for one in RecordType if record_group(one) == "transaction"]


@dataclass(frozen=True, slots=True)
class OpenMoney:
    """The gross of a source's ledger lines of one kind, currency and payout that no deposit holds yet; minor units."""

    source: str
    category: str
    currency: str
    amount: int
    state: str
    reason: str | None
    payout_id: str | None = None


class StagedState(NamedTuple):
    """Where a staged object stands, with its JSON (`{}` where retention dropped it)."""

    state: str
    reason: str | None
    payload: str


class Linked(NamedTuple):
    """A transaction in NetSuite that stands for a Stripe object."""

    stripe_account: str
    stripe_id: str
    role: str


def open_money(conn: Connection, account: str, categories: Collection[str]) -> Iterator[OpenMoney]:
    """Give the account's lines of these reporting categories that are not booked, added up by source and payout.

    Those of a payout that arrived before the books begin are left out: they are in the books of that time (A7).
    """
    table, payout = balance_transaction.c, payout_state.c
    is_of_earlier_books = (
        sa.select(sa.literal(1))
        .where(
            payout.stripe_account == table.stripe_account,
            payout.payout_id == table.payout_id,
            payout.state == "excluded",
        )
        .exists()
    )
    query = (
        sa.select(
            table.source_id,
            table.reporting_category,
            table.currency,
            sa.func.sum(table.amount),
            table.state,
            sa.func.min(table.state_reason),
            table.payout_id,
        )
        .where(
            table.stripe_account == account,
            table.balance_type == "payments",
            table.state != "booked",
            ~is_of_earlier_books,
            table.source_id.is_not(None),
            table.reporting_category.in_(sorted(categories)),
        )
        .group_by(table.source_id, table.reporting_category, table.currency, table.state, table.payout_id)
        .order_by(table.source_id, table.reporting_category, table.currency, table.state, table.payout_id)
    )
    for source, category, currency, amount, state, reason, payout_id in conn.execute(query):
        yield OpenMoney(source, category, currency, int(amount), state, reason, payout_id)


def booked_payouts(conn: Connection, account: str, sources: Collection[str]) -> dict[str, str]:
    """Return, of each of these sources that has booked ledger lines, the payout that took one."""
    table = balance_transaction.c
    found: dict[str, str] = {}
    for chunk in chunks(sorted(set(sources))):
        query = sa.select(table.source_id, sa.func.max(table.payout_id)).where(
            table.stripe_account == account,
            table.state == "booked",
            table.payout_id.is_not(None),
            table.source_id.in_(chunk),
        )
        found.update({row[0]: row[1] for row in conn.execute(query.group_by(table.source_id))})
    return found


def object_states(conn: Connection, account: str, object_types: Collection[str], stripe_id: str) -> list[StagedState]:
    """Return what is staged under a Stripe id as one of these types, and where each stands."""
    objects = staged_object.c
    query = sa.select(objects.state, objects.state_reason, objects.payload).where(
        objects.stripe_account == account,
        objects.object_type.in_(sorted(object_types)),
        objects.stripe_id == stripe_id,
    )
    return [StagedState(*row) for row in conn.execute(query)]


def source_currencies(conn: Connection, sources: Collection[str]) -> dict[str, tuple[str, str]]:
    """Return, of each source that is in a ledger, the Stripe account and the currency of its lines."""
    table = balance_transaction.c
    found: dict[str, tuple[str, str]] = {}
    for chunk in chunks(sorted(set(sources))):
        query = sa.select(table.source_id, table.stripe_account, table.currency).where(table.source_id.in_(chunk))
        found.update({source: (account, currency) for source, account, currency in conn.execute(query)})
    return found


def linked_transactions(conn: Connection, netsuite_account: str, internal_ids: Collection[str]) -> dict[str, Linked]:
    """Return what these transactions stand for, by internal id."""
    found: dict[str, Linked] = {}
    for chunk in chunks(sorted(set(internal_ids))):
        query = sa.select(link.c.internal_id, link.c.stripe_account, link.c.stripe_id, link.c.role).where(
            link.c.netsuite_account == netsuite_account,
            link.c.record_type.in_(_TRANSACTIONS),
            link.c.internal_id.in_(chunk),
        )
        found.update({row[0]: Linked(*row[1:]) for row in conn.execute(query)})
    return found


def linked_roles(
    conn: Connection, netsuite_account: str, stripe_account: str, stripe_ids: Collection[str]
) -> dict[tuple[str, str], str]:
    """Return (Stripe id, role) → internal id of everything that stands for these objects."""
    found: dict[tuple[str, str], str] = {}
    for chunk in chunks(sorted(set(stripe_ids))):
        query = sa.select(link.c.stripe_id, link.c.role, link.c.internal_id).where(
            link.c.netsuite_account == netsuite_account,
            link.c.stripe_account == stripe_account,
            link.c.stripe_id.in_(chunk),
        )
        found.update({(stripe_id, role): internal_id for stripe_id, role, internal_id in conn.execute(query)})
    return found


def linked_invoices(
    conn: Connection, netsuite_account: str, stripe_account: str, seen_from: datetime, after: str
) -> dict[str, tuple[str, bytes]]:
    """Return one page of the linked invoices that a window ending after `seen_from` read, from behind the id `after`.

    Stripe invoice id → (internal id, JSON as staged); empty at the end.
    """
    objects = staged_object.c
    query = (
        sa.select(objects.stripe_id, link.c.internal_id, objects.payload)
        .join(
            link,
            sa.and_(
                link.c.netsuite_account == netsuite_account,
                link.c.stripe_account == objects.stripe_account,
                link.c.stripe_id == objects.stripe_id,
                link.c.role == "main",
                link.c.record_type == RecordType.INVOICE.value,
            ),
        )
        .where(
            objects.stripe_account == stripe_account,
            objects.object_type == "invoice",
            objects.window_end > seen_from,
            objects.stripe_id > after,
            objects.payload != DROPPED,
        )
        .order_by(objects.stripe_id)
        .limit(_PAGE)
    )
    return {stripe_id: (number, payload.encode()) for stripe_id, number, payload in conn.execute(query)}


class PayoutLine(NamedTuple):
    """A ledger line about a payout: it left Stripe's balance, or it `came_back`. `net` in minor units.

    `is_booked`: the deposit of another payout, or a clearing day, took the line.
    """

    payout_id: str
    currency: str
    net: int
    came_back: bool
    is_booked: bool


def payout_lines(conn: Connection, account: str) -> Iterator[PayoutLine]:
    """Give the lines about payouts that came back, and about those that are in no payout of their own (F10)."""
    table = balance_transaction.c
    came_back = table.type.in_(("payout_failure", "payout_cancel"))
    is_elsewhere = sa.func.coalesce(table.payout_id, "") != table.source_id
    query = (
        sa.select(table.source_id, table.currency, table.net, came_back, table.state == "booked")
        .where(
            table.stripe_account == account,
            table.balance_type == "payments",
            table.source_id.is_not(None),
            sa.or_(came_back, sa.and_(table.type == "payout", is_elsewhere)),
        )
        .order_by(table.created, table.id)
    )
    for source, currency, net, back, booked in conn.execute(query):
        yield PayoutLine(source, currency, int(net), bool(back), bool(booked))


def cleared_net(conn: Connection, account: str, currency: str) -> list[int]:
    """Return what the lines of booked clearing days brought and what they took, in minor units (F10)."""
    table, state = balance_transaction.c, payout_state.c
    query = (
        sa.select(sa.func.sum(table.net))
        .select_from(
            balance_transaction.join(
                payout_state,
                sa.and_(state.stripe_account == table.stripe_account, state.payout_id == table.payout_id),
            )
        )
        .where(
            table.stripe_account == account,
            table.currency == currency,
            table.state == "booked",
            state.payout_status == CLEARING,
        )
        .group_by(table.net > 0)
    )
    return [int(net) for net in conn.execute(query).scalars()]
