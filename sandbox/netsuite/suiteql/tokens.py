"""SuiteQL text as tokens: enough of a grammar to rewrite Oracle's words without ever touching a string literal."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, cast

from sandbox.netsuite import errors

Kind = Literal["name", "quoted", "string", "number", "operator", "parameter"]

_TOKEN = re.compile(
    r"""
    (?P<space>\s+|--[^\n]*|/\*.*?\*/)
  | (?P<string>'(?:[^']|'')*')
  | (?P<quoted>"[^"]+")
  | (?P<number>\d+(?:\.\d+)?|\.\d+)
  | (?P<name>[A-Za-z_][A-Za-z0-9_$]*)
  | (?P<parameter>\?)
  | (?P<operator><>|!=|<=|>=|\|\||[-+*/%=<>(),.])
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One token; `text` as written."""

    kind: Kind
    text: str

    @property
    def word(self) -> str:
        """The upper-case word of a name, the text of an operator, nothing for literals and quoted names."""
        if self.kind == "name":
            return self.text.upper()
        return self.text if self.kind == "operator" else ""


def tokenise(text: str) -> list[Token]:
    """The tokens of a query without space and comments. Raises invalid query at the first foreign character."""
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise errors.invalid_query(f"Search error occurred: Invalid or unsupported search near '{text[position]}'.")
        position = match.end()
        kind = match.lastgroup
        if kind is not None and kind != "space":
            tokens.append(Token(cast("Kind", kind), match.group()))
    return tokens


def operator(text: str) -> Token:
    """An operator token of our own making."""
    return Token("operator", text)


def closing(tokens: list[Token], opening: int) -> int:
    """The index of the parenthesis that closes the one at `opening`. Raises invalid query if there is none."""
    depth = 0
    for index in range(opening, len(tokens)):
        word = tokens[index].word
        depth += (word == "(") - (word == ")")
        if depth == 0:
            return index
    raise errors.invalid_query("Search error occurred: Invalid or unsupported search. Missing ')'.")
