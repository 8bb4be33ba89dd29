"""What is allowed at a place of a mapping file, in words, read from the models' JSON Schema.

Promises that error messages, editors and the models agree, because all three come from the models.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import BaseModel

from stripe_netsuite.mapping.yaml_source import Path

Schema = dict[str, Any]


@cache
def schema_of(model: type[BaseModel]) -> Schema:
    """Return the model's JSON Schema, in which mappings with known keys refuse all others."""
    schema: Schema = model.model_json_schema()
    _close(schema)
    return schema


def _close(node: Any) -> None:
    """Refuse keys that fit no pattern: pydantic does, but does not say so in the schema."""
    if isinstance(node, dict):
        if "patternProperties" in node:
            node["additionalProperties"] = False
        for child in node.values():
            _close(child)
    elif isinstance(node, list):
        for child in node:
            _close(child)


def place(model: type[BaseModel], path: Path) -> Schema:
    """Return the schema of a place; an empty one where the models know nothing of it."""
    root = schema_of(model)
    node = root
    for part in path:
        node = _resolved(root, node)
        if isinstance(part, int):
            node = node.get("items", {})
            continue
        patterns = list(node.get("patternProperties", {}).values())
        node = node.get("properties", {}).get(part) or (patterns[0] if patterns else {})
    return _resolved(root, node)


def _resolved(root: Schema, node: Schema) -> Schema:
    """Follow `$ref` and drop the alternative `null`; what stands beside them counts more than what they point to."""
    beside = {key: value for key, value in node.items() if key not in ("$ref", "anyOf")}
    if "$ref" in node:
        target = root["$defs"][node["$ref"].removeprefix("#/$defs/")]
        return _resolved(root, {**target, **beside})
    choices = [choice for choice in node.get("anyOf", []) if choice.get("type") != "null"]
    if choices and "x-allowed" not in node:
        return _resolved(root, {**choices[0], **beside})
    return node


def keys_at(model: type[BaseModel], path: Path) -> list[str]:
    """Return the keys that a place may have; none where they are free."""
    return list(place(model, path).get("properties", {}))


def allowed_words(model: type[BaseModel], path: Path) -> str:
    """Return what a place may hold: the values, the keys, the range, or what it is for."""
    node = place(model, path)
    if "enum" in node:
        return " or ".join(str(value) for value in node["enum"])
    if "const" in node:
        return str(node["const"])
    if node.get("type") == "integer":
        return f"a whole number from {node['minimum']} to {node['maximum']}"
    if "x-allowed" in node:
        return str(node["x-allowed"])
    if "properties" in node:
        return f"a mapping with the keys {', '.join(node['properties'])}"
    description = " ".join(str(node.get("description", "")).split())
    if node.get("type") == "array":
        return f"a list: {description}"
    return f"a mapping: {description}"


def container_words(model: type[BaseModel], path: Path) -> str:
    """Return what the free keys of a place may be, from its description."""
    return " ".join(str(place(model, path).get("description", "")).split())
