"""The metadata catalogue: each record type's properties, generated from the field lists the service checks against."""

from __future__ import annotations

from sandbox.netsuite.jsontext import Body
from sandbox.netsuite.records.catalog import RecordType, all_types
from sandbox.netsuite.records.fields import FieldCatalog
from sandbox.netsuite.records.references import is_reference

_REFERENCE: Body = {
    "type": "object",
    "properties": {name: {"type": "string"} for name in ("id", "refName", "externalId")},
}


def catalog_list(root: str, names: list[str]) -> Body:
    """The catalogue's table of contents; `names` restricts it."""
    wanted = {name.lower() for name in names}
    items = [
        {
            "name": kind.name,
            "links": [{"rel": "canonical", "href": f"{root}/metadata-catalog/{kind.name}"}],
        }
        for kind in all_types()
        if not wanted or kind.name.lower() in wanted
    ]
    return {"items": items, "links": [{"rel": "self", "href": f"{root}/metadata-catalog"}]}


def json_schema(fields: FieldCatalog, kind: RecordType) -> Body:
    """A record type as JSON Schema."""
    properties: Body = {}
    for name in sorted(fields.body_fields(kind)):
        if name in kind.sublists:
            lines = {line: _property(kind, line, name) for line in sorted(fields.line_fields(kind, name))}
            element = {"type": "object", "properties": lines}
            properties[name] = {"type": "object", "properties": {"items": {"type": "array", "items": element}}}
        else:
            properties[name] = _property(kind, name, None)
    return {"type": "object", "title": kind.name, "properties": properties}


def swagger(fields: FieldCatalog, kind: RecordType) -> Body:
    """A record type as an OpenAPI document with its schema and paths."""
    return {
        "openapi": "3.0.1",
        "info": {"title": "NetSuite REST API", "version": "v1"},
        "paths": {
            f"/{kind.name}": {"get": {}, "post": {}},
            f"/{kind.name}/{{id}}": {"get": {}, "patch": {}, "put": {}},
        },
        "components": {"schemas": {kind.name: json_schema(fields, kind)}},
    }


def _property(kind: RecordType, name: str, sublist: str | None) -> Body:
    return _REFERENCE if is_reference(kind, name, in_sublist=sublist) else {}
