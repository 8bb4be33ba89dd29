"""The tie-out for the terminal: plain columns, amounts flush right."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from stripe_netsuite.domain.window import calendar_date
from stripe_netsuite.report.amounts import format_major, format_minor
from stripe_netsuite.report.model import PayoutTieOut

_HEADINGS = ("payout", "arrives", "Stripe", "deposit", "fees", "converted (FX)", "difference", "state")
_FLUSH_RIGHT = frozenset({2, 3, 4, 5, 6})


def tie_out_text(rows: Sequence[PayoutTieOut]) -> str:
    """Return a table of the payouts with a last line that says how many tie; without payouts one sentence."""
    if not rows:
        return "No payouts."
    cells = [_HEADINGS, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(_HEADINGS))]
    lines = [
        "  ".join(
            text.rjust(width) if column in _FLUSH_RIGHT else text.ljust(width)
            for column, (text, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in cells
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    tied = sum(row.is_tied for row in rows)
    return "\n".join([*lines, f"{tied} of {len(rows)} payouts tie to their deposit."])


def _cells(tie_out: PayoutTieOut) -> tuple[str, ...]:
    row = tie_out.row
    return (
        row.payout_id,
        calendar_date(row.arrival_date).isoformat(),
        format_minor(row.amount, row.currency),
        _amount(row.deposit_total, row.currency),
        _minor(tie_out.parts.fees, row.currency),
        _minor(tie_out.parts.converted, row.currency),
        _amount(tie_out.difference, row.currency),
        row.state.replace("_", " ") + (f": {_one_line(row.reason)}" if row.reason else ""),
    )


def _amount(amount: Decimal | None, currency: str) -> str:
    return "–" if amount is None else format_major(amount, currency)


def _minor(amount: int, currency: str) -> str:
    return format_minor(amount, currency) if amount else "–"


def _one_line(text: str) -> str:
    # Names in Stripe may hold control characters that would move the terminal's cursor.
    return "".join(character if character.isprintable() else " " for character in text)
