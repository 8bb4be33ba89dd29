"""H1 by record, by account and in total: what one wrong line on a deposit looks like (ACCOUNTING H1, F2, F5 to F7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_netsuite.domain.identity import Role
from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.stripe_object import BalanceTransaction, FeeDetail
from stripe_netsuite.reconcile.payout_ledger import LedgerRules, LedgerShare, LineCounts, share_of_ledger
from stripe_netsuite.reconcile.proof_payout import DepositedRecord, PayoutAccounts, PayoutPostings, prove_payout
from tests.laws import LAW

BANK, FUNDS = "10", "14"
ROLES = {
    "processing_fees": "61",
    "reserves": "15",
    "rounding": "69",
    "suspense": "70",
    "payouts_in_transit": "16",
    "pre_start": "17",
    "topups": BANK,
}
ACCOUNTS = PayoutAccounts(bank_id=BANK, funds_id=FUNDS, id_by_role=ROLES, tolerance_minor=1)
RULES = LedgerRules(reopens_disputes=False)
NUMBERS = {("ch_1", Role.MAIN): "501", ("ch_2", Role.MAIN): "502", ("re_1", Role.MAIN): "503"}


def row(source: str | None, amount: int, fee: int = 0, category: str = "charge", **more: Any) -> BalanceTransaction:
    """A ledger line; its id follows from its source and category."""
    fields: dict[str, Any] = {
        "id": f"txn_{source}_{category}",
        "type": category,
        "reporting_category": category,
        "balance_type": "payments",
        "currency": "usd",
        "created": 100,
        "available_on": 100,
        "status": "available",
        "fee_details": [FeeDetail(amount=fee, currency="usd", type="stripe_fee")] if fee else [],
    }
    return BalanceTransaction(source=source, amount=amount, fee=fee, net=amount - fee, **(fields | more))


ROWS = [
    row("ch_1", 10000, 320),
    row("ch_2", 5000, 175),
    row("re_1", -2500, 0, "refund"),
    row("rsv_1", -1000, 0, "risk_reserved_funds"),
    row("adj_0", 0, 0, "other_adjustment"),
]
NET = sum(one.net for one in ROWS)
PAID = Money(NET, "usd")
RECORDS = (
    DepositedRecord("501", Decimal(100)),
    DepositedRecord("502", Decimal(50)),
    DepositedRecord("503", Decimal(25)),
)
MOVED: Mapping[str, Decimal] = {
    BANK: PAID.major,
    FUNDS: Decimal("-125.00"),
    "61": Decimal("4.95"),
    "15": Decimal("10.00"),
}
SOUND = PayoutPostings(moved=MOVED, records=RECORDS, deposit_count=1)


def judged(
    postings: PayoutPostings = SOUND,
    accounts: PayoutAccounts = ACCOUNTS,
    *,
    rows: list[BalanceTransaction] = ROWS,
    in_bank: Money = PAID,
    rules: LedgerRules = RULES,
    numbers: Mapping[tuple[str, Role], str] = NUMBERS,
) -> tuple[str, str | None, list[str]]:
    """State, difference, and what is said: the differences before the count of lines."""
    verdict = prove_payout("po_1", in_bank, share_of_ledger(rows, numbers, rules), postings, accounts)
    return verdict.state, verdict.difference, (verdict.detail or "").split("; ")


def moved(**changes: str) -> PayoutPostings:
    """The sound postings with other amounts on some accounts (`a61="5.00"`)."""
    return replace(SOUND, moved={**MOVED, **{name[1:]: Decimal(amount) for name, amount in changes.items()}})


def test_every_ledger_line_is_counted_on_exactly_one_line() -> None:
    """Three on records, one in an account's line, one of no amount; the fees are in the first two."""
    verdict = prove_payout("po_1", PAID, share_of_ledger(ROWS, NUMBERS, RULES), SOUND, ACCOUNTS)
    assert (verdict.state, verdict.expected, verdict.found, verdict.difference) == ("ok", "110.05", "110.05", "0.00")
    assert verdict.detail == "5 ledger lines: 3 on 3 records, 1 on account lines, 1 without an amount"


def test_parts_are_one_payout() -> None:
    """F11: the postings of all parts together, and how many there are."""
    _, _, said = judged(replace(SOUND, deposit_count=3))
    assert said == ["5 ledger lines: 3 on 3 records, 1 on account lines, 1 without an amount of 3 deposits"]


def test_a_deposit_that_nobody_sees_proves_nothing() -> None:
    """Missing is broken, not zero; where nothing is expected, nothing is missing."""
    assert judged(PayoutPostings()) == ("broken", None, ["NetSuite shows no deposit for it"])
    none = prove_payout("po_1", Money(0, "usd"), LedgerShare(), PayoutPostings(), ACCOUNTS)
    assert (none.state, none.found, none.detail) == ("ok", "0.00", "no ledger lines of its own")


@pytest.mark.parametrize(
    ("postings", "difference", "said"),
    [
        (moved(a10="110.06"), "0.01", []),
        (moved(a61="4.96"), "0.00", ["account 61 (processing_fees): -4.96, not -4.95"]),
        (
            moved(a61="0", a99="4.95"),
            "0.00",
            ["account 99: -4.95, not 0.00", "account 61 (processing_fees): 0.00, not -4.95"],
        ),
        (
            moved(a14="-125.01", a69="0.01"),
            "0.00",
            ["Undeposited Funds gave 125.01, not 125.00", "account 69 (rounding): -0.01, not 0.00"],
        ),
        (
            replace(SOUND, records=RECORDS[1:]),
            "0.00",
            ["not on the deposit: 501", "Undeposited Funds gave 125.00, not 25.00"],
        ),
        (
            replace(SOUND, records=(*RECORDS, DepositedRecord("600", Decimal(1)))),
            "0.00",
            ["on the deposit and not of this payout: 600"],
        ),
        (replace(SOUND, records=(*RECORDS, RECORDS[0])), "0.00", ["on the deposits twice: 501"]),
        (
            replace(SOUND, records=(DepositedRecord("501", Decimal(90)), *RECORDS[1:])),
            "0.00",
            ["ch_1 is on the deposit with 90, not 100.00", "Undeposited Funds gave 125.00, not 115.00"],
        ),
        (
            replace(SOUND, records=(*RECORDS[:2], DepositedRecord("503", Decimal(20)))),
            "0.00",
            ["re_1 is on the deposit with -20, not -25.00", "Undeposited Funds gave 125.00, not 130.00"],
        ),
    ],
)
def test_what_is_wrong_is_named_with_both_amounts(postings: PayoutPostings, difference: str, said: list[str]) -> None:
    """Bank, fee account, account nobody mapped, funds, missing, strange, doubled and unequal records."""
    state, found, details = judged(postings)
    assert (state, found, details[:-1]) == ("broken", difference, said)


def test_a_record_that_nobody_linked_is_missing_by_its_stripe_id() -> None:
    """Without a link there is no internal id to look for."""
    numbers = {key: number for key, number in NUMBERS.items() if key[0] != "ch_2"}
    assert judged(numbers=numbers)[2][:2] == [
        "not on the deposit: none for ch_2",
        "on the deposit and not of this payout: 502",
    ]


def test_many_differences_are_shortened() -> None:
    """Eight of them, and how many more."""
    postings = replace(SOUND, moved={**MOVED, **{str(number): Decimal(1) for number in range(900, 910)}})
    assert judged(postings)[2][8] == "and 2 more differences"


def test_what_was_let_through_stands_in_suspense_to_the_cent() -> None:
    """F5: a line without record, and one whose record is too small; any other amount there is wrong."""
    accounts = replace(ACCOUNTS, let_through={"ch_1": None, "ch_2": None})
    numbers = {key: number for key, number in NUMBERS.items() if key[0] != "ch_2"}
    records = (DepositedRecord("501", Decimal(90)), RECORDS[2])
    postings = replace(moved(a14="-65.00", a70="-60.00"), records=records)
    assert judged(postings, accounts, numbers=numbers)[0] == "ok"
    postings = replace(moved(a14="-65.00", a70="-60.01"), records=records)
    assert judged(postings, accounts, numbers=numbers)[2][0] == "account 70 (suspense): 60.01, not 60.00"


def test_a_record_that_is_left_out_by_policy_stands_in_suspense_whole() -> None:
    """F5: it is linked, unsound, and not on the deposit."""
    accounts = replace(ACCOUNTS, let_through={"re_1": None})
    postings = replace(moved(a14="-150.00", a70="25.00"), records=RECORDS[:2])
    assert judged(postings, accounts)[0] == "ok"


CONVERTED = [row("ch_1", 10000, 320, exchange_rate=Decimal("1.08")), *ROWS[1:]]
OWN = (DepositedRecord("501", Decimal("92.59")), *RECORDS[1:])


def test_a_converted_record_may_round_by_the_tolerance_and_into_its_account() -> None:
    """F7: its own amount is in another currency; a cent stands in the rounding account, two cents are wrong."""
    postings = replace(moved(a14="-124.99", a69="-0.01"), records=OWN)
    assert judged(postings, rows=CONVERTED)[0] == "ok"
    assert judged(replace(moved(a14="-124.99", a70="-0.01"), records=OWN), rows=CONVERTED)[0] == "broken"
    two = replace(moved(a14="-124.98", a69="-0.02"), records=OWN)
    assert judged(two, rows=CONVERTED)[2][0] == "Undeposited Funds gave 124.98, not 125.00"


def test_a_converted_difference_that_was_let_through_is_that_of_its_finding() -> None:
    """F5, F7: the finding says 0.05; without an amount nothing is let through."""
    postings = replace(moved(a14="-124.95", a70="-0.05"), records=OWN)
    said = replace(ACCOUNTS, let_through={"ch_1": Decimal("0.05")})
    assert judged(postings, said, rows=CONVERTED)[0] == "ok"
    assert judged(postings, replace(ACCOUNTS, let_through={"ch_1": None}), rows=CONVERTED)[0] == "broken"


def test_a_deposit_made_by_hand_is_judged_by_total_and_records() -> None:
    """F14: a person chose bank and accounts."""
    other = PayoutPostings(
        moved={"11": PAID.major, FUNDS: Decimal("-125.00"), "99": Decimal("14.95")},
        records=RECORDS,
        deposit_count=1,
        total_by_hand=PAID.major,
    )
    by_hand = replace(ACCOUNTS, compares=False)
    assert judged(other, by_hand)[0] == "ok"
    assert judged(replace(other, records=RECORDS[1:]), by_hand)[2][0] == "not on the deposit: 501"
    assert judged(replace(other, total_by_hand=Decimal(1)), by_hand)[:2] == ("broken", "-109.05")


def test_what_an_account_line_takes_from_the_bank_itself_is_not_the_payouts() -> None:
    """F2: a top-up comes from the bank that the payout goes to."""
    rows = [*ROWS, row("tu_1", 30000, 0, "topup")]
    paid = Money(NET + 30000, "usd")
    verdict = prove_payout("po_1", paid, share_of_ledger(rows, NUMBERS, RULES), SOUND, ACCOUNTS)
    assert (verdict.state, verdict.expected, verdict.found) == ("ok", "410.05", "410.05")


@pytest.mark.parametrize(("in_bank", "transit"), [(0, "110.05"), (NET + 500, "-5.00")])
def test_what_did_not_reach_the_bank_lies_in_transit(in_bank: int, transit: str) -> None:
    """F8, F9: deposit and journal entries together leave the rest on the account in transit."""
    money = Money(in_bank, "usd")
    postings = moved(a10=str(money.major), a16=transit)
    assert judged(postings, in_bank=money)[0] == "ok"
    assert judged(moved(a10=str(money.major)), in_bank=money)[0] == "broken"


def test_a_role_without_account_is_named_by_itself() -> None:
    """It cannot have been posted."""
    roles = {name: number for name, number in ROLES.items() if name != "reserves"}
    details = judged(accounts=replace(ACCOUNTS, id_by_role=roles))[2]
    assert details[:2] == ["account 15: -10.00, not 0.00", "account reserves: 0.00, not -10.00"]


def test_lines_from_before_the_start_go_to_their_account_net_of_fees() -> None:
    """A7: older than the start, or about what is; unless a record stands for them all the same."""
    old = [row("ch_0", 2000, 88, created=1), row("re_9", -500, 0, "refund")]
    rules = replace(RULES, sync_start_s=50, before_start={"re_9"})
    share = share_of_ledger(old, {}, rules)
    assert ({role.value: minor for role, minor in share.by_role.items()}, share.by_record) == ({"pre_start": 1412}, {})
    assert share.counts == LineCounts(0, 2, 0)
    kept = share_of_ledger(old, {("re_9", Role.MAIN): "509"}, rules)
    assert set(kept.by_record) == {"509"}


def test_a_reversal_is_a_line_of_its_charges_record() -> None:
    """D5: 50.00 authorised, 20.00 given back; the payment is what was captured."""
    rows = [row("ch_2", 5000, 175), row("re_c", -2000, -30, "partial_capture_reversal")]
    rules = replace(RULES, charge_by_reversal={"re_c": "ch_2"})
    share = share_of_ledger(rows, NUMBERS, rules)
    assert (share.by_record["502"].minor, share.counts) == (3000, LineCounts(2, 0, 0))
    assert {role.value: minor for role, minor in share.by_role.items()} == {"processing_fees": -145}


def test_unknown_lines_and_fees_are_in_suspense() -> None:
    """F6: a kind of line, and a kind of fee, that no rule knows."""
    levy = FeeDetail(amount=30, currency="usd", type="lunar_levy")
    rows = [row("x_1", -300, 0, "lunar_levy"), row("ch_1", 1000, 30, fee_details=[levy])]
    share = share_of_ledger(rows, NUMBERS, RULES)
    assert {role.value: minor for role, minor in share.by_role.items()} == {"suspense": -330}


def test_a_line_of_a_fee_alone_is_an_account_line() -> None:
    """No amount, but money."""
    assert share_of_ledger([row("ch_9", 0, 25)], {}, RULES).counts == LineCounts(0, 1, 0)


def test_two_lines_of_one_record_are_added_up() -> None:
    """The record has to cover both."""
    rows = [row("ch_1", 6000), row("ch_1", 4000, exchange_rate=Decimal(1))]
    share = share_of_ledger(rows, NUMBERS, RULES).by_record["501"]
    assert (share.minor, share.is_converted) == (10000, True)


@LAW
@given(
    st.lists(st.integers(-(10**6), 10**6).filter(bool), min_size=1, max_size=6),
    st.integers(0, 5),
    st.integers(-3, 3).filter(bool),
)
def test_one_cent_anywhere_breaks_it(amounts: list[int], chosen: int, cents: int) -> None:
    """A deposit built from the same lines is sound; with any one posting changed it is not."""
    rows = [row(f"src_{n}", amount, 0, "risk_reserved_funds") for n, amount in enumerate(amounts)]
    net = Money(sum(amounts), "usd")
    share = share_of_ledger(rows, {}, RULES)
    accounts = {BANK: net.major, FUNDS: Decimal(0), "15": -net.major}
    postings = PayoutPostings(moved=accounts, deposit_count=1)
    assert prove_payout("po_1", net, share, postings, ACCOUNTS).state == "ok"
    changed = list(accounts)[chosen % 3]
    wrong = {**accounts, changed: accounts[changed] + Decimal(cents).scaleb(-2)}
    assert prove_payout("po_1", net, share, replace(postings, moved=wrong), ACCOUNTS).state == "broken"
