"""The GL preview balances: what is debited is credited, in every record and currency."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_netsuite.domain.netsuite_record import DepositLine, DepositPayment, InternalId, Record
from stripe_netsuite.load.ledger_preview import ITEM_ACCOUNT, postings, preview
from tests.laws import LAW
from tests.load.records import credit_memo, customer, deposit, each_kind, invoice, item, line, payment

AMOUNTS = st.integers(-(10**9), 10**9).map(lambda minor: Decimal(minor).scaleb(-2))
POSITIVE = st.integers(1, 10**9).map(lambda minor: Decimal(minor).scaleb(-2))
SALES = st.lists(st.builds(line, AMOUNTS, st.just("price_1"), st.sampled_from(["40", "41", None])), max_size=6).map(
    tuple
)


@st.composite
def deposits(draw: st.DrawFn) -> Record:
    """A deposit whose total is that of its lines."""
    amounts = draw(st.lists(AMOUNTS, max_size=5))
    lines = st.lists(
        st.builds(DepositLine, account_id=st.sampled_from(["61", "62"]), amount=POSITIVE, memo=st.just("")), max_size=3
    )
    others, cashbacks = tuple(draw(lines)), tuple(draw(lines))
    total = (
        sum(amounts, Decimal(0))
        + sum((o.amount for o in others), Decimal(0))
        - sum((c.amount for c in cashbacks), Decimal(0))
    )
    return replace(
        deposit(),
        payments=tuple(DepositPayment(record=InternalId("1"), stripe_id="ch_1", amount=amount) for amount in amounts),
        others=others,
        cashbacks=cashbacks,
        total=total,
    )


@LAW
@given(
    st.one_of(
        SALES.map(lambda lines: invoice(lines=lines)), SALES.map(lambda lines: credit_memo(lines=lines)), deposits()
    )
)
def test_every_record_balances(record: Record) -> None:
    """Whatever its lines, negative ones too."""
    assert sum((posting.amount for posting in postings(record)), Decimal(0)) == 0


@pytest.mark.parametrize("record", each_kind(), ids=lambda record: record.record_type.value)
def test_each_kind_balances(record: Record) -> None:
    """Customers and items post nothing at all."""
    assert sum((posting.amount for posting in postings(record)), Decimal(0)) == 0
    assert bool(postings(record)) is (record.record_type.value not in ("customer", "serviceSaleItem", "discountItem"))


@LAW
@given(st.lists(deposits(), max_size=4))
def test_a_preview_balances_and_does_not_depend_on_the_order(records: list[Record]) -> None:
    """Debits equal credits, and both are never negative."""
    lines = preview(records)
    assert lines == preview(reversed(records))
    assert sum((one.debit for one in lines), Decimal(0)) == sum((one.credit for one in lines), Decimal(0))
    assert all(one.debit >= 0 and one.credit >= 0 for one in lines)


def test_currencies_stand_apart() -> None:
    """One line for each account and currency."""
    lines = preview([payment(), payment("ch_2", currency="eur")])
    assert [(one.account_id, one.currency) for one in lines] == [
        ("11", "eur"),
        ("11", "usd"),
        ("14", "eur"),
        ("14", "usd"),
    ]


def test_an_item_that_exists_posts_where_it_says() -> None:
    """Without an account of ours the preview names none."""
    accounts = [one.account_id for one in preview([invoice(lines=(line(account_id=None),))])]
    assert accounts == ["11", ITEM_ACCOUNT]


def test_masters_post_nothing() -> None:
    """A plan of customers and items has an empty preview."""
    assert preview([customer(), item()]) == []
