"""Whatever is typed into a mapping file, it loads or is refused with a MappingError: nothing else ever comes out."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from stripe_netsuite.errors import MappingError
from stripe_netsuite.mapping import load_mapping
from tests.mapping.good_folder import GOOD, write_folder

SYNTAX = [
    "{",
    "}",
    "[",
    "]",
    ":",
    ": ",
    ",",
    "- ",
    "&a ",
    "*a",
    "!!int ",
    "? ",
    "|\n",
    ">",
    "#",
    "<<: ",
    '"',
    "'",
    "\\",
]
LAYOUT = ["%YAML 9.9\n", "---\n", "...", "\t", "\n", "\r", "\u2028", "\x85", "\0", "\ufeff"]
VALUES = ["null", "true", "1e999", ".inf", "9" * 5000, "-0", "0x1F", "2026-02-30", "../..", "a" * 400, '"\\uD800"']
WORDS = ["usd", "id", "from", "value", "policy", "banks"]
LEXEMES = st.sampled_from([*SYNTAX, *LAYOUT, *VALUES, *WORDS])
INSERTED = st.one_of(LEXEMES, st.text(max_size=8), st.lists(LEXEMES, max_size=5).map("".join))
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.dates(), st.text(max_size=6), st.binary())
KEYS = st.one_of(st.text(max_size=4), st.sampled_from(WORDS))
PLAIN = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("edited"), GOOD)


def load_or_refuse(folder: Path, file: str, text: str | bytes) -> None:
    """Load the good folder with one file spoilt; a refusal must name a problem and be printable."""
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    (folder / file).write_bytes(raw)
    try:
        load_mapping(folder)
    except MappingError as error:
        if not error.problems:
            raise ValueError("a refusal without a problem") from error
        "\n".join(map(str, error.problems)).encode()
    finally:
        (folder / file).write_bytes(GOOD[file].encode())


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(sorted(GOOD)), st.integers(0, 900), st.integers(0, 40), INSERTED)
@example("policy.yaml", 0, 0, '"\\UFFFFFFFF": 1\n')
@example("policy.yaml", 0, 0, "[" * 3000)
@example("policy.yaml", 0, 0, "? " * 3000)
@example("policy.yaml", 0, 0, "- " * 3000)
@example("customers.csv", 0, 0, "\0")
@example("customers.csv", 60, 0, '"' + "x" * 140_000)
def test_any_edit_loads_or_is_refused(folder: Path, file: str, start: int, length: int, inserted: str) -> None:
    """Cut a piece out of a file that is right and put something else there."""
    text = GOOD[file]
    start %= len(text) + 1
    load_or_refuse(folder, file, text[:start] + inserted + text[start + length :])


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(sorted(GOOD)), st.binary(max_size=60))
def test_any_bytes_load_or_are_refused(folder: Path, file: str, raw: bytes) -> None:
    load_or_refuse(folder, file, raw)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(GOOD)), st.sampled_from(["", "stripe_accounts", "invoice", "updates", "banks"]), PLAIN)
def test_any_yaml_value_loads_or_is_refused(folder: Path, file: str, key: str, value: object) -> None:
    """Well-formed YAML of every shape, where the file expects another."""
    load_or_refuse(folder, file, yaml.safe_dump({key: value} if key else value, allow_unicode=True))


def test_the_folder_that_is_edited_above_is_right(folder: Path) -> None:
    """Else the properties above would hold for nothing."""
    assert load_mapping(folder).content() == GOOD
