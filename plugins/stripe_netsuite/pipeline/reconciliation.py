"""Each ledger line of a payout with the record, account and deposit that it stands on: so that a number can be followed.

Reads staging, links and the journal alone, and asks neither system; what stands in NetSuite is proven by H1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy.engine import Connection

from stripe_netsuite.domain.identity import Role
from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.stripe_object import BalanceTransaction
from stripe_netsuite.domain.window import calendar_date
from stripe_netsuite.mapping import Mapping as MappingFiles
from stripe_netsuite.mapping.accounts import AccountRole
from stripe_netsuite.pipeline.payout_records import before_start, record_keys
from stripe_netsuite.reconcile.deposit_parts import part_ids
from stripe_netsuite.reconcile.fee import fees_of
from stripe_netsuite.reconcile.ledger_kind import AccountLine, RecordLine, kind_of
from stripe_netsuite.report.model import ReconciliationLine
from stripe_netsuite.staging.clearing import CLEARING
from stripe_netsuite.staging.deposit_bodies import SentDeposit, sent_deposits
from stripe_netsuite.staging.ledger import read_ledger
from stripe_netsuite.staging.links import LinkRow, read_links
from stripe_netsuite.staging.payouts import PayoutRow

_Links = Mapping[tuple[str, Role], LinkRow]


def reconciliation_lines(
    connection: Connection, mapping: MappingFiles, netsuite_account: str | None, payouts: Iterable[PayoutRow]
) -> Iterator[ReconciliationLine]:
    """Give the ledger lines of these payouts, payout by payout, oldest line first.

    Without `netsuite_account` the lines have no NetSuite side. GL accounts are named as the mapping names them now.
    """
    for payout in payouts:
        members = read_ledger(connection, payout.stripe_account, payout_id=payout.payout_id)
        if members:
            told = _Payout(connection, mapping, netsuite_account, payout, members)
            yield from (told.line(row) for row in members)


class _Payout:
    """What has to be known of a payout to place its lines."""

    def __init__(
        self,
        connection: Connection,
        mapping: MappingFiles,
        netsuite_account: str | None,
        payout: PayoutRow,
        members: Sequence[BalanceTransaction],
    ) -> None:
        self._mapping = mapping
        self._payout = payout
        account = mapping.stripe_account(payout.stripe_account)
        self._reopens = mapping.policy.dispute_won == "reopen"
        since = int(account.sync_start_utc.timestamp())
        self._before_start = before_start(connection, account.id, members, since)
        self._since = since
        parts = part_ids(payout.payout_id)
        sources = {source for source, _ in record_keys(members, reopens_disputes=self._reopens)}
        self._links: _Links = {}
        self._sent: Mapping[str, SentDeposit] = {}
        if netsuite_account is not None:
            self._links = read_links(connection, netsuite_account, account.id, {*sources, payout.payout_id, *parts})
            standing = [one for one in (payout.payout_id, *parts) if self._stands(one)]
            self._sent = sent_deposits(connection, netsuite_account, account.id, standing)
        self._part_by_record = {
            number: part for part in parts if part in self._sent for number in self._sent[part].record_ids
        }

    def line(self, row: BalanceTransaction) -> ReconciliationLine:
        """Return one line with its place."""
        payout = self._payout
        kind = kind_of(row, reopens_disputes=self._reopens)
        link = self._links.get(kind.key) if isinstance(kind, RecordLine) else None
        goes_to, role = self._place(row, kind, link)
        is_own = goes_to == "bank"
        holder, part = (None, None) if is_own else self._holder(link, role)
        sent = self._sent.get(f"{payout.payout_id}-{part}" if part else payout.payout_id)
        return ReconciliationLine(
            stripe_account=payout.stripe_account,
            payout_id=payout.payout_id,
            payout_state=payout.state,
            arrives_on=calendar_date(payout.arrival_date).isoformat(),
            balance_transaction=row.id,
            type=row.type,
            reporting_category=row.reporting_category,
            source=row.source,
            created_at=datetime.fromtimestamp(row.created, UTC).isoformat(),
            currency=row.currency.upper(),
            gross=row.gross_money.major,
            fee=Money(row.fee, row.currency).major,
            net=row.net_money.major,
            exchange_rate=row.exchange_rate,
            goes_to=goes_to,
            record_type=link.record_type.value if link else None,
            record_id=link.internal_id if link else None,
            record_external_id=link.external_id if link else None,
            account=self._account(role) if role else None,
            fee_accounts=None if role is AccountRole.PRE_START else self._fee_accounts(row),
            deposit_id=holder.internal_id if holder else None,
            deposit_part=part,
            posted_on=sent.posted_on if sent and holder else None,
        )

    def _place(
        self, row: BalanceTransaction, kind: RecordLine | AccountLine | None, link: LinkRow | None
    ) -> tuple[str, AccountRole | None]:
        if row.type == "payout" and row.source == self._payout.payout_id:
            return "bank", None
        if link is None and (row.created < self._since or row.source in self._before_start):
            return "account", AccountRole.PRE_START
        match kind:
            case _ if not row.amount:
                return ("account" if row.fee else "nothing"), None
            case RecordLine():
                return "record", None
            case AccountLine(role=role):
                return "account", role
            case _:
                return "account", AccountRole.SUSPENSE

    def _holder(self, link: LinkRow | None, role: AccountRole | None) -> tuple[LinkRow | None, int | None]:
        """Return the deposit that took the line, with its number where it is a part; for money in transit an entry."""
        payout_id = self._payout.payout_id
        if role is AccountRole.PAYOUTS_IN_TRANSIT and self._payout.payout_status == CLEARING:
            return self._links.get((payout_id, Role.JOURNAL)), None
        part = self._part_by_record.get(link.internal_id) if link else None
        if part is not None:
            return self._links.get((part, Role.MAIN)), int(part.removeprefix(f"{payout_id}-"))
        return self._links.get((payout_id, Role.MAIN)), None

    def _stands(self, stripe_id: str) -> bool:
        return any((stripe_id, role) in self._links for role in (Role.MAIN, Role.JOURNAL))

    def _account(self, role: AccountRole) -> str:
        selector = self._mapping.account(role)
        return f"{role.value} ({selector})" if selector else role.value

    def _fee_accounts(self, row: BalanceTransaction) -> str | None:
        fees = (
            f"{self._account(fee.role or AccountRole.SUSPENSE)} {Money(fee.minor, row.currency).major}"
            for fee in fees_of(row)
        )
        return "; ".join(fees) or None
