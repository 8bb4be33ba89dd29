"""Headers, sizes, query parameters, nulls, filters: what one request may say, and how it is read."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from sandbox.netsuite.testing import running_netsuite
from tests.sandbox.netsuite.client import RECORD, Client
from tests.sandbox.netsuite.protocol_server import company, error_of, served


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with served() as one:
        yield one


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("Accept-Language", "en-US,de;q=0.5", 200),
        ("Accept-Language", "*", 200),
        ("Accept-Language", "de", 400),
        ("Content-Language", "de", 200),
    ],
)
def test_another_language_than_the_companys_is_refused(client: Client, header: str, value: str, status: int) -> None:
    """INVALID_HEADER names the header and the company's language; Content-Language matters to writes."""
    response = client.send("GET", RECORD + "/customer", headers={header: value})
    assert response.status_code == status
    if status == 400:
        detail = error_of(response)
        assert (detail["o:errorCode"], detail["o:errorHeader"]) == ("INVALID_HEADER", header)
        assert "default company language value 'en'" in detail["detail"]
    write = client.send("PUT", RECORD + "/customer/eid:lang", company("Lang"), headers={header: value})
    assert write.status_code == (400 if value == "de" else 204)


def test_a_user_with_another_language_must_name_the_companys() -> None:
    """The symptom seen on live accounts: the header is demanded although none was sent."""
    with served(user_language="zh") as client:
        response = client.send("GET", RECORD + "/customer")
        assert error_of(response)["o:errorHeader"] == "Accept-Language"
        assert client.send("GET", RECORD + "/customer", headers={"Accept-Language": "en"}).status_code == 200


def test_more_than_104_megabytes_are_refused_before_they_are_sent(client: Client) -> None:
    """By Content-Length; by what arrives where there is none."""
    url = urlsplit(client.server.url)
    request = client.session.prepare_request(
        __import__("requests").Request("POST", client.server.url + RECORD + "/customer", auth=client.auth)
    )
    authorization = request.headers["Authorization"]
    text = authorization.decode() if isinstance(authorization, bytes) else authorization
    with socket.create_connection((str(url.hostname), url.port or 0), timeout=5) as connection:
        head = f"POST {RECORD}/customer HTTP/1.1\r\nHost: {url.netloc}\r\nAuthorization: {text}\r\nContent-Length: {104 * 1024 * 1024 + 1}\r\n\r\n"
        connection.sendall(head.encode())
        answer = connection.recv(65536)
    assert answer.startswith(b"HTTP/1.1 400")
    assert b"permitted request size limit" in answer
    with running_netsuite(largest_body=2000) as server:
        small = Client(server)
        chunks = (part for part in [b'{"companyName": "', b"x" * 3000, b'"}'])
        response = small.session.post(server.url + RECORD + "/customer", data=chunks, auth=small.auth, timeout=5)
        assert error_of(response)["o:errorCode"] == "EXCEEDED_RQST_SIZE_LIMIT"
        small.session.close()


def test_server_time_is_utc_with_milliseconds(client: Client) -> None:
    """As Oracle prints it."""
    text = client.send("GET", "/services/rest/system/v1/serverTime").json()["serverTime"]
    assert (len(text), text[-5:]) == (24, ".000Z")


def test_only_the_administrator_reads_the_governance_limits(client: Client) -> None:
    """Without a limit of its own the integration has the account's; another role is refused."""
    limits = client.send("GET", "/services/rest/system/v1/governanceLimits").json()
    assert limits == {
        "accountConcurrencyLimit": 5,
        "accountUnallocatedConcurrencyLimit": 5,
        "integrationLimitType": "accountLimit",
    }
    with served(is_administrator=False) as other:
        assert other.send("GET", "/services/rest/system/v1/governanceLimits").status_code == 403


def test_every_answer_has_an_operation_id(client: Client) -> None:
    """Support asks for it; no two are the same."""
    answers = [client.send("GET", RECORD + path) for path in ("/customer", "/customer/999", "/spaceship")]
    assert len({answer.headers["X-N-OperationId"] for answer in answers}) == 3


def test_methods_that_a_resource_does_not_have_are_405(client: Client) -> None:
    """PUT and PATCH of a whole type want a collection of records."""
    for method, path in (
        ("PUT", "/customer"),
        ("PATCH", "/customer"),
        ("DELETE", "/customer"),
        ("POST", "/customer/1"),
    ):
        assert client.send(method, RECORD + path, {}).status_code == 405, (method, path)


def test_fields_show_only_what_is_named_and_must_exist(client: Client) -> None:
    """With links and id; an unknown name is refused."""
    number = client.customer("Fields")
    assert set(client.get(f"/customer/{number}", fields="companyName,email")) == {"links", "id", "companyName"}
    response = client.send("GET", RECORD + f"/customer/{number}", params={"fields": "companyname"})
    assert (response.status_code, error_of(response)["o:errorQueryParam"]) == (400, "fields")


def test_flags_of_the_query_are_true_or_false(client: Client) -> None:
    """Anything else is INVALID_PARAMETER."""
    number = client.customer("Flags")
    response = client.send("GET", RECORD + f"/customer/{number}", params={"expandSubResources": "yes"})
    assert error_of(response)["o:errorQueryParam"] == "expandSubResources"


def test_null_clears_a_field_and_nulls_are_not_shown(client: Client) -> None:
    """A cleared field is gone from GET."""
    number = client.write("PUT", "/customer/eid:nulls", {**company("Nulls"), "email": "a@example.com", "comments": "c"})
    client.write("PATCH", f"/customer/{number}", {"email": None})
    shown = client.get(f"/customer/{number}")
    assert "email" not in shown
    assert None not in shown.values()


def test_with_replace_selected_fields_null_clears_only_what_replace_names(client: Client) -> None:
    """Both together, as Oracle's page shows; other fields of the body change as ever."""
    number = client.write(
        "PUT", "/customer/eid:selected", {**company("Selected"), "email": "a@example.com", "comments": "c"}
    )
    body = {"email": None, "comments": None, "phone": "1"}
    client.write("PATCH", f"/customer/{number}", body, params={"replaceSelectedFields": "true", "replace": "comments"})
    shown = client.get(f"/customer/{number}")
    assert ("comments" in shown, shown["email"], shown["phone"]) == (False, "a@example.com", "1")


def test_replace_names_sublists_and_body_fields_only_with_the_flag(client: Client) -> None:
    """A misspelt name would silently append lines: it is refused."""
    number = client.customer("Replace")
    for name, flag in (("comments", "false"), ("spaceship", "true"), ("Item", "false")):
        response = client.send(
            "PATCH", RECORD + f"/customer/{number}", {}, params={"replace": name, "replaceSelectedFields": flag}
        )
        assert (response.status_code, error_of(response)["o:errorQueryParam"]) == (400, "replace"), name


def test_null_empties_a_sublist(client: Client) -> None:
    """`null` or `{"items": null}`."""
    for number, empty in enumerate((None, {"items": None})):
        customer = client.customer(f"Sublist{number}")
        invoice = client.invoice(customer, client.item(), 10, f"in_null{number}")
        payment = client.payment(customer, 10, f"ch_null{number}", (invoice, 10))
        client.write("PATCH", f"/customerPayment/{payment}", {"apply": empty})
        assert client.get(f"/invoice/{invoice}")["amountRemaining"] == 10


def test_invalid_values_are_refused_dropped_or_ignored(client: Client) -> None:
    """X-NetSuite-PropertyValueValidation: Error by default; Warning names what was dropped; another mode is refused."""
    body = {**company("Values"), "terms": {"id": "999"}}
    assert client.send("PUT", RECORD + "/customer/eid:values", body).status_code == 400
    for mode, named in (("Warning", True), ("Ignore", False)):
        response = client.send(
            "PUT", RECORD + "/customer/eid:values", body, headers={"X-NetSuite-PropertyValueValidation": mode}
        )
        assert response.status_code == 204
        assert ("terms" in response.headers.get("X-NetSuite-PropertyValidation", "")) is named
    assert "terms" not in client.get("/customer/eid:values")
    for header in ("X-NetSuite-PropertyValueValidation", "X-NetSuite-PropertyNameValidation"):
        response = client.send("PUT", RECORD + "/customer/eid:values", body, headers={header: "Maybe"})
        assert error_of(response)["o:errorHeader"] == header


@pytest.fixture(scope="module")
def filtered(client: Client) -> Client:
    for name, email, first in (
        ("Filter A", "ann@example.com", "A"),
        ("Filter B", "bob@example.com", "B"),
        ("Other C", None, "C"),
    ):
        client.write("PUT", f"/customer/eid:q{first}", {**company(name), **({"email": email} if email else {})})
    return client


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("companyName START_WITH filter", "AB"),
        ('companyname IS "Filter A"', "A"),
        ("email CONTAIN example AND companyName END_WITH B", "B"),
        ('companyName IS "Other C" OR email START_WITH ann', "AC"),
        ("companyName START_WITH Filter AND (email START_WITH ann OR email START_WITH bob)", "AB"),
        ("email EMPTY AND externalId START_WITH q", "C"),
        ("externalId ANY_OF [qa, qC]", "AC"),
        ("externalId START_WITH q AND companyName START_WITH_NOT Filter", "C"),
        ('externalId START_WITH q AND dateCreated ON_OR_AFTER "1/1/2026" AND isInactive IS false', "ABC"),
        ('externalId START_WITH q AND dateCreated BEFORE "2026-01-01"', ""),
        ("externalId IS qA AND id GREATER 0 AND id BETWEEN [1, 100000]", "A"),
    ],
)
def test_lists_are_filtered_by_oracles_operators(filtered: Client, query: str, found: str) -> None:
    """AND binds closer than OR, parentheses come first, `_NOT` turns an operator round."""
    items = filtered.get("/customer", q=query)["items"]
    assert [filtered.get(f"/customer/{item['id']}")["externalId"] for item in items] == [
        f"q{letter}" for letter in found
    ]


@pytest.mark.parametrize(
    "query",
    [
        "companyName",
        "companyName LIKE x",
        "(companyName IS x",
        "id GREATER x",
        "id BETWEEN [1]",
        'companyName IS "x',
        "companyName IS x y",
    ],
)
def test_a_filter_that_cannot_be_read_is_refused(filtered: Client, query: str) -> None:
    """INVALID_PARAMETER names `q`."""
    response = filtered.send("GET", RECORD + "/customer", params={"q": query})
    assert (response.status_code, error_of(response)["o:errorQueryParam"]) == (400, "q"), response.text
