"""SuiteQL as text: literals bound safely into a query, because bound parameters exist only from release 2026.2.

Promises: whatever a value holds, it stays one literal; what cannot be one is refused. No other module of the
product writes a value into SuiteQL.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from stripe_netsuite.errors import InvariantBroken

SqlValue = str | int | date
IN_PLACEHOLDER = "{in}"
# Oracle's limits: 4000 bytes a literal, 1000 values an IN list (ORA-01795).
_LONGEST_LITERAL_BYTES = 4000
LONGEST_IN_LIST = 1000
_COLUMN = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_QUOTED_OR_MARK = re.compile(r"'(?:[^']|'')*'|\?")


def sql_literal(value: SqlValue) -> str:
    """Return `value` as a SuiteQL literal: a quoted string, a whole number, or TO_DATE of a date.

    Raises InvariantBroken for control characters, for text over 4000 bytes and for any other type.
    """
    match value:
        case bool() | datetime():
            raise InvariantBroken("not a SuiteQL literal", saw=type(value).__name__, expected="str, int or date")
        case str():
            return _quoted(value)
        case int():
            return str(value)
        case date():
            return f"TO_DATE('{value.isoformat()}', 'YYYY-MM-DD')"
        case other:
            raise InvariantBroken("not a SuiteQL literal", saw=type(other).__name__, expected="str, int or date")


def bind(query: str, params: Sequence[SqlValue]) -> str:
    """Return `query` with each `?` outside quotes replaced by the literal of its parameter.

    Raises InvariantBroken when marks and parameters differ in number.
    """
    marks = sum(1 for found in _QUOTED_OR_MARK.finditer(query) if found.group() == "?")
    if marks != len(params):
        raise InvariantBroken(
            "a query's marks and parameters differ in number", saw=str(len(params)), expected=str(marks)
        )
    values = iter(params)
    return _QUOTED_OR_MARK.sub(
        lambda found: sql_literal(next(values)) if found.group() == "?" else found.group(), query
    )


def in_list(expression: str, values: Iterable[SqlValue]) -> str:
    """Return `expression IN (…)`. Raises InvariantBroken for no values or more than Oracle takes."""
    literals = [sql_literal(value) for value in values]
    if not 1 <= len(literals) <= LONGEST_IN_LIST:
        raise InvariantBroken("an IN list has 1 to 1000 values", saw=str(len(literals)))
    return f"{expression} IN ({', '.join(literals)})"


def column_name(name: str) -> str:
    """Return `name` when it is a bare column such as `t.id`; raise InvariantBroken otherwise."""
    if not _COLUMN.fullmatch(name):
        raise InvariantBroken("not a column name", saw=repr(name))
    return name


def internal_ids(ids: Iterable[str]) -> list[int]:
    """Return internal ids as numbers, sorted, each once. Raises InvariantBroken for one that is not a number."""
    numbers: set[int] = set()
    for value in ids:
        if not (value.isascii() and value.isdigit()):
            raise InvariantBroken("not a NetSuite internal id", saw=repr(value), expected="digits")
        numbers.add(int(value))
    return sorted(numbers)


def _quoted(text: str) -> str:
    # Cc: control characters with NUL; Cs: lone surrogates; Zl, Zp: line and paragraph separators.
    bad = next((char for char in text if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")), None)
    if bad is not None:
        raise InvariantBroken("a control character in a SuiteQL literal", saw=f"U+{ord(bad):04X}")
    if len(text.encode()) > _LONGEST_LITERAL_BYTES:
        raise InvariantBroken("a SuiteQL literal is too long", saw=f"{len(text.encode())} bytes", expected="4000")
    return "'" + text.replace("'", "''") + "'"
