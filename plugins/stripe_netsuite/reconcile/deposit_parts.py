"""The deposit of a payout, in parts where it has more lines than one deposit takes (ACCOUNTING F3, F11). Pure.

The main deposit bears the payout's id and all lines without a record; the parts `po_…-2`, `po_…-3` take payments alone.
Whoever writes them writes the main one last: once it stands, all stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from stripe_netsuite.domain.identity import external_id
from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.netsuite_record import DepositLine, DepositPayment, DepositRecord
from stripe_netsuite.domain.stripe_object import Payout
from stripe_netsuite.errors import InvariantBroken
from stripe_netsuite.reconcile.payout_books import PayoutBooks

MAX_PARTS = 100


def part_id(payout_id: str, number: int) -> str:
    """Return what a part deposit is known by: `po_…-2`."""
    return f"{payout_id}-{number}"


def part_ids(payout_id: str) -> list[str]:
    """Return every id that a part deposit of the payout can have."""
    return [part_id(payout_id, number) for number in range(2, MAX_PARTS + 1)]


def split_payments(
    payments: Sequence[DepositPayment], room: int, size: int
) -> tuple[tuple[DepositPayment, ...], list[tuple[DepositPayment, ...]]]:
    """Return the payments of the main deposit, at most `room`, and those of each part, at most `size`.

    Refunds and the largest payments stay on the main deposit, which has the fees to bear: no deposit may be negative.
    """
    if len(payments) <= room:
        return tuple(payments), []
    ordered = sorted(payments, key=lambda line: (line.amount < 0, line.amount, line.stripe_id))
    cut = len(ordered) - room
    size = max(size, -(-cut // (MAX_PARTS - 1)))
    parts = [tuple(ordered[start : min(start + size, cut)]) for start in range(0, cut, size)]
    return tuple(ordered[cut:]), parts


def deposits_of(
    payout: Payout,
    payments: Sequence[DepositPayment],
    posted: Sequence[DepositPayment],
    lines: tuple[Sequence[DepositLine], Sequence[DepositLine]],
    books: PayoutBooks,
    first_part: int,
) -> tuple[DepositRecord, ...]:
    """Return the deposits still to write, the main one last.

    `posted` are the payments on parts that stand already; `lines` are (cashbacks, others); parts are numbered from
    `first_part`. Raises InvariantBroken where all of it does not add up to the payout (F3).
    """
    cashbacks, others = lines
    room = max(books.max_deposit_lines - len(cashbacks) - len(others), 1)
    main, parts = split_payments(payments, room, books.max_deposit_lines)
    records = [
        _deposit(payout, part_id(payout.id, number), part, ((), ()), books)
        for number, part in enumerate(parts, start=first_part)
    ]
    records.append(_deposit(payout, payout.id, main, lines, books))
    total = sum((record.total for record in records), Decimal(0)) + _sum(posted)
    expected = Money(payout.amount, payout.currency)
    if total != expected.major:
        # F3: stated when built; stated again when read back.
        raise InvariantBroken(
            "the deposit does not equal the payout", subject=payout.id, saw=str(total), expected=str(expected)
        )
    return tuple(records)


def _deposit(
    payout: Payout,
    stripe_id: str,
    payments: Sequence[DepositPayment],
    lines: tuple[Sequence[DepositLine], Sequence[DepositLine]],
    books: PayoutBooks,
) -> DepositRecord:
    cashbacks, others = lines
    note = f" | Original transaction date: {books.original_date}" if books.original_date else ""
    said = f" | {books.memo_note}" if books.memo_note else ""
    part = "" if stripe_id == payout.id else f" | Part {stripe_id.removeprefix(f'{payout.id}-')}"
    return DepositRecord(
        stripe_id=stripe_id,
        external_id=external_id(stripe_id),
        tran_date=books.deposit_date,
        original_date=books.original_date,
        memo=f"Stripe: {payout.id}{part}{note}{said}",
        currency=payout.currency,
        currency_id=books.currency_id or "",
        subsidiary_id=books.subsidiary_id,
        bank_account_id=books.bank_account_id or "",
        undeposited_funds_account_id=books.undeposited_funds_account_id,
        payments=tuple(payments),
        others=tuple(others),
        cashbacks=tuple(cashbacks),
        total=_sum(payments) + _sum(others) - _sum(cashbacks),
    )


def _sum(lines: Sequence[DepositPayment] | Sequence[DepositLine]) -> Decimal:
    return sum((line.amount for line in lines), Decimal(0))
