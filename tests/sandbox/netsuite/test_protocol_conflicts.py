"""Optimistic conflicts: the second of two writes that overlap on one record is refused, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from sandbox.netsuite.protocol.faults import Rule
from tests.sandbox.netsuite.client import RECORD, Client
from tests.sandbox.netsuite.protocol_server import PREFIX, company, error_of, served

CHANGED = PREFIX + "Record has been changed"


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with served(concurrency_limit=20) as one:
        yield one


@pytest.fixture(autouse=True)
def latency(client: Client) -> Iterator[None]:
    yield
    client.server.account.faults.set([])


def _slowly(client: Client, method: str, path: str, body: Any, delay_ms: float = 800) -> Any:
    """Start a write that takes its time; it has arrived when this returns."""
    rule = Rule("delay", method=method, path_contains=path.split("?", maxsplit=1)[0], delay_ms=delay_ms)
    client.server.faults.set([rule])
    pool = ThreadPoolExecutor(1)
    future = pool.submit(Client(client.server).send, method, RECORD + path, body)
    pool.shutdown(wait=False)
    while rule.times:
        if future.done():
            break
    return future


def test_the_later_save_of_two_overlapping_changes_is_refused(client: Client) -> None:
    """Both loaded the record; the one that saves last finds it changed, and changes nothing."""
    number = client.customer("Overlap")
    slow = _slowly(client, "PATCH", f"/customer/{number}", {"email": "slow@example.com"})
    client.write("PATCH", f"/customer/{number}", {"email": "quick@example.com"})
    refused = slow.result(timeout=10)
    assert (refused.status_code, error_of(refused)["detail"]) == (400, CHANGED)
    assert client.get(f"/customer/{number}")["email"] == "quick@example.com"
    client.write("PATCH", f"/customer/{number}", {"email": "again@example.com"})


def test_two_payments_of_one_invoice_overlap_on_the_invoice(client: Client) -> None:
    """The very common one: the invoice was changed by the first payment while the second was on its way."""
    customer = client.customer("Payer")
    invoice = client.invoice(customer, client.item(), 100, "in_shared")
    line = {"items": [{"doc": {"id": invoice}, "apply": True, "amount": 40}]}
    body = {"customer": {"id": customer}, "payment": 40, "tranDate": "2026-11-05", "apply": line}
    slow = _slowly(client, "PUT", "/customerPayment/eid:ch_slow", body)
    client.write("PUT", "/customerPayment/eid:ch_quick", body)
    assert error_of(slow.result(timeout=10))["detail"] == CHANGED
    assert client.get(f"/invoice/{invoice}")["amountRemaining"] == 60
    client.write("PUT", "/customerPayment/eid:ch_slow", body)
    assert client.get(f"/invoice/{invoice}")["amountRemaining"] == 20


def test_writes_to_different_records_do_not_disturb_each_other(client: Client) -> None:
    """An overlap in time alone is no conflict."""
    first, second = client.customer("One"), client.customer("Two")
    slow = _slowly(client, "PATCH", f"/customer/{first}", {"email": "one@example.com"})
    client.write("PATCH", f"/customer/{second}", {"email": "two@example.com"})
    assert slow.result(timeout=10).status_code == 204


def test_a_record_created_meanwhile_is_no_conflict(client: Client) -> None:
    """Two upserts of one new external id: the later finds the record and changes it."""
    slow = _slowly(client, "PUT", "/customer/eid:cus_race", company("Race"))
    client.write("PUT", "/customer/eid:cus_race", company("Race"))
    assert slow.result(timeout=10).status_code == 204
    assert client.get("/customer", q='externalId IS "cus_race"')["count"] == 1


def test_a_delete_of_a_record_changed_meanwhile_is_refused(client: Client) -> None:
    """It has loaded what is no longer there as it was."""
    number = client.customer("Doomed")
    slow = _slowly(client, "DELETE", f"/customer/{number}", None)
    client.write("PATCH", f"/customer/{number}", {"email": "saved@example.com"})
    assert error_of(slow.result(timeout=10))["detail"] == CHANGED


def test_writes_that_take_no_time_never_conflict(client: Client) -> None:
    """Without latency one comes after the other: eight at once on one record all pass."""
    number = client.customer("Busy")
    with ThreadPoolExecutor(8) as pool:
        bodies = [{"email": f"{i}@example.com"} for i in range(8)]
        answers = list(
            pool.map(lambda body: Client(client.server).send("PATCH", RECORD + f"/customer/{number}", body), bodies)
        )
    assert {answer.status_code for answer in answers} == {204}


def test_a_stale_record_and_a_workflow_lock_on_order(client: Client) -> None:
    """The texts seen on live accounts; only writes are refused, and nothing is written."""
    client.server.fail("stale_record", times=1)
    assert client.send("GET", RECORD + "/customer").status_code == 200
    assert client.refused("PUT", "/customer/eid:cus_stale", company("Stale")) == CHANGED
    client.server.fail("workflow_lock", method="PUT")
    text = client.refused("PUT", "/customer/eid:cus_stale", company("Stale"))
    assert text == PREFIX + "This record has been locked by a user defined workflow."
    assert client.get("/customer", q='externalId IS "cus_stale"')["count"] == 0


def test_a_user_event_script_takes_its_time_and_changes_what_was_saved(client: Client) -> None:
    """The script's fields are there right after the save; a slow script outlasts a short patience, and saves."""
    client.server.fail("user_event_change", method="PUT", fields={"email": "script@example.com"})
    number = client.write("PUT", "/customer/eid:cus_event", company("Event"))
    assert client.get(f"/customer/{number}")["email"] == "script@example.com"
    client.server.fail("user_event_delay", method="PATCH", delay_ms=600)
    with pytest.raises(requests.ReadTimeout):
        client.session.patch(
            client.server.url + RECORD + f"/customer/{number}",
            json={"email": "x@example.com"},
            auth=client.auth,
            timeout=0.1,
        )


def test_a_user_event_delay_is_five_seconds_unless_said_otherwise() -> None:
    """What is told of accounts with many scripts."""
    assert Rule("user_event_delay").wait_s() == 5.0
    assert Rule("user_event_delay", delay_ms=100).wait_s() == 0.1
