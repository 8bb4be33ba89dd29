"""How a ledger line about a payout moves money in transit, by what NetSuite has of the payout (ACCOUNTING H6, F8 to F10)."""

from __future__ import annotations

import pytest

from stripe_netsuite.domain.identity import Role
from stripe_netsuite.pipeline.proof_roll_forward import transit_steps
from stripe_netsuite.staging.proof_reads import PayoutLine


def line(net: int, *, came_back: bool = False, is_booked: bool = False) -> PayoutLine:
    """A ledger line about a payout."""
    return PayoutLine("po_1", "usd", net, came_back, is_booked)


@pytest.mark.parametrize(
    ("is_booked", "records", "steps"),
    [
        (False, set(), []),
        (True, set(), [15000]),
        (False, {Role.JOURNAL}, [-15000]),
        (True, {Role.JOURNAL}, [15000, -15000]),
    ],
)
def test_a_payout_by_hand_passes_through(is_booked: bool, records: set[Role], steps: list[int]) -> None:
    """In with its line, out with its journal entry, in either order."""
    assert transit_steps(line(-15000, is_booked=is_booked), records) == steps


@pytest.mark.parametrize(
    ("is_booked", "records", "steps"),
    [
        (False, set(), []),
        (False, {Role.MAIN}, [9000]),
        (False, {Role.MAIN, Role.REVERSAL}, [9000]),
        (True, {Role.MAIN, Role.REVERSAL}, [9000, -9000]),
        (False, {Role.MAIN, Role.JOURNAL}, []),
        (True, {Role.JOURNAL, Role.REVERSAL}, [9000, -9000]),
        (True, set(), [-9000]),
    ],
)
def test_what_came_back_lies_there_until_its_line_is_booked(
    is_booked: bool, records: set[Role], steps: list[int]
) -> None:
    """It lies there by its deposit of zero or by its journal entry back; without either, taking it out is too much."""
    assert transit_steps(line(9000, came_back=True, is_booked=is_booked), records) == steps
