"""Which ledger rows each payout settles: the accounting truth, asked once Stripe has reconciled the payout.

`balance_transactions?payout=` answers only for automatic payouts with reconciliation completed, and lists the payout's
own row too: the others must add up to the payout's amount (ACCOUNTING F1, H1), else the payout is not ready.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import msgspec

from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.domain.money import Money
from stripe_netsuite.extract.ledger_row import LedgerRow
from stripe_netsuite.extract.receiver import Receiver
from stripe_netsuite.extract.streams import LEDGER_PATH, LEDGER_TYPE
from stripe_netsuite.staging.bulk import lock_account
from stripe_netsuite.staging.payouts import PayoutRow, open_payouts, read_payout, set_payout_state
from stripe_netsuite.stripe_api.client import StripeClient

MISMATCH = "payout_members_mismatch"


@dataclass
class _Members:
    payout: PayoutRow
    count: int = 0
    net_minor: int = 0
    strange: str | None = None

    @property
    def ties(self) -> bool:
        return self.net_minor == self.payout.amount and self.strange is None


class PayoutMembers:
    """The payouts whose members one run stages. `only_ids` narrows them down; None means all."""

    def __init__(
        self,
        client: StripeClient,
        receiver: Receiver,
        only_ids: Collection[str] | None = None,
        *,
        is_wanted: bool = True,
    ) -> None:
        self._is_wanted = is_wanted
        self._client = client
        self._receiver = receiver
        self._only_ids = only_ids
        self._members: dict[str, _Members] = {}

    @property
    def staged(self) -> list[str]:
        """Payouts whose members were staged in this run."""
        return list(self._members)

    @property
    def ready(self) -> list[str]:
        """Those of them that add up."""
        return sorted(key for key, members in self._members.items() if members.ties)

    def stage_next(self) -> bool:
        """Stage the members of every payout that became reconcilable; tell whether there was one."""
        if not self._is_wanted:
            return False
        with self._receiver.engine.connect() as conn:
            waiting = [
                payout
                for payout in open_payouts(conn, self._receiver.account, only_ids=self._only_ids)
                if is_reconcilable(payout) and payout.member_count is None and payout.payout_id not in self._members
            ]
        for payout in waiting:
            self._members[payout.payout_id] = self._stage(payout)
        return bool(waiting)

    def settle(self) -> list[Finding]:
        """Note as complete the payouts that add up, once nothing behind them is missing; return findings on others."""
        now = self._receiver.now()
        with self._receiver.engine.begin() as conn:
            lock_account(conn, self._receiver.account)
            for payout_id in self.ready:
                standing = read_payout(conn, self._receiver.account, payout_id)
                if standing is not None:
                    set_payout_state(
                        conn,
                        self._receiver.account,
                        payout_id,
                        standing.state,
                        reason=standing.reason,
                        run_id=self._receiver.run_id,
                        now=now,
                        member_count=self._members[payout_id].count,
                    )
        return [_mismatch(members) for members in self._members.values() if not members.ties]

    def _stage(self, payout: PayoutRow) -> _Members:
        members = _Members(payout)
        pages = self._client.list_pages(
            LEDGER_PATH, {"payout": payout.payout_id}, row_type=LedgerRow, object_type=LEDGER_TYPE
        )
        for page in pages:
            self._receiver.take_ledger([_with_payout(row, payout.payout_id) for row in page])
            for row in page:
                if is_own_row(row, payout.payout_id):
                    continue
                members.count += 1
                members.net_minor += row.net
                if row.currency != payout.currency:
                    members.strange = f"{row.id} is in {row.currency.upper()}"
        self._receiver.flush()
        return members


def is_reconcilable(payout: PayoutRow) -> bool:
    """Tell whether Stripe can say what the payout contains, and money has left for the bank (ACCOUNTING F1, F9)."""
    has_contents = payout.payout_status in ("paid", "failed")
    return payout.automatic and has_contents and payout.reconciliation_status == "completed"


def is_own_row(row: Any, payout_id: str) -> bool:
    """Tell the payout's own ledger row from its members. A `payout_failure` row names an older payout."""
    return bool(row.source == payout_id and row.type == "payout")


def _with_payout(row: LedgerRow, payout_id: str) -> LedgerRow:
    return msgspec.structs.replace(row, payout_id=payout_id)


def _mismatch(members: _Members) -> Finding:
    payout = members.payout
    expected, found = Money(payout.amount, payout.currency), Money(members.net_minor, payout.currency)
    return Finding(
        code=MISMATCH,
        severity=Severity.CRITICAL,
        stage="extract",
        stripe_account=payout.stripe_account,
        stripe_id=payout.payout_id,
        object_type="payout",
        message="the ledger rows that Stripe lists for this payout do not add up to its amount",
        expected=str(expected),
        found=members.strange or f"{found} in {members.count} rows",
        difference=str(found - expected),
        suggestion="run the payout again; if it stays, ask Stripe support with the payout's id",
    )
