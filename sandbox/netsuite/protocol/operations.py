"""The record service's own operations: create, read, change, upsert, delete, list, sub-resources.

`perform` finds the operation of a call and answers it, or raises Refused. It knows nothing of connections or jobs.
"""

from __future__ import annotations

from collections.abc import Callable

from sandbox.netsuite import errors
from sandbox.netsuite.jsontext import Body
from sandbox.netsuite.protocol import actions, forms, metadata
from sandbox.netsuite.protocol.exchange import COLLECTION, SINGULAR, Answer, Call, json_answer
from sandbox.netsuite.protocol.filtering import matcher
from sandbox.netsuite.protocol.state import Account
from sandbox.netsuite.protocol.targets import named_type, resolved, stored, terms_of, validation_of, written
from sandbox.netsuite.protocol.wire import paged, paging
from sandbox.netsuite.records.catalog import RecordType
from sandbox.netsuite.records.service import checked_external_id
from sandbox.netsuite.records.view import record_view, sublist_lines, sublist_view

Operation = Callable[[Account, Call], Answer]


def perform(account: Account, call: Call) -> Answer:
    """Answer a call. Raises Refused: 404 for an unknown path, 405 for a method the resource does not have."""
    match call.segments:
        case ("metadata-catalog", *_):
            table: dict[str, Operation] = {"GET": _catalog}
        case (_,):
            table = {"GET": _list, "POST": _create}
        case (_, _):
            table = {"GET": _read, "PATCH": _change, "PUT": _upsert, "DELETE": _delete}
        case (_, _, "!transform", _):
            table = {"POST": actions.transform}
        case (_, _, "!attach" | "!detach", _, _):
            table = {"POST": actions.attach_or_detach}
        case (_, _, _):
            table = {"GET": _sublist}
        case (_, _, _, _):
            table = {"GET": _sublist_line}
        case _:
            raise errors.unknown_type(call.path, call.path)
    operation = table.get(call.method)
    if operation is None:
        raise errors.Refused("The method is not allowed for this resource.", status=405, code="INVALID_REQUEST")
    with account.books.lock:
        return operation(account, call)


def _create(account: Account, call: Call) -> Answer:
    kind = named_type(account, call)
    if call.accepts("create-form"):
        return forms.create_form(account, call, kind)
    if call.accepts("select-options"):
        return forms.select_options(account, call, kind)
    saved = account.records.create(kind, call.body(), validation_of(call), terms=terms_of(call))
    return written(account, call, kind, saved)


def _upsert(account: Account, call: Call) -> Answer:
    kind = named_type(account, call)
    body, segment = call.body(), call.segments[1]
    if not segment.startswith("eid:") or not kind.has_external_id:
        raise errors.invalid_id(segment, call.path)
    external_id = segment[4:] if call.is_batched else checked_external_id(segment, call.path)
    saved = account.records.upsert(
        kind, external_id, body, validation_of(call), _replaced(account, call, kind), terms_of(call)
    )
    return written(account, call, kind, saved)


def _change(account: Account, call: Call) -> Answer:
    kind = named_type(account, call)
    body = call.body(may_be_empty=call.accepts("select-options") or call.accepts("edit-form"))
    record_id = resolved(account, call, kind)
    if call.accepts("edit-form"):
        return forms.edit_form(account, call, kind, record_id)
    if call.accepts("select-options"):
        return forms.select_options(account, call, kind)
    saved = account.records.change(
        kind, record_id, body, validation_of(call), _replaced(account, call, kind), terms_of(call)
    )
    return written(account, call, kind, saved)


def _replaced(account: Account, call: Call, kind: RecordType) -> frozenset[str]:
    """The names of `replace`: sublists, and with `replaceSelectedFields` body fields too."""
    names = call.names("replace")
    known = account.records.fields.body_fields(kind) if call.flag("replaceSelectedFields") else kind.sublists
    for name in names:
        if name not in known:
            raise errors.invalid_parameter("replace", name)
    return frozenset(names)


def _delete(account: Account, call: Call) -> Answer:
    kind = named_type(account, call)
    record_id = resolved(account, call, kind)
    account.records.delete(kind, record_id, terms=terms_of(call))
    account.meter.writes[f"DELETE {kind.name}"] += 1
    return Answer()


def _read(account: Account, call: Call) -> Answer:
    kind = named_type(account, call)
    record_id = resolved(account, call, kind)
    shown = stored(account, call, kind, record_id)
    return json_answer(shown, content_type=SINGULAR)


def _list(account: Account, call: Call) -> Answer:
    kind = named_type(account, call)
    limit, offset = paging(call.query)
    query = call.query.get("q")
    if query:
        found = _matching(account, kind, query)
        ids, total = found[offset : offset + limit], len(found)
    else:
        ids, total = account.records.page(kind, limit, offset)
    items = [
        {"links": [{"rel": "self", "href": f"{call.root}/{kind.name}/{number}"}], "id": str(number)} for number in ids
    ]
    url = f"{call.root}/{kind.name}"
    return json_answer(paged(url, items, total=total, limit=limit, offset=offset), content_type=COLLECTION)


def _matching(account: Account, kind: RecordType, query: str) -> list[int]:
    test = matcher(query)
    records = account.records
    return [
        number
        for number in records.ids(kind)
        if test(record_view(account.books, kind, records.record_row(kind, number), "", expand=False))
    ]


def _sublist(account: Account, call: Call) -> Answer:
    lines, kind = _lines(account, call)
    shown = sublist_view(account.books, kind, lines, _sublist_url(call, kind), call.root)
    return json_answer(shown, content_type=COLLECTION)


def _sublist_line(account: Account, call: Call) -> Answer:
    lines, kind = _lines(account, call)
    shown = sublist_view(account.books, kind, lines, _sublist_url(call, kind), call.root)["items"]
    wanted = call.segments[3]
    found = next((line for line in shown if line["links"][0]["href"].endswith(f"/{wanted}")), None)
    if found is None:
        raise errors.unknown_record(call.path)
    return json_answer(found, content_type=SINGULAR)


def _sublist_url(call: Call, kind: RecordType) -> str:
    return f"{call.root}/{kind.name}/{call.segments[1]}/{call.segments[2]}"


def _lines(account: Account, call: Call) -> tuple[list[Body], RecordType]:
    kind = named_type(account, call)
    sublist = call.segments[2]
    if sublist not in kind.sublists or sublist not in account.records.fields.body_fields(kind):
        raise errors.unknown_type(sublist, call.path)
    record_id = resolved(account, call, kind)
    row = account.records.record_row(kind, record_id)
    return sublist_lines(account.books, kind, row, sublist, call.root), kind


def _catalog(account: Account, call: Call) -> Answer:
    return metadata.answer(account.records.fields, call)
