"""Bring H3's two sides together: the open lines of the staged ledger, and what NetSuite holds in Undeposited Funds."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

import msgspec
from sqlalchemy.engine import Connection

from stripe_netsuite.domain.identity import Role, source_of
from stripe_netsuite.domain.money import Money, convert
from stripe_netsuite.mapping.entities import StripeAccount
from stripe_netsuite.netsuite_api.proof_queries import HeldRecord, held_records
from stripe_netsuite.netsuite_api.read_back import TransactionState, lookup_transactions
from stripe_netsuite.pipeline.proof_causes import Causes
from stripe_netsuite.pipeline.proof_scope import ledger_gap
from stripe_netsuite.pipeline.run import Run
from stripe_netsuite.pipeline.services import Services
from stripe_netsuite.pipeline.summaries import summary_by_charge
from stripe_netsuite.reconcile.ledger_kind import CAPTURE_REVERSAL
from stripe_netsuite.reconcile.proof import Verdict
from stripe_netsuite.reconcile.proof_funds import HeldMoney, LatePayout, OpenSource, prove_funds
from stripe_netsuite.staging.objects import read_payloads
from stripe_netsuite.staging.payouts import open_payouts
from stripe_netsuite.staging.proof_reads import (
    OpenMoney,
    booked_payouts,
    linked_roles,
    linked_transactions,
    open_money,
    source_currencies,
)
from stripe_netsuite.transform.books import Books

_OURS = re.compile(r"(?:[a-z]{2}-)?((?:ch|py|re|pyr|du|dp)_[A-Za-z0-9]+)(?:-[0-9]+)?")
_MAIN = Role.MAIN.value
_SOLD = frozenset({"charge", CAPTURE_REVERSAL})
# Reporting category → the roles of which one stands for such a line in Undeposited Funds.
_ROLES = {
    "charge": (_MAIN,),
    CAPTURE_REVERSAL: (_MAIN,),
    "refund": (_MAIN,),
    "dispute": (_MAIN,),
    "charge_failure": ("fl", _MAIN),
    "refund_failure": (Role.REINSTATED.value,),
    "dispute_reversal": ("ro",),
}
# Where no record was made for it, it is a line of the payout's deposit and never in Undeposited Funds.
_MAY_BE_A_LINE = frozenset({"dispute_reversal"})
_NAMED = 20
_TRIES = 2


def funds_verdicts(services: Services, run: Run, account: StripeAccount) -> list[Verdict]:
    """H3: Undeposited Funds hold exactly what no booked payout has taken yet.

    A run that books beside this one moves money between the two reads: what does not tie is looked at once more.
    """
    if (gap := ledger_gap(services, run, account)) is not None:
        return [Verdict("H3", "undeposited funds", "not_provable", detail=gap)]
    verdicts: list[Verdict] = []
    for _ in range(_TRIES):
        verdicts = _prove(services, run, account)
        if all(verdict.state == "ok" for verdict in verdicts):
            break
    return verdicts


def _prove(services: Services, run: Run, account: StripeAccount) -> list[Verdict]:
    books = services.books(account)
    held = list(
        held_records(services.netsuite, books.undeposited_funds_account_id, books.subsidiary_id, books.sync_start)
    )
    stripe_id_by_record = _ours(services, account, held)
    with services.engine.connect() as connection:
        lines = _under_their_charges(connection, account.id, list(open_money(connection, account.id, _ROLES)))
        summaries = summary_by_charge(connection, account.id, {line.source for line in lines if line.category in _SOLD})
        lines = [
            replace(line, source=summaries.get(line.source, line.source)) if line.category in _SOLD else line
            for line in lines
        ]
        roles = linked_roles(connection, services.netsuite_account, account.id, {line.source for line in lines})
        known = source_currencies(connection, set(stripe_id_by_record.values()))
        sources = open_sources(lines, roles, Causes(connection, account.id))
        late = _late_payouts(connection, run, account, lines)
        strange = set(stripe_id_by_record.values()) - {one.stripe_id for one in sources}
        orphans = booked_payouts(connection, account.id, strange)
        own = _own_amounts(connection, account.id, sources, books)
    currency_by_id = {stripe_id: currency for stripe_id, (_, currency) in known.items()}
    found = held_by_source(held, stripe_id_by_record, sources, currency_by_id, books, own)
    notes = _notes(services, sources, found, roles) | {
        stripe_id: f"its payout {payout} is booked" for stripe_id, payout in orphans.items()
    }
    return prove_funds(sources, found, notes, [books.base_currency], late)


def _late_payouts(
    connection: Connection, run: Run, account: StripeAccount, lines: Iterable[OpenMoney]
) -> list[LatePayout]:
    """Return the payouts that have arrived and are not booked, with the gross of what is open in them."""
    rows = [row for row in open_payouts(connection, account.id) if row.arrival_date < run.window.end_s]
    gross: dict[str, int] = {}
    for line in lines:
        if line.payout_id is not None:
            gross[line.payout_id] = gross.get(line.payout_id, 0) + line.amount
    return [
        LatePayout(row.payout_id, row.state, Money(gross[row.payout_id], row.currency))
        for row in rows
        if row.payout_id in gross
    ]


def _own_amounts(
    connection: Connection, account_id: str, sources: Iterable[OpenSource], books: Books
) -> dict[str, Money]:
    """Return what charges and refunds moved in their own currency, where they settle in none of NetSuite's amounts."""
    foreign = {one.stripe_id for one in sources if one.gross.currency != books.base_currency}
    own: dict[str, Money] = {}
    for object_type in ("charge", "refund", "dispute"):
        for stripe_id, payload in read_payloads(connection, account_id, object_type, foreign).items():
            fields = msgspec.json.decode(payload)
            captured = fields.get("amount_captured")
            own[stripe_id] = Money(fields["amount"] if captured is None else captured, fields["currency"])
    return own


def _under_their_charges(connection: Connection, account_id: str, lines: list[OpenMoney]) -> list[OpenMoney]:
    """Count what was given back of an authorisation with its charge, whose record is what was captured (D5).

    Once the charge is deposited, it is a line of the next payout's deposit and never in Undeposited Funds.
    """
    open_charges = {line.source for line in lines if line.category == "charge"}
    refunds = {line.source for line in lines if line.category == CAPTURE_REVERSAL}
    payloads = read_payloads(connection, account_id, "refund", refunds)
    charges = {one: msgspec.json.decode(payload).get("charge") or one for one, payload in payloads.items()}
    return [
        replace(line, source=charges.get(line.source, line.source)) if line.category == CAPTURE_REVERSAL else line
        for line in lines
        if line.category != CAPTURE_REVERSAL or charges.get(line.source, line.source) in open_charges
    ]


def _ours(services: Services, account: StripeAccount, held: Iterable[HeldRecord]) -> dict[str, str]:
    """Return internal id → Stripe id of what belongs to this Stripe account: by link, else by its external id."""
    external = {one.internal_id: one.external_id for one in held}
    with services.engine.connect() as connection:
        links = linked_transactions(connection, services.netsuite_account, external)
        unlinked = {
            number: match[1]
            for number, value in external.items()
            if number not in links and value and (match := _OURS.fullmatch(value))
        }
        owners = source_currencies(connection, set(unlinked.values()))
        summaries = summary_by_charge(connection, account.id, {row.stripe_id for row in links.values()})
    ours = {
        # A summary's payment is linked to each of its charges; it counts once, as the summary's (F12).
        number: summaries.get(row.stripe_id, source_of(row.stripe_id))
        for number, row in links.items()
        if row.stripe_account == account.id
    }
    return ours | {
        number: stripe_id
        for number, stripe_id in unlinked.items()
        if stripe_id not in owners or owners[stripe_id][0] == account.id
    }


def open_sources(lines: Iterable[OpenMoney], roles: Mapping[tuple[str, str], str], causes: Causes) -> list[OpenSource]:
    """Add the open lines up by Stripe object, with what of it has no record in NetSuite, and what holds it."""
    totals: dict[tuple[str, str], int] = {}
    absent: dict[tuple[str, str], int] = {}
    reasons: dict[tuple[str, str], tuple[str, bool]] = {}
    for line in lines:
        is_there = any((line.source, role) in roles for role in _ROLES[line.category])
        if line.category in _MAY_BE_A_LINE and not is_there:
            continue
        key = (line.source, line.currency)
        totals[key] = totals.get(key, 0) + line.amount
        if not is_there:
            absent[key] = absent.get(key, 0) + line.amount
            reason = line.reason or ("not loaded yet" if line.state == "pending" else line.state)
            reasons[key] = causes.of(line.source, line.state, reason)
    return [
        OpenSource(key[0], Money(total, key[1]), Money(absent.get(key, 0), key[1]), *reasons.get(key, ("", True)))
        for key, total in totals.items()
    ]


def held_by_source(
    held: Iterable[HeldRecord],
    stripe_id_by_record: Mapping[str, str],
    sources: Iterable[OpenSource],
    currency_by_id: Mapping[str, str],
    books: Books,
    own_by_id: Mapping[str, Money],
) -> dict[tuple[str, str], HeldMoney]:
    """Value what lies in Undeposited Funds in the currency in which Stripe settles it.

    That is the record's own amount, or its base amount; in a third currency NetSuite has no value before the deposit,
    and Stripe's counts, where the record has the amount that `own_by_id` has of the object, else in proportion.
    """
    code_by_id = {number: code for code, number in books.currency_id_by_code.items()}
    settled = {source.stripe_id: source.gross for source in sources}
    found: dict[tuple[str, str], HeldMoney] = {}
    for record in held:
        stripe_id = stripe_id_by_record.get(record.internal_id)
        if stripe_id is None:
            continue
        own = code_by_id.get(record.currency_id, books.base_currency)
        gross = settled.get(stripe_id)
        currency = gross.currency if gross else currency_by_id.get(stripe_id, own)
        if own == currency:
            value = HeldMoney(record.foreign)
        elif currency == books.base_currency or gross is None:
            value = HeldMoney(record.base, books.tolerance_minor_of(currency))
        else:
            value = HeldMoney(_in_proportion(gross, record.foreign, own_by_id.get(stripe_id)))
        before = found.get((stripe_id, currency), HeldMoney(value.amount - value.amount))
        found[stripe_id, currency] = HeldMoney(
            before.amount + value.amount, before.tolerance_minor + value.tolerance_minor
        )
    return found


def _in_proportion(gross: Money, held: Decimal, own: Money | None) -> Decimal:
    """Return Stripe's value of what is held; by how much it is not what the object moved, it is not all there."""
    if own is None or not own.minor or abs(held) == own.major:
        return gross.major
    return convert(gross, abs(held) / own.major, gross.currency).major


def _notes(
    services: Services,
    sources: Collection[OpenSource],
    found: Mapping[tuple[str, str], HeldMoney],
    roles: Mapping[tuple[str, str], str],
) -> dict[str, str]:
    """Say what became of the records that should be there: deleted, deposited by somebody, in another account."""
    missing = [one for one in sources if one.gross != one.absent and (one.stripe_id, one.gross.currency) not in found]
    numbers = {one.stripe_id: roles.get((one.stripe_id, _MAIN)) for one in missing[:_NAMED] if one.gross.minor}
    states = lookup_transactions(services.netsuite, {number for number in numbers.values() if number})
    return {stripe_id: _fate(number, states.get(number)) for stripe_id, number in numbers.items() if number}


def _fate(number: str, state: TransactionState | None) -> str:
    if state is None:
        return f"record {number} is deleted"
    if state.is_voided:
        return f"record {number} is voided"
    if state.deposit_ids:
        return f"record {number} is on deposit {', '.join(state.deposit_ids)}"
    return f"record {number} is in account {state.main_account_id}"
