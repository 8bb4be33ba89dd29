"""One sandbox for a whole test file: a client of it, and at the end books that balance."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sandbox.netsuite.testing import running_netsuite
from tests.sandbox.netsuite.client import RECORD, Client

PREFIX = "Error while accessing a resource. "
MEDIA = "application/vnd.oracle.resource+json; type="


@contextmanager
def served(**options: Any) -> Iterator[Client]:
    """Serve an account with these options until the block ends."""
    with running_netsuite(**{"control": True, **options}) as server:
        client = Client(server)
        yield client
        client.session.close()
        assert server.is_balanced(), "debits and credits differ after the tests"


def error_of(response: Any) -> dict[str, Any]:
    """The one error detail of a refusal."""
    (detail,) = response.json()["o:errorDetails"]
    return dict(detail)


def company(name: str) -> dict[str, Any]:
    """The body of a customer."""
    return {"companyName": name, "subsidiary": {"id": "1"}}


def record(path: str) -> str:
    """The path of a record service URL."""
    return RECORD + path
