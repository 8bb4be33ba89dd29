"""The record service: writes, reads, external ids, merging, and the exact texts of refusals."""

from __future__ import annotations

import pytest

from tests.sandbox.netsuite.client import RECORD, Client, sale

PREFIX = "Error while accessing a resource. "


def test_create_read_change_delete(client: Client) -> None:
    """POST gives 204, a Location and no body; GET shows it; PATCH changes it; DELETE ends it."""
    customer = client.write("POST", "/customer", {"companyName": "Ada", "subsidiary": {"id": "1"}})
    client.write("PATCH", f"/customer/{customer}", {"email": "ada@example.com", "comments": "x"})
    client.write("PATCH", f"/customer/{customer}", {"comments": None})
    shown = client.get(f"/customer/{customer}")
    assert (shown["email"], shown["entityId"], "comments" in shown) == ("ada@example.com", "Ada", False)
    assert shown["subsidiary"]["refName"] == "Acme Inc"
    assert client.send("DELETE", f"{RECORD}/customer/{customer}").status_code == 204
    assert client.refused("GET", f"/customer/{customer}", status=404).startswith("The record instance does not exist")


def test_type_names_do_not_mind_the_case(client: Client) -> None:
    """Oracle writes customerpayment and customerPayment."""
    customer = client.customer()
    payment = client.write("POST", "/customerpayment", {"customer": {"id": customer}, "payment": 5})
    assert client.get(f"/CUSTOMERPAYMENT/{payment}")["id"] == payment


def test_an_upsert_answers_the_same_for_new_and_old(client: Client) -> None:
    """PUT eid: twice: one record, one id."""
    assert client.customer("Ada") == client.customer("Ada")
    assert client.rows("SELECT COUNT(*) AS n FROM customer") == [{"n": "1"}]


def test_external_ids_are_one_case_insensitive_space_for_all_transactions(client: Client) -> None:
    """`ch_1` and `CH_1` are one id, and an invoice's id cannot be a payment's."""
    customer, item = client.customer(), client.item()
    invoice = client.invoice(customer, item, 10, "in_1")
    body = {"customer": {"id": customer}, "payment": 10}
    duplicate = (
        PREFIX + "A record with this ID already exists. You must enter a unique ID to create or update this record."
    )
    assert client.refused("PUT", "/customerPayment/eid:IN_1", body) == duplicate
    assert client.refused("POST", "/customerPayment", {**body, "externalId": "in_1"}) == duplicate
    assert client.get("/invoice/eid:IN_1")["id"] == invoice
    client.write("PUT", "/customer/eid:in_1", {"companyName": "Other group", "subsidiary": {"id": "1"}})


@pytest.mark.parametrize("external_id", ["a|b", "a.b", "a%20b"])
def test_an_external_id_in_a_url_has_letters_digits_underscore_and_hyphen(client: Client, external_id: str) -> None:
    """Anything else does not work in an eid: URL."""
    text = client.refused("PUT", f"/customer/eid:{external_id}", {"companyName": "A", "subsidiary": {"id": "1"}})
    assert text.startswith("Invalid record instance identifier")


def test_a_customers_name_is_unique(client: Client) -> None:
    """Two customers of one name: the text that lets a client recognise its own earlier attempt."""
    client.customer("Ada")
    body = {"companyName": "ADA", "subsidiary": {"id": "1"}}
    assert client.refused("PUT", "/customer/eid:cus_2", body) == PREFIX + "This entity already exists."
    client.write("PUT", "/customer/eid:cus_2", {**body, "entityId": "cus_2"})


def test_an_items_name_is_unique(client: Client) -> None:
    """Two items of one name are refused."""
    client.item("Plan")
    body = {"itemId": "plan", "incomeAccount": client.account("4000"), "subsidiary": {"items": [{"id": "1"}]}}
    assert "already an item with that name" in client.refused("PUT", "/serviceSaleItem/eid:other", body)


@pytest.mark.parametrize(
    ("path", "body", "text"),
    [
        ("/customer", {"companyName": "A"}, "Please enter value(s) for: Primary Subsidiary."),
        ("/customer", {"subsidiary": {"id": "1"}}, "Please enter value(s) for: Company Name."),
        ("/invoice", {"item": {"items": []}}, "Please enter value(s) for: Customer."),
        ("/deposit", {"other": {"items": []}}, "Please enter value(s) for: Account."),
        ("/serviceSaleItem", {"itemId": "x"}, "Please enter value(s) for: Subsidiary."),
        (
            "/serviceSaleItem",
            {"itemId": "x", "subsidiary": {"id": "1"}},
            "Invalid value for the resource or sub-resource field 'subsidiary'. Provide a valid value.",
        ),
        ("/customer", {"companyName": 5, "subsidiary": {"id": "1"}}, "Invalid value for the resource or sub-resource"),
    ],
)
def test_required_fields_and_wrong_types(client: Client, path: str, body: dict[str, object], text: str) -> None:
    """The texts stand behind REST's prefix."""
    assert client.refused("POST", path, body).startswith(PREFIX + text)


def test_a_bad_reference_names_value_field_and_path(client: Client) -> None:
    """Unknown items give the documented text, with o:errorPath."""
    customer = client.customer()
    body = sale(customer, {"items": [{"item": {"id": "9999"}, "amount": 1}]})
    response = client.send("POST", RECORD + "/invoice", body)
    assert response.json()["o:errorDetails"][0] == {
        "detail": PREFIX + "You have entered an Invalid Field Value 9999 for the following field: item",
        "o:errorCode": "USER_ERROR",
        "o:errorPath": "item.items[0].item",
    }


def test_unknown_ids_and_types(client: Client) -> None:
    """404 for records, 400 for a transaction by internal id, and for an id that is none."""
    customer = client.customer()
    assert client.refused("GET", "/customer/999", status=404).startswith("The record instance does not exist.")
    assert client.refused("GET", "/invoice/999") == PREFIX + "Transaction type specified is incorrect."
    assert client.refused("GET", "/invoice/eid:in_none", status=404).startswith("The record instance does not exist.")
    assert client.refused("GET", "/customer/000").startswith("Invalid record instance identifier '000'.")
    assert client.refused("GET", "/spaceship/1", status=404) == "Record type 'spaceship' does not exist."
    payment = client.payment(customer, 5, "ch_1")
    assert client.refused("GET", f"/invoice/{payment}") == PREFIX + "Transaction type specified is incorrect."


def test_unknown_properties_are_refused_dropped_or_ignored(client: Client) -> None:
    """Error refuses, Warning (the default) drops and says so in a header, Ignore drops silently."""
    body = {"companyName": "Ada", "subsidiary": {"id": "1"}, "custentity_strpe_id": "cus_1"}
    assert "custentity_strpe_id" in client.refused("PUT", "/customer/eid:a", body)
    for mode, said in (("Warning", True), ("Ignore", False)):
        headers = {"X-NetSuite-PropertyNameValidation": mode}
        response = client.send("PUT", RECORD + "/customer/eid:a", body, headers=headers)
        assert response.status_code == 204
        assert ("custentity_strpe_id" in response.headers.get("X-NetSuite-PropertyValidation", "")) is said
    line = {"item": {"id": "1"}, "amount": 1, "custcol_unknown": "x"}
    assert "item.items[0].custcol_unknown" in client.refused("POST", "/invoice", {"item": {"items": [line]}})
    assert "Entity" in client.refused("POST", "/invoice", {"Entity": {"id": "1"}})


def test_custom_fields_are_kept_and_queryable(client: Client) -> None:
    """Declared custom fields of body, line and entity come back by GET and SuiteQL."""
    customer = client.customer()
    client.write("PATCH", f"/customer/{customer}", {"custentity_stripe_id": "cus_X"})
    lines = {"items": [{"item": {"id": client.item()}, "amount": 1, "custcol_stripe_line": "il_1"}]}
    invoice = client.write("POST", "/invoice", sale(customer, lines, custbody_stripe_id="in_X"))
    assert (
        client.get(f"/invoice/{invoice}", expandSubResources="true")["item"]["items"][0]["custcol_stripe_line"]
        == "il_1"
    )
    assert client.rows("SELECT custentity_stripe_id AS c FROM customer") == [{"c": "cus_X"}]
    assert client.rows("SELECT custbody_stripe_id AS c FROM transaction") == [{"c": "in_X"}]


def test_sublists_are_stubs_unless_expanded(client: Client) -> None:
    """GET links to a sublist; expandSubResources shows its lines; the sub-resource has them too."""
    customer = client.customer()
    invoice = client.invoice(customer, client.item(), 10, "in_1")
    assert set(client.get(f"/invoice/{invoice}")["item"]) == {"links"}
    shown = client.get(f"/invoice/{invoice}", expandSubResources="true")["item"]
    assert (shown["totalResults"], shown["items"][0]["line"], shown["items"][0]["amount"]) == (1, 1, 10)
    assert client.get(f"/invoice/{invoice}/item")["items"][0]["item"]["refName"] == "Plan"
    assert client.get(f"/invoice/{invoice}/item/1")["amount"] == 10
    assert set(client.get(f"/invoice/{invoice}", fields="total")) == {"links", "id", "total"}
    assert client.get(f"/invoice/{invoice}", simpleEnumFormat="true")["status"] == "Open"


def test_patch_matches_lines_by_key_appends_the_rest_and_replaces_on_request(client: Client) -> None:
    """A key that matches updates, none appends (so a naive retry doubles), `?replace=` replaces."""
    item = client.item()
    invoice = client.invoice(client.customer(), item, 10, "in_1")
    line = {"item": {"id": item}, "amount": 7}
    client.write("PATCH", f"/invoice/{invoice}", {"item": {"items": [{"line": 1, "amount": 12}]}})
    assert client.get(f"/invoice/{invoice}")["total"] == 12
    client.write("PATCH", f"/invoice/{invoice}", {"item": {"items": [line]}})
    assert client.get(f"/invoice/{invoice}")["total"] == 19
    client.write("PATCH", f"/invoice/{invoice}", {"item": {"items": [line]}}, params={"replace": "item"})
    assert client.get(f"/invoice/{invoice}")["total"] == 7


def test_numbers_keep_their_digits(client: Client) -> None:
    """A rate is read back with the digits it was written with."""
    body = {"baseCurrency": "1", "transactionCurrency": "3", "exchangeRate": 1.23456789, "effectiveDate": "2026-11-02"}
    rate = client.write("POST", "/currencyRate", body)
    assert client.get(f"/currencyRate/{rate}")["exchangeRate"] == 1.23456789


def test_lists_page_with_an_offset_that_is_a_multiple_of_the_limit(client: Client) -> None:
    """The envelope has count, hasMore, totalResults and links; a crooked offset is refused."""
    for name in ("Ada", "Bob", "Cy"):
        client.customer(name)
    page = client.get("/customer", limit="2", offset="2")
    assert (page["count"], page["hasMore"], page["totalResults"], page["offset"]) == (1, False, 3, 2)
    assert {link["rel"] for link in page["links"]} == {"self", "first", "previous"}
    assert client.get("/customer", q='externalId IS "cus_Bob"')["count"] == 1
    response = client.send("GET", RECORD + "/customer", params={"limit": "2", "offset": "3"})
    assert (response.status_code, response.json()["o:errorDetails"][0]["o:errorCode"]) == (400, "INVALID_PARAMETER")


def test_reference_data_can_be_read_but_subsidiaries_not_written(client: Client) -> None:
    """Accounts, currencies, periods and subsidiaries have GET; subsidiary is GET only."""
    bank = client.account("1000")["id"]
    assert client.get(f"/account/{bank}")["acctName"] == "Operating Bank USD"
    assert client.get("/currency/4")["currencyPrecision"]["id"] == "0"
    assert client.get("/accountingPeriod/11")["closed"] is True
    assert client.send("PATCH", RECORD + "/subsidiary/1", {"name": "x"}).status_code == 405


def test_the_metadata_catalog_knows_custom_fields(client: Client) -> None:
    """A record type's properties, sublists and custom fields are described."""
    schema = client.get("/metadata-catalog/invoice")
    assert {"entity", "item", "custbody_stripe_id"} <= set(schema["properties"])
    assert {entry["name"] for entry in client.get("/metadata-catalog")["items"]} >= {"deposit", "customerRefund"}


def test_broken_json_is_invalid_content(client: Client) -> None:
    """A body that is no JSON object is refused before anything else."""
    url = client.server.url + RECORD + "/customer"
    response = client.session.post(url, data=b'{"a":', auth=client.auth, timeout=5)
    assert (response.status_code, response.json()["o:errorDetails"][0]["o:errorCode"]) == (400, "INVALID_CONTENT")
