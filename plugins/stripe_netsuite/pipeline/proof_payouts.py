"""Bring H1's two sides together: the ledger lines of each payout, and what its records posted in NetSuite.

A payout may be one deposit, several parts (F11), a deposit of zero with journal entries (F8, F9), a journal entry alone
(F10) or a clearing day: all are judged alike, by record, by account and by what was left in the bank.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

import msgspec
from sqlalchemy.engine import Connection

from stripe_netsuite.domain.identity import Role, external_id
from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.stripe_object import BalanceTransaction
from stripe_netsuite.domain.window import calendar_date
from stripe_netsuite.errors import NetSuiteNotFound
from stripe_netsuite.mapping.entities import StripeAccount
from stripe_netsuite.netsuite_api.deposit_queries import posted_by_account, taken_records
from stripe_netsuite.netsuite_api.lookup import Found, lookup_external_ids
from stripe_netsuite.netsuite_api.read_back import read_deposit
from stripe_netsuite.pipeline.payout_records import before_start, record_keys, reversed_elsewhere
from stripe_netsuite.pipeline.proof_mapping import EarlierBooks
from stripe_netsuite.pipeline.proof_scope import LOOK_BACK
from stripe_netsuite.pipeline.run import Run
from stripe_netsuite.pipeline.services import Services
from stripe_netsuite.reconcile.deposit_parts import part_ids
from stripe_netsuite.reconcile.ledger_kind import CAPTURE_REVERSAL
from stripe_netsuite.reconcile.payout_findings import LET_THROUGH
from stripe_netsuite.reconcile.payout_ledger import LedgerRules, LedgerShare, share_of_ledger
from stripe_netsuite.reconcile.proof import Verdict
from stripe_netsuite.reconcile.proof_payout import DepositedRecord, PayoutAccounts, PayoutPostings, prove_payout
from stripe_netsuite.staging.clearing import CLEARING
from stripe_netsuite.staging.findings import open_findings
from stripe_netsuite.staging.ledger import read_ledger
from stripe_netsuite.staging.links import LinkRow, read_links
from stripe_netsuite.staging.objects import read_payloads
from stripe_netsuite.staging.payouts import IN_BOOKS, PayoutRow, all_payouts
from stripe_netsuite.staging.suspense import read_suspense_lines
from stripe_netsuite.transform.books import Books

_JOURNALS = (Role.JOURNAL, Role.REVERSAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutRecordIds:
    """The records that stand for a payout in NetSuite, by internal id; `is_mapped`: a person named the deposit (F14).

    `version` is the mapping version that they were booked with, None where nobody knows.
    """

    deposits: tuple[str, ...]
    journals: tuple[str, ...]
    is_mapped: bool
    version: str | None

    @property
    def all_ids(self) -> tuple[str, ...]:
        """Deposits and journal entries."""
        return (*self.deposits, *self.journals)


def payouts_in_books(services: Services, run: Run, account: StripeAccount) -> list[tuple[PayoutRow, PayoutRecordIds]]:
    """Return the payouts of the look-back that are in the books, each with its records in NetSuite."""
    since = int((run.window.start - LOOK_BACK).timestamp())
    with services.engine.connect() as connection:
        rows = [
            row for row in all_payouts(connection, account.id) if row.state in IN_BOOKS and row.arrival_date >= since
        ]
    records = _read_records(services, account, rows)
    return [(row, records[row.payout_id]) for row in rows]


def payout_verdicts(
    services: Services, account: StripeAccount, payouts: Sequence[tuple[PayoutRow, PayoutRecordIds]]
) -> list[Verdict]:
    """H1 of each of these payouts."""
    with services.engine.connect() as connection:
        let_through = _let_through(connection, account.id)
    posted = posted_by_account(services.netsuite, [one for _, records in payouts for one in records.all_ids])
    earlier = EarlierBooks(services, account)
    return [_prove(services, account, row, records, posted, earlier, let_through) for row, records in payouts]


def _read_records(services: Services, account: StripeAccount, rows: Sequence[PayoutRow]) -> dict[str, PayoutRecordIds]:
    """Return the records of each payout, by external id as NetSuite shows them now, else by what it was linked to."""
    most = services.books(account).max_deposit_lines
    with services.engine.connect() as connection:
        linked = read_links(
            connection,
            services.netsuite_account,
            account.id,
            [one for row in rows for one in (row.payout_id, *part_ids(row.payout_id))],
        )
    asked: list[str] = []
    for row in rows:
        asked += [external_id(row.payout_id, role) for role in (Role.MAIN, *_JOURNALS)]
        parts = part_ids(row.payout_id)
        # Asked for only where there can be parts: a hundred names a payout would be many requests for nothing.
        if (row.member_count or 0) > most or any((one, Role.MAIN) in linked for one in parts):
            asked += [external_id(one) for one in parts]
    found = lookup_external_ids(services.netsuite, "transaction", asked)
    return {row.payout_id: _record_ids(row, linked, found) for row in rows}


def _record_ids(
    row: PayoutRow, linked: Mapping[tuple[str, Role], LinkRow], found: Mapping[str, Found]
) -> PayoutRecordIds:
    standing = {name: one.internal_id for name, one in found.items() if not one.is_voided}
    journals = [standing[name] for role in _JOURNALS if (name := external_id(row.payout_id, role)) in standing]
    own = linked.get((row.payout_id, Role.MAIN))
    main = standing.get(external_id(row.payout_id)) or (own.internal_id if own else None)
    parts = [standing[name] for one in part_ids(row.payout_id) if (name := external_id(one)) in standing]
    links = [own, *(linked.get((row.payout_id, role)) for role in _JOURNALS)]
    return PayoutRecordIds(
        deposits=tuple([main, *parts] if main else parts),
        journals=tuple(journals),
        is_mapped=own is not None and own.origin == "mapped",
        version=next((one.mapping_version for one in links if one is not None), None),
    )


def _prove(
    services: Services,
    account: StripeAccount,
    row: PayoutRow,
    records: PayoutRecordIds,
    posted: Mapping[str, Mapping[str, Decimal]],
    earlier: EarlierBooks,
    let_through: Mapping[str, Decimal | None],
) -> Verdict:
    then = earlier.of(records.version)
    books = then or services.books(account)
    is_early = calendar_date(row.arrival_date) < books.sync_start
    in_bank = row.amount
    if row.state == "failed":
        # A payout of before the sync start that came back only leaves the bank (A7).
        in_bank = -row.amount if is_early else 0
    share = LedgerShare() if is_early else _ledger_share(services, account, row, books)
    is_clearing = row.payout_status == CLEARING
    banks = books.clearing_account_id_by_currency if is_clearing else books.bank_account_id_by_currency
    cleared = _cleared(services, account, row, share)
    accounts = PayoutAccounts(
        bank_id=banks.get(row.currency, ""),
        funds_id=books.undeposited_funds_account_id,
        id_by_role=books.account_id_by_role,
        tolerance_minor=books.tolerance_minor_of(row.currency),
        compares=then is not None and not records.is_mapped,
        let_through={**let_through, **cleared.otherwise},
    )
    if cleared.deposits:
        records = replace(records, deposits=(*records.deposits, *cleared.deposits))
        posted = {**posted, **posted_by_account(services.netsuite, cleared.deposits)}
    postings = _postings(services, records, posted)
    return prove_payout(row.payout_id, Money(in_bank, row.currency), share, postings, accounts)


@dataclass(frozen=True, slots=True)
class _Cleared:
    """What was let through and taken off the suspense account since (F5).

    `deposits` took the payout's own records; `otherwise` is what a person cleared, or a record entered for a part: the
    payout's deposit has it in suspense for good.
    """

    deposits: tuple[str, ...]
    otherwise: Mapping[str, Decimal]


def _cleared(services: Services, account: StripeAccount, row: PayoutRow, share: LedgerShare) -> _Cleared:
    with services.engine.connect() as connection:
        lines = [one for one in read_suspense_lines(connection, account.id, row.payout_id) if one.cleared_by]
    deposits: list[str] = []
    otherwise: dict[str, Decimal] = {}
    for line in lines:
        number = line.cleared_internal_id if line.cleared_by == "deposit" else None
        taken = {one.internal_id for one in taken_records(services.netsuite, [number])} if number else set()
        if number and taken and taken <= share.by_record.keys():
            deposits.append(number)
        else:
            otherwise[line.stripe_id] = otherwise.get(line.stripe_id, Decimal(0)) + line.money.major
    return _Cleared(tuple(deposits), otherwise)


def _postings(
    services: Services,
    records: PayoutRecordIds,
    posted: Mapping[str, Mapping[str, Decimal]],
) -> PayoutPostings:
    """Return what NetSuite shows of the payout now."""
    moved: dict[str, Decimal] = {}
    for number in records.all_ids:
        for gl_account, amount in posted.get(number, {}).items():
            moved[gl_account] = moved.get(gl_account, Decimal(0)) + amount
    deposits = [number for number in records.deposits if number in posted]
    taken = taken_records(services.netsuite, deposits)
    return PayoutPostings(
        moved=moved,
        records=[DepositedRecord(one.internal_id, one.amount) for one in taken],
        deposit_count=len(deposits),
        total_by_hand=_total_by_hand(services, deposits[0]) if records.is_mapped and deposits else None,
    )


def _total_by_hand(services: Services, internal_id: str) -> Decimal | None:
    try:
        return read_deposit(services.netsuite, internal_id).total
    except NetSuiteNotFound:
        return None


def _ledger_share(services: Services, account: StripeAccount, row: PayoutRow, books: Books) -> LedgerShare:
    """Return what the ledger says of the payout: all lines but the one that takes it out of Stripe's balance."""
    reopens = books.dispute_won == "reopen"
    since = int(account.sync_start_utc.timestamp())
    with services.engine.connect() as connection:
        members = read_ledger(connection, account.id, payout_id=row.payout_id)
        lines = [one for one in members if not (one.type == "payout" and one.source == row.payout_id)]
        keys = record_keys(lines, reopens_disputes=reopens)
        links = read_links(connection, services.netsuite_account, account.id, {one for one, _ in keys})
        excluded = before_start(connection, account.id, lines, 0)
        charges = _charge_by_reversal(connection, account.id, lines)
        sold = {one.source for one in lines if one.source and one.reporting_category == "charge"}
        elsewhere = reversed_elsewhere(connection, account.id, members, sold)
    numbers = {key: links[key].internal_id for key in keys if key in links}
    rules = LedgerRules(
        reopens_disputes=reopens,
        links_alone=account.mode == "reconcile_only",
        sync_start_s=since,
        before_start=excluded,
        charge_by_reversal=charges,
        reversed_elsewhere=elsewhere,
    )
    return share_of_ledger(lines, numbers, rules)


def _charge_by_reversal(
    connection: Connection, account_id: str, lines: Collection[BalanceTransaction]
) -> dict[str, str]:
    """Return the charge that each partial capture's reversal nets (D5)."""
    refunds = {one.source for one in lines if one.reporting_category == CAPTURE_REVERSAL and one.source}
    payloads = read_payloads(connection, account_id, "refund", refunds)
    charges = {one: msgspec.json.decode(payload).get("charge") for one, payload in payloads.items()}
    return {one: charge for one, charge in charges.items() if charge}


def _let_through(connection: Connection, account_id: str) -> dict[str, Decimal | None]:
    """Return the objects whose difference stands in suspense (F5), with that difference where it is said."""
    found: dict[str, Decimal | None] = {}
    for row in open_findings(connection, account_id):
        finding = row.finding
        if finding.stripe_id and LET_THROUGH in finding.details:
            found[finding.stripe_id] = _amount(finding.difference)
    return found


def _amount(text: str | None) -> Decimal | None:
    """Read `1.20 USD`, as findings write money."""
    try:
        return Decimal(text.split()[0]) if text else None
    except InvalidOperation:
        return None
