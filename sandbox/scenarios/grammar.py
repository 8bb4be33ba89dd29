"""The sentences a scenario may use: templates with typed gaps, and what each of them does.

A template is what a person reads: `{charge:name} is refunded[ because {reason:a|b}][ as {new:name}]`. Square brackets
hold what may be left out, a gap names its type or the words it may be. Receives sentences of a scenario file; promises
that each fits one template or is refused with the closest ones.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from sandbox.scenarios import amount
from sandbox.scenarios.place import Text, refuse

_GAP = re.compile(r"\{(\w+):([^}]+)\}")
_TYPES = {
    "name": r"[^\W_][\w-]*",
    "names": r"[^\W_][\w-]*(?:(?:, | and )[^\W_][\w-]*)*",
    "payout": r"the payout of [^\W_][\w-]*|the last payout in [A-Z]{3}|[^\W_][\w-]*",
    "amount": amount.PATTERN,
    "amounts": rf"{amount.PATTERN}(?:(?:, | and ){amount.PATTERN})*",
    "count": r"\d[\d,]*",
    "currency": r"[A-Z]{3}",
    "quoted": r'"[^"]*"',
    "word": r"[\w.*]+",
    "month": r"[A-Z][a-z]{2} \d{4}",
    "lines": r".+?",
    "parts": r".+?",
}
_JOINED = re.compile(r", | and ")
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Template:
    """One kind of sentence: how it is written, what it does, and whether a list of lines stands under it."""

    text: str
    act: Callable[..., None]
    is_block: bool
    pattern: re.Pattern[str]

    @property
    def shown(self) -> str:
        """The template as a person reads it: `{customer}`, and the words that may stand in a gap."""

        def gap(match: re.Match[str]) -> str:
            name, kind = match.groups()
            if kind == "quoted":
                return f'"{{{name}}}"'
            return f"{{{name}}}" if kind in _TYPES else f"{{{kind.replace('|', ' | ')}}}"

        return _GAP.sub(gap, self.text)

    @property
    def words(self) -> str:
        """The template without brackets and gaps: what a near miss is compared with."""
        return " ".join(_GAP.sub(" ", self.text.replace("[", " ").replace("]", " ")).split())


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that was understood: its text, its template, and the values in its gaps (None: left out)."""

    text: Text
    template: Template
    values: Mapping[str, Any]

    def act(self, stage: Any) -> None:
        """Do what the sentence says."""
        self.template.act(stage, **self.values)


class Grammar:
    """A closed set of templates; `subject` is what they tell of."""

    def __init__(self, subject: str) -> None:
        self.subject = subject
        self.templates: list[Template] = []

    def sentence(self, *texts: str, is_block: bool = False) -> Callable[[Callable[..., None]], Callable[..., None]]:
        """Declare the templates that a function acts on; its parameters are the stage and the gaps of them all."""

        def declare(act: Callable[..., None]) -> Callable[..., None]:
            for text in texts:
                self.templates.append(Template(text, act, is_block, _compiled(text)))
            return act

        return declare

    def read(self, text: Text, lines: list[Text] | None = None) -> Sentence:
        """Understand one sentence. Raises ScenarioError with the closest templates."""
        fitting = self.fitting(text, is_block=lines is not None)
        if not fitting:
            raise refuse(text, f"No sentence about {self.subject} reads like this; {self._closest(text)}")
        template, values = fitting[0]
        return Sentence(text, template, values if lines is None else {**values, "lines": lines})

    def fitting(self, text: Text, *, is_block: bool = False) -> list[tuple[Template, dict[str, Any]]]:
        """The templates that a sentence fits, with the values in their gaps: one, if the grammar is unambiguous."""
        found = []
        for template in self.templates:
            match = template.pattern.fullmatch(text) if template.is_block == is_block else None
            if match is not None:
                found.append((template, _values(template, match, text)))
        return found

    def _closest(self, text: str) -> str:
        def likeness(template: Template) -> float:
            return SequenceMatcher(None, template.words, text, autojunk=False).ratio()

        nearest = sorted(self.templates, key=likeness, reverse=True)[:_SHOWN]
        return "the closest are: " + "; ".join(template.shown for template in nearest) + "."


def _compiled(text: str) -> re.Pattern[str]:
    pattern = ""
    position = 0
    for gap in _GAP.finditer(text):
        name, kind = gap.groups()
        choices = "|".join(re.escape(word) for word in kind.split("|"))
        pattern += _literal(text[position : gap.start()]) + f"(?P<{name}>{_TYPES.get(kind, choices)})"
        position = gap.end()
    return re.compile(pattern + _literal(text[position:]))


def _literal(text: str) -> str:
    return re.escape(text).replace(r"\[", "(?:").replace(r"\]", ")?")


def _values(template: Template, match: re.Match[str], whole: Text) -> dict[str, Any]:
    kinds = dict(_GAP.findall(template.text))
    values: dict[str, Any] = {}
    for name, found in match.groupdict().items():
        text = None if found is None else Text.at(found, whole.file, whole.line)
        values[name] = None if text is None else _value(kinds[name], text)
    return values


def _value(kind: str, text: Text) -> Any:
    match kind:
        case "amount":
            return amount.read_amount(text)
        case "amounts":
            return [amount.read_amount(part) for part in split(text)]
        case "names":
            return split(text)
        case "count":
            return int(text.replace(",", ""))
        case "quoted":
            return Text.at(text[1:-1], text.file, text.line)
        case "currency":
            return text.lower()
        case _:
            return text


def split(text: Text) -> list[Text]:
    """`A1, A2 and A3` in parts. (An amount's thousands have a comma without a space.)"""
    return [Text.at(part, text.file, text.line) for part in _JOINED.split(text)]
