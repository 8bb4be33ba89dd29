"""Where something stands in a scenario file, and the error that says so.

Receives YAML text; every scalar becomes a `Text` that knows its line, nothing is guessed to be a number or a date.
Promises that whatever is wrong with a scenario is told as file, line, what was seen, and what is allowed.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

import yaml


class Text(str):
    """A scalar of a scenario file: a string with its file's name and its line."""

    __slots__ = ("file", "line")
    file: str
    line: int

    @classmethod
    def at(cls, text: str, file: str, line: int) -> Text:
        """`text` as it stands in this line."""
        placed = cls(text)
        placed.file, placed.line = file, line
        return placed


class ScenarioError(ValueError):
    """A scenario says what cannot be read or cannot happen. `where` is `file, line n`."""

    def __init__(self, where: str, saw: str, why: str) -> None:
        super().__init__(f"{where}: {why} Saw: {saw}")
        self.where = where


def refuse(at: str, why: str) -> ScenarioError:
    """The error for a text of a scenario file (or of a caller, which has no line)."""
    where = f"{at.file}, line {at.line}" if isinstance(at, Text) else "(no file)"
    return ScenarioError(where, repr(str(at)), why)


def choice(at: str, allowed: Iterable[str], what: str) -> str:
    """`at`, if it is allowed. Raises ScenarioError naming what is, the closest first."""
    names = sorted(allowed)
    if at in names:
        return str(at)
    close = get_close_matches(at, names, n=1, cutoff=0.5)
    hint = f" Did you mean {close[0]}?" if close else ""
    raise refuse(at, f"There is no {what} of this name;{hint} allowed: {', '.join(names) or 'none'}.")


def read_yaml(text: str, file: str) -> Any:
    """YAML as dicts, lists and `Text`. Raises ScenarioError for what is no YAML, and for a key that stands twice."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark is not None else 1
        raise ScenarioError(f"{file}, line {line}", repr(error.context or ""), f"Not YAML: {error.problem}.") from error
    return {} if node is None else _built(node, file)


def _built(node: yaml.Node, file: str) -> Any:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        return Text.at(" ".join(str(node.value).split()) if node.style is None else str(node.value), file, line)
    if isinstance(node, yaml.SequenceNode):
        return [_built(part, file) for part in node.value]
    built: dict[Text, Any] = {}
    for key_node, value_node in node.value:
        key = _built(key_node, file)
        if key in built:
            raise refuse(key, "This key stands here twice.")
        built[key] = _built(value_node, file)
    return built
