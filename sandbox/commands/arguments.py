"""Types of arguments that several commands have."""

import argparse
from datetime import UTC, datetime

from sandbox.scenarios.registry import checked


def instant(text: str) -> datetime:
    """An ISO 8601 instant; without an offset it is UTC."""
    given = datetime.fromisoformat(text)
    return given.replace(tzinfo=UTC) if given.tzinfo is None else given


def scenario(text: str) -> str:
    """The name, number or file of a scenario that there is."""
    try:
        return checked(text)
    except (KeyError, ValueError, OSError) as error:
        raise argparse.ArgumentTypeError(str(error.args[0])) from error
