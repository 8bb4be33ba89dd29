"""Bring H6's two sides together: what passes through transit and clearing, by Stripe's ledger and NetSuite's postings.

Stripe's movements are those of all Stripe accounts that book into the same subsidiary and account: NetSuite's balance
does not tell them apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from stripe_netsuite.domain.identity import Role, external_id
from stripe_netsuite.domain.money import Money
from stripe_netsuite.mapping.accounts import AccountRole
from stripe_netsuite.mapping.entities import StripeAccount
from stripe_netsuite.netsuite_api.lookup import lookup_external_ids
from stripe_netsuite.netsuite_api.proof_queries import account_movements
from stripe_netsuite.pipeline.account_check import is_bookable
from stripe_netsuite.pipeline.proof_scope import ledger_gap
from stripe_netsuite.pipeline.run import Run
from stripe_netsuite.pipeline.services import Services
from stripe_netsuite.reconcile.proof import Verdict
from stripe_netsuite.reconcile.proof_roll_forward import Rolled, prove_roll_forward
from stripe_netsuite.staging.proof_reads import PayoutLine, cleared_net, payout_lines

_IN_TRANSIT = AccountRole.PAYOUTS_IN_TRANSIT.value
_CLEARING = "stripe_clearing"
_ROLES = (Role.MAIN, Role.JOURNAL, Role.REVERSAL)


class _Step(NamedTuple):
    """A movement in minor units, in positive; `payout_id` is whose money it is, where that is one payout's."""

    currency: str
    minor: int
    payout_id: str | None = None


def roll_forward_verdicts(services: Services, run: Run, account: StripeAccount) -> list[Verdict]:
    """H6: what came back or is on its way lies in transit, what Stripe still holds in clearing, and nothing else."""
    books = services.books(account)
    transit_id = books.account_id_by_role.get(_IN_TRANSIT)
    clearing = books.clearing_account_id_by_currency
    if transit_id is None and not clearing:
        return []
    peers = [
        one
        for one in services.mapping.entities.stripe_accounts
        if is_bookable(services, one) and services.books(one).subsidiary_id == books.subsidiary_id
    ]
    for peer in peers:
        if (gap := ledger_gap(services, run, peer)) is not None:
            return [Verdict("H6", _IN_TRANSIT, "not_provable", detail=f"{peer.id}: {gap}")]
    verdicts: list[Verdict] = []
    base = books.base_currency
    if transit_id is not None:
        stripe = {base: Rolled(), **_rolled(_in_transit(services, peers))}
        verdicts += prove_roll_forward(_IN_TRANSIT, stripe, _netsuite_side(services, peers, transit_id), base)
    for currency, account_id in sorted(clearing.items()):
        sharing = [
            peer for peer in peers if services.books(peer).clearing_account_id_by_currency.get(currency) == account_id
        ]
        stripe = {currency: Rolled(), **_rolled(_cleared(services, sharing, currency))}
        verdicts += prove_roll_forward(_CLEARING, stripe, _netsuite_side(services, sharing, account_id), base)
    return verdicts


def _netsuite_side(services: Services, peers: Sequence[StripeAccount], account_id: str) -> dict[str, Rolled]:
    books = services.books(peers[0])
    since = min(services.books(peer).sync_start for peer in peers)
    movements = account_movements(services.netsuite, account_id, books.subsidiary_id, since)
    code_by_id = {number: code for code, number in books.currency_id_by_code.items()}
    return {
        code_by_id[number]: Rolled(one.opening, one.came_in, one.went_out, base=one.base)
        for number, one in movements.items()
    }


def _in_transit(services: Services, peers: Sequence[StripeAccount]) -> list[_Step]:
    """F8 to F10: what Stripe's ledger says about payouts that are in NetSuite, as it moves the account in transit."""
    with services.engine.connect() as connection:
        lines = [line for peer in peers for line in payout_lines(connection, peer.id)]
    asked = {external_id(line.payout_id, role) for line in lines for role in _ROLES}
    found = lookup_external_ids(services.netsuite, "transaction", list(asked))
    return [
        _Step(line.currency, minor, line.payout_id)
        for line in lines
        for minor in transit_steps(line, {role for role in _ROLES if external_id(line.payout_id, role) in found})
    ]


def transit_steps(line: PayoutLine, records: set[Role]) -> list[int]:
    """Return how one ledger line about a payout moves the account in transit, in minor units; in is positive.

    A payout that no deposit of its own takes (by hand, instant) comes in when its line is booked and goes out with its
    journal entry to the bank, in either order. One that came back lies there again (or still, where its deposit brought
    nothing into the bank) until the line that says so is booked.
    """
    if not line.came_back:
        is_in_bank = Role.JOURNAL in records
        return [-line.net] * line.is_booked + [line.net] * is_in_bank
    lies_there = Role.REVERSAL in records or (Role.MAIN in records and Role.JOURNAL not in records)
    return [line.net] * lies_there + [-line.net] * line.is_booked


def _cleared(services: Services, peers: Iterable[StripeAccount], currency: str) -> list[_Step]:
    """F10: what the ledger's lines of the booked clearing days leave in the account."""
    with services.engine.connect() as connection:
        return [_Step(currency, minor) for peer in peers for minor in cleared_net(connection, peer.id, currency)]


def _rolled(steps: Iterable[_Step]) -> Mapping[str, Rolled]:
    came_in: defaultdict[str, int] = defaultdict(int)
    went_out: defaultdict[str, int] = defaultdict(int)
    lying: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for step in steps:
        (came_in if step.minor > 0 else went_out)[step.currency] += step.minor
        if step.payout_id is not None:
            payouts = lying[step.currency]
            payouts[step.payout_id] = payouts.get(step.payout_id, 0) + step.minor
    return {
        currency: Rolled(
            came_in=Money(came_in[currency], currency).major,
            went_out=Money(went_out[currency], currency).major,
            lying=lying[currency],
        )
        for currency in came_in.keys() | went_out.keys()
    }
