"""Reference data looked up by the names that a mapping uses."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import pytest

from stripe_netsuite.errors import MappingError
from stripe_netsuite.netsuite_api.client import NetSuiteClient
from stripe_netsuite.netsuite_api.reference import Account, ReferenceData, load_reference
from tests.netsuite_api.nasty_server import NastyServer, Reply, Seen, error_reply, rows_reply

ACCOUNTS = [
    {"id": "101", "acctnumber": "1000", "fullname": "Operating Bank", "accttype": "Bank", "currency": "1"},
    {"id": "1000", "acctnumber": "101", "fullname": "Odd One", "accttype": "Income", "isinactive": "F"},
    {"id": "103", "fullname": "Assets : Undeposited Funds", "accountsearchdisplayname": "Undeposited Funds"},
    {"id": "104", "acctnumber": "9000", "fullname": "Old", "isinactive": "T"},
    {"id": "105", "acctnumber": "4000", "fullname": "Twin"},
    {"id": "106", "acctnumber": "4001", "fullname": "Twin"},
]
PERIODS = [
    {"id": "12", "periodname": "Nov 2026", "startdate": "2026-11-01", "enddate": "2026-11-30", "closed": "F"},
    {"id": "10", "periodname": "Sep 2026", "startdate": "2026-09-01", "enddate": "2026-09-30", "closed": "T"},
    {"id": "11", "periodname": "Oct 2026", "startdate": "2026-10-01", "enddate": "2026-10-31", "arlocked": "T"},
]


def company(periods: Reply) -> Callable[[Seen], Reply]:
    tables = {
        " account ": rows_reply(ACCOUNTS),
        " currency ": rows_reply([{"id": "1", "symbol": "USD"}, {"id": "2", "symbol": "eur"}, {"id": "9"}]),
        " subsidiary ": rows_reply(
            [
                {"id": "1", "name": "Acme Inc", "currency": "1", "isinactive": "F"},
                {"id": "2", "name": "Acme GmbH", "currency": "2", "isinactive": "F"},
            ]
        ),
        " accountingperiod ": periods,
    }

    def answer(seen: Seen) -> Reply:
        query = json.loads(seen.body)["q"]
        return next(reply for table, reply in tables.items() if f"FROM{table}" in query)

    return answer


@pytest.fixture
def reference(client: NetSuiteClient, server: NastyServer) -> ReferenceData:
    server.otherwise = company(rows_reply(PERIODS))
    return load_reference(client)


def test_all_is_read_with_one_query_each(reference: ReferenceData, server: NastyServer) -> None:
    assert len(server.seen) == 4
    assert len(reference.accounts) == 6
    assert reference.periods is not None


@pytest.mark.parametrize(
    ("key", "account_id"),
    [
        ("1000", "101"),
        (" 1000 ", "101"),
        ("operating  bank", "101"),
        ("1000 Operating Bank", "101"),
        ("Undeposited Funds", "103"),
        ("assets : undeposited funds", "103"),
        ("103", "103"),
        ("101", "1000"),
    ],
)
def test_an_account_is_known_by_number_then_name_then_id(reference: ReferenceData, key: str, account_id: str) -> None:
    assert reference.account_id(key) == account_id


@pytest.mark.parametrize(("key", "words"), [("4711", "no such account"), ("9000", "inactive"), ("Twin", "105, 106")])
def test_an_account_that_cannot_be_used_is_a_mapping_error(reference: ReferenceData, key: str, words: str) -> None:
    with pytest.raises(MappingError, match=words):
        reference.account_id(key)


def test_an_account_keeps_its_type_and_currency(reference: ReferenceData) -> None:
    assert reference.account("1000") == Account(
        "101", "1000", "Operating Bank", "Operating Bank", "Bank", currency_id="1", is_inactive=False
    )


def test_a_currency_is_known_by_its_code_in_any_case(reference: ReferenceData) -> None:
    assert (reference.currency_id("usd"), reference.currency_id("EUR")) == ("1", "2")
    assert reference.currency_code("2") == "eur"
    assert reference.currency_code("77") is None
    with pytest.raises(MappingError, match="no such currency"):
        reference.currency_id("chf")


def test_a_subsidiary_is_known_by_name_or_id(reference: ReferenceData) -> None:
    assert reference.subsidiary("acme gmbh").id == "2"
    assert reference.subsidiary("1").currency_id == "1"
    with pytest.raises(MappingError, match="no such subsidiary"):
        reference.subsidiary("Acme Ltd")


def test_periods_tell_what_is_open(reference: ReferenceData) -> None:
    september, october = reference.period_covering(date(2026, 9, 30)), reference.period_covering(date(2026, 10, 1))
    assert september is not None
    assert october is not None
    assert (september.name, september.is_closed, september.takes_receivables) == ("Sep 2026", True, False)
    assert (october.is_closed, october.takes_receivables) == (False, False)
    following = reference.next_open_period(date(2026, 9, 15))
    assert following is not None
    assert following.name == "Nov 2026"
    assert reference.period_covering(date(2027, 1, 1)) is None
    assert reference.next_open_period(date(2027, 1, 1)) is None


@pytest.mark.parametrize(
    "periods",
    [
        error_reply(400, "Invalid search query. Record 'accountingperiod' was not found.", "INVALID_PARAMETER"),
        error_reply(404, "The record instance does not exist.", "NONEXISTENT_ID"),
        rows_reply([]),
    ],
    ids=["unknown-table", "not-found", "nothing-visible"],
)
def test_a_role_that_may_not_see_periods_is_survived(
    client: NetSuiteClient, server: NastyServer, periods: Reply
) -> None:
    server.otherwise = company(periods)
    reference = load_reference(client)
    assert reference.periods is None
    assert reference.period_covering(date(2026, 11, 1)) is None


def test_what_is_not_wanted_is_not_read(client: NetSuiteClient, server: NastyServer) -> None:
    server.otherwise = company(rows_reply(PERIODS))
    reference = load_reference(client, accounts=False, periods=False)
    assert (reference.accounts, reference.periods, len(server.seen)) == ((), None, 2)
