"""What a plan looks like to a person: counts, the first rows with their reasons, and the GL preview by account.

A step adds batch after batch to one view, which is stored whole after each, so that it can be read while it runs.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from stripe_netsuite.domain.netsuite_record import Record, Transaction
from stripe_netsuite.load.body import total_of
from stripe_netsuite.load.ledger_preview import ITEM_ACCOUNT, preview
from stripe_netsuite.load.plan import Action, ActionKind, LoadPlan
from stripe_netsuite.netsuite_api.reference import ReferenceData

SHOWN_ROWS = 500
_POSTING = (ActionKind.CREATE,)


class PlanView:
    """The plan of one step of one Stripe account."""

    def __init__(self, step: str, reference: ReferenceData, *, is_dry_run: bool) -> None:
        self._step = step
        self._is_dry_run = is_dry_run
        self._name_by_account = {one.id: f"{one.number or ''} {one.full_name}".strip() for one in reference.accounts}
        self._counts: Counter[str] = Counter()
        self._rows: list[dict[str, str]] = []
        self._debit: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
        self._credit: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)

    def add(self, plan: LoadPlan, not_booked: Iterable[tuple[str, str, str]]) -> None:
        """Take a batch: its actions, and (object type, id, reason) of what books nothing now."""
        self._counts.update(plan.counts())
        for action in plan.actions:
            self._show(_row(action))
        for object_type, stripe_id, reason in not_booked:
            self._counts["not_booked"] += 1
            self._show(
                {
                    "action": "none",
                    "record_type": object_type,
                    "stripe_id": stripe_id,
                    "external_id": "",
                    "internal_id": "",
                    "summary": "",
                    "reason": reason,
                }
            )
        for line in preview(action.record for action in plan.of(*_POSTING)):
            self._debit[line.account_id, line.currency] += line.debit
            self._credit[line.account_id, line.currency] += line.credit

    def content(self) -> dict[str, Any]:
        """Return the JSON-able view; amounts are decimal texts."""
        counts = self._counts
        return {
            "step": self._step,
            "dry_run": self._is_dry_run,
            "creates": counts["create"],
            "updates": counts["update"],
            "adopts": counts["adopt"],
            "skips": counts["skip"],
            "waits": counts["wait"] + counts["not_booked"],
            "conflicts": counts["conflict"],
            "rows": self._rows,
            "gl": [
                {
                    "account_id": account,
                    "account": "by the item"
                    if account == ITEM_ACCOUNT
                    else self._name_by_account.get(account, account),
                    "currency": currency,
                    "debit": str(self._debit[account, currency]),
                    "credit": str(self._credit[account, currency]),
                }
                for account, currency in sorted(self._debit.keys() | self._credit.keys())
            ],
        }

    def _show(self, row: dict[str, str]) -> None:
        if len(self._rows) < SHOWN_ROWS:
            self._rows.append(row)


def _row(action: Action) -> dict[str, str]:
    record = action.record
    return {
        "action": action.kind.value,
        "record_type": record.record_type.value,
        "stripe_id": record.stripe_id,
        "external_id": record.external_id,
        "internal_id": action.internal_id or "",
        "summary": _summary(record),
        "reason": action.reason,
    }


def _summary(record: Record) -> str:
    total = total_of(record)
    if isinstance(record, Transaction) and total is not None:
        return f"{record.tran_date.isoformat()} {total} {record.currency.upper()}"
    return str(getattr(record, "display_name", None) or getattr(record, "company_name", None) or "")


def total_counts(contents: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Add up the counts of several views."""
    keys = ("creates", "updates", "adopts", "skips", "waits", "conflicts")
    return {key: sum(int(content[key]) for content in contents) for key in keys}
