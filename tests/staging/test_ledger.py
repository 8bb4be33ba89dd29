"""The staged ledger: append-only, exact, with payouts that are never forgotten."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from stripe_netsuite.domain.stripe_object import BalanceTransaction
from stripe_netsuite.errors import InvariantBroken
from stripe_netsuite.staging.ledger import (
    count_ledger_states,
    ledger_net_by_currency,
    read_ledger,
    set_ledger_states,
    sources_without_object,
    stage_ledger,
)
from stripe_netsuite.staging.objects import StageResult, stage_objects
from tests.staging.samples import ACCOUNT, ledger_row, staged


def test_what_is_staged_is_read_back_equal(staging_engine: Engine) -> None:
    """Decimals keep their digits, texts their tabs and backslashes, missing values stay missing."""
    rows = [
        ledger_row("txn_1", exchange_rate=Decimal("1.09125000"), payout_id="po_1"),
        ledger_row("txn_2", source=None, exchange_rate=None, description=None, fee_details=[], net=-(2**40)),
        ledger_row("txn_3", description=""),
    ]
    with staging_engine.begin() as conn:
        assert stage_ledger(conn, ACCOUNT, rows, "run-1") == StageResult(new=3)
        back = read_ledger(conn, ACCOUNT)
    assert back == rows
    assert str(back[0].exchange_rate) == "1.09125000"


def test_only_status_and_payout_change_and_a_payout_never_goes_back(staging_engine: Engine) -> None:
    """Listing by `created` gives no payout; listing by payout does: both orders end with it."""
    with staging_engine.begin() as conn:
        stage_ledger(conn, ACCOUNT, [ledger_row()], "run-1")
        known = ledger_row(status="available", payout_id="po_1", description="another text")
        assert stage_ledger(conn, ACCOUNT, [known], "run-2") == StageResult(changed=1)
        assert stage_ledger(conn, ACCOUNT, [ledger_row(status="available")], "run-3") == StageResult(unchanged=1)
        (row,) = read_ledger(conn, ACCOUNT)
    assert (row.status, row.payout_id, row.description) == ("available", "po_1", ledger_row().description)


def test_the_same_row_twice_in_one_call_counts_once(staging_engine: Engine) -> None:
    """Slices overlap; the payout of either sighting is kept."""
    with staging_engine.begin() as conn:
        result = stage_ledger(conn, ACCOUNT, [ledger_row(payout_id="po_1"), ledger_row(status="available")], "run-1")
        assert result == StageResult(new=1, unchanged=1)
        (row,) = read_ledger(conn, ACCOUNT)
    assert (row.status, row.payout_id) == ("available", "po_1")


@pytest.mark.parametrize("change", [{"amount": 1}, {"fee": 1}, {"net": 1}, {"currency": "eur"}, {"type": "refund"}])
@pytest.mark.parametrize("together", [True, False])
def test_money_that_changed_stops_everything(staging_engine: Engine, change: dict[str, Any], together: bool) -> None:
    """The error names the row, what was stored and what came; nothing is written over."""
    with staging_engine.begin() as conn:
        stage_ledger(conn, ACCOUNT, [ledger_row()], "run-1")
    rows = [ledger_row("txn_0"), ledger_row(**change)] if together else [ledger_row(**change)]
    with pytest.raises(InvariantBroken, match="txn_1") as caught, staging_engine.begin() as conn:
        stage_ledger(conn, ACCOUNT, rows, "run-2")
    (name,) = change
    assert caught.value.saw == f"{name}={change[name]}"
    assert caught.value.expected == f"{name}={getattr(ledger_row(), name)}"
    with staging_engine.connect() as conn:
        assert read_ledger(conn, ACCOUNT) == [ledger_row()]


def test_bulk_staging_of_new_changed_and_unchanged_rows(staging_engine: Engine) -> None:
    """More than one chunk, on the bulk path of each database."""
    first = [ledger_row(f"txn_{n:05}", created=n) for n in range(4_100)]
    second = [ledger_row(f"txn_{n:05}", created=n, payout_id="po_1" if n % 2 else None) for n in range(5_000)]
    with staging_engine.begin() as conn:
        assert stage_ledger(conn, ACCOUNT, first, "run-1") == StageResult(new=4_100)
        assert stage_ledger(conn, ACCOUNT, second, "run-2") == StageResult(new=900, changed=2_050, unchanged=2_050)
    with staging_engine.connect() as conn:
        assert read_ledger(conn, ACCOUNT) == second
        assert len(read_ledger(conn, ACCOUNT, payout_id="po_1")) == 2_500
        ids = [row.id for row in second[:3_000]]
        assert read_ledger(conn, ACCOUNT, ids=ids) == second[:3_000]
        assert ledger_net_by_currency(conn, ACCOUNT) == {"usd": 941 * 5_000}


def _ledger_of_three(engine: Engine) -> list[BalanceTransaction]:
    rows = [
        ledger_row("txn_1", created=10, source="ch_1", payout_id="po_1"),
        ledger_row("txn_2", created=20, source="ch_2", currency="eur", net=7),
        ledger_row("txn_3", created=30, source="ch_1", net=-41, balance_type="issuing"),
    ]
    with engine.begin() as conn:
        stage_ledger(conn, ACCOUNT, rows, "run-1")
        stage_ledger(conn, "acct_2", [ledger_row("txn_1", net=5)], "run-1")
    return rows


def test_reading_by_id_source_and_payout(staging_engine: Engine) -> None:
    """Filters hold together; other accounts are never seen; an empty filter finds nothing."""
    one, two, three = _ledger_of_three(staging_engine)
    with staging_engine.connect() as conn:
        assert read_ledger(conn, ACCOUNT) == [one, two, three]
        assert read_ledger(conn, ACCOUNT, ids=["txn_3", "txn_1", "txn_9"]) == [one, three]
        assert read_ledger(conn, ACCOUNT, source_ids=["ch_1"]) == [one, three]
        assert read_ledger(conn, ACCOUNT, source_ids=["ch_1"], ids=["txn_2", "txn_3"]) == [three]
        assert read_ledger(conn, ACCOUNT, payout_id="po_1") == [one]
        assert read_ledger(conn, ACCOUNT, ids=[]) == []


def test_net_by_currency_is_of_one_balance_type_and_exact(staging_engine: Engine) -> None:
    """Never two currencies in one sum; whole numbers on every database (H2)."""
    _ledger_of_three(staging_engine)
    with staging_engine.connect() as conn:
        assert ledger_net_by_currency(conn, ACCOUNT) == {"usd": 941, "eur": 7}
        assert ledger_net_by_currency(conn, ACCOUNT, created_before=20) == {"usd": 941}
        assert ledger_net_by_currency(conn, ACCOUNT, balance_type="issuing") == {"usd": -41}
        assert all(type(net) is int for net in ledger_net_by_currency(conn, ACCOUNT).values())


def test_states_are_counted_with_their_net(staging_engine: Engine) -> None:
    """Every row is in exactly one state (H5); staging again does not touch it."""
    one, two, three = _ledger_of_three(staging_engine)
    with staging_engine.begin() as conn:
        set_ledger_states(conn, ACCOUNT, [("txn_1", "booked", None), ("txn_2", "waiting", "no customer")])
        stage_ledger(conn, ACCOUNT, [ledger_row("txn_1", created=10, status="available")], "run-2")
        assert count_ledger_states(conn, ACCOUNT) == {
            ("booked", "usd"): (1, 941),
            ("waiting", "eur"): (1, 7),
            ("pending", "usd"): (1, -41),
        }
        assert count_ledger_states(conn, ACCOUNT, created_before=20) == {("booked", "usd"): (1, 941)}
        assert count_ledger_states(conn, "acct_2") == {("pending", "usd"): (1, 5)}


def test_sources_that_are_not_staged(staging_engine: Engine) -> None:
    """Charges are `ch_` and `py_`, refunds `re_` and `pyr_`; `_` is a letter here; the rest has no such object."""
    sources = ["ch_1", "ch_2", "py_1", "re_1", "pyr_1", "pyr_2", "po_1", "chx1", "dp_1", None]
    rows = [ledger_row(f"txn_{n}", created=n, source=source) for n, source in enumerate(sources)]
    with staging_engine.begin() as conn:
        stage_ledger(conn, ACCOUNT, rows, "run-1")
        stage_objects(conn, [staged("ch_1"), staged("pyr_1", object_type="refund"), staged("re_1")])
        stage_objects(conn, [staged("ch_2", stripe_account="acct_2")])
        missing = sources_without_object(conn, ACCOUNT)
        assert missing == [
            ("txn_1", "ch_2", "charge"),
            ("txn_2", "py_1", "charge"),
            ("txn_3", "re_1", "charge"),
            ("txn_5", "pyr_2", "charge"),
        ]
        assert sources_without_object(conn, ACCOUNT, created_from=3) == missing[2:]


def test_rows_of_other_accounts_do_not_collide(staging_engine: Engine) -> None:
    """The same id with other money is fine in another account."""
    _ledger_of_three(staging_engine)
    with staging_engine.connect() as conn:
        assert [row.net for row in read_ledger(conn, "acct_2")] == [5]
        assert conn.execute(sa.text("SELECT count(*) FROM balance_transaction")).scalar() == 4
