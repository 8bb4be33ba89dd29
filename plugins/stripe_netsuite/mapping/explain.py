"""One YAML file's values → its model; every pydantic error becomes a problem with line, key, seen, and allowed."""

from __future__ import annotations

import difflib
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from stripe_netsuite.mapping.allowed import allowed_words, container_words, keys_at
from stripe_netsuite.mapping.part import MappingModel
from stripe_netsuite.mapping.problem import Problems, shown
from stripe_netsuite.mapping.yaml_source import Path, YamlSource, key_words

Model = TypeVar("Model", bound=MappingModel)


def build_model(model: type[Model], source: YamlSource, problems: Problems) -> Model | None:
    """Return the model, or None after adding every error to `problems`."""
    if not isinstance(source.data, dict):
        problems.add(source.file, 1, "is not a mapping", saw=shown(source.data), expected=allowed_words(model, ()))
        return None
    try:
        return model.model_validate(source.data)
    except ValidationError as error:
        for details in error.errors(include_url=False):
            _explain(model, source, details, problems)
    return None


def _explain(model: type[Model], source: YamlSource, details: ErrorDetails, problems: Problems) -> None:
    is_key = details["loc"][-1:] == ("[key]",)
    path: Path = details["loc"][:-1] if is_key else details["loc"]
    key, line, saw = key_words(path), source.line_of(path), shown(details["input"])
    message, expected, next_step = f"key `{key}` has a value that is not allowed", "", None
    if details["type"] == "missing":
        message, saw = f"key `{key}` is missing", "nothing"
        line = source.line_of(path[:-1])
        expected = allowed_words(model, path)
    elif details["type"] == "extra_forbidden":
        keys = keys_at(model, path[:-1])
        message, expected = f"key `{key}` is unknown", f"one of {', '.join(keys)}"
        close = difflib.get_close_matches(str(path[-1]), keys, n=1)
        next_step = f"did you mean `{close[0]}`?" if close else None
        saw = shown(path[-1])
    elif is_key:
        message, expected = f"key `{key}` is not allowed here", container_words(model, path[:-1])
        saw = shown(path[-1])
    elif "allowed" in (context := details.get("ctx", {})):
        message, expected = f"key `{key}` {details['msg']}", str(context["allowed"])
    else:
        expected = allowed_words(model, path)
        if details["type"] == "zone":
            message = f"key `{key}` {details['msg']}"
    problems.add(source.file, line, message, saw=saw, expected=expected, next_step=next_step)
