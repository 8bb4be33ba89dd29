"""References and enums both ways, what a body may carry without effect, and the shapes of errors and links."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.netsuite.client import RECORD, Client, sale
from tests.sandbox.netsuite.protocol_server import MEDIA, company, error_of, served


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with served() as one:
        yield one


@pytest.mark.parametrize(
    "form", [{"id": "1"}, {"id": 1}, "1", 1, {"externalId": "cus_Refs"}, {"externalId": "CUS_REFS"}]
)
def test_references_are_taken_by_id_by_external_id_and_bare(client: Client, form: Any) -> None:
    """All name the same record; external ids without regard to case."""
    customer = client.customer("Refs")
    by_external_id = isinstance(form, dict) and "externalId" in form
    value = (
        form
        if by_external_id
        else ({"id": type(form["id"])(customer)} if isinstance(form, dict) else type(form)(customer))
    )
    invoice = client.write(
        "POST", "/invoice", sale("0", {"items": [{"item": {"id": client.item()}, "amount": 1}]}) | {"entity": value}
    )
    assert client.get(f"/invoice/{invoice}")["entity"]["id"] == customer


def test_references_are_shown_with_link_id_and_name(client: Client) -> None:
    """The link leads to where the request came from; lists have a name and no link."""
    customer = client.customer("Named")
    client.write("PATCH", f"/customer/{customer}", {"terms": {"id": "2"}})
    shown = client.get(f"/customer/{customer}")
    href = f"{client.server.url}{RECORD}/subsidiary/1"
    assert shown["subsidiary"] == {"links": [{"rel": "self", "href": href}], "id": "1", "refName": "Acme Inc"}
    assert shown["terms"] == {"links": [], "id": "2", "refName": "Net 30"}
    assert client.session.get(href, auth=client.auth, timeout=5).json()["name"] == "Acme Inc"


def test_enums_are_objects_unless_asked_for_plain(client: Client) -> None:
    """`{"id", "refName"}` without links; simpleEnumFormat gives the id, and leaves references as they are."""
    invoice = client.invoice(client.customer("Enum"), client.item(), 5, "in_enum")
    assert client.get(f"/invoice/{invoice}")["status"] == {"id": "Open", "refName": "Open"}
    plain = client.get(f"/invoice/{invoice}", simpleEnumFormat="true")
    assert (plain["status"], set(plain["entity"])) == ("Open", {"links", "id", "refName"})


def test_read_only_properties_in_a_body_change_nothing(client: Client) -> None:
    """What GET shows may be sent back: total, status, dates, ids are passed over without a word."""
    invoice = client.invoice(client.customer("ReadOnly"), client.item(), 5, "in_readonly")
    shown = client.get(f"/invoice/{invoice}")
    client.write("PATCH", f"/invoice/{invoice}", {"total": 999, "status": {"id": "Paid"}, "id": "1", "memo": "changed"})
    after = client.get(f"/invoice/{invoice}")
    assert (after["total"], after["status"], after["id"], after["memo"]) == (5, shown["status"], invoice, "changed")


def test_lines_are_shown_with_the_amount_and_key_netsuite_gives_them(client: Client) -> None:
    """Quantity times rate where no amount was sent; each line has a unique key, found in SuiteQL too."""
    lines = {
        "items": [
            {"item": {"id": client.item()}, "quantity": 3, "rate": 5},
            {"item": {"id": client.item()}, "amount": 2},
        ]
    }
    customer = client.customer("Lines")
    for name in ("invoice", "creditMemo"):
        number = client.write("POST", f"/{name}", sale(customer, lines))
        shown = client.get(f"/{name}/{number}", expandSubResources="true")["item"]["items"]
        assert [line["amount"] for line in shown] == [15, 2]
        rows = client.rows(
            "SELECT uniquekey FROM transactionline WHERE transaction = ? AND mainline = 'F' ORDER BY id", [number]
        )
        assert [str(line["lineUniqueKey"]) for line in shown] == [row["uniquekey"] for row in rows]


def test_an_upsert_of_a_known_record_appends_lines_without_a_key(client: Client) -> None:
    """As PATCH does: a repeated PUT doubles the lines, unless `replace=item`."""
    customer, item = client.customer("Repeat"), client.item()
    for times in (1, 2):
        invoice = client.invoice(customer, item, 10, "in_repeat")
        assert client.get(f"/invoice/{invoice}")["total"] == 10 * times
    body = sale(customer, {"items": [{"item": {"id": item}, "amount": 10, "quantity": 1}]})
    client.write("PUT", "/invoice/eid:in_repeat", body, params={"replace": "item"})
    assert client.get("/invoice/eid:in_repeat")["total"] == 10


def test_errors_have_oracles_media_type_and_shape(client: Client) -> None:
    """type, title, status, o:errorDetails with one entry."""
    response = client.send("GET", RECORD + "/customer/999999")
    assert response.headers["Content-Type"] == MEDIA + "error"
    body = response.json()
    assert (body["type"], body["title"], body["status"]) == (
        "https://www.rfc-editor.org/rfc/rfc9110.html#section-15.5.5",
        "Not Found",
        404,
    )
    assert error_of(response) == {
        "detail": "The record instance does not exist. Provide a valid record instance ID.",
        "o:errorCode": "NONEXISTENT_ID",
        "o:errorUrl": "/services/rest/record/v1/customer/999999",
    }


@pytest.mark.parametrize(
    "params", [{"limit": "0"}, {"limit": "1001"}, {"limit": "x"}, {"offset": "-1"}, {"limit": "5", "offset": "7"}]
)
def test_paging_outside_its_bounds_is_refused(client: Client, params: dict[str, str]) -> None:
    """1 to 1,000 rows, from a multiple of the limit."""
    response = client.send("GET", RECORD + "/customer", params=params)
    assert (response.status_code, error_of(response)["o:errorCode"]) == (400, "INVALID_PARAMETER")


@pytest.mark.parametrize(("kind", "status"), [("status_500_after_commit", 500), ("html_502_after_commit", 502)])
def test_an_answer_spoiled_after_the_commit_hides_a_write(client: Client, kind: str, status: int) -> None:
    """The record is there although the client is told of a failure."""
    client.server.fail(kind, method="PUT")
    assert client.send("PUT", f"{RECORD}/customer/eid:{kind}", company(kind)).status_code == status
    assert client.get(f"/customer/eid:{kind}")["companyName"] == kind


def test_a_503_is_an_html_page_too(client: Client) -> None:
    """Nothing is written, and there is no JSON to parse."""
    client.server.fail("html_503")
    response = client.send("PUT", f"{RECORD}/customer/eid:gone", company("Gone"))
    assert (response.status_code, response.headers["Content-Type"].split(";")[0]) == (503, "text/html")
    assert client.send("GET", f"{RECORD}/customer/eid:gone").status_code == 404
