"""Oracle's functions that SQLite lacks, and an exact SUM. Dates arrive as the tables keep them."""

from __future__ import annotations

import re
import sqlite3
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

STORED_DATE = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}")
_FORMAT_WORDS = (
    ("YYYY", "%Y"),
    ("HH24", "%H"),
    ("MON", "%b"),
    ("MM", "%m"),
    ("DD", "%d"),
    ("MI", "%M"),
    ("SS", "%S"),
)
_FORMAT_TOKEN = re.compile(r'"([^"]*)"|YYYY|HH24|MON|MM|DD|MI|SS|[-/: ,.]', re.IGNORECASE)


def register(connection: sqlite3.Connection, now: str) -> None:
    """Add the functions to a connection; `now` is the business clock."""
    connection.create_function("to_char", 1, _to_text, deterministic=True)
    connection.create_function("to_char", 2, _to_char, deterministic=True)
    connection.create_function("to_date", 1, lambda text: _to_date(text, "MM/DD/YYYY"), deterministic=True)
    connection.create_function("to_date", 2, _to_date, deterministic=True)
    connection.create_function("to_timestamp", 2, _to_date, deterministic=True)
    connection.create_function("to_number", 1, _to_number, deterministic=True)
    connection.create_function("nvl2", 3, lambda test, yes, no: no if test is None else yes, deterministic=True)
    connection.create_function("trunc", 1, _truncate, deterministic=True)
    connection.create_function("mod", 2, lambda left, right: left % right if right else left, deterministic=True)
    connection.create_function("decode", -1, _decode, deterministic=True)
    connection.create_function("concat", 2, lambda a, b: f"{_to_text(a) or ''}{_to_text(b) or ''}", deterministic=True)
    connection.create_function("sysdate", 0, lambda: now)
    connection.create_aggregate("sum", 1, cast("Any", _Sum))


def strptime_format(pattern: str) -> str:
    """An Oracle date format as Python's. Raises ValueError for words not known here."""
    done, position = "", 0
    words = dict(_FORMAT_WORDS)
    for match in _FORMAT_TOKEN.finditer(pattern):
        if match.start() != position:
            break
        position = match.end()
        done += match[1] if match[1] is not None else words.get(match[0].upper(), match[0])
    if position != len(pattern):
        raise ValueError(f"date format {pattern}")
    return done


def number_text(value: int | float) -> str:  # noqa: PYI041 - SQLite gives either
    """A number as SuiteQL prints it: no exponent, no trailing zeros, no binary noise."""
    text = format(Decimal(repr(round(value, 10))), "f") if isinstance(value, float) else str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _to_text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        return datetime.fromisoformat(value).strftime("%m/%d/%Y") if STORED_DATE.fullmatch(value) else value
    return number_text(value)


def _to_char(value: Any, pattern: str) -> str | None:
    if value is None:
        return None
    if isinstance(value, str) and STORED_DATE.fullmatch(value):
        return datetime.fromisoformat(value).strftime(strptime_format(pattern))
    raise ValueError("ORA-01481: invalid number format model")


def _to_date(text: str | None, pattern: str) -> str | None:
    if text is None:
        return None
    if STORED_DATE.fullmatch(text):
        return text
    return datetime.strptime(text, strptime_format(pattern)).strftime("%Y-%m-%dT%H:%M:%S")  # noqa: DTZ007 - a date


def _to_number(value: Any) -> float | int | None:
    if value is None or isinstance(value, int | float):
        return value
    number = Decimal(value)
    return int(number) if number == number.to_integral_value() else float(number)


def _truncate(value: Any) -> Any:
    if isinstance(value, str) and STORED_DATE.fullmatch(value):
        return f"{value[:10]}T00:00:00"
    return int(value) if value is not None else None


def _decode(value: Any, *cases: Any) -> Any:
    for index in range(0, len(cases) - 1, 2):
        if cases[index] == value:
            return cases[index + 1]
    return cases[-1] if len(cases) % 2 else None


class _Sum:
    """SUM without binary rounding: NULL for no rows, as in SQL."""

    def __init__(self) -> None:
        self._total: Decimal | None = None

    def step(self, value: Any) -> None:
        if value is not None:
            self._total = (self._total or Decimal(0)) + Decimal(str(value))

    def finalize(self) -> float | int | None:
        if self._total is None:
            return None
        return int(self._total) if self._total == self._total.to_integral_value() else float(self._total)
