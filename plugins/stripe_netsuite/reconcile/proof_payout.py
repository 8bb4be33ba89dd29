"""H1: each payout's ledger lines against what its records posted in NetSuite, by record, by account and in total. Pure.

One side is Stripe's ledger (`payout_ledger`), the other NetSuite's postings and links, read for the proof: bank, record
by record, account by account. Every difference is named with both amounts; a positive one is money in.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from stripe_netsuite.domain.money import Money
from stripe_netsuite.mapping.accounts import AccountRole
from stripe_netsuite.reconcile.payout_ledger import LedgerShare, Share
from stripe_netsuite.reconcile.proof import Verdict, some

_ZERO = Decimal(0)
_SHOWN = 8


@dataclass(frozen=True, slots=True)
class DepositedRecord:
    """A record on one of the payout's deposits, with its amount without sign, in the record's own currency."""

    internal_id: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutPostings:
    """What NetSuite shows of a payout: `moved` is account → debits less credits of all its records, in its currency.

    Nothing moved: there is no record. `total_by_hand` is the total of a deposit that a person made, in a bank that he
    chose (F14).
    """

    moved: Mapping[str, Decimal] = field(default_factory=dict)
    records: Sequence[DepositedRecord] = ()
    deposit_count: int = 0
    total_by_hand: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutAccounts:
    """The accounts that the payout was booked with. `compares` is false where a person booked it, by accounts of his own.

    `let_through`: Stripe ids whose difference went to suspense (F5), with that difference in major units where a
    finding says it; `tolerance_minor` is what one converted line may have been rounded by (F7).
    """

    bank_id: str
    funds_id: str
    id_by_role: Mapping[str, str]
    tolerance_minor: int
    compares: bool = True
    let_through: Mapping[str, Decimal | None] = field(default_factory=dict)


def prove_payout(
    payout_id: str,
    in_bank: Money,
    share: LedgerShare,
    postings: PayoutPostings,
    accounts: PayoutAccounts,
) -> Verdict:
    """Judge one payout. `in_bank` is what it must have left in the bank: its amount, or nothing where it came back."""
    is_expected = bool(in_bank.minor or share.counts.total)
    if not postings.moved and is_expected:
        return _verdict(payout_id, in_bank, None, ["NetSuite shows no deposit for it"])
    total = postings.total_by_hand
    if total is None:
        total = postings.moved.get(accounts.bank_id, _ZERO) + _through_bank(in_bank, share, accounts)
    wrong = _Judgement(in_bank, share, postings, accounts).wrong()
    return _verdict(payout_id, in_bank, total, wrong, _counted(share, postings))


def _through_bank(in_bank: Money, share: LedgerShare, accounts: PayoutAccounts) -> Decimal:
    """Return what account lines took from the bank itself, such as a top-up's: it is not in what the payout brought."""
    minor = sum(
        minor for role, minor in share.by_role.items() if accounts.id_by_role.get(role.value) == accounts.bank_id
    )
    return Money(minor, in_bank.currency).major


class _Judgement:
    """What is wrong with the lines of one payout's deposits, in words."""

    def __init__(self, in_bank: Money, share: LedgerShare, postings: PayoutPostings, accounts: PayoutAccounts) -> None:
        self._currency = in_bank.currency
        self._in_bank = in_bank
        self._share = share
        self._postings = postings
        self._accounts = accounts
        self._deposited = {one.internal_id: one.amount for one in postings.records}
        self._wrong: list[str] = []
        # What records do not cover and policy let through, in major units; positive is money in.
        self._in_suspense = _ZERO

    def wrong(self) -> list[str]:
        """Return every difference: records that are missing, strange, doubled or of another amount, then accounts."""
        self._check_membership()
        funds = sum((self._take(number, share) for number, share in self._share.by_record.items()), _ZERO)
        if self._accounts.compares:
            self._check_accounts(funds)
        return self._wrong

    def _check_membership(self) -> None:
        excused = self._accounts.let_through
        missing = [
            number
            for number, share in self._share.by_record.items()
            if number not in self._deposited and share.source not in excused
        ]
        missing += [f"none for {source}" for source in self._share.missing if source not in excused]
        strange = self._deposited.keys() - self._share.by_record.keys()
        twice = [
            number for number, times in Counter(one.internal_id for one in self._postings.records).items() if times > 1
        ]
        for words, ids in (
            ("not on the deposit", missing),
            ("on the deposit and not of this payout", strange),
            ("on the deposits twice", twice),
        ):
            if ids:
                self._wrong.append(f"{words}: {some(ids)}")
        self._in_suspense += sum(
            (self._major(share.minor) for source, share in self._share.missing.items() if source in excused), _ZERO
        )

    def _take(self, number: str, share: Share) -> Decimal:
        """Return what the record should have brought out of Undeposited Funds, in major units."""
        expected, held = self._major(share.minor), self._deposited.get(number)
        is_excused = share.source in self._accounts.let_through
        if held is None:
            self._in_suspense += expected if is_excused else 0
            return _ZERO
        if share.is_converted:
            said = (self._accounts.let_through.get(share.source) or _ZERO) if is_excused else _ZERO
            self._in_suspense += said
            return expected - said
        taken = held if share.minor > 0 else -held
        if taken != expected and is_excused:
            self._in_suspense += expected - taken
        elif taken != expected:
            self._wrong.append(f"{share.source} is on the deposit with {taken}, not {expected}")
        return taken

    def _check_accounts(self, funds: Decimal) -> None:
        """Compare all that was posted, account by account; what conversion rounded stands in the rounding account."""
        roles, moved = self._accounts.id_by_role, self._postings.moved
        rounded = funds + moved.get(self._accounts.funds_id, _ZERO)
        converted = [
            one for number, one in self._share.by_record.items() if one.is_converted and number in self._deposited
        ]
        bound = self._major(self._accounts.tolerance_minor) * len(converted)
        if abs(rounded) > bound:
            self._wrong.append(
                f"Undeposited Funds gave {-moved.get(self._accounts.funds_id, _ZERO)}, not {funds + self._major(0)}"
            )
            rounded = _ZERO
        expected: defaultdict[str, Decimal] = defaultdict(Decimal)
        for role, minor in self._share.by_role.items():
            expected[roles.get(role.value, role.value)] += self._major(minor)
        for role, amount in (
            (AccountRole.ROUNDING, rounded),
            (AccountRole.SUSPENSE, self._in_suspense),
            (AccountRole.PAYOUTS_IN_TRANSIT, self._in_bank.major - self._major(self._share.net)),
        ):
            if amount:
                expected[roles.get(role.value, role.value)] += amount
        names = self._names()
        own = {self._accounts.funds_id, self._accounts.bank_id}
        for number in sorted((expected.keys() | moved.keys()) - own, key=lambda one: names.get(one, one)):
            found = self._major(0) - moved.get(number, _ZERO)
            if found != expected[number]:
                name = names.get(number, f"account {number}")
                self._wrong.append(f"{name}: {found}, not {expected[number] + self._major(0)}")

    def _names(self) -> dict[str, str]:
        roles: defaultdict[str, list[str]] = defaultdict(list)
        for role, number in self._accounts.id_by_role.items():
            roles[number].append(role)
        return {number: f"account {number} ({', '.join(sorted(names))})" for number, names in roles.items()}

    def _major(self, minor: int) -> Decimal:
        return Money(minor, self._currency).major


def _counted(share: LedgerShare, postings: PayoutPostings) -> str:
    counts = share.counts
    if not counts.total:
        return "no ledger lines of its own"
    parts = f" of {postings.deposit_count} deposits" if postings.deposit_count > 1 else ""
    return (
        f"{_number(counts.total, 'ledger line')}: {counts.on_records} on {_number(len(postings.records), 'record')}, "
        f"{counts.on_accounts} on account lines, {counts.without_amount} without an amount{parts}"
    )


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _verdict(payout_id: str, in_bank: Money, found: Decimal | None, wrong: list[str], counted: str = "") -> Verdict:
    difference = None if found is None else found - in_bank.major
    shown = wrong[:_SHOWN] + ([f"and {len(wrong) - _SHOWN} more differences"] if len(wrong) > _SHOWN else [])
    return Verdict(
        "H1",
        payout_id,
        "broken" if wrong or difference else "ok",
        str(in_bank.major),
        None if found is None else str(found + Money(0, in_bank.currency).major),
        None if difference is None else str(difference),
        in_bank.currency,
        "; ".join([*shown, *([counted] if counted else [])]) or None,
    )
