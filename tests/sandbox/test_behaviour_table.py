"""Whatever the sandboxes claim about a vendor stands in one table, and each row has tests that exist."""

import ast
from collections import Counter
from functools import cache

import pytest

from tests.sandbox.behaviour_table import FOLDER, PAGE, ROOT, TITLES, sections, with_table

_ROWS = [(section.name, row) for section in sections() for row in section.rows]
_LONGEST = 160


@cache
def names_in(path):
    """The test functions of a file."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


@pytest.mark.parametrize(("section", "row"), _ROWS, ids=lambda value: getattr(value, "behaviour", value)[:60])
def test_the_tests_of_a_behaviour_exist(section, row):
    assert row.tests, f"{section}: {row.behaviour!r} has no test"
    for test in row.tests:
        path, _, name = test.partition("::")
        assert (ROOT / path).is_file(), f"{section}: {row.behaviour!r} names {path}, which is not there"
        assert not name or name.split("[")[0] in names_in(path), f"{section}: {path} has no {name}"
        assert name, f"{section}: {row.behaviour!r} names the whole of {path}; name the test"


def test_a_behaviour_is_one_plain_sentence_said_once():
    texts = Counter(row.behaviour for _, row in _ROWS)
    assert [text for text, times in texts.items() if times > 1] == []
    assert [text for text in texts if len(text) > _LONGEST] == []
    assert [row.behaviour for _, row in _ROWS if not row.source.strip()] == []


def test_every_file_of_behaviours_is_shown():
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(TITLES)


def test_the_page_shows_the_behaviours_as_they_are():
    page = PAGE.read_text(encoding="utf-8")
    assert with_table(page) == page, "run `python -m tests.sandbox.behaviour_table --write`"
