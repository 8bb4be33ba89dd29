"""Values in SuiteQL stay values, whatever they hold. SQLite reads the literals back as the witness."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_netsuite.errors import InvariantBroken
from stripe_netsuite.netsuite_api.suiteql import bind, column_name, in_list, internal_ids, sql_literal

PRINTABLE = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=200)


def read_back(literal: str) -> object:
    with closing(sqlite3.connect(":memory:")) as database:
        return database.execute(f"SELECT {literal}").fetchone()[0]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "O'Brien",
        "' OR '1'='1",
        "'; DROP TABLE customer; --",
        "''",
        "'",
        "\\'",
        "a /* b */ -- c",
        "{in}",
        "?",
        "Zoë ☃",
    ],
)
def test_injection_strings_come_back_as_the_same_text(text: str) -> None:
    assert read_back(sql_literal(text)) == text


@given(PRINTABLE)
def test_any_printable_text_comes_back_as_itself(text: str) -> None:
    assert read_back(sql_literal(text)) == text


@given(st.lists(PRINTABLE, min_size=1, max_size=5))
def test_any_in_list_holds_exactly_its_values(values: list[str]) -> None:
    assert read_back(f"({in_list(repr('x'), values)})") == int("x" in values)


@pytest.mark.parametrize("text", ["a\x00b", "a\nb", "\r", "\x1b", "\x7f", "\x85", "\u2028", "\ud800"])
def test_control_characters_are_refused(text: str) -> None:
    with pytest.raises(InvariantBroken, match="control character"):
        sql_literal(text)


@pytest.mark.parametrize("value", [True, None, 1.5, Decimal(1), b"x", datetime.now(UTC)])
def test_other_types_are_refused(value: object) -> None:
    with pytest.raises(InvariantBroken, match="not a SuiteQL literal"):
        sql_literal(value)  # type: ignore[arg-type]


def test_numbers_and_dates_have_one_form() -> None:
    assert sql_literal(-17) == "-17"
    assert sql_literal(date(2026, 11, 1)) == "TO_DATE('2026-11-01', 'YYYY-MM-DD')"


def test_a_literal_longer_than_oracle_takes_is_refused() -> None:
    assert len(sql_literal("é" * 2000)) == 2002
    with pytest.raises(InvariantBroken, match="too long"):
        sql_literal("é" * 2001)


def test_marks_are_bound_in_order_and_quoted_ones_are_left_alone() -> None:
    assert bind("a = ? AND b = '?' AND c = ?", ["x?", 2]) == "a = 'x?' AND b = '?' AND c = 2"


@pytest.mark.parametrize("params", [[], [1, 2]])
def test_marks_and_parameters_must_agree(params: list[int]) -> None:
    with pytest.raises(InvariantBroken, match="differ in number"):
        bind("a = ?", params)


@pytest.mark.parametrize("count", [0, 1001])
def test_an_in_list_has_one_to_a_thousand_values(count: int) -> None:
    with pytest.raises(InvariantBroken):
        in_list("id", list(range(count)))


def test_only_bare_columns_pass_as_columns() -> None:
    assert column_name("t.id") == "t.id"
    with pytest.raises(InvariantBroken):
        column_name("id; DROP")


@pytest.mark.parametrize("bad", ["", "1 OR 1=1", "-1", "１"])
def test_only_digits_pass_as_internal_ids(bad: str) -> None:
    assert internal_ids(["10", "9", "10"]) == [9, 10]
    with pytest.raises(InvariantBroken):
        internal_ids([bad])
