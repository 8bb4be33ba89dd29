"""Payments over the limit of one deposit: each is on exactly one part, and no part is too long (ACCOUNTING F11)."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from stripe_netsuite.domain.netsuite_record import DepositPayment, InternalId
from stripe_netsuite.reconcile.deposit_parts import MAX_PARTS, part_ids, split_payments
from tests.laws import LAW


def _payments(amounts: list[int]) -> list[DepositPayment]:
    return [
        DepositPayment(record=InternalId(str(number)), stripe_id=f"ch_{number}", amount=Decimal(amount))
        for number, amount in enumerate(amounts)
    ]


@LAW
@given(st.lists(st.integers(-50, 100), max_size=300), st.integers(1, 40), st.integers(10, 40), st.randoms())
def test_every_payment_is_on_one_part(amounts: list[int], room: int, size: int, random: st.DataObject) -> None:
    """In whatever order they come, the parts are the same: what a crash left is found again."""
    payments = _payments(amounts)
    main, parts = split_payments(payments, room, size)
    assert sorted(line.stripe_id for part in (main, *parts) for line in part) == sorted(p.stripe_id for p in payments)
    assert len(main) <= room
    assert all(0 < len(part) <= size for part in parts)
    shuffled = list(payments)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    again, others = split_payments(shuffled, room, size)
    assert (set(again), others) == (set(main), parts)


def test_there_are_never_more_parts_than_can_be_found_again() -> None:
    """A limit that is too small for the payout gives way."""
    main, parts = split_payments(_payments([1] * 5000), 10, 10)
    assert len(main) == 10
    assert len(parts) < MAX_PARTS == len(part_ids("po_1")) + 1
    assert part_ids("po_1")[:2] == ["po_1-2", "po_1-3"]
    assert part_ids("po_1")[-1] == f"po_1-{MAX_PARTS}"
