"""SuiteQL: Oracle's words, NetSuite's envelope, and nothing but SELECT on the public tables."""

from __future__ import annotations

import json

import pytest

from sandbox.netsuite.books.seed import COMPANY_FILE
from sandbox.netsuite.testing import RunningNetSuite
from tests.sandbox.netsuite.client import SUITEQL, Client

COMPANY = "FROM account ORDER BY id"
ACCOUNTS = len(json.loads(COMPANY_FILE.read_text(encoding="utf-8"))["accounts"])


def test_values_are_texts_names_lower_case_and_nulls_left_out(client: Client) -> None:
    """As the real service answers."""
    row = client.query("SELECT ID, AcctNumber AS Number_, currency FROM account WHERE acctnumber = '1100'")
    assert row["items"] == [{"links": [], "id": "105", "number_": "1100"}]


def test_pages_of_up_to_a_thousand_with_an_offset_that_is_a_multiple(client: Client) -> None:
    """Walking the pages gives each row once; hasMore and next say when to go on."""
    seen: list[str] = []
    offset = 0
    while True:
        page = client.query(f"SELECT id {COMPANY}", limit=10, offset=offset)
        seen += [row["id"] for row in page["items"]]
        if not page["hasMore"]:
            break
        assert any(link["rel"] == "next" for link in page["links"])
        offset += 10
    assert len(seen) == len(set(seen)) == page["totalResults"] == ACCOUNTS
    headers = {"Prefer": "transient"}
    for bad in ({"limit": 1001}, {"limit": 10, "offset": 5}, {"limit": "x"}):
        response = client.send("POST", SUITEQL, {"q": f"SELECT id {COMPANY}"}, params=bad, headers=headers)
        assert response.status_code == 400


def test_prefer_transient_is_required(client: Client) -> None:
    """Without the header: INVALID_HEADER."""
    response = client.send("POST", SUITEQL, {"q": "SELECT 1 FROM dual"})
    assert (response.status_code, response.json()["o:errorDetails"][0]["o:errorCode"]) == (400, "INVALID_HEADER")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT symbol FROM currency ORDER BY id FETCH FIRST 2 ROWS ONLY", ["USD", "EUR"]),
        ("SELECT symbol FROM currency ORDER BY id OFFSET 1 ROWS FETCH NEXT 2 ROWS ONLY", ["EUR", "GBP"]),
        ("SELECT symbol FROM currency WHERE ROWNUM <= 2 ORDER BY id", ["USD", "EUR"]),
        ("SELECT symbol FROM (SELECT symbol FROM currency WHERE ROWNUM < 2)", ["USD"]),
        ("SELECT NVL(externalid, 'none') FROM currency WHERE symbol = 'JPY'", ["none"]),
        ("SELECT UPPER(name) FROM subsidiary WHERE LOWER(name) = 'acme inc'", ["ACME INC"]),
        ("SELECT TO_CHAR(startdate, 'YYYY-MM-DD') FROM accountingperiod WHERE id = 13", ["2026-11-01"]),
        ("SELECT startdate FROM accountingperiod WHERE id = 13", ["11/01/2026"]),
        ("SELECT id FROM accountingperiod WHERE startdate = '11/01/2026'", ["13"]),
        ("SELECT id FROM accountingperiod WHERE enddate BETWEEN '11/01/2026' AND '11/30/2026'", ["13"]),
        ("SELECT id FROM accountingperiod WHERE startdate > TO_DATE('2026-11-15', 'YYYY-MM-DD')", ["14"]),
        ("SELECT BUILTIN.DF(a.currency) FROM account a WHERE a.acctnumber = '1010'", ["Euro"]),
        ("SELECT DECODE(symbol, 'USD', 'home', 'away') FROM currency WHERE id IN (1)", ["home"]),
        ("SELECT 'it''s -- no comment' FROM dual -- a comment", ["it's -- no comment"]),
        ("WITH c AS (SELECT symbol FROM currency) SELECT symbol FROM c WHERE symbol LIKE 'K%'", ["KWD"]),
        ("SELECT symbol FROM currency WHERE symbol LIKE 'k%'", []),
        ("SELECT COUNT(*) FROM currency", ["5"]),
    ],
)
def test_oracles_words(client: Client, query: str, expected: list[str]) -> None:
    """Paging words, functions, dates, display names, comments; LIKE minds the case."""
    assert [next(iter(row.values())) for row in client.rows(query)] == expected


def test_parameters_are_bound(client: Client) -> None:
    """The 2026.2 form: `?` with params, quotes and all."""
    query = "SELECT id FROM account WHERE acctnumber = ? AND accttype = ?"
    assert client.rows(query, ["1000", "Bank"]) == [{"id": "101"}]
    assert client.rows(query, ["1000' OR '1'='1", "Bank"]) == []


def test_sums_are_exact(client: Client) -> None:
    """Ten cents ten times is one dollar."""
    customer = client.customer()
    for number in range(10):
        client.payment(customer, 0.1, f"ch_{number}")
    assert client.rows("SELECT SUM(foreigntotal) AS total FROM transaction") == [{"total": "1"}]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("DELETE FROM customer", "Only SELECT is supported"),
        ("SELECT 1 FROM dual; DROP TABLE customer", "near ';'"),
        ("SELECT * FROM nowhere", "Record 'nowhere' was not found."),
        ("SELECT nothing FROM account", "Field 'nothing' was not found."),
        ("SELECT transaction FROM account", "Field 'transaction' was not found."),
        ('SELECT "transaction" FROM account', "Field 'transaction' was not found."),
        ("SELECT * FROM sandbox_record", "was not found"),
        ('SELECT * FROM "sandbox_record"', "was not found"),
        ("SELECT sql FROM sqlite_master", "was not found"),
        ("SELECT id FROM account LIMIT 5", "near 'LIMIT'"),
        ("SELECT id FROM accountingperiod WHERE startdate = '2026-11-01'", "ORA-01861"),
        ("SELECT TO_DATE('x', 'YYYY-MM-DD') FROM dual", "Invalid or unsupported search"),
        ("SELECT load_extension('x') FROM dual", "Invalid or unsupported search"),
        ("SELECT (1 FROM dual", "Invalid or unsupported search"),
        ("", "Only SELECT is supported"),
    ],
)
def test_what_is_refused(client: Client, query: str, text: str) -> None:
    """400 INVALID_PARAMETER with the invalid-query prefix; our own tables do not exist for the outside."""
    refused = client.query_refused(query)
    assert refused.startswith("Invalid search query. Detailed unprocessed description follows.")
    assert text in refused


def test_a_list_has_at_most_a_thousand_entries(client: Client) -> None:
    """Oracle's ORA-01795."""

    def query(size: int) -> str:
        return f"SELECT id FROM account WHERE id IN ({','.join(str(n) for n in range(size))})"

    assert len(client.rows(query(1000))) == ACCOUNTS
    assert "ORA-01795" in client.query_refused(query(1001))


def test_internal_columns_stay_hidden(netsuite: RunningNetSuite, client: Client) -> None:
    """`SELECT *` shows public columns only."""
    client.payment(client.customer(), 5, "ch_1")
    row = client.rows("SELECT * FROM transaction")[0]
    assert not [name for name in row if name.startswith("sandbox")]
    assert row["type"] == "CustPymt"
    assert client.rows("SELECT BUILTIN.DF(t.status) AS s, BUILTIN.DF(t.type) AS k FROM transaction t") == [
        {"s": "Payment : Not Deposited", "k": "Payment"}
    ]


def test_the_main_line_names_the_header_account(client: Client) -> None:
    """Transactionline (mainline) joined to transactionaccountingline: where the money of a payment stands."""
    payment = client.payment(client.customer(), 5, "ch_1")
    rows = client.rows(
        "SELECT tl.transaction AS id, tal.account, tl.foreignamount FROM transactionline tl "
        "JOIN transactionaccountingline tal ON tal.transaction = tl.transaction AND tal.transactionline = tl.id "
        "WHERE tl.mainline = 'T' ORDER BY tl.transaction"
    )
    assert rows == [{"id": payment, "account": client.account("1499")["id"], "foreignamount": "5"}]
