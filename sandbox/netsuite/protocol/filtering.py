"""The `q` parameter of record lists: conditions `field OPERATOR value` joined by AND, OR and parentheses.

`matcher(text)` gives a test for one shown record. Operators are those of Oracle's page on record collection filtering;
names and texts are compared without regard to case. Raises INVALID_PARAMETER for what cannot be read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.netsuite import errors
from sandbox.netsuite.jsontext import Body

Test = Callable[[Body], bool]
_TOKEN = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([()\[\],])|([^\s()\[\],"]+))')
_NO_VALUE = ("EMPTY",)
_TWO_VALUES = ("BETWEEN", "WITHIN")
_US_DATE = "%m/%d/%Y"

_TEXT: dict[str, Callable[[str, str], bool]] = {
    "IS": lambda have, want: have == want,
    "CONTAIN": lambda have, want: want in have,
    "START_WITH": lambda have, want: have.startswith(want),
    "END_WITH": lambda have, want: have.endswith(want),
    "ENDWITH": lambda have, want: have.endswith(want),
}
_NUMBER: dict[str, Callable[[Any, Any], bool]] = {
    "EQUAL": lambda have, want: bool(have == want),
    "GREATER": lambda have, want: bool(have > want),
    "GREATER_OR_EQUAL": lambda have, want: bool(have >= want),
    "LESS": lambda have, want: bool(have < want),
    "LESS_OR_EQUAL": lambda have, want: bool(have <= want),
}
_DAY: dict[str, Callable[[date, date], bool]] = {
    "AFTER": lambda have, want: have > want,
    "BEFORE": lambda have, want: have < want,
    "ON": lambda have, want: have == want,
    "ON_OR_AFTER": lambda have, want: have >= want,
    "ON_OR_BEFORE": lambda have, want: have <= want,
}


def matcher(text: str) -> Test:
    """A test for records as GET shows them."""
    parser = _Parser(_tokens(text))
    test = parser.either()
    if parser.left():
        raise errors.invalid_query(f"Unexpected: {parser.take()}.")
    return test


def _tokens(text: str) -> list[tuple[str, bool]]:
    """Words with whether they were quoted."""
    found: list[tuple[str, bool]] = []
    place = 0
    while text[place:].strip():
        match = _TOKEN.match(text, place)
        if match is None:
            raise errors.invalid_query(f"Cannot parse: {text[place:].strip()}.")
        quoted, sign, word = match.groups()
        found.append((re.sub(r"\\(.)", r"\1", quoted), True) if quoted is not None else (sign or word, False))
        place = match.end()
    return found


class _Parser:
    """Reads the conditions; AND binds closer than OR."""

    def __init__(self, tokens: list[tuple[str, bool]]) -> None:
        self._tokens = tokens
        self._next = 0

    def left(self) -> bool:
        return self._next < len(self._tokens)

    def take(self) -> str:
        if not self.left():
            raise errors.invalid_query("Unexpected end.")
        self._next += 1
        return self._tokens[self._next - 1][0]

    def _has(self, word: str) -> bool:
        """Whether this unquoted word is next; it is passed over then."""
        found = self.left() and self._tokens[self._next] == (self._tokens[self._next][0], False)
        found = found and self._tokens[self._next][0].upper() == word
        self._next += found
        return found

    def either(self) -> Test:
        tests = [self._both()]
        while self._has("OR"):
            tests.append(self._both())
        return lambda record: any(test(record) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._has("AND"):
            tests.append(self._one())
        return lambda record: all(test(record) for test in tests)

    def _one(self) -> Test:
        if self._has("("):
            inner = self.either()
            if not self._has(")"):
                raise errors.invalid_query("A closing parenthesis is missing.")
            return inner
        name, operator = self.take(), self.take().upper()
        negated = operator.endswith("_NOT")
        plain = operator.removesuffix("_NOT")
        test = _condition(plain, self._values(plain))
        return lambda record: test(_value(record, name)) is not negated

    def _values(self, operator: str) -> list[str]:
        if operator in _NO_VALUE:
            return []
        if not self._has("["):
            return [self.take()]
        values = [self.take()]
        while self._has(","):
            values.append(self.take())
        if not self._has("]"):
            raise errors.invalid_query("A closing bracket is missing.")
        return values


def _condition(operator: str, values: list[str]) -> Callable[[Any], bool]:
    if operator == "EMPTY":
        return lambda have: have is None
    if operator == "ANY_OF":
        wanted = {value.casefold() for value in values}
        return lambda have: have is not None and _text(have) in wanted
    if operator in _TWO_VALUES and len(values) == 2:
        low, high = (_number(value) for value in values)
        return lambda have: have is not None and low <= _number(_text(have)) <= high
    if len(values) != 1:
        raise errors.invalid_query(f"{operator} takes another number of values.")
    if operator in _TEXT:
        compare, want = _TEXT[operator], values[0].casefold()
        return lambda have: have is not None and compare(_text(have), want)
    if operator in _NUMBER:
        number = _number(values[0])
        return lambda have: have is not None and _NUMBER[operator](_number(_text(have)), number)
    if operator in _DAY:
        day = _day(values[0])
        return lambda have: have is not None and _DAY[operator](_day(_text(have)), day)
    raise errors.invalid_query(f"Unknown operator: {operator}.")


def _value(record: Body, name: str) -> Any:
    folded = name.casefold()
    found = next((value for key, value in record.items() if key.casefold() == folded), None)
    return found.get("id") if isinstance(found, dict) else found


def _text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value).casefold()


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise errors.invalid_query(f"Not a number: {text}.") from error


def _day(text: str) -> date:
    try:
        if "/" in text:
            return datetime.strptime(text, _US_DATE).date()  # noqa: DTZ007 - a day has no zone
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise errors.invalid_query(f"Not a date: {text}.") from error
