"""NetSuite's texts and the error each of them means. The texts are those of its help and of live samples."""

from __future__ import annotations

import json

import pytest

from stripe_netsuite.errors import (
    NetSuiteDuplicate,
    NetSuiteNotFound,
    NetSuitePeriodClosed,
    NetSuiteProtocolError,
    NetSuiteRecordBusy,
    NetSuiteRefused,
    NetSuiteWrongSubsidiary,
)
from stripe_netsuite.netsuite_api.refusal import error_from_response, is_throttled

HEADERS = {"Content-Type": "application/vnd.oracle.resource+json; type=error", "X-N-OperationId": "op-77"}


def body(detail: str, code: str = "USER_ERROR", **extra: str) -> bytes:
    return json.dumps(
        {"title": "Bad Request", "o:errorDetails": [{"detail": detail, "o:errorCode": code, **extra}]}
    ).encode()


@pytest.mark.parametrize(
    ("status", "detail", "kind"),
    [
        (400, "This entity already exists.", NetSuiteDuplicate),
        (400, "This record already exists", NetSuiteDuplicate),
        (
            400,
            "A record with this ID already exists. You must enter a unique ID to create or update this record.",
            NetSuiteDuplicate,
        ),
        (400, "A customer record with this ID already exists. You must enter a unique customer ID.", NetSuiteDuplicate),
        (400, "A customer record with this email address already exists.", NetSuiteDuplicate),
        (400, "A record with the same unique signatures already exists.", NetSuiteDuplicate),
        (
            400,
            "Uniqueness error - there is already an item with that name or name/parent combination.",
            NetSuiteDuplicate,
        ),
        (404, "The record instance does not exist. Provide a valid record instance ID.", NetSuiteNotFound),
        (400, "Transaction type specified is incorrect.", NetSuiteNotFound),
        (400, "That record does not exist.", NetSuiteNotFound),
        (400, "The transaction you are attempting to access does not exist.", NetSuiteNotFound),
        (400, "You cannot change the G/L impact of a transaction in a closed period.", NetSuitePeriodClosed),
        (400, "The G/L impact of a transaction in a closed period cannot be changed.", NetSuitePeriodClosed),
        (
            400,
            "Insert Transaction Failure: No valid, open, posting period for date - 9/3/2026. Please visit Setup.",
            NetSuitePeriodClosed,
        ),
        (400, "Update Transaction Failure: No valid, open, posting period for date - 9/3/2026", NetSuitePeriodClosed),
        (400, "There are no Accounting Periods that cover this transaction date.", NetSuitePeriodClosed),
        (
            400,
            "The transaction date you specified is not within the date range of your accounting period.",
            NetSuitePeriodClosed,
        ),
        (
            400,
            "Your transaction date does not fall between the start and end dates of your accounting period.",
            NetSuitePeriodClosed,
        ),
        (400, "This transaction is in a period that has been closed. You may not edit it.", NetSuitePeriodClosed),
        (
            400,
            "This action cannot be completed because it requires modification of the transaction in a closed period.",
            NetSuitePeriodClosed,
        ),
        (
            400,
            "Transaction subsidiary 1 is not valid for entity 501. Please choose a different entity.",
            NetSuiteWrongSubsidiary,
        ),
        (400, "Stripe Item can not be used with the selected subsidiary", NetSuiteWrongSubsidiary),
        (400, "The Subsidiary selected doesn't match the bank account selected.", NetSuiteWrongSubsidiary),
        (400, "Record has been changed", NetSuiteRecordBusy),
        (409, "Record has been changed", NetSuiteRecordBusy),
        (400, "This record has been locked by a user defined workflow.", NetSuiteRecordBusy),
        (400, "Please enter value(s) for: Primary Subsidiary.", NetSuiteRefused),
        (400, "You have entered an Invalid Field Value 9999 for the following field: item", NetSuiteRefused),
        (404, "Record type 'depositt' does not exist.", NetSuiteRefused),
        (
            403,
            "Permission Violation: You need the 'Lists -> Subsidiaries -> View' permission to access this page.",
            NetSuiteRefused,
        ),
    ],
)
def test_the_text_decides(status: int, detail: str, kind: type[Exception]) -> None:
    error = error_from_response(status, HEADERS, body(f"Error while accessing a resource. {detail}"), "invoice in_1")
    assert type(error) is kind
    assert detail in str(error)
    assert "invoice in_1" in str(error)
    assert "op-77" in str(error)
    assert "Error while accessing" not in str(error)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("DUP_ENTITY", NetSuiteDuplicate),
        ("RCRD_DSNT_EXIST", NetSuiteNotFound),
        ("VALID_PRD_REQD", NetSuitePeriodClosed),
    ],
)
def test_a_telling_code_decides_where_a_release_sends_one(code: str, kind: type[Exception]) -> None:
    assert type(error_from_response(400, HEADERS, body("Etwas ist schiefgelaufen.", code), "x")) is kind


def test_a_refusal_tells_status_code_detail_and_field() -> None:
    error = error_from_response(
        400, HEADERS, body("Invalid Field Value 9 for: item", **{"o:errorPath": "item.items[0].item"}), "invoice in_1"
    )
    assert isinstance(error, NetSuiteRefused)
    assert (error.status, error.code, error.path) == (400, "USER_ERROR", "item.items[0].item")
    assert error.detail == "Invalid Field Value 9 for: item"


def test_all_details_are_told() -> None:
    details = [{"detail": "First.", "o:errorCode": "A"}, {"detail": "This entity already exists.", "o:errorCode": "B"}]
    error = error_from_response(400, HEADERS, json.dumps({"o:errorDetails": details}).encode(), "x")
    assert isinstance(error, NetSuiteDuplicate)
    assert error.detail == "First. | This entity already exists."


def test_a_missing_permission_says_what_to_do() -> None:
    error = error_from_response(400, HEADERS, body("Permission Violation: you may not access this record."), "x")
    assert "permission" in (error.next_step or "")


@pytest.mark.parametrize("content", [b"", b"<html>", b"{}", b'{"o:errorDetails": []}', b"[1]", b"\xff\xfe"])
def test_a_body_that_is_not_netsuites_is_a_protocol_error(content: bytes) -> None:
    error = error_from_response(404, {"Content-Type": "text/html"}, content, "customer 7")
    assert type(error) is NetSuiteProtocolError
    assert "text/html" in str(error)


def test_no_other_header_is_repeated() -> None:
    headers = {**HEADERS, "Set-Cookie": "hush", "Authorization": "hush"}
    for content in (body("Please enter value(s) for: X"), b"<html>"):
        assert "hush" not in str(error_from_response(400, headers, content, "x"))


def test_throttling_is_told_from_refusal() -> None:
    assert is_throttled(429, b"")
    assert is_throttled(400, body("Request Limit Exceeded!", "SSS_REQUEST_LIMIT_EXCEEDED"))
    assert not is_throttled(400, body("Please enter value(s) for: X"))
    assert not is_throttled(503, b"<html>")
    assert not is_throttled(200, b"")
