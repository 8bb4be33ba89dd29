"""SuiteQL read to its end: paging, keys, chunks, and pages that contradict themselves."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from stripe_netsuite.errors import InvariantBroken, NetSuiteProtocolError
from stripe_netsuite.netsuite_api.client import NetSuiteClient
from tests.netsuite_api.nasty_server import NastyServer, Reply, Seen, json_reply, rows_reply


def query_of(seen: Seen) -> str:
    return str(json.loads(seen.body)["q"])


def table_of(size: int) -> Callable[[Seen], Reply]:
    """Answer like a table with ids 1…size: by offset, or by `id > n … FETCH FIRST 1000`."""

    def answer(seen: Seen) -> Reply:
        offset = int(re.findall(r"offset=(\d+)", seen.path)[0])
        after = int((re.findall(r"id > (\d+)", query_of(seen)) or ["0"])[0])
        ids = range(after + 1, size + 1)
        if "FETCH FIRST" in query_of(seen):
            ids = ids[:1000]
        page = ids[offset : offset + 1000]
        more = offset + 1000 < len(ids)
        return rows_reply([{"id": str(n)} for n in page], has_more=more, offset=offset, total=len(ids))

    return answer


@pytest.mark.parametrize("size", [0, 1, 999, 1000, 1001, 2500])
def test_paging_yields_every_row_once(client: NetSuiteClient, server: NastyServer, size: int) -> None:
    server.otherwise = table_of(size)
    rows = list(client.suiteql("SELECT t.id FROM transaction t ORDER BY t.id"))
    assert [row["id"] for row in rows] == [str(n) for n in range(1, size + 1)]
    assert len(server.seen) == max(1, -(-size // 1000))


@pytest.mark.parametrize("size", [0, 999, 1000, 3001])
def test_reading_by_key_yields_every_row_once(client: NetSuiteClient, server: NastyServer, size: int) -> None:
    server.otherwise = table_of(size)
    rows = list(client.suiteql_keyset("SELECT t.id FROM transaction t", "t.id", where="t.type = ?", params=["O'Neil"]))
    assert [row["id"] for row in rows] == [str(n) for n in range(1, size + 1)]
    assert query_of(server.seen[0]) == (
        "SELECT t.id FROM transaction t WHERE (t.type = 'O''Neil') ORDER BY t.id FETCH FIRST 1000 ROWS ONLY"
    )
    assert {re.findall(r"offset=\d+", seen.path)[0] for seen in server.seen} == {"offset=0"}


def test_text_keys_are_quoted(client: NetSuiteClient, server: NastyServer) -> None:
    server.script += [rows_reply([{"code": f"k'{n}"} for n in range(1000)]), rows_reply([])]
    assert len(list(client.suiteql_keyset("SELECT c.code FROM c", "c.code", is_numeric=False))) == 1000
    assert "WHERE c.code > 'k''999' ORDER" in query_of(server.seen[1])


@pytest.mark.parametrize("rows", [[{"id": "5"}] * 1000, [{"other": "5"}] * 1000])
def test_a_key_that_does_not_move_is_refused(
    client: NetSuiteClient, server: NastyServer, rows: list[dict[str, str]]
) -> None:
    server.script += [rows_reply(rows)] * 5
    with pytest.raises(NetSuiteProtocolError, match="does not move on"):
        list(client.suiteql_keyset("SELECT t.id FROM transaction t", "t.id"))


def test_a_bulk_look_up_asks_in_chunks_and_each_value_once(client: NetSuiteClient, server: NastyServer) -> None:
    server.otherwise = lambda seen: rows_reply([{"n": str(query_of(seen).count(","))}])
    values = [f"ch_{n}" for n in range(1100)] + ["ch_0", "ch_1"]
    rows = list(client.suiteql_in("SELECT t.id FROM t WHERE {in} ORDER BY t.id", "t.externalid", values))
    assert [row["n"] for row in rows] == ["499", "499", "99"]
    assert query_of(server.seen[2]).startswith("SELECT t.id FROM t WHERE t.externalid IN ('ch_1000', ")


def test_a_bulk_look_up_of_nothing_asks_nothing(client: NetSuiteClient, server: NastyServer) -> None:
    assert list(client.suiteql_in("SELECT t.id FROM t WHERE {in} ORDER BY t.id", "t.id", [])) == []
    assert not server.seen


@pytest.mark.parametrize("template", ["SELECT 1", "{in} {in}"])
def test_a_look_up_query_has_one_place_for_its_values(client: NetSuiteClient, template: str) -> None:
    with pytest.raises(InvariantBroken, match="exactly one"):
        list(client.suiteql_in(template, "t.id", [1]))


def test_a_value_that_looks_like_a_mark_or_a_place_stays_a_value(client: NetSuiteClient, server: NastyServer) -> None:
    server.otherwise = lambda _: rows_reply([])
    list(client.suiteql_in("SELECT t.id FROM t WHERE {in} ORDER BY t.id", "t.memo", ["{in}", "why?", "it's"]))
    assert "t.memo IN ('{in}', 'why?', 'it''s')" in query_of(server.seen[0])


FULL = [{"id": str(n)} for n in range(1000)]


@pytest.mark.parametrize(
    "reply",
    [
        rows_reply([], has_more=True),
        rows_reply([{"id": "1"}], has_more=True),
        rows_reply([{"id": "1"}], offset=1000),
        rows_reply(FULL, has_more=True, total=100_001),
        rows_reply([{"id": "1"}], total=2),
        json_reply(200, {"items": [], "count": 0}),
        json_reply(200, {"hasMore": False}),
        json_reply(200, {"hasMore": False, "items": [{"id": 1}], "count": 2}),
        json_reply(200, {"hasMore": False, "items": ["x"]}),
    ],
    ids=["empty+more", "short+more", "offset", "beyond-limit", "total", "no-more", "no-items", "count", "no-row"],
)
def test_a_page_that_contradicts_itself_is_refused(client: NetSuiteClient, server: NastyServer, reply: Reply) -> None:
    server.script += [reply]
    with pytest.raises(NetSuiteProtocolError, match="contradicts itself"):
        list(client.suiteql("SELECT t.id FROM transaction t ORDER BY t.id"))
