"""`company_of(world, …)` opens a company on SQLite; `company_on` the same on the database that a test names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from sandbox.stripe.world import World
from tests import databases
from tests.pipeline.company import Company, open_company

OpenCompany = Callable[..., Company]


@pytest.fixture
def company_of(tmp_path: Path) -> Iterator[OpenCompany]:
    """Open companies, one or several, each with a staging database of its own."""
    with ExitStack() as stack:

        def open_one(world: World | None = None, **options: Any) -> Company:
            folder = tmp_path / f"company-{len(list(tmp_path.iterdir()))}"
            folder.mkdir()
            url = stack.enter_context(databases.sqlite_database(folder, migrated=True))
            worlds = options.pop("worlds", None) or {"stripe_default": world}
            return stack.enter_context(open_company(url, folder, worlds, **options))

        yield open_one
