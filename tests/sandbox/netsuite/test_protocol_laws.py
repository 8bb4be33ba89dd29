"""Laws of the protocol: whatever a body says, the answer is one of NetSuite's, and a trial leaves nothing behind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.netsuite.books.proof import out_of_balance
from sandbox.netsuite.errors import Refused
from sandbox.netsuite.options import Options
from sandbox.netsuite.protocol.exchange import RECORD_ROOT, Answer, Call
from sandbox.netsuite.protocol.operations import perform
from sandbox.netsuite.protocol.state import Account, open_account
from sandbox.netsuite.records.catalog import RecordType, all_types
from sandbox.netsuite.records.transformation import TRANSFORMS
from tests.sandbox.netsuite.client import sale
from tests.sandbox.netsuite.protocol_server import MEDIA, company

WRITABLE = [kind for kind in all_types() if kind.can_write]
ODD = [
    None,
    True,
    0,
    -1,
    2.5,
    10**25,
    "",
    "x",
    "²",
    "2026-13-45",
    "50%",
    [],
    {},
    {"id": None},
    {"id": []},
    {"id": "9" * 30},
]
ODD += [{"externalId": 5}, {"items": []}, {"items": None}, {"items": [None]}, {"items": "x"}]
USUAL: list[Any] = [{"id": number} for number in ("1", "2", "101", "111", "301", "501", "1001", "1002", "1003")]
USUAL += [1, 5, 3.33, "2026-11-03", "2026-10-05", "Text"]
VALUES = st.one_of(st.sampled_from(USUAL), st.sampled_from(USUAL), st.sampled_from(ODD))


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    """A small business: customer 501, item 301, invoice 1001, payment 1002, customer deposit 1003."""
    opened = open_account(Options())
    item = {"itemId": "Plan", "incomeAccount": {"id": "111"}, "subsidiary": {"items": [{"id": "1"}]}}
    paid = {"customer": {"id": "501"}, "payment": 10, "tranDate": "2026-11-03"}
    for name, body in (
        ("customer", company("Ada")),
        ("serviceSaleItem", item),
        ("invoice", sale("501", {"items": [{"item": {"id": "301"}, "quantity": 2, "rate": 5}]})),
        ("customerPayment", paid),
        ("customerDeposit", paid),
    ):
        answer = _ask(opened, "POST", name, body)
        assert isinstance(answer, Answer), (name, answer.detail)
    yield opened
    opened.books.close()


def _ask(account: Account, method: str, path: str, body: Any, accept: str = "*/*", **query: str) -> Answer | Refused:
    call = Call(
        method=method,
        path=f"{RECORD_ROOT}/{path}",
        query=query,
        headers={"Accept": accept},
        data=json.dumps(body).encode(),
        base="http://localhost",
        segments=tuple(path.split("/")),
    )
    try:
        return perform(account, call)
    except Refused as refused:
        return refused


def _body(account: Account, kind: RecordType, draw: st.DrawFn) -> dict[str, Any]:
    fields = account.records.fields
    body: dict[str, Any] = {}
    for name in draw(st.lists(st.sampled_from(sorted(fields.body_fields(kind))), max_size=6, unique=True)):
        body[name] = draw(VALUES)
        if name in kind.sublists and draw(st.booleans()):
            names = st.sampled_from(sorted(fields.line_fields(kind, name)))
            body[name] = {"items": draw(st.lists(st.dictionaries(names, VALUES, max_size=4), max_size=2))}
    return body


@settings(max_examples=250, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_body_gets_an_answer_and_the_books_balance(account: Account, data: st.DataObject) -> None:
    """POST, PUT, PATCH and transforms with right, odd and wrong values: saved or refused, never a failure."""
    kind = data.draw(st.sampled_from(WRITABLE))
    body = data.draw(st.composite(lambda draw: _body(account, kind, draw))())
    paths = [
        ("POST", kind.name),
        ("PUT", f"{kind.name}/eid:same"),
        ("PATCH", f"{kind.name}/1001"),
        ("PATCH", f"{kind.name}/501"),
    ]
    paths += [
        ("POST", f"{kind.name}/{number}/!transform/{to}")
        for to in TRANSFORMS.get(kind.name, ())
        for number in (501, 1001)
    ]
    method, path = data.draw(st.sampled_from(paths))
    answer = _ask(account, method, path, body)
    assert answer.status in (204, 400, 404, 405)
    assert not out_of_balance(account.books)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_form_leaves_nothing_behind(account: Account, data: st.DataObject) -> None:
    """Whatever a create-form is made of, there are as many records and transactions after it as before."""
    kind = data.draw(st.sampled_from(WRITABLE))
    body = data.draw(st.composite(lambda draw: _body(account, kind, draw))())
    tables = ("sandbox_record", '"transaction"', "transactionline", "sandbox_application", "sandbox_counter")

    def counted() -> list[Any]:
        return [tuple(account.books.rows(f"SELECT COUNT(*), TOTAL(rowid) FROM {table}")[0]) for table in tables]

    before = counted()
    answer = _ask(
        account, "POST", kind.name, {**body, "entity": {"id": "501"}, "customer": {"id": "501"}}, MEDIA + "create-form"
    )
    assert answer.status in (200, 400, 405)
    assert counted() == before
