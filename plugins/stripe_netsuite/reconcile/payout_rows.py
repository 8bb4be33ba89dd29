"""The ledger lines that a payout's deposit has to account for. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from stripe_netsuite.domain.stripe_object import BalanceTransaction, Payout
from stripe_netsuite.reconcile.ledger_kind import CAPTURE_REVERSAL


def contents_of(payout: Payout, members: Sequence[BalanceTransaction]) -> list[BalanceTransaction]:
    """Return what the payout consists of: all but the line that takes the payout itself out of the balance."""
    return [row for row in members if not (row.type == "payout" and row.source == payout.id)]


def net_captures(
    rows: Sequence[BalanceTransaction],
    charge_by_reversal: Mapping[str, str],
    reversed_elsewhere: Mapping[str, int],
) -> list[BalanceTransaction]:
    """Return the lines with each partial capture's reversal taken into the line of its charge (D5).

    The charge's record is what was captured. A reversal whose charge is in another payout stays a line of its own; its
    charge's line is parted there, into what was captured and what that other line takes back.
    """
    charges = {row.source for row in rows if row.reporting_category == "charge" and row.source is not None}
    reversed_by_charge: defaultdict[str, list[BalanceTransaction]] = defaultdict(list)
    left: list[BalanceTransaction] = []
    for row in rows:
        charge = charge_by_reversal.get(row.source or "") if row.reporting_category == CAPTURE_REVERSAL else None
        if charge is not None and charge in charges:
            reversed_by_charge[charge].append(row)
        else:
            left.append(row)
    netted = (_netted(row, reversed_by_charge) if row.reporting_category == "charge" else row for row in left)
    return [part for row in netted for part in _parted(row, reversed_elsewhere)]


def _netted(
    charge: BalanceTransaction, reversed_by_charge: Mapping[str, Sequence[BalanceTransaction]]
) -> BalanceTransaction:
    reversals = reversed_by_charge.get(charge.source or "")
    if not reversals:
        return charge
    every = (charge, *reversals)
    return msgspec.structs.replace(
        charge,
        amount=sum(row.amount for row in every),
        fee=sum(row.fee for row in every),
        net=sum(row.net for row in every),
        fee_details=[detail for row in every for detail in row.fee_details],
    )


def _parted(row: BalanceTransaction, reversed_elsewhere: Mapping[str, int]) -> tuple[BalanceTransaction, ...]:
    minor = reversed_elsewhere.get(row.source or "", 0) if row.reporting_category == "charge" else 0
    if not minor:
        return (row,)
    captured = msgspec.structs.replace(row, amount=row.amount + minor, net=row.net + minor)
    rest = msgspec.structs.replace(
        row, reporting_category=CAPTURE_REVERSAL, amount=-minor, fee=0, net=-minor, fee_details=[]
    )
    return (captured, rest)
