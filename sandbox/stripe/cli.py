"""The command line of the Stripe sandbox: `python -m sandbox stripe …`."""

import argparse
from datetime import UTC, datetime

from sandbox.scenarios.registry import SCENARIOS
from sandbox.stripe.options import DEFAULT_NOW, StripeOptions


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the sandbox's own arguments."""
    parser.add_argument("--seed", type=int, default=1, help="what ids and the scenario's filling depend on (default 1)")
    parser.add_argument(
        "--now",
        type=_instant,
        default=DEFAULT_NOW,
        help="where the sandbox's clock stands, ISO 8601 (default %(default)s)",
    )
    parser.add_argument("--scenario", choices=sorted(SCENARIOS), default="fortnight", help="what has happened by then")
    parser.add_argument("--control", action="store_true", help="open /_sandbox/: clock, faults, request counts")
    parser.add_argument("--latency-ms", type=float, default=0.0, help="added to every answer (default 0)")


def options_from(arguments: argparse.Namespace) -> StripeOptions:
    """The options that the arguments say."""
    return StripeOptions(
        seed=arguments.seed,
        now=arguments.now,
        scenario=arguments.scenario,
        control=arguments.control,
        latency_s=arguments.latency_ms / 1000,
    )


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant
