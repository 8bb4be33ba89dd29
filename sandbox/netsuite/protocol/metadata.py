"""The metadata catalogue: the table of record types, and each as JSON Schema or OpenAPI 3, by `Accept`.

Generated from the lists the record service checks against, so that features and custom fields decide here as there.
"""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.netsuite import errors
from sandbox.netsuite.jsontext import Body
from sandbox.netsuite.protocol.exchange import COLLECTION, ERROR, SINGULAR, Answer, Call, json_answer
from sandbox.netsuite.records.catalog import RecordType, all_types, record_type
from sandbox.netsuite.records.fields import FieldCatalog
from sandbox.netsuite.records.property_types import plain_schema
from sandbox.netsuite.records.references import is_reference
from sandbox.netsuite.records.required_fields import required_body, required_line
from sandbox.netsuite.records.transformation import TRANSFORMS

SWAGGER = "application/swagger+json"
JSON_SCHEMA = "application/schema+json"
_CUSTOM = ("custbody_", "custcol_", "custentity_", "custitem_")
_TEXT: Body = {"type": "string"}
_LINKS: Body = {"type": "array", "items": {"$ref": "#/components/schemas/nsLink"}}
_SHARED: dict[str, Body] = {
    "nsLink": {"type": "object", "properties": {"rel": _TEXT, "href": _TEXT}},
    "nsResource": {
        "type": "object",
        "properties": {"id": _TEXT, "refName": _TEXT, "externalId": _TEXT, "links": _LINKS},
    },
    "nsError": {
        "type": "object",
        "properties": {
            "type": _TEXT,
            "title": _TEXT,
            "status": {"type": "integer"},
            "o:errorDetails": {"type": "array", "items": {"type": "object"}},
        },
    },
}


def answer(fields: FieldCatalog, call: Call) -> Answer:
    """GET metadata-catalog, or of one type. Raises the 404 of an unknown type."""
    accept = call.headers.get("Accept", "")
    if len(call.segments) == 1:
        kinds = _selected(fields, call)
        if SWAGGER in accept:
            return json_answer(swagger(fields, kinds), content_type=SWAGGER)
        return json_answer({"items": [_entry(call, kind) for kind in kinds], "links": [_rel("self", call.url)]})
    kind = _known(fields, call.segments[1], call.path)
    if SWAGGER in accept:
        return json_answer(swagger(fields, [kind]), content_type=SWAGGER)
    if accept.startswith("application/json"):
        return json_answer(_entry(call, kind))
    return json_answer(json_schema(fields, kind), content_type=JSON_SCHEMA)


def _selected(fields: FieldCatalog, call: Call) -> list[RecordType]:
    names = call.names("select")
    if names:
        return [_known(fields, name, call.path) for name in names]
    return [kind for kind in all_types() if fields.has_type(kind)]


def _known(fields: FieldCatalog, name: str, path: str) -> RecordType:
    found = record_type(name)
    if found is None or not fields.has_type(found):
        raise errors.unknown_type(name, path)
    return found


def _rel(rel: str, href: str, media: str | None = None) -> Body:
    return {"rel": rel, "href": href} | ({"mediaType": media} if media else {})


def _entry(call: Call, kind: RecordType) -> Body:
    url = f"{call.root}/metadata-catalog/{kind.name}"
    links = [
        _rel("canonical", url, "application/json"),
        _rel("alternate", url, SWAGGER),
        _rel("alternate", url, JSON_SCHEMA),
        _rel("describes", f"{call.root}/{kind.name}"),
    ]
    return {"name": kind.name, "links": links}


def json_schema(fields: FieldCatalog, kind: RecordType) -> Body:
    """A record type as JSON Schema, its sublists written out."""
    schemas = _schemas(fields, kind)
    body = schemas[kind.name]
    for sublist in kind.sublists:
        if sublist in body["properties"]:
            collection = schemas[f"{kind.name}-{sublist}Collection"]
            element = schemas[f"{kind.name}-{sublist}Element"]
            collection["properties"]["items"] = {"type": "array", "items": element}
            body["properties"][sublist] = collection
    shared = {"nsLink": _SHARED["nsLink"], "nsResource": _SHARED["nsResource"]}
    return {"title": kind.name, **body, "components": {"schemas": shared}}


def swagger(fields: FieldCatalog, kinds: Sequence[RecordType]) -> Body:
    """Record types as one OpenAPI document: paths, schemas, sublists as `type-sublistCollection` and `…Element`."""
    schemas: dict[str, Body] = dict(_SHARED)
    paths: dict[str, Body] = {}
    for kind in kinds:
        schemas |= _schemas(fields, kind)
        paths |= _paths(fields, kind)
    return {
        "openapi": "3.0.1",
        "info": {"title": "NetSuite REST API", "version": "v1"},
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _schemas(fields: FieldCatalog, kind: RecordType) -> dict[str, Body]:
    found: dict[str, Body] = {}
    properties: Body = {}
    for name in sorted(fields.body_fields(kind)):
        if name not in kind.sublists:
            properties[name] = _property(kind, name, None)
            continue
        element = {line: _property(kind, line, name) for line in sorted(fields.line_fields(kind, name))}
        required = [line for line in required_line(kind, name, fields.features) if line in element]
        keys = list(kind.sublists[name])
        found[f"{kind.name}-{name}Element"] = {
            "type": "object",
            "properties": element,
            **({"required": required} if required else {}),
            "x-ns-sublistkey": {"new": ["orderLine"] if name == "item" else keys, "existing": keys},
        }
        items = {"type": "array", "items": {"$ref": f"#/components/schemas/{kind.name}-{name}Element"}}
        found[f"{kind.name}-{name}Collection"] = {
            "type": "object",
            "properties": {"items": items, "links": _LINKS, "totalResults": {"type": "integer"}},
        }
        properties[name] = {"$ref": f"#/components/schemas/{kind.name}-{name}Collection"}
    required = [name for name in required_body(kind, fields.features) if name in properties]
    found[kind.name] = {
        "type": "object",
        "properties": properties,
        **({"required": required} if required else {}),
        "x-ns-filterable": sorted(name for name in properties if name not in kind.sublists),
    }
    return found


def _property(kind: RecordType, name: str, sublist: str | None) -> Body:
    if is_reference(kind, name, in_sublist=sublist):
        return {"$ref": "#/components/schemas/nsResource"}
    if name == "links":
        return _LINKS
    schema = {"title": name, **plain_schema(name), "nullable": True}
    return schema | ({"x-ns-custom-field": True} if name.startswith(_CUSTOM) else {})


def _paths(fields: FieldCatalog, kind: RecordType) -> dict[str, Body]:
    own = f"/{kind.name}"
    one: Body = {"get": _operation("Get record.", 200, kind.name)}
    many: Body = {"get": _operation("Get list of records.", 200, kind.name, media=COLLECTION)}
    if kind.can_write:
        one |= {
            "patch": _operation("Update record.", 204, None, body=kind.name),
            "delete": _operation("Remove record.", 204, None),
        }
        if not kind.by_transform_only:
            many["post"] = _operation("Insert record.", 204, None, body=kind.name)
            if kind.has_external_id:
                one["put"] = _operation("Insert or update record.", 204, None, body=kind.name)
    paths = {own: many, f"{own}/{{id}}": one}
    for target in TRANSFORMS.get(kind.name, ()):
        known = record_type(target)
        if known is not None and fields.has_type(known):
            operation = _operation(f"Transform to {target}.", 204, None)
            paths[f"{own}/{{id}}/!transform/{target}"] = {"post": operation}
    return paths


def _operation(
    summary: str, status: int, schema: str | None, *, body: str | None = None, media: str = SINGULAR
) -> Body:
    success: Body = {"description": summary}
    if schema is not None:
        success["content"] = {media: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    failure = {"content": {ERROR: {"schema": {"$ref": "#/components/schemas/nsError"}}}}
    operation: Body = {
        "summary": summary,
        "responses": {str(status): success, "default": {"description": "Error response.", **failure}},
    }
    if body is not None:
        operation["requestBody"] = {"content": {SINGULAR: {"schema": {"$ref": f"#/components/schemas/{body}"}}}}
    return operation
