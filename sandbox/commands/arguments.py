"""Types of arguments that several commands have."""

import argparse
import math
from datetime import UTC, datetime

from sandbox.scenarios.registry import checked, load_accounts
from sandbox.stripe.world import World


def instant(text: str) -> datetime:
    """An ISO 8601 instant; without an offset it is UTC."""
    given = datetime.fromisoformat(text)
    return given.replace(tzinfo=UTC) if given.tzinfo is None else given


def not_negative(text: str) -> float:
    """A finite number from zero on."""
    number = float(text)
    if not (math.isfinite(number) and number >= 0):
        raise argparse.ArgumentTypeError(f"give a number from 0 on; got {text!r}")
    return number


def worlds_of(parser: argparse.ArgumentParser, name: str, seed: int, now: datetime) -> list[World]:
    """The accounts of a scenario at `now`; ends the command where `now` lies before the scenario begins."""
    try:
        return load_accounts(name, seed, now)
    except ValueError as error:
        parser.error(f"--now {now.isoformat()} does not fit the scenario {name}: {error}")


def scenario(text: str) -> str:
    """The name, number or file of a scenario that there is."""
    try:
        return checked(text)
    except (KeyError, ValueError, OSError) as error:
        raise argparse.ArgumentTypeError(str(error.args[0])) from error
