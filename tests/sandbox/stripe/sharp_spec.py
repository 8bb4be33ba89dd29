"""The OpenAPI document made as strict as Stripe is: what its types leave open is narrowed to what a world accepts.

Where the document says "a string" and Stripe wants the id of an object that exists, the ids of the world stand here;
so data that fits the document must be accepted, and data that does not must be refused.
"""

import gzip
import json
from pathlib import Path
from typing import Any

from sandbox.stripe.api.report_types import REPORT_TYPES
from sandbox.stripe.base.resources import COLLECTIONS, LINES, NESTED
from sandbox.stripe.world import World

SPEC = (
    Path(__file__).parents[2] / "contract" / "stripe" / "stripe-etl-read-openapi31-unexpanded-2026-10-28.endive.json.gz"
)
INT64 = {"type": "integer", "minimum": -(2**63) + 1, "maximum": 2**63 - 1}
REFERENCES = {"customer", "charge", "invoice", "product", "subscription", "coupon"}
NOT_CHECKED = {("application_fee", "charge"), ("checkout.session", "subscription"), ("invoice", "subscription")}
EXCLUSIVE = ("starting_after", "ending_before")  # only one may be given: operations take turns


def sharp_spec(world: World) -> dict[str, Any]:
    """The document for a world. Operations whose path needs an object that the world has none of are left out."""
    spec = json.loads(gzip.decompress(SPEC.read_bytes()))
    spec["components"]["schemas"]["RangeQueryParam"]["properties"] = dict.fromkeys(("gt", "gte", "lt", "lte"), INT64)
    paths = {}
    for turn, (path, operations) in enumerate(spec["paths"].items()):
        operation = operations["get"]
        members, owner = types_of(path)
        parameters = [sharpened(world, parameter, members, owner) for parameter in operation["parameters"]]
        if any(parameter.get("required") and parameter["schema"].get("enum") == [] for parameter in parameters):
            continue
        operation["parameters"] = [
            parameter
            for parameter in parameters
            if parameter["schema"].get("enum") != []
            and parameter["name"] != EXCLUSIVE[turn % 2]
            and not (parameter["name"] == "type" and members == "event")  # excluded by `types`
        ]
        paths[path] = {"get": operation}
    return {**spec, "paths": paths}


def types_of(path: str) -> tuple[str, str]:
    """The type that a path lists or gives, and the type whose id is in it."""
    inner = path.removeprefix("/v1/")
    if inner in NESTED:
        return NESTED[inner].members, NESTED[inner].owner
    if inner in LINES:
        return LINES[inner][1], LINES[inner][0]
    segment = inner.removesuffix("/{id}")
    special = {"reporting/report_types": "reporting.report_type", "balance": "balance", "account": "account"}
    found = COLLECTIONS.get(segment) or special[segment]
    return found, found


def sharpened(world: World, parameter: dict[str, Any], members: str, owner: str) -> dict[str, Any]:
    """One parameter, narrowed."""
    name, schema = parameter["name"], parameter["schema"]
    if name == "id":
        schema = {"enum": ids(world, owner)}
    elif name == "expand":  # the document tells of unexpanded objects only
        schema = {"enum": []}
    elif name in EXCLUSIVE:
        schema = {"enum": ids(world, members)}
    elif name == "limit":
        schema = {"type": "integer", "minimum": 1, "maximum": 100}
    elif name in REFERENCES and (members, name) not in NOT_CHECKED:
        schema = {"enum": ids(world, name)}
    elif (members, name) == ("payout", "status"):
        schema = {"enum": ["pending", "in_transit", "paid", "failed", "canceled"]}
    elif name == "payout":
        payouts = [item for item in world.shelves["payout"] if item["reconciliation_status"] == "completed"]
        schema = {"enum": [item["id"] for item in payouts if item["automatic"]][:5]}
    elif name == "types":
        schema = {"type": "array", "items": {"enum": ["payout.paid", "charge.succeeded"]}, "maxItems": 20}
    elif schema == {"type": "string"}:
        schema = {"type": "string", "minLength": 1}
    elif "x-open-enum" in schema:
        schema = {"enum": schema["x-open-enum"]}
    elif "anyOf" in schema or name == "created":
        schema = {"anyOf": [INT64, {"$ref": "#/components/schemas/RangeQueryParam"}]}
        return {**parameter, "schema": schema, "style": "deepObject", "explode": True}
    if schema.get("type") == "array":  # how OpenAPI's deepObject writes an array is undefined; Stripe reads name[]
        return {"name": f"{name}[]", "in": "query", "style": "form", "explode": True, "schema": schema}
    return {**parameter, "schema": schema}


def ids(world: World, object_type: str) -> list[str]:
    """Some ids of a type."""
    match object_type:
        case "reporting.report_type":
            return list(REPORT_TYPES)[:5]
        case "line_item":
            return []
        case "credit_note_line_item":
            return []
    horizon = world.now - 29 * 86_400
    rows = [item for item in world.shelves[object_type] if object_type != "event" or item["created"] > horizon]
    return [item["id"] for item in rows[-5:]]
