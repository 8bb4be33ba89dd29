"""`company_on(world)` opens a company on the staging database of the test: SQLite and PostgreSQL in turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from sandbox.stripe.world import World
from tests.pipeline.company import Company, open_company

OpenCompany = Callable[..., Company]


@pytest.fixture
def company_on(staging_url: str, tmp_path: Path) -> Iterator[OpenCompany]:
    """Open the test's one company; without a world it is the fortnight."""
    with ExitStack() as stack:

        def open_one(world: World | None = None, **options: Any) -> Company:
            return stack.enter_context(open_company(staging_url, tmp_path, {"stripe_default": world}, **options))

        yield open_one
