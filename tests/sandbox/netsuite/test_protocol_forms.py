"""Forms, select options, attached contacts; absent before 2026.1."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.netsuite.features import Features
from tests.sandbox.netsuite.client import RECORD, Client, sale
from tests.sandbox.netsuite.protocol_server import MEDIA, PREFIX, error_of, served


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with served() as one:
        yield one


def _ask(client: Client, method: str, path: str, kind: str, body: Any = None, **params: str) -> Any:
    response = client.send(
        method, RECORD + path, body if body is not None else {}, headers={"Accept": MEDIA + kind}, params=params
    )
    assert response.status_code == 200, response.text
    assert response.headers["Content-Type"] == MEDIA + kind
    return response.json()


def test_a_create_form_is_filled_in_and_not_saved(client: Client) -> None:
    """Currency, subsidiary, period and total as they would be; sublists as links until expanded."""
    customer = client.customer("Form", currency="2")
    lines = {"items": [{"item": {"id": client.item()}, "amount": 12.5}]}
    form = _ask(client, "POST", "/invoice", "create-form", sale(customer, lines))
    assert (form["currency"]["id"], form["subsidiary"]["id"], form["total"]) == ("2", "1", 12.5)
    assert set(form["item"]) == {"links"}
    assert {"id", "tranId"}.isdisjoint(form)
    assert [link["rel"] for link in form["links"]] == ["self", "create"]
    assert client.get("/invoice")["totalResults"] == 0
    first = client.write("POST", "/invoice", sale(customer, lines))
    assert int(first) > 0


def test_a_form_may_be_incomplete(client: Client) -> None:
    """What is there is shown; nothing is required yet, but a misspelt property or a wrong reference is refused as ever."""
    form = _ask(client, "POST", "/customer", "create-form", {"companyName": "Half"})
    assert form["companyName"] == "Half"
    assert client.get("/customer", q="companyName IS Half")["count"] == 0
    for wrong in ({"companyNam": "Half"}, {"companyName": "Half", "terms": {"id": "999"}}):
        refused = client.send("POST", RECORD + "/customer", wrong, headers={"Accept": MEDIA + "create-form"})
        assert refused.status_code == 400


def test_an_edit_form_shows_the_change_and_leaves_the_record(client: Client) -> None:
    """Links to edit, to create, and to the create-form."""
    number = client.customer("Edited")
    form = _ask(client, "PATCH", f"/customer/{number}", "edit-form", {"email": "new@example.com"})
    assert (form["id"], form["email"]) == (number, "new@example.com")
    assert [link["rel"] for link in form["links"]] == ["self", "edit", "create", "create-form"]
    assert "email" not in client.get(f"/customer/{number}")


def test_select_options_list_what_a_field_may_hold(client: Client) -> None:
    """Each field has its own options, count and paging; inactive records and other subsidiaries' accounts are left out."""
    options = _ask(client, "POST", "/customerPayment", "select-options", fields="currency,account", limit="2")
    currency = options["currency"]["_selectOptions"]
    assert (currency["count"], currency["hasMore"], currency["totalResults"]) == (2, True, 5)
    assert {link["rel"] for link in currency["links"]} == {"self", "next", "last"}
    assert {"id": 3, "refName": "British Pound"} in currency["items"]
    german = _ask(client, "POST", "/customerPayment", "select-options", {"subsidiary": {"id": "2"}}, fields="account")
    names = {item["refName"] for item in german["account"]["_selectOptions"]["items"]}
    assert any("Bank EUR GmbH" in name for name in names)
    assert not any("Operating Bank USD" in name for name in names)


def test_select_options_are_filtered_by_name_and_asked_for_lines_too(client: Client) -> None:
    """CONTAIN, IS and START_WITH apply to refName; a sublist's field is `sublist.field`."""
    number = client.customer("Chooser")
    path = f"/customer/{number}"
    options = _ask(
        client,
        "PATCH",
        path,
        "select-options",
        fields="currency,terms",
        q='currency START_WITH "US", terms IS "Net 30"',
    )
    assert [item["refName"] for item in options["currency"]["_selectOptions"]["items"]] == ["US Dollar"]
    assert [item["refName"] for item in options["terms"]["_selectOptions"]["items"]] == ["Net 30"]
    lines = _ask(
        client, "POST", "/journalEntry", "select-options", fields="line.account", q="line.account CONTAIN undeposited"
    )
    assert lines["line.account"]["_selectOptions"]["totalResults"] == 1


@pytest.mark.parametrize("fields", ["", "memo", "spaceship", "line.memo", "spaceship.account"])
def test_select_options_of_what_has_none_are_refused(client: Client, fields: str) -> None:
    """The parameter is named in the error."""
    response = client.send(
        "POST", RECORD + "/journalEntry", {}, headers={"Accept": MEDIA + "select-options"}, params={"fields": fields}
    )
    assert (response.status_code, error_of(response)["o:errorQueryParam"]) == (400, "fields")


def _contact(client: Client, name: str) -> str:
    return client.write(
        "PUT",
        f"/contact/eid:con_{name}",
        {"firstName": name, "lastName": "Doe", "subsidiary": {"id": "1"}, "email": "doe@example.com"},
    )


def test_a_contact_is_attached_with_a_role_and_detached(client: Client) -> None:
    """204 both; internal and external ids; the customer's contactRoles show it while it is attached."""
    customer, contact = client.customer("Attached"), _contact(client, "Jo")
    url = RECORD + f"/customer/{customer}/!attach/contact/"
    assert client.send("POST", url + "eid:con_Jo", {"role": {"id": "-10"}}).status_code == 204
    (line,) = client.get(f"/customer/{customer}", expandSubResources="true")["contactRoles"]["items"]
    assert (line["contact"]["id"], line["contact"]["refName"], line["email"], line["role"]["id"]) == (
        contact,
        "Jo Doe",
        "doe@example.com",
        "-10",
    )
    assert client.send("POST", url.replace("attach", "detach") + contact).status_code == 204
    assert client.send("POST", url.replace("attach", "detach") + contact).status_code == 404
    assert "contactRoles" not in client.get(f"/customer/{customer}")


def test_only_existing_contacts_can_be_attached(client: Client) -> None:
    """An unknown contact is 404, as is a file (the sandbox has none); an invoice is nothing to attach."""
    customer = client.customer("Lonely")
    for other, status in (("contact/999", 404), ("file/1", 404), (f"customer/{customer}", 400)):
        assert client.send("POST", RECORD + f"/customer/{customer}/!attach/{other}", {}).status_code == status


def test_contacts_have_names_of_their_own(client: Client) -> None:
    """Unique among contacts; a name and a subsidiary are required; a deleted one is attached no longer."""
    customer, contact = client.customer("Keeper"), _contact(client, "Kim")
    text = client.refused("POST", "/contact", {"entityId": "kim doe", "subsidiary": {"id": "1"}})
    assert (
        text == PREFIX + "A contact record with this name already exists. Every contact record must have a unique name."
    )
    assert client.refused("POST", "/contact", {"subsidiary": {"id": "1"}}).startswith(
        PREFIX + "Please enter value(s) for:"
    )
    assert "Primary Subsidiary" in client.refused("POST", "/contact", {"entityId": "Solo"})
    client.send("POST", RECORD + f"/customer/{customer}/!attach/contact/{contact}")
    assert client.send("DELETE", RECORD + f"/contact/{contact}").status_code == 204
    assert "contactRoles" not in client.get(f"/customer/{customer}")


def test_none_of_it_is_there_before_2026_1() -> None:
    """Forms and options are a matter of Accept, attaching of the URL."""
    with served(features=Features(release="2025.2")) as client:
        customer = client.customer("Old")
        for kind in ("create-form", "select-options"):
            response = client.send("POST", RECORD + "/customer", {}, headers={"Accept": MEDIA + kind})
            assert (response.status_code, error_of(response)["o:errorHeader"]) == (400, "Accept")
        assert client.send("POST", RECORD + f"/customer/{customer}/!attach/contact/1", {}).status_code == 404
