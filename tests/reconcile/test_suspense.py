"""What clears a suspense line must not move the bank: stated when it is built."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from datetime import date

import pytest

from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.netsuite_record import DepositPayment, InternalId
from stripe_netsuite.domain.stripe_object import Payout
from stripe_netsuite.errors import InvariantBroken
from stripe_netsuite.mapping.accounts import AccountRole
from stripe_netsuite.reconcile.account_lines import AccountLines
from stripe_netsuite.reconcile.payout_books import PayoutBooks
from stripe_netsuite.reconcile.suspense import SuspenseLine, clearing_deposit

BOOKS = PayoutBooks(
    stripe_account="acct_1",
    base_currency="usd",
    subsidiary_id="1",
    undeposited_funds_account_id="uf",
    bank_account_id="bank",
    currency_id="1",
    account_id_by_role={"suspense": "suspense"},
    tolerance_minor=1,
    fee_lines="per_kind",
    deposit_date=date(2026, 11, 9),
)
PAYOUT = Payout(
    id="po_1",
    created=0,
    currency="usd",
    amount=2500,
    arrival_date=0,
    automatic=True,
    status="paid",
    reconciliation_status="completed",
)
LINE = SuspenseLine(payout_id="po_1", transaction_id="txn_1", stripe_id="ch_1", money=Money(2500, "usd"))


@pytest.mark.parametrize(("amount", "fits"), [(2500, True), (2499, False)])
def test_a_deposit_that_would_move_the_bank_is_never_built(*, amount: int, fits: bool) -> None:
    """25.00 off suspense go with a payment of 25.00, and with no other."""
    lines = AccountLines("usd", BOOKS.account_id_by_role, per_transaction=False)
    lines.add(AccountRole.SUSPENSE, "Reconciled: ch_1", "txn_1", None, -2500)
    payment = DepositPayment(record=InternalId("5"), stripe_id="ch_1", amount=Money(amount, "usd").major)
    with nullcontext() if fits else pytest.raises(InvariantBroken, match="moves the bank"):
        assert clearing_deposit(LINE, PAYOUT, [payment], lines, BOOKS).total == 0


@pytest.mark.parametrize(
    ("minor", "record_type", "is_taken"),
    [
        (100, "customerPayment", True),
        (100, "customerRefund", False),
        (-100, "customerRefund", True),
        (-100, "customerPayment", False),
        (100, "invoice", False),
    ],
)
def test_what_is_missing_comes_as_money_in_or_out(*, minor: int, record_type: str, is_taken: bool) -> None:
    assert replace(LINE, money=Money(minor, "usd")).takes(record_type) is is_taken
