"""What is sent again, what is not, and what an answer that is not NetSuite's leads to."""

from __future__ import annotations

import json
import pickle
import socket
from decimal import Decimal

import pytest

from stripe_netsuite.errors import (
    InvariantBroken,
    NetSuiteNotFound,
    NetSuiteProtocolError,
    NetSuiteRecordBusy,
    NetSuiteUnavailable,
)
from stripe_netsuite.netsuite_api.client import NetSuiteClient
from stripe_netsuite.settings import NetSuiteConnection, TokenCredentials
from tests.netsuite_api.conftest import SECRETS, ImpatientClock
from tests.netsuite_api.nasty_server import (
    HTML_200,
    HTML_502,
    RECORD,
    TOO_MANY,
    NastyServer,
    Reply,
    error_reply,
    json_reply,
    located,
    rows_reply,
)

SERVER_BUG = error_reply(500, "An unexpected error occurred. Error ID: x1", "UNEXPECTED_ERROR")
DROPPED = Reply(drop=True)
CUT = Reply(200, b'{"id": "7", "companyName": "Ac', {"Content-Type": "application/json"}, cut=True)
HALF_JSON = Reply(200, b'{"id": "7", "companyName": "Ac', {"Content-Type": "application/json"})
CUSTOMER = json_reply(200, {"id": "7", "companyName": "Acme"})


def test_a_storm_of_429_is_weathered_with_growing_waits(
    client: NetSuiteClient, server: NastyServer, clock: ImpatientClock
) -> None:
    server.script += [TOO_MANY] * 12
    assert client.upsert("customer", "cus_1", {}) == "1"
    assert len(server.seen) == 13
    assert clock.slept_s[0] <= 0.5
    assert 10 <= clock.slept_s[-1] <= 20


def test_429_for_good_is_unavailable_with_nothing_written(client: NetSuiteClient, server: NastyServer) -> None:
    server.script += [TOO_MANY] * 99
    with pytest.raises(NetSuiteUnavailable) as raised:
        client.upsert("customer", "cus_1", {})
    assert not raised.value.outcome_unknown
    assert len(server.seen) == 15


def test_retry_after_is_heeded(client: NetSuiteClient, server: NastyServer, clock: ImpatientClock) -> None:
    server.script += [Reply(429, TOO_MANY.body, {**TOO_MANY.headers, "Retry-After": "7"})]
    client.upsert("customer", "cus_1", {})
    assert clock.slept_s == [7.0]


@pytest.mark.parametrize("code", ["WS_REQUEST_BLOCKED", "SSS_REQUEST_LIMIT_EXCEEDED", "EXCEEDED_MAX_CONCUR_RQST"])
def test_the_older_words_for_too_many_requests_are_understood(
    client: NetSuiteClient, server: NastyServer, code: str
) -> None:
    server.script += [error_reply(400, "Request Limit Exceeded!", code)]
    assert client.upsert("customer", "cus_1", {}) == "1"
    assert client.governor.counts().throttled == 1


@pytest.mark.parametrize("trouble", [SERVER_BUG, HTML_502, DROPPED, CUT, HALF_JSON])
def test_a_read_is_repeated_until_it_is_whole(client: NetSuiteClient, server: NastyServer, trouble: Reply) -> None:
    server.script += [trouble, trouble, CUSTOMER]
    assert client.get("customer", "7") == {"id": "7", "companyName": "Acme"}
    assert len({seen.nonce for seen in server.seen}) == 3


@pytest.mark.parametrize("trouble", [SERVER_BUG, HTML_502, DROPPED])
def test_a_read_that_never_comes_is_unavailable(client: NetSuiteClient, server: NastyServer, trouble: Reply) -> None:
    server.script += [trouble] * 9
    with pytest.raises(NetSuiteUnavailable):
        client.get("customer", "7")
    assert len(server.seen) == 5


@pytest.mark.parametrize("trouble", [SERVER_BUG, HTML_502, DROPPED])
def test_a_write_whose_answer_is_lost_is_not_repeated(
    client: NetSuiteClient, server: NastyServer, trouble: Reply
) -> None:
    server.script += [trouble]
    with pytest.raises(NetSuiteUnavailable) as raised:
        client.upsert("customer", "cus_1", {})
    assert raised.value.outcome_unknown
    assert raised.value.subject == "customer cus_1"
    assert len(server.seen) == 1


def test_a_write_that_times_out_has_an_unknown_outcome(
    connection: NetSuiteConnection, server: NastyServer, clock: ImpatientClock
) -> None:
    server.script += [Reply(delay_s=0.5)]
    with NetSuiteClient(connection, clock, timeout_s=0.1) as client, pytest.raises(NetSuiteUnavailable) as raised:
        client.upsert("customer", "cus_1", {})
    assert raised.value.outcome_unknown
    assert len(server.seen) == 1


def test_the_unknown_outcome_survives_the_way_between_processes(client: NetSuiteClient, server: NastyServer) -> None:
    server.script += [DROPPED]
    with pytest.raises(NetSuiteUnavailable) as raised:
        client.upsert("customer", "cus_1", {})
    assert pickle.loads(pickle.dumps(raised.value)).outcome_unknown  # noqa: S301


def test_a_write_that_never_left_is_repeated_and_its_outcome_is_known(clock: ImpatientClock) -> None:
    """Nobody listens on the port: no byte was sent."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        connection = NetSuiteConnection("n", "1", TokenCredentials(*SECRETS), url)
        with NetSuiteClient(connection, clock) as client, pytest.raises(NetSuiteUnavailable) as raised:
            client.upsert("customer", "cus_1", {})
    assert not raised.value.outcome_unknown
    assert len(clock.slept_s) == 4


def test_a_changed_record_is_tried_again_and_then_busy(client: NetSuiteClient, server: NastyServer) -> None:
    busy = error_reply(400, "Record has been changed", "RCRD_HAS_BEEN_CHANGED")
    server.script += [busy]
    assert client.upsert("deposit", "po_1", {}) == "1"
    server.script += [busy] * 9
    with pytest.raises(NetSuiteRecordBusy):
        client.upsert("deposit", "po_1", {})
    assert len(server.seen) == 5


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_never_followed(client: NetSuiteClient, server: NastyServer, status: int) -> None:
    server.script += [Reply(status, b"x", {"Location": f"{server.url}/elsewhere", "Content-Type": "text/html"})]
    with pytest.raises(NetSuiteProtocolError, match=str(status)):
        client.get("customer", "7")
    assert len(server.seen) == 1


@pytest.mark.parametrize("reply", [HTML_200, Reply(404, b"<html/>", {"Content-Type": "text/html"}), Reply(403)])
def test_what_is_not_json_is_a_protocol_error(client: NetSuiteClient, server: NastyServer, reply: Reply) -> None:
    server.script += [reply]
    with pytest.raises(NetSuiteProtocolError):
        client.get("customer", "7")
    assert len(server.seen) == 1


def test_a_location_on_another_host_gives_the_id_and_is_not_followed(
    client: NetSuiteClient, server: NastyServer
) -> None:
    """Behind a proxy NetSuite names its own host."""
    server.script += [located(f"{RECORD}/customer/9", "https://1234567.suitetalk.api.netsuite.com")]
    assert client.upsert("customer", "cus_1", {}) == "9"
    assert len(server.seen) == 1


@pytest.mark.parametrize("with_host", [True, False])
def test_the_internal_id_is_the_last_part_of_the_location(
    client: NetSuiteClient, server: NastyServer, with_host: bool
) -> None:
    server.script += [located(f"{RECORD}/customerPayment/421", server.url if with_host else "")]
    assert client.upsert("customerPayment", "ch_1", {}) == "421"


@pytest.mark.parametrize("location", [None, f"{RECORD}/customer/eid:cus_1"])
def test_without_a_usable_location_the_id_is_read(
    client: NetSuiteClient, server: NastyServer, location: str | None
) -> None:
    server.script += [Reply(204, b"", {"Location": location} if location else {}), CUSTOMER]
    assert client.upsert("customer", "cus_1", {}) == "7"
    assert (server.seen[1].method, server.seen[1].path) == ("GET", f"{RECORD}/customer/eid:cus_1")


def test_an_id_that_cannot_be_read_after_a_write_is_an_unknown_outcome(
    client: NetSuiteClient, server: NastyServer
) -> None:
    server.script += [Reply(204), *[SERVER_BUG] * 9]
    with pytest.raises(NetSuiteUnavailable) as raised:
        client.upsert("customer", "cus_1", {})
    assert raised.value.outcome_unknown


def test_a_written_record_that_is_not_there_is_a_protocol_error(client: NetSuiteClient, server: NastyServer) -> None:
    server.script += [Reply(204), error_reply(404, "The record instance does not exist.", "NONEXISTENT_ID")]
    with pytest.raises(NetSuiteProtocolError, match="cannot be found"):
        client.upsert("customer", "cus_1", {})


def test_an_upsert_puts_exact_amounts_by_external_id(client: NetSuiteClient, server: NastyServer) -> None:
    server.script += [Reply(201, b"{}", {"Content-Type": "application/json", "Location": f"{RECORD}/invoice/5"})]
    body = {"item": {"items": [{"amount": Decimal("1234567.10"), "rate": Decimal("0.1")}]}, "memo": None, "ok": True}
    assert client.upsert("invoice", "in_1", body) == "5"
    seen = server.seen[0]
    assert (seen.method, seen.path) == ("PUT", f"{RECORD}/invoice/eid:in_1")
    assert seen.headers["X-NetSuite-PropertyNameValidation"] == "Error"
    assert b'"amount":1234567.10,"rate":0.1' in seen.body


@pytest.mark.parametrize("value", [0.1, Decimal("NaN"), Decimal("Infinity"), object(), {1, 2}, b"x"])
def test_what_is_no_exact_json_is_never_sent(client: NetSuiteClient, server: NastyServer, value: object) -> None:
    with pytest.raises(InvariantBroken, match=r"item\.items\[0\]\.amount"):
        client.upsert("invoice", "in_1", {"item": {"items": ({"amount": value},)}})
    assert not server.seen


def test_amounts_are_read_as_exact_decimals(client: NetSuiteClient, server: NastyServer) -> None:
    server.script += [Reply(200, b'{"total": 70.10, "n": 3}', {"Content-Type": "application/json"})]
    record = client.get("invoice", "5", expand=True)
    assert record == {"total": Decimal("70.10"), "n": 3}
    assert str(record["total"]) == "70.10"
    assert server.seen[0].path.endswith("/invoice/5?expandSubResources=true")


def test_a_patch_names_the_sublists_it_replaces(client: NetSuiteClient, server: NastyServer) -> None:
    client.patch("deposit", "5", {"memo": "x"}, replace=("cashback", "other"))
    assert (server.seen[0].method, server.seen[0].path) == ("PATCH", f"{RECORD}/deposit/5?replace=cashback%2Cother")
    assert json.loads(server.seen[0].body) == {"memo": "x"}


@pytest.mark.parametrize(
    ("record_type", "internal_id"), [("customer", "1/../2"), ("customer", "eid:x"), ("a/b", "1"), ("", "1")]
)
def test_a_path_cannot_be_smuggled(client: NetSuiteClient, record_type: str, internal_id: str) -> None:
    with pytest.raises(InvariantBroken):
        client.get(record_type, internal_id)


@pytest.mark.parametrize("external_id", ["a/b", "a|b", "", "x?y=1", "a\n"])
def test_an_external_id_that_no_url_takes_is_refused(client: NetSuiteClient, external_id: str) -> None:
    with pytest.raises(InvariantBroken):
        client.upsert("customer", external_id, {})


def test_cookies_are_not_kept(client: NetSuiteClient, server: NastyServer) -> None:
    server.script += [Reply(204, b"", {"Set-Cookie": "JSESSIONID=abc", "Location": f"{RECORD}/customer/1"})]
    client.upsert("customer", "cus_1", {})
    client.upsert("customer", "cus_2", {})
    assert "Cookie" not in server.seen[1].headers


def test_no_answer_in_place_of_an_object_passes(client: NetSuiteClient, server: NastyServer) -> None:
    server.script += [json_reply(200, ["not", "an", "object"])]
    with pytest.raises(NetSuiteProtocolError):
        client.get("customer", "7")


def test_an_unknown_transaction_is_not_found(client: NetSuiteClient, server: NastyServer) -> None:
    """Seen on real accounts: 400 where 404 is due."""
    server.script += [error_reply(400, "Transaction type specified is incorrect.")]
    with pytest.raises(NetSuiteNotFound):
        client.get("invoice", "999")


def test_rows_are_text_under_lower_case_names_without_nulls(client: NetSuiteClient, server: NastyServer) -> None:
    server.script += [rows_reply([{"ID": 5, "Closed": True, "memo": None, "total": "1.50"}])]
    assert list(client.suiteql("SELECT 1 FROM t ORDER BY id")) == [{"id": "5", "closed": "T", "total": "1.50"}]
