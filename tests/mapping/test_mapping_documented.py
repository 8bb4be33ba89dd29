"""The schemas for editors and the README say what the models say."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema_rs
import pytest
import yaml
from pydantic import BaseModel

from stripe_netsuite.mapping.links import CUSTOMER_HEADER, ITEM_HEADER
from stripe_netsuite.mapping.loader import MODELS, SHEETS
from stripe_netsuite.mapping.schema import main, schema_texts
from stripe_netsuite.settings import mappings_folder
from tests.mapping.good_folder import GOOD

FOLDER = mappings_folder({})
FILES = sorted(MODELS)


def nodes(schema: Any) -> list[dict[str, Any]]:
    """Every mapping inside a schema."""
    if isinstance(schema, list):
        return [found for child in schema for found in nodes(child)]
    if not isinstance(schema, dict):
        return []
    return [schema, *(found for child in schema.values() for found in nodes(child))]


def schema_of_file(file: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(schema_texts()[file.replace(".yaml", ".schema.json")])
    return schema


def written(text: str) -> Any:
    """What an editor sees: YAML in which a date is text."""
    return json.loads(json.dumps(yaml.safe_load(text), default=str))


def test_the_schemas_beside_the_files_are_those_of_the_models() -> None:
    """If this fails: python -m stripe_netsuite.mapping.schema."""
    on_disk = {path.name: path.read_text(encoding="utf-8") for path in (FOLDER / "schema").iterdir()}
    assert on_disk == schema_texts()


def test_the_schema_command_writes_the_folder_it_is_told(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 0
    assert {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "schema").iterdir()} == schema_texts()
    assert len(capsys.readouterr().out.splitlines()) == len(FILES)


@pytest.mark.parametrize("file", FILES)
def test_a_file_opens_with_its_schema_and_is_valid_under_it(file: str) -> None:
    text = (FOLDER / file).read_text(encoding="utf-8")
    name = file.replace(".yaml", ".schema.json")
    assert text.splitlines()[0] == f"# yaml-language-server: $schema=schema/{name}"
    for good in (text, GOOD[file]):
        assert list(jsonschema_rs.validator_for(schema_of_file(file)).iter_errors(written(good))) == []


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("policy.yaml", "fee_lines: per_day"),
        ("policy.yaml", "look_back_days: 31"),
        ("policy.yaml", "look_back: 3"),
        ("policy.yaml", "rounding_tolerance_minor_by_currency: {USD: 1}"),
        ("accounts.yaml", GOOD["accounts.yaml"].replace("1499", "1499, id: 3")),
        ("fields.yaml", "invoice: {memo: {from: id}}"),
        ("customers.yaml", "match: {stripe: email}"),
    ],
)
def test_an_editor_refuses_what_the_loader_refuses(file: str, text: str) -> None:
    assert not jsonschema_rs.validator_for(schema_of_file(file)).is_valid(written(text))


@pytest.mark.parametrize("file", FILES)
def test_every_key_tells_what_it_is_for(file: str) -> None:
    """Editors show it on hover, error messages where nothing shorter says it."""
    silent = [
        f"{node.get('title')}.{name}"
        for node in nodes(schema_of_file(file))
        for name, child in node.get("properties", {}).items()
        if not isinstance(child.get("description"), str)
    ]
    assert silent == []


def keys_and_choices() -> set[str]:
    found: set[str] = set()
    for file in FILES:
        for node in nodes(schema_of_file(file)):
            found.update(node.get("properties", {}))
            found.update(node.get("enum", []))
            found.update([node["const"]] if isinstance(node.get("const"), str) else [])
    return found


def test_the_readme_names_every_key_choice_file_and_column() -> None:
    readme = re.sub(r"```.*?```", "", (FOLDER / "README.md").read_text(encoding="utf-8"), flags=re.DOTALL)
    wanted = keys_and_choices() | set(FILES) | set(SHEETS) | set(CUSTOMER_HEADER) | set(ITEM_HEADER)
    headings = " ".join(line for line in readme.splitlines() if line.startswith("## "))
    named = set(re.findall(r"`([^`]+)`", readme)) | set(re.findall(r"[\w.]+\.(?:yaml|csv)", headings))
    assert sorted(wanted - named) == []


def test_the_readme_names_the_default_and_range_of_every_number() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    rows = {line.split("`")[1]: line for line in readme.splitlines() if line.startswith("| `")}
    for name, node in schema_of_file("policy.yaml")["properties"].items():
        if node.get("type") == "integer":
            assert f"{node['minimum']} to {node['maximum']}" in rows[name], name
            assert f"`{node['default']}`" in rows[name], name


def models_below(model: type[BaseModel]) -> list[type[BaseModel]]:
    return [model, *(child for sub in model.__subclasses__() for child in models_below(sub))]


def test_every_model_is_frozen_strict_and_closed() -> None:
    base = next(iter(MODELS.values())).__mro__[1]
    assert issubclass(base, BaseModel)
    for model in models_below(base):
        config = model.model_config
        assert (config.get("frozen"), config.get("strict"), config.get("extra")) == (True, True, "forbid"), model
