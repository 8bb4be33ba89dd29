"""Asynchronous requests: 202, job, tasks, results, idempotency keys; batches by release."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.netsuite.features import Features
from tests.sandbox.netsuite.client import RECORD, Client
from tests.sandbox.netsuite.protocol_server import MEDIA, PREFIX, company, error_of, served

ASYNC = {"Prefer": "respond-async"}
BATCH = {**ASYNC, "Content-Type": MEDIA + "collection"}


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with served() as one:
        yield one


def job_of(client: Client, response: Any) -> str:
    """The path of an accepted request's job, once it is worked off."""
    assert response.status_code == 202, response.text
    assert response.content == b""
    assert response.headers["Preference-Applied"] == "respond-async"
    path = "/services/rest/async/v1/job/" + response.headers["Location"].rsplit("/", 1)[1]
    for _ in range(200):
        if client.send("GET", path).json()["completed"]:
            return path
        time.sleep(0.02)
    raise AssertionError(f"{path} is never completed")


def tasks_of(client: Client, job: str) -> list[str]:
    """The paths of a job's tasks, read from the links as Oracle prints them."""
    found = client.send("GET", job + "/task").json()
    (item,) = found["items"]
    return [link["href"].removeprefix(client.server.url) for link in item["links"]]


def results_of(client: Client, job: str) -> list[Any]:
    """Each task's result."""
    return [client.send("GET", task + "/result") for task in tasks_of(client, job)]


def test_an_asynchronous_create_is_a_job_with_one_task_and_its_result(client: Client) -> None:
    """202 with a relative Location; the result is the answer the request would have had."""
    response = client.send("POST", RECORD + "/customer", company("Async"), headers=ASYNC)
    assert response.headers["Location"].startswith("/services/rest/async/v1/job/")
    assert response.headers["X-NetSuite-JobId"] == response.headers["Location"].rsplit("/", 1)[1]
    job = job_of(client, response)
    shown = client.send("GET", job).json()
    assert (shown["progress"], shown["id"]) == ("succeeded", job.rsplit("/", 1)[1])
    assert shown["task"]["links"][0]["href"].endswith("/task")
    (task,) = tasks_of(client, job)
    told = client.send("GET", task).json()
    assert (told["completed"], told["progress"], told["id"]) == (True, "succeeded", "1")
    assert {link["rel"] for link in told["links"]} == {"self", "related", "result"}
    assert told["startTime"] <= told["endTime"]
    (result,) = results_of(client, job)
    assert (result.status_code, result.content) == (204, b"")
    number = result.headers["Location"].rsplit("/", 1)[1]
    assert client.get(f"/customer/{number}")["companyName"] == "Async"


def test_an_asynchronous_read_has_the_record_as_its_result(client: Client) -> None:
    """Any request of the record service may be asynchronous."""
    number = client.customer("Readable")
    (result,) = results_of(client, job_of(client, client.send("GET", RECORD + f"/customer/{number}", headers=ASYNC)))
    assert (result.status_code, result.json()["companyName"]) == (200, "Readable")


def test_a_refused_task_keeps_its_refusal(client: Client) -> None:
    """The job is worked off, the task has failed, the result is the error with its status."""
    job = job_of(client, client.send("POST", RECORD + "/customer", {"companyName": "No subsidiary"}, headers=ASYNC))
    (task,) = tasks_of(client, job)
    assert client.send("GET", task).json()["progress"] == "failed"
    (result,) = results_of(client, job)
    assert (result.status_code, error_of(result)["detail"]) == (
        400,
        PREFIX + "Please enter value(s) for: Primary Subsidiary.",
    )


def test_a_task_fails_on_order(client: Client) -> None:
    """500 in the result, nothing written."""
    client.server.fail("task_failed", method="POST", path_contains="/customer")
    (result,) = results_of(
        client, job_of(client, client.send("POST", RECORD + "/customer", company("Unlucky"), headers=ASYNC))
    )
    assert (result.status_code, error_of(result)["o:errorCode"]) == (500, "UNEXPECTED_ERROR")
    assert client.get("/customer", q='companyName IS "Unlucky"')["count"] == 0


def test_an_idempotency_key_is_honoured_by_jobs_and_ignored_by_synchronous_requests(client: Client) -> None:
    """The second job is refused with the first one's Location; a second synchronous POST makes a second record."""
    headers = {"X-NetSuite-Idempotency-Key": str(uuid.uuid4())}
    first = client.send("POST", RECORD + "/customer", company("Once"), headers={**ASYNC, **headers})
    job_of(client, first)
    again = client.send("POST", RECORD + "/customer", company("Once"), headers={**ASYNC, **headers})
    assert (again.status_code, again.json()["title"], error_of(again)["o:errorCode"]) == (
        400,
        "Conflict",
        "IDEMPOTENCY_ERROR",
    )
    assert again.headers["Location"] == first.headers["Location"]
    rate = {"baseCurrency": "1", "transactionCurrency": "3", "exchangeRate": 1.5, "effectiveDate": "2026-11-02"}
    made = {client.write("POST", "/currencyRate", rate, headers=headers) for _ in range(2)}
    assert len(made) == 2
    bad = client.send(
        "POST", RECORD + "/customer", company("Bad"), headers={**ASYNC, "X-NetSuite-Idempotency-Key": "1"}
    )
    assert error_of(bad)["o:errorHeader"] == "X-NetSuite-Idempotency-Key"


def test_suiteql_has_no_asynchronous_form(client: Client) -> None:
    """It wants `Prefer: transient`."""
    response = client.send("POST", "/services/rest/query/v1/suiteql", {"q": "SELECT 1 FROM dual"}, headers=ASYNC)
    assert (response.status_code, error_of(response)["o:errorHeader"]) == (400, "Prefer")


def test_unknown_jobs_tasks_and_results_are_404(client: Client) -> None:
    """As is a task of another number."""
    job = job_of(client, client.send("GET", RECORD + "/customer", headers=ASYNC))
    for path in (
        "/services/rest/async/v1/job/999",
        job + "/task/9",
        job + "/task/1/other",
        "/services/rest/async/v1/job/x",
    ):
        assert client.send("GET", path).status_code == 404, path


def test_a_job_takes_its_time_and_its_result_is_not_there_before() -> None:
    """Pending or processing, without endTime or result, until the delay is over."""
    with served(async_delay_ms=1200) as client:
        response = client.send("POST", RECORD + "/customer", company("Slow"), headers=ASYNC)
        path = response.headers["Location"]
        early, task = client.send("GET", path).json(), client.send("GET", path + "/task/1").json()
        assert (early["completed"], early["progress"] in ("pending", "processing")) == (False, True)
        assert "endTime" not in task
        assert client.send("GET", path + "/task/1/result").status_code == 404
        assert client.get("/customer")["count"] == 0
        job_of(client, response)
        assert client.get("/customer")["count"] == 1


def _batch(client: Client, method: str, path: str, items: list[dict[str, Any]], **headers: str) -> Any:
    return client.send(method, RECORD + path, {"items": items}, headers={**BATCH, **headers})


def test_a_batch_has_a_task_for_each_record_and_partial_failure_is_normal(client: Client) -> None:
    """Each task tells of its own record; the good ones are saved."""
    items = [{**company(f"Batch {i}"), "externalId": f"batch {i}"} for i in range(3)]
    response = _batch(client, "POST", "/customer", [*items, {"companyName": "Bad"}])
    assert response.headers["Location"].startswith(client.server.url + "/services/rest/async/v1/job/")
    results = results_of(client, job_of(client, response))
    assert [result.status_code for result in results] == [204, 204, 204, 400]
    changes = [
        {"externalId": "batch 0", "email": "a@example.com"},
        {"id": results[1].headers["Location"].rsplit("/", 1)[1], "externalId": "batch 1", "email": "b@example.com"},
    ]
    assert [
        one.status_code for one in results_of(client, job_of(client, _batch(client, "PATCH", "/customer", changes)))
    ] == [204, 204]
    upserts = [{**company("Batch 9"), "externalId": "batch 9"}, company("No id")]
    assert [
        one.status_code for one in results_of(client, job_of(client, _batch(client, "PUT", "/customer", upserts)))
    ] == [204, 400]
    assert client.get("/customer", q='email IS "a@example.com"')["count"] == 1


def test_a_batch_reads_and_deletes_by_ids(client: Client) -> None:
    """GET ?expandRecords=true&ids= and DELETE ?ids=, internal and external ones."""
    first, second = client.customer("ByIdA"), client.customer("ByIdB")
    ids = f"{first},eid:cus_ByIdB"
    read = client.send("GET", RECORD + "/customer", params={"expandRecords": "true", "ids": ids}, headers=ASYNC)
    assert [one.json()["companyName"] for one in results_of(client, job_of(client, read))] == ["ByIdA", "ByIdB"]
    gone = client.send("DELETE", RECORD + "/customer", params={"ids": ids}, headers=ASYNC)
    assert [one.status_code for one in results_of(client, job_of(client, gone))] == [204, 204]
    assert client.send("GET", RECORD + f"/customer/{second}").status_code == 404


def test_a_batch_of_none_of_too_many_or_not_asynchronous_is_refused_whole(client: Client) -> None:
    """1 to 100 records, and `Prefer: respond-async`."""
    many = [company(f"Many {i}") for i in range(101)]
    for items in ([], many):
        assert error_of(_batch(client, "POST", "/customer", items))["o:errorCode"] == "INVALID_CONTENT"
    assert error_of(_batch(client, "POST", "/customer", many[:1], Prefer=""))["o:errorHeader"] == "Prefer"
    assert client.get("/customer", q="companyName START_WITH Many")["count"] == 0


def _dependent() -> list[dict[str, Any]]:
    rate = {"baseCurrency": "1", "transactionCurrency": "3", "exchangeRate": 1, "effectiveDate": "2026-11-02"}
    return [{**rate, "exchangeRate": number, "externalId": f"r{number}"} for number in range(1, 13)]


@pytest.mark.parametrize(
    ("release", "prefer", "in_order"),
    [
        ("2026.2", "respond-async", True),
        ("2026.2", 'respond-async, batch-processing="parallel"', False),
        ("2026.1", "respond-async", False),
    ],
)
def test_a_batch_keeps_its_order_by_release_and_preference(release: Any, prefer: str, in_order: bool) -> None:
    """2026.2 works in order unless told otherwise, 2026.1 in any."""
    with served(features=Features(release=release)) as client:
        results = results_of(
            client, job_of(client, _batch(client, "PUT", "/currencyRate", _dependent(), Prefer=prefer))
        )
        numbers = [int(result.headers["Location"].rsplit("/", 1)[1]) for result in results]
        assert (numbers == sorted(numbers)) is in_order


def test_there_are_no_batches_before_2026_1() -> None:
    """A collection is refused in 2025.2; a single asynchronous request is not."""
    with served(features=Features(release="2025.2")) as client:
        assert error_of(_batch(client, "POST", "/customer", [company("A")]))["o:errorCode"] == "INVALID_CONTENT"
        job_of(client, client.send("POST", RECORD + "/customer", company("A"), headers=ASYNC))
