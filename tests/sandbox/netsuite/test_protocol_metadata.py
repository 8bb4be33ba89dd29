"""The metadata catalogue and the record service speak of the same properties, which follow the account's features."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.netsuite.features import Features
from tests.sandbox.netsuite.client import RECORD, Client
from tests.sandbox.netsuite.protocol_server import company, error_of, served

SWAGGER = {"Accept": "application/swagger+json"}
SCHEMA = {"Accept": "application/schema+json"}
OTHER = Features(
    one_world=False,
    multi_currency=False,
    sui_tax=True,
    payment_instruments=False,
    advanced_revenue=True,
    multi_book=True,
    mandatory=frozenset({"class", "location"}),
    auto_numbering=False,
    account_numbers=False,
)


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """The default account, with the legacy tax and revenue features that it could have."""
    with served(features=Features(legacy_tax=True, legacy_revenue=True)) as one:
        yield one


@pytest.fixture(scope="module")
def other() -> Iterator[Client]:
    """An account with every feature the other way round."""
    with served(features=OTHER) as one:
        yield one


def _catalog(client: Client, path: str, headers: dict[str, str]) -> Any:
    response = client.send("GET", f"{RECORD}/metadata-catalog{path}", headers=headers)
    assert response.status_code == 200, response.text
    assert response.headers["Content-Type"] == headers["Accept"]
    return response.json()


def _schema(client: Client, name: str) -> Any:
    return _catalog(client, f"/{name}", SCHEMA)


def test_the_table_of_contents_links_each_type_in_its_three_forms(client: Client) -> None:
    """Canonical, the two alternates by media type, and what it describes; `select` restricts in any case."""
    items = client.get("/metadata-catalog")["items"]
    deposit = next(item for item in items if item["name"] == "deposit")
    assert [(link["rel"], link.get("mediaType")) for link in deposit["links"]] == [
        ("canonical", "application/json"),
        ("alternate", "application/swagger+json"),
        ("alternate", "application/schema+json"),
        ("describes", None),
    ]
    chosen = client.get("/metadata-catalog", select="CUSTOMER,invoice")["items"]
    assert [item["name"] for item in chosen] == ["customer", "invoice"]
    assert client.send("GET", RECORD + "/metadata-catalog/spaceship").status_code == 404
    assert client.send("GET", RECORD + "/metadata-catalog", params={"select": "spaceship"}).status_code == 404


def test_openapi_names_paths_schemas_and_sublist_keys(client: Client) -> None:
    """Sublists are collections of elements with their keys; references are nsResource; transforms are paths."""
    document = _catalog(client, "?select=invoice,subsidiary", SWAGGER)
    schemas = document["components"]["schemas"]
    assert document["openapi"].startswith("3.0")
    assert schemas["invoice"]["properties"]["entity"] == {"$ref": "#/components/schemas/nsResource"}
    assert schemas["invoice"]["properties"]["item"] == {"$ref": "#/components/schemas/invoice-itemCollection"}
    assert schemas["invoice-itemElement"]["x-ns-sublistkey"] == {"new": ["orderLine"], "existing": ["line"]}
    assert schemas["invoice"]["properties"]["tranDate"]["format"] == "date"
    assert set(document["paths"]["/invoice"]) == {"get", "post"}
    assert set(document["paths"]["/invoice/{id}"]) == {"get", "patch", "put", "delete"}
    assert set(document["paths"]["/subsidiary/{id}"]) == {"get"}
    assert "/invoice/{id}/!transform/creditMemo" in document["paths"]
    assert set(_references(document)) <= {f"#/components/schemas/{name}" for name in schemas}


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _references(part)


def test_custom_fields_are_marked(client: Client) -> None:
    """Body and line alike."""
    schema = _schema(client, "invoice")["properties"]
    assert schema["custbody_stripe_id"]["x-ns-custom-field"] is True
    assert (
        schema["item"]["properties"]["items"]["items"]["properties"]["custcol_stripe_line"]["x-ns-custom-field"] is True
    )
    assert "x-ns-custom-field" not in schema["memo"]


@pytest.mark.parametrize(
    ("record", "sublist", "by_default", "otherwise"),
    [
        ("customerPayment", None, "paymentOption", "paymentMethod"),
        ("customer", None, "subsidiary", "entityId"),
        ("customer", None, "currencyList", "entityId"),
        ("invoice", None, "exchangeRate", "taxDetails"),
        ("serviceSaleItem", None, "salesTaxCode", "taxSchedule"),
        ("invoice", "item", "revRecSchedule", "doNotCreateRevenueElement"),
        ("serviceSaleItem", None, "revRecSchedule", "revenueRecognitionRule"),
        ("serviceSaleItem", None, "subsidiary", "accountingBookDetail"),
        ("account", None, "acctNumber", "acctName"),
    ],
)
def test_properties_follow_the_features(
    client: Client, other: Client, record: str, sublist: str | None, by_default: str, otherwise: str
) -> None:
    """Without its feature a property is not in the catalogue, and unknown to the record service."""

    def names(one: Client) -> set[str]:
        properties = _schema(one, record)["properties"]
        return set(properties[sublist]["properties"]["items"]["items"]["properties"] if sublist else properties)

    assert by_default in names(client)
    assert by_default not in names(other)
    assert otherwise in names(other)
    if record != "account":
        body = {sublist: {"items": [{by_default: {"id": "1"}}]}} if sublist else {by_default: {"items": [{}]}}
        refused = other.send("POST", f"{RECORD}/{record}", body)
        assert by_default in error_of(refused)["detail"]
        assert error_of(refused)["o:errorCode"] == "INVALID_CONTENT"


def test_tax_codes_of_lines_are_never_shown(client: Client, other: Client) -> None:
    """Legacy tax is not writable by REST; SuiteTax has them in `taxDetails` only."""
    for one in (client, other):
        properties = _schema(one, "invoice")["properties"]
        assert "taxCode" not in properties["item"]["properties"]["items"]["items"]["properties"]
    details = _schema(other, "invoice")["properties"]["taxDetails"]["properties"]["items"]["items"]
    assert {"taxCode", "taxType", "taxAmount"} <= set(details["properties"])


def test_without_oneworld_there_are_no_subsidiaries_and_none_is_needed(other: Client) -> None:
    """Neither record type nor property, and GET shows none."""
    assert other.send("GET", RECORD + "/subsidiary").status_code == 404
    assert "subsidiary" not in {item["name"] for item in other.get("/metadata-catalog")["items"]}
    assert error_of(other.send("POST", RECORD + "/customer", company("A")))["o:errorPath"] == "subsidiary"


def test_required_properties_follow_the_features(client: Client, other: Client) -> None:
    """Subsidiary with OneWorld, numbers without auto-numbering, tax schedules with SuiteTax, mandatory segments on lines."""
    assert _schema(client, "customer")["required"] == ["subsidiary"]
    assert _schema(other, "customer")["required"] == ["entityId"]
    assert "taxSchedule" in _schema(other, "serviceSaleItem")["required"]
    assert "taxSchedule" not in _schema(client, "serviceSaleItem")["required"]
    lines = {
        one: _schema(one, "invoice")["properties"]["item"]["properties"]["items"]["items"]["required"]
        for one in (client, other)
    }
    assert (lines[client], lines[other]) == (["item"], ["item", "class", "location"])


def test_the_catalogue_of_all_types_takes_longer_on_order() -> None:
    """Only the whole of it: what `select` restricts is quick."""
    with served(metadata_latency_ms=300) as client:
        whole = client.send("GET", RECORD + "/metadata-catalog").elapsed.total_seconds()
        assert whole >= 0.3
        assert (
            client.send("GET", RECORD + "/metadata-catalog", params={"select": "invoice"}).elapsed.total_seconds()
            < whole
        )


def test_names_on_get_are_those_of_the_catalogue(client: Client) -> None:
    """Whatever GET shows is described."""
    customer = client.customer("Shown")
    invoice = client.invoice(customer, client.item(), 10, "in_shown")
    client.payment(customer, 10, "ch_shown", (invoice, 10))
    for name, number in (("customer", customer), ("invoice", invoice), ("customerPayment", "eid:ch_shown")):
        shown = client.get(f"/{name}/{number}", expandSubResources="true")
        assert set(shown) <= set(_schema(client, name)["properties"]), name
