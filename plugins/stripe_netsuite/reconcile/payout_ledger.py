"""What Stripe's ledger says must stand on a payout's deposit: which records, and how much on which account (H1). Pure.

Every ledger line counts once: on the line of its record, in the line of an account, or as a line of no amount. Built
from the ledger and the rules of F2 and F6 alone; what a deposit was planned as is not looked at.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from stripe_netsuite.domain.identity import Role
from stripe_netsuite.domain.stripe_object import BalanceTransaction
from stripe_netsuite.mapping.accounts import AccountRole
from stripe_netsuite.reconcile.fee import fees_of
from stripe_netsuite.reconcile.ledger_kind import CAPTURE_REVERSAL, AccountLine, RecordLine, kind_of
from stripe_netsuite.reconcile.payout_rows import net_captures

Key = tuple[str, Role]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRules:
    """What decides where a ledger line goes, as it was when the deposit was booked.

    `sync_start_s` is the first instant that is booked (Unix s); `before_start` are objects excluded for it (A7);
    `charge_by_reversal` names the charge that a partial capture's reversal nets, `reversed_elsewhere` what lines of
    other payouts take back of a charge (D5).
    `links_alone`: another system books the sales, and a dispute that it does not book is a line (G3).
    """

    reopens_disputes: bool
    links_alone: bool = False
    sync_start_s: int = 0
    before_start: AbstractSet[str] = frozenset()
    charge_by_reversal: Mapping[str, str] = field(default_factory=dict)
    reversed_elsewhere: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Share:
    """What the ledger says of one record: whose it is, the sum of its lines in minor units of the payout's currency.

    `is_converted`: Stripe changed it from another currency, so that the record's own amount is another.
    """

    source: str
    minor: int
    is_converted: bool


@dataclass(frozen=True, slots=True)
class LineCounts:
    """How the payout's ledger lines are spread over its deposit."""

    on_records: int = 0
    on_accounts: int = 0
    without_amount: int = 0

    @property
    def total(self) -> int:
        """All ledger lines."""
        return self.on_records + self.on_accounts + self.without_amount


@dataclass(slots=True)
class LedgerShare:
    """A payout by its ledger lines. `by_role` is money in (+) and out (-) without a record, in minor units.

    `by_record` is keyed by internal id; `missing`, by Stripe id, are lines whose record nobody knows.
    """

    net: int = 0
    counts: LineCounts = field(default_factory=LineCounts)
    by_role: defaultdict[AccountRole, int] = field(default_factory=lambda: defaultdict(int))
    by_record: dict[str, Share] = field(default_factory=dict)
    missing: dict[str, Share] = field(default_factory=dict)


def share_of_ledger(
    rows: Sequence[BalanceTransaction], record_by_key: Mapping[Key, str], rules: LedgerRules
) -> LedgerShare:
    """Spread a payout's ledger lines over records and accounts; `record_by_key` are internal ids."""
    share = LedgerShare(net=sum(row.net for row in rows))
    reversals = Counter(
        rules.charge_by_reversal.get(row.source or "") for row in rows if row.reporting_category == CAPTURE_REVERSAL
    )
    on_records = without_amount = 0
    for row in net_captures(rows, rules.charge_by_reversal, rules.reversed_elsewhere):
        # A reversal that is netted is a line of its charge's record.
        lines = 1 + (reversals[row.source] if row.reporting_category == "charge" else 0)
        kind = kind_of(row, reopens_disputes=rules.reopens_disputes)
        if _is_before_start(row, kind, record_by_key, rules):
            share.by_role[AccountRole.PRE_START] += row.net
            continue
        for role, minor in _fees(row):
            share.by_role[role] -= minor
        match kind:
            case _ if not row.amount:
                without_amount += 0 if row.fee else lines
            case RecordLine() if _is_dispute_alone(row, kind, record_by_key, rules):
                share.by_role[AccountRole.DISPUTES] += row.amount
            case RecordLine():
                on_records += lines
                _take_record(share, row, kind, record_by_key)
            case AccountLine(role=role):
                share.by_role[role] += row.amount
            case _:
                share.by_role[AccountRole.SUSPENSE] += row.amount
    share.counts = LineCounts(on_records, len(rows) - on_records - without_amount, without_amount)
    return share


def _fees(row: BalanceTransaction) -> Iterator[tuple[AccountRole, int]]:
    for fee in fees_of(row):
        yield fee.role or AccountRole.SUSPENSE, fee.minor


def _take_record(
    share: LedgerShare, row: BalanceTransaction, kind: RecordLine, record_by_key: Mapping[Key, str]
) -> None:
    number = record_by_key.get(kind.key)
    shares, key = (share.missing, kind.source) if number is None else (share.by_record, number)
    before = shares.get(key)
    shares[key] = Share(
        kind.source,
        row.amount + (before.minor if before else 0),
        row.exchange_rate is not None or bool(before and before.is_converted),
    )


def _is_dispute_alone(
    row: BalanceTransaction, kind: RecordLine, record_by_key: Mapping[Key, str], rules: LedgerRules
) -> bool:
    return rules.links_alone and row.reporting_category == "dispute" and kind.key not in record_by_key


def _is_before_start(
    row: BalanceTransaction,
    kind: RecordLine | AccountLine | None,
    record_by_key: Mapping[Key, str],
    rules: LedgerRules,
) -> bool:
    """A7, as the deposit takes it: unless a record stands for the line all the same."""
    if isinstance(kind, RecordLine) and kind.key in record_by_key:
        return False
    return row.created < rules.sync_start_s or row.source in rules.before_start
