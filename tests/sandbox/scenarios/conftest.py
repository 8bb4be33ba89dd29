"""Stories on paper: `story(text)` writes a scenario file and reads it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from sandbox.scenarios.scenario import Scenario, read_scenario
from sandbox.scenarios.sentences.everything import GRAMMARS

Story = Callable[[str], Scenario]


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """Write a scenario file (named story.yaml) and read it."""

    def read(text: str) -> Scenario:
        path = tmp_path / "story.yaml"
        path.write_text(dedent(text).lstrip(), encoding="utf-8")
        return read_scenario(path, GRAMMARS)

    return read
