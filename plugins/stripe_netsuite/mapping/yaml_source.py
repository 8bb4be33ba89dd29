"""YAML text → plain values, and the line of every key. Values only: no anchors, tags, directives, or doubled keys.

Scalars follow YAML 1.2's core schema, so that `no` and `0100` stay text and `1000.10` stays exact. Whatever the text
holds, problems are noted and nothing else is raised.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import yaml

from stripe_netsuite.mapping.problem import Problems, looks_secret, shown

MAX_CHARACTERS = 1_000_000
MAX_DEPTH = 12
_LONGEST_NAME = 60

Path = tuple[str | int, ...]

_INT = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,18}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_OPENS = (
    yaml.FlowMappingStartToken,
    yaml.FlowSequenceStartToken,
    yaml.BlockMappingStartToken,
    yaml.BlockSequenceStartToken,
)
_CLOSES = (yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken, yaml.BlockEndToken)
_VERBS = {
    yaml.AnchorToken: "an anchor (&)",
    yaml.AliasToken: "an alias (*)",
    yaml.TagToken: "a tag (!)",
    yaml.DirectiveToken: "a directive (%)",
}


def key_words(path: Path) -> str:
    """Return a path as people write it: `stripe_accounts[0].banks.usd`."""
    words = ""
    for part in path:
        if isinstance(part, int):
            words += f"[{part}]"
            continue
        name = part if part.isprintable() and len(part) <= _LONGEST_NAME else shown(part)
        words += f".{name}" if words else name
    return words


@dataclass(frozen=True)
class YamlSource:
    """One file's values: mappings as dict, lists as tuple, scalars as str, int, Decimal, bool, date or None."""

    file: str
    data: Any
    lines: dict[Path, int] = field(repr=False)

    def line_of(self, path: Path) -> int:
        """Return the line of a key or list element, of its nearest parent where the file does not have it."""
        while path not in self.lines and path:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_yaml(file: str, text: str, problems: Problems) -> YamlSource | None:
    """Read one file; an empty one is an empty mapping. None after noting why it cannot be read."""
    try:
        if not _is_plain_data(file, text, problems):
            return None
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problems.add(
            file,
            mark.line + 1 if mark else 1,
            f"is not YAML: {error.problem or error.context}",
            next_step="look at this line's indentation, quotes and colons; it may be the line above",
        )
        return None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        problems.add(file, line, "is not YAML: a control character", saw=f"U+{ord(text[error.position]):04X}")
        return None
    except (yaml.YAMLError, ValueError, OverflowError):
        # PyYAML lets chr() fail on an escape beyond Unicode, without a line.
        problems.add(file, 1, "is not YAML: an escape in a quoted text is no character")
        return None
    if node is None:
        return YamlSource(file, {}, {})
    reader = _NodeReader(file, problems)
    return YamlSource(file, reader.value(node, ()), reader.lines)


def _is_plain_data(file: str, text: str, problems: Problems) -> bool:
    """Refuse what is more than data, and what is too large or too deep, before anything is composed."""
    if len(text) > MAX_CHARACTERS:
        problems.add(file, 1, "is too large", saw=f"{len(text)} characters", expected=f"at most {MAX_CHARACTERS}")
        return False
    depth, fine = 0, True
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        line = token.start_mark.line + 1
        if type(token) in _VERBS:
            problems.add(
                file,
                line,
                f"has {_VERBS[type(token)]}",
                expected="plain values",
                next_step="write the value out, or put it in quotes if it is text",
            )
            fine = False
        elif isinstance(token, _OPENS):
            depth += 1
        elif isinstance(token, _CLOSES):
            depth -= 1
        if depth > MAX_DEPTH:
            problems.add(file, line, "is nested too deeply", expected=f"at most {MAX_DEPTH} levels")
            return False
    return fine


class _NodeReader:
    """Turns nodes into values and remembers lines."""

    def __init__(self, file: str, problems: Problems) -> None:
        self._file = file
        self._problems = problems
        self.lines: dict[Path, int] = {}

    def value(self, node: yaml.Node, path: Path) -> Any:
        self.lines.setdefault(path, node.start_mark.line + 1)
        match node:
            case yaml.MappingNode():
                return self._mapping(node, path)
            case yaml.SequenceNode():
                return tuple(self.value(child, (*path, i)) for i, child in enumerate(node.value))
            case _:
                return self._scalar(node, path)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self._problems.add(self._file, line, "a key is a list or a mapping", expected="a word as key")
                continue
            key = str(key_node.value)
            key_path = (*path, key)
            if not self._is_fit(key, "a key", line):
                continue
            if key in found:
                self._problems.add(
                    self._file,
                    line,
                    f"key `{key_words(key_path)}` stands twice",
                    saw=f"the first one in line {self.lines[key_path]}",
                    expected="one of them",
                    next_step="remove one",
                )
                continue
            self.lines[key_path] = line
            found[key] = self.value(value_node, key_path)
        return found

    def _scalar(self, node: yaml.Node, path: Path) -> Any:
        text = str(node.value)
        if not self._is_fit(text, f"key `{key_words(path)}`", node.start_mark.line + 1):
            return None
        if isinstance(node, yaml.ScalarNode) and node.style is None:
            return _plain_scalar(text)
        return text

    def _is_fit(self, text: str, where: str, line: int) -> bool:
        if looks_secret(text):
            self._problems.add(
                self._file,
                line,
                f"{where} holds a secret",
                expected="no secrets in mapping files",
                next_step="move it into the Airflow connection, and roll it if the file was shared",
            )
            return False
        if any(unicodedata.category(letter) in ("Cc", "Cs") and letter != "\n" for letter in text):
            self._problems.add(self._file, line, f"{where} holds a control character", saw=shown(text))
            return False
        return True


def _plain_scalar(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return Decimal(text)
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text
    return text
