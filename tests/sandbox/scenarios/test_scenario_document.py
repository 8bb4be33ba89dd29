"""docs/SCENARIOS.md and sandbox/README.md: the table is the library's, and their examples can be read and are true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sandbox.scenarios.checking import check
from sandbox.scenarios.playing import play
from sandbox.scenarios.stripe_reader import StripeReader
from sandbox.scenarios.table import library_table
from sandbox.stripe.world import World
from sandbox.testing import running_stripe
from tests.sandbox.scenarios.conftest import Story

_ROOT = Path(__file__).parents[3]
_PAGE = (_ROOT / "docs" / "SCENARIOS.md").read_text(encoding="utf-8")
_README = (_ROOT / "sandbox" / "README.md").read_text(encoding="utf-8")


def test_the_table_of_the_library_is_the_librarys() -> None:
    """Written by `sandbox.scenarios.table.library_table`."""
    shown = _PAGE.split("<!-- library -->\n", 1)[1].split("\n<!-- end of library -->", 1)[0]
    assert shown == library_table()


def test_every_link_of_the_document_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)]+)\)", _PAGE)
    assert len(links) > 44
    assert [link for link in links if not (_ROOT / "docs" / link).exists()] == []


@pytest.mark.parametrize("page", [_PAGE, _README], ids=["SCENARIOS", "README"])
def test_the_example_can_be_read_and_is_true(story: Story, page: str) -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    scenario = story(example)
    world = World(1, scenario.opened)
    stage = play(scenario, world)
    world.advance_to(scenario.ended)
    with running_stripe(world) as stripe:
        results = check(scenario, stage, StripeReader(stripe.url, stripe.key))
    assert results
    assert [result.wrong for result in results if result.wrong] == []
