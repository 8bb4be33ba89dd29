"""A planned deposit equals its payout to the minor unit, or there is none (ACCOUNTING F3, F5, F6, F7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_netsuite.domain.identity import Role
from stripe_netsuite.domain.money import Money, convert
from stripe_netsuite.domain.stripe_object import BalanceTransaction, FeeDetail, Payout
from stripe_netsuite.errors import InvariantBroken
from stripe_netsuite.mapping.accounts import AccountRole
from stripe_netsuite.reconcile.account_lines import AccountLines
from stripe_netsuite.reconcile.fee import ROLE_BY_FEE_TYPE, fees_of
from stripe_netsuite.reconcile.payout import BookedRecord, DepositPlan, PayoutBooks, PayoutRecords, subjects_of
from stripe_netsuite.reconcile.payout import plan_deposit as plan_deposit_of
from tests.laws import LAW

ROLES = {role.value: f"account of {role.value}" for role in AccountRole}
BOOKS = PayoutBooks(
    stripe_account="acct_1",
    base_currency="usd",
    subsidiary_id="2",
    undeposited_funds_account_id="14",
    bank_account_id="10",
    currency_id="1",
    account_id_by_role=ROLES,
    tolerance_minor=1,
    fee_lines="per_kind",
    deposit_date=date(2026, 11, 5),
)


def plan_deposit(
    payout: Payout, rows: list[BalanceTransaction], records: dict[str, BookedRecord], books: PayoutBooks
) -> DepositPlan:
    """Plan with the main record of each source."""
    by_link = {(source, Role.MAIN): record for source, record in records.items()}
    return plan_deposit_of(payout, rows, PayoutRecords(by_link=by_link), books)


def _payout(amount: int, currency: str = "usd") -> Payout:
    return Payout(
        id="po_1", created=1, currency=currency, amount=amount, arrival_date=1, automatic=True, status="paid",
        reconciliation_status="completed",
    )  # fmt: skip


def _row(
    number: int, amount: int, fee: int, details: list[FeeDetail] | None = None, currency: str = "usd"
) -> BalanceTransaction:
    category = "charge" if amount > 0 else "refund"
    return BalanceTransaction(
        id=f"txn_{number}", type=category, reporting_category=category, balance_type="payments", currency=currency,
        amount=amount, fee=fee, net=amount - fee, created=1, available_on=1, status="available",
        source=f"ch_{number}", fee_details=details or [],
    )  # fmt: skip


@st.composite
def payouts(draw: st.DrawFn) -> tuple[Payout, list[BalanceTransaction], dict[str, BookedRecord]]:
    """Charges and refunds with fees of any kind, some in EUR, each with a sound record; the payout is their net."""
    rows: list[BalanceTransaction] = []
    records: dict[str, BookedRecord] = {}
    for number in range(draw(st.integers(1, 8))):
        sign = draw(st.sampled_from([1, 1, -1]))
        parts = draw(st.lists(st.tuples(st.sampled_from(sorted(ROLE_BY_FEE_TYPE)), st.integers(-300, 900)), max_size=4))
        details = [FeeDetail(amount=amount, currency="usd", type=kind) for kind, amount in parts]
        fee = sum(part.amount for part in details) + draw(st.sampled_from([0, 0, 30]))
        rate = None
        if draw(st.booleans()):
            money, rate = Money(draw(st.integers(1_000, 10**7)), "eur"), draw(st.decimals("0.5", "2", places=6))
            settled = convert(money, rate, "usd").minor + draw(st.sampled_from([-1, 0, 1]))
        else:
            settled = draw(st.integers(1_000, 10**7))
            money = Money(settled, "usd")
        rows.append(_row(number, sign * settled, fee, details))
        records[f"ch_{number}"] = BookedRecord(
            internal_id=str(500 + number), stripe_money=money, exists=True, found_total=money.major, exchange_rate=rate
        )
    return _payout(sum(row.net for row in rows)), rows, records


@LAW
@given(payouts(), st.sampled_from(["per_kind", "per_transaction"]), st.randoms(use_true_random=False))
def test_a_deposit_equals_its_payout(
    world: tuple[Payout, list[BalanceTransaction], dict[str, BookedRecord]], fee_lines: str, random: object
) -> None:
    """Σ payments + Σ other − Σ cashback = the payout, in any order of its lines, every record once; or a finding."""
    payout, rows, records = world
    books = replace(BOOKS, fee_lines=fee_lines)
    plan = plan_deposit(payout, rows, records, books)
    if payout.amount < 0:
        assert (plan.state, plan.record) == ("blocked", None)
        return
    record = plan.record
    assert record is not None
    signed = [
        *(p.amount for p in record.payments),
        *(o.amount for o in record.others),
        *(-c.amount for c in record.cashbacks),
    ]
    assert sum(signed, Decimal(0)) == record.total == Money(payout.amount, "usd").major
    assert all(line.amount > 0 for line in (*record.others, *record.cashbacks))
    assert sorted(line.stripe_id for line in record.payments) == sorted(records)
    assert plan.fees == Money(sum(row.fee for row in rows), "usd")
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    other = plan_deposit(payout, shuffled, records, books).record
    assert other is not None
    assert (other.total, other.others, other.cashbacks) == (record.total, record.others, record.cashbacks)
    assert set(other.payments) == set(record.payments)


@LAW
@given(payouts(), st.data())
def test_one_bad_record_stops_the_whole_deposit(
    world: tuple[Payout, list[BalanceTransaction], dict[str, BookedRecord]], data: st.DataObject
) -> None:
    """Fail closed: never a deposit without one of its lines, and it goes through once the record is right again."""
    payout, rows, records = world
    source = data.draw(st.sampled_from(sorted(records)))
    faults: dict[str, object] = data.draw(
        st.sampled_from([
            {"exists": False}, {"voided": True}, {"deposit_ids": ("9",)}, {"found_account_id": "15"},
            {"found_subsidiary_id": "3"}, {"found_total": Decimal("0.01")},
        ])
    )  # fmt: skip
    spoilt = records | {source: replace(records[source], **faults)}  # type: ignore[arg-type]
    plan = plan_deposit(payout, rows, spoilt, BOOKS)
    assert (plan.state, plan.record) == ("blocked", None)
    assert source in {finding.stripe_id for finding in plan.findings}
    del spoilt[source]
    if payout.amount >= 0:
        waiting = plan_deposit(payout, rows, spoilt, BOOKS)
        assert (waiting.state, waiting.record) == ("waiting_on_records", None)
        assert plan_deposit(payout, rows, records, BOOKS).record is not None


@LAW
@given(payouts(), st.sampled_from(["per_kind", "per_transaction"]), st.sets(st.sampled_from(sorted(ROLES))), st.data())
def test_every_finding_of_a_payout_can_be_resolved(
    world: tuple[Payout, list[BalanceTransaction], dict[str, BookedRecord]],
    fee_lines: str,
    mapped: set[str],
    data: st.DataObject,
) -> None:
    """Whatever is wrong with a payout is said of a subject that the payout resolves once it is sound."""
    payout, rows, records = world
    strange = data.draw(st.sampled_from(rows))
    source = data.draw(st.sampled_from([strange.source, None]))
    kind = FeeDetail(amount=7, currency="usd", type="lunar_tax")
    rows[rows.index(strange)] = msgspec.structs.replace(
        strange, source=source, reporting_category="lunar_levy", fee_details=[*strange.fee_details, kind]
    )
    gone = data.draw(st.sampled_from(sorted(records)))
    records[gone] = replace(records[gone], exists=False)
    books = replace(
        BOOKS, account_id_by_role={role: ROLES[role] for role in mapped}, fee_lines=fee_lines, bank_account_id=None
    )
    plan = plan_deposit(payout, rows, records, books)
    assert "unsupported_fee_type" in {finding.code for finding in plan.findings}
    assert {finding.stripe_id for finding in plan.findings} <= subjects_of(payout.id, rows)


def test_a_payout_speaks_of_itself_its_transactions_and_its_fees() -> None:
    """And of nothing else: a finding about a charge of another payout is not this one's to resolve."""
    rows = [
        _row(1, 10000, 30, [FeeDetail(amount=30, currency="usd", type="tax")]),
        msgspec.structs.replace(_row(2, 5000, 0), source=None),
    ]
    parts = {f"po_1:{name}" for name in (*ROLES, "tax", "stripe_fee")}
    assert subjects_of("po_1", rows) == {"po_1", "ch_1", "txn_2"} | parts - {"po_1:stripe_fee"}


def _plan(row: BalanceTransaction, money: Money, amount: int | None = None) -> DepositPlan:
    record = BookedRecord(internal_id="501", stripe_money=money, exists=True)
    payout = _payout(row.net if amount is None else amount)
    return plan_deposit(payout, [row], {"ch_1": record}, BOOKS)


def test_what_netsuite_does_not_tell_is_not_held_against_it() -> None:
    """Total, account and subsidiary may be invisible to the role; the deposit is read back all the same."""
    assert _plan(_row(1, 10000, 0), Money(10000, "usd")).state == "ready"


def test_a_ledger_line_of_another_currency_never_enters_the_sum() -> None:
    """Stripe pays out in one currency; a line in another is a broken program, not a finding."""
    with pytest.raises(InvariantBroken, match="two currencies"):
        _plan(_row(1, 10000, 0, currency="eur"), Money(10000, "eur"), 10000)


def test_a_ledger_line_whose_parts_disagree_is_never_posted() -> None:
    """Net adds up to the payout, but gross less fee does not: the deposit's own sum catches it (F3)."""
    row = msgspec.structs.replace(_row(1, 10000, 320), net=9700)
    with pytest.raises(InvariantBroken, match="does not equal the payout") as caught:
        _plan(row, Money(10000, "usd"))
    assert (caught.value.subject, caught.value.saw, caught.value.expected) == ("po_1", "96.80", "97.00 USD")


def test_a_finding_names_its_payout() -> None:
    """A person who reads of a charge sees which payout waits for it."""
    plan = _plan(_row(1, 10000, 0), Money(10000, "usd"), 10001)
    assert [finding.details for finding in plan.findings] == [(("payout", "po_1"),)]


@pytest.mark.parametrize(
    ("kind", "words"),
    [("tax", "Add tax_on_fees to accounts.yaml."), ("lunar_tax", "Book the deposit by hand, or let unknown")],
)
def test_what_to_do_about_a_fee_depends_on_whether_a_rule_knows_it(kind: str, words: str) -> None:
    """accounts.yaml takes known roles only; an unknown kind needs another way."""
    row = _row(1, 10000, 320, [FeeDetail(amount=320, currency="usd", type=kind)])
    record = BookedRecord(internal_id="501", stripe_money=Money(10000, "usd"), exists=True)
    plan = plan_deposit(_payout(9680), [row], {"ch_1": record}, replace(BOOKS, account_id_by_role={}))
    assert [str(finding.suggestion).startswith(words) for finding in plan.findings] == [True]


def test_fees_that_cancel_out_still_need_an_account() -> None:
    """Per transaction, charged and returned are two lines."""
    lines = AccountLines("usd", {}, per_transaction=True)
    for row in (_row(1, 100, 30), _row(2, 100, -30)):
        for fee in fees_of(row):
            assert fee.role is not None
            lines.add_fee(fee.role, row.id, fee.minor)
    assert lines.unmapped() == [(AccountRole.PROCESSING_FEES, Money(0, "usd"))]


@pytest.mark.parametrize(
    ("kind", "source", "is_own"),
    [("payout", "po_1", True), ("payout", "po_0", False), ("payout_reversal", "po_1", False)],
)
def test_only_its_own_ledger_line_is_not_a_payouts_content(kind: str, source: str, *, is_own: bool) -> None:
    """The line that takes the payout out of the balance; another payout's, or a failure, is content and counts."""
    charge = _row(1, 10000, 0)
    line = msgspec.structs.replace(_row(2, -10000, 0), type=kind, reporting_category=kind, source=source)
    record = BookedRecord(internal_id="501", stripe_money=Money(10000, "usd"), exists=True)
    plan = plan_deposit(_payout(10000), [charge, line], {"ch_1": record}, BOOKS)
    codes = {finding.code for finding in plan.findings}
    assert (plan.state, codes) == (("ready", set()) if is_own else ("mismatch", {"payout_members_mismatch"}))


def test_a_deposit_keeps_the_date_that_a_closed_period_moved() -> None:
    """A4: on the record, for its hash, and in the memo. It lies in the books' own bank, currency and subsidiary."""
    arrival = date(2026, 10, 30)
    record = BookedRecord(internal_id="501", stripe_money=Money(10000, "usd"), exists=True)
    books = replace(BOOKS, original_date=arrival)
    deposit = plan_deposit(_payout(10000), [_row(1, 10000, 0)], {"ch_1": record}, books).record
    assert deposit is not None
    assert (deposit.tran_date, deposit.original_date) == (BOOKS.deposit_date, arrival)
    assert deposit.memo == "Stripe: po_1 | Original transaction date: 2026-10-30"
    assert (deposit.bank_account_id, deposit.currency_id, deposit.subsidiary_id) == ("10", "1", "2")
