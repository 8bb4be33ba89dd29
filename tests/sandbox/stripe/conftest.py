"""One served fortnight for all tests that only read, the schemas, and an empty world for the others."""

import gzip
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from billing_checking import BillingShapes
from money_checking import Shapes
from stripe_asking import Answer, ask
from wide_world import wide_world

from sandbox.stripe.world import World
from sandbox.testing import RunningStripe, running_stripe

SCHEMA = Path(__file__).parents[2] / "contract" / "stripe" / "stripe-objects-2026-10-28.endive.schema.json.gz"
START = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def fortnight() -> Iterator[RunningStripe]:
    """The seeded fortnight, served. Tests that change anything start their own."""
    with running_stripe() as stripe:
        yield stripe


@pytest.fixture(scope="session")
def schema() -> dict[str, Any]:
    """The pinned API version's object schemas."""
    return json.loads(gzip.decompress(SCHEMA.read_bytes()))


@pytest.fixture(scope="session")
def shapes(schema: dict[str, Any]) -> Shapes:
    """The same, ready to check objects against."""
    return Shapes(schema)


@pytest.fixture(scope="session")
def billing_shapes(schema: dict[str, Any]) -> BillingShapes:
    """The schemas of what is billed, ready to check a world against."""
    return BillingShapes(schema)


@pytest.fixture
def get(fortnight: RunningStripe) -> Callable[..., Answer]:
    """Ask the fortnight."""
    return lambda path, **more: ask(fortnight, path, **more)


@pytest.fixture
def world() -> World:
    """An empty account on a Monday morning."""
    return World(seed=1, start=START)


@pytest.fixture
def ada(world: World) -> str:
    """A customer of that account, by id."""
    return str(world.create_customer("Ada", email="ada@lovelace.example")["id"])


@pytest.fixture(scope="session")
def wide() -> Iterator[RunningStripe]:
    """A world with every type of object, served, for tests that only read."""
    with running_stripe(wide_world()) as stripe:
        yield stripe
