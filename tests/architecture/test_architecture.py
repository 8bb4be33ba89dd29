"""The house's own rules: layers, file sizes, exact money, no asserts in the product, and an up-to-date rules page."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.finding_codes import emitted_findings
from tests.architecture.findings_page import PAGE as FINDINGS
from tests.architecture.findings_page import findings_page, listed_findings
from tests.golden.rules_table import PAGE, rules_page

ROOT = Path(__file__).parents[2]
LONGEST_FILE = 350
SOURCES = sorted(
    path for folder in ("plugins", "sandbox", "dags") for path in (ROOT / folder).rglob("*.py") if path.stat().st_size
)
PRODUCT = [path for path in SOURCES if path.is_relative_to(ROOT / "plugins")]
NEAR_MONEY = [
    path
    for stage in ("domain", "transform", "reconcile")
    for path in sorted((ROOT / "plugins" / "stripe_netsuite" / stage).rglob("*.py"))
]


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_layers_hold() -> None:
    """import-linter keeps every contract of pyproject.toml."""
    linter = Path(sys.executable).parent / "lint-imports"
    found = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr


def test_the_rules_page_is_up_to_date() -> None:
    """docs/RULES.md lists exactly the golden cases: `python -m tests.golden.rules_table --write` renews it."""
    assert PAGE.read_text(encoding="utf-8") == rules_page()


def test_the_findings_page_lists_what_the_product_emits() -> None:
    """docs/FINDINGS.md has each code once a stage, with its severity: none is missing, none is made up."""
    listed = listed_findings(FINDINGS.read_text(encoding="utf-8"))
    emitted = emitted_findings()
    assert sorted(emitted - set(listed)) == []
    assert sorted(set(listed) - emitted) == []
    assert len(listed) == len(set(listed))


def test_the_findings_page_quotes_the_validation_rules() -> None:
    """`python -m tests.architecture.findings_page --write` renews their table."""
    assert FINDINGS.read_text(encoding="utf-8") == findings_page()


def test_files_stay_short() -> None:
    """No source file is longer than LONGEST_FILE lines: one idea each."""
    lengths = {_name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


@pytest.mark.parametrize("path", NEAR_MONEY, ids=_name)
def test_no_floats_near_money(path: Path) -> None:
    """The pure centre neither calls nor names `float`, and writes no number with a decimal point."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        assert not (isinstance(node, ast.Name) and node.id == "float"), f"line {node.lineno} names float"
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), f"line {node.lineno}"


def test_the_product_never_asserts() -> None:
    """`assert` vanishes under `python -O`; the product raises."""
    asserting = [
        f"{_name(path)}:{node.lineno}"
        for path in PRODUCT
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Assert)
    ]
    assert asserting == []
