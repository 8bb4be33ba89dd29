"""/services/rest/record/v1: create, read, change, upsert, delete, list, sub-resources, metadata catalogue."""

from __future__ import annotations

import re
from typing import cast, get_args

from aiohttp import web

from sandbox.netsuite import errors
from sandbox.netsuite.jsontext import Body, decode_object
from sandbox.netsuite.protocol.metadata import catalog_list, json_schema, swagger
from sandbox.netsuite.protocol.state import ACCOUNT, Account
from sandbox.netsuite.protocol.wire import base_url, json_response, no_content, paged, paging
from sandbox.netsuite.records.catalog import RecordType, record_type
from sandbox.netsuite.records.service import Saved, Validation, checked_external_id
from sandbox.netsuite.records.view import record_view, sublist_lines, sublist_view

ROOT = "/services/rest/record/v1"
SINGULAR = "application/vnd.oracle.resource+json; type=singular"
COLLECTION = "application/vnd.oracle.resource+json; type=collection"
_CONDITION = re.compile(r"\s*(\w+)\s+(IS|EQUAL)\s+\"?([^\"]*?)\"?\s*", re.IGNORECASE)


def add_record_routes(app: web.Application) -> None:
    """Register the record service."""
    one = ROOT + "/{type}/{id}"
    app.add_routes(
        [
            web.get(ROOT + "/metadata-catalog", _catalog),
            web.get(ROOT + "/metadata-catalog/{type}", _catalog_entry),
            web.post(ROOT + "/{type}", _create),
            web.get(ROOT + "/{type}", _list),
            web.get(one, _read),
            web.patch(one, _change),
            web.put(one, _upsert),
            web.delete(one, _delete),
            web.get(one + "/{sublist}", _sublist),
            web.get(one + "/{sublist}/{line}", _sublist_line),
        ]
    )


def _type(request: web.Request) -> RecordType:
    name = request.match_info["type"]
    found = record_type(name)
    if found is None:
        raise errors.unknown_type(name, request.path)
    return found


def _validation(request: web.Request) -> Validation:
    value = request.headers.get("X-NetSuite-PropertyNameValidation", "Warning").capitalize()
    if value not in get_args(Validation):
        raise errors.Refused(
            f"Invalid value of header X-NetSuite-PropertyNameValidation: {value}.",
            code="INVALID_HEADER",
            locator=("o:errorHeader", "X-NetSuite-PropertyNameValidation"),
        )
    return cast("Validation", value)


def _replace(request: web.Request) -> frozenset[str]:
    return frozenset(name for name in request.query.get("replace", "").split(",") if name)


async def _body(request: web.Request) -> Body:
    if request.headers.get("Content-Type", "").endswith("type=collection"):
        raise errors.invalid_content("Batch operations are not available.")
    return decode_object(await request.read())


def _saved(request: web.Request, kind: RecordType, saved: Saved) -> web.Response:
    account = request.app[ACCOUNT]
    account.meter.writes[f"{request.method} {kind.name}"] += 1
    response = no_content()
    response.headers["Location"] = f"{base_url(request)}{ROOT}/{kind.name}/{saved.id}"
    if saved.ignored:
        response.headers["X-NetSuite-PropertyValidation"] = f"Ignored properties: {', '.join(saved.ignored)}"
    return response


async def _create(request: web.Request) -> web.Response:
    kind = _type(request)
    body = await _body(request)
    return _saved(request, kind, request.app[ACCOUNT].records.create(kind, body, _validation(request)))


async def _upsert(request: web.Request) -> web.Response:
    kind = _type(request)
    body = await _body(request)
    segment = request.match_info["id"]
    if not segment.startswith("eid:") or not kind.has_external_id:
        raise errors.invalid_id(segment, request.path)
    external_id = checked_external_id(segment, request.path)
    saved = request.app[ACCOUNT].records.upsert(kind, external_id, body, _validation(request), _replace(request))
    return _saved(request, kind, saved)


async def _change(request: web.Request) -> web.Response:
    kind = _type(request)
    body = await _body(request)
    records = request.app[ACCOUNT].records
    record_id = records.resolve(kind, request.match_info["id"], request.path)
    return _saved(request, kind, records.change(kind, record_id, body, _validation(request), _replace(request)))


async def _delete(request: web.Request) -> web.Response:
    kind = _type(request)
    account = request.app[ACCOUNT]
    record_id = account.records.resolve(kind, request.match_info["id"], request.path)
    account.records.delete(kind, record_id)
    account.meter.writes[f"DELETE {kind.name}"] += 1
    return no_content()


async def _read(request: web.Request) -> web.Response:
    kind = _type(request)
    account = request.app[ACCOUNT]
    record_id = account.records.resolve(kind, request.match_info["id"], request.path)
    expand = request.query.get("expandSubResources", "false").lower() == "true"
    with account.books.lock:
        row = account.records.record_row(kind, record_id)
        shown = record_view(account.books, kind, row, base_url(request) + ROOT, expand=expand)
    if request.query.get("simpleEnumFormat", "false").lower() == "true" and isinstance(shown.get("status"), dict):
        shown["status"] = shown["status"]["id"]
    wanted = {name.strip() for name in request.query.get("fields", "").split(",") if name.strip()}
    if wanted:
        shown = {name: value for name, value in shown.items() if name in wanted | {"links", "id"}}
    return json_response(shown, content_type=SINGULAR)


async def _list(request: web.Request) -> web.Response:
    kind = _type(request)
    account = request.app[ACCOUNT]
    ids = _matching(account, kind, request.query.get("q"))
    limit, offset = paging(request)
    url = f"{base_url(request)}{ROOT}/{kind.name}"
    items = [
        {"links": [{"rel": "self", "href": f"{url}/{number}"}], "id": str(number)}
        for number in ids[offset : offset + limit]
    ]
    return json_response(paged(request, items, total=len(ids), limit=limit, offset=offset), content_type=COLLECTION)


def _matching(account: Account, kind: RecordType, query: str | None) -> list[int]:
    """The ids that satisfy `q`: conditions `field IS "value"` joined by AND, over plain body fields."""
    ids = account.records.ids(kind)
    if not query:
        return ids
    wanted: dict[str, str] = {}
    for part in re.split(r"\s+AND\s+", query, flags=re.IGNORECASE):
        match = _CONDITION.fullmatch(part)
        if match is None:
            raise errors.invalid_query(f"Cannot parse: {part}.")
        wanted[match[1]] = match[3]
    found = []
    for number in ids:
        shown = record_view(account.books, kind, account.records.record_row(kind, number), "", expand=False)
        if all(str(shown.get(name, "")).casefold() == value.casefold() for name, value in wanted.items()):
            found.append(number)
    return found


async def _sublist(request: web.Request) -> web.Response:
    lines, kind = _sublist_of(request)
    account = request.app[ACCOUNT]
    root = base_url(request) + ROOT
    url = f"{root}/{kind.name}/{request.match_info['id']}/{request.match_info['sublist']}"
    return json_response(sublist_view(account.books, lines, url, root), content_type=COLLECTION)


async def _sublist_line(request: web.Request) -> web.Response:
    lines, kind = _sublist_of(request)
    account = request.app[ACCOUNT]
    root = base_url(request) + ROOT
    url = f"{root}/{kind.name}/{request.match_info['id']}/{request.match_info['sublist']}"
    shown = sublist_view(account.books, lines, url, root)["items"]
    wanted = request.match_info["line"]
    found = next((line for line in shown if line["links"][0]["href"].endswith(f"/{wanted}")), None)
    if found is None:
        raise errors.unknown_record(request.path)
    return json_response(found, content_type=SINGULAR)


def _sublist_of(request: web.Request) -> tuple[list[Body], RecordType]:
    kind = _type(request)
    sublist = request.match_info["sublist"]
    if sublist not in kind.sublists:
        raise errors.unknown_type(sublist, request.path)
    account = request.app[ACCOUNT]
    record_id = account.records.resolve(kind, request.match_info["id"], request.path)
    row = account.records.record_row(kind, record_id)
    return sublist_lines(account.books, kind, row, sublist), kind


async def _catalog(request: web.Request) -> web.Response:
    names = [name for name in request.query.get("select", "").split(",") if name]
    return json_response(catalog_list(base_url(request) + ROOT, names))


async def _catalog_entry(request: web.Request) -> web.Response:
    kind = _type(request)
    fields = request.app[ACCOUNT].records.fields
    accept = request.headers.get("Accept", "")
    if "swagger" in accept:
        return json_response(swagger(fields, kind), content_type="application/swagger+json")
    return json_response(json_schema(fields, kind), content_type="application/schema+json")
