"""`python -m sandbox stripe`: serve the accounts of a scenario until told to stop."""

import argparse

from sandbox.commands.arguments import instant, not_negative, scenario, worlds_of
from sandbox.server import add_port, serve_in_foreground
from sandbox.stripe.api.options import DEFAULT_KEYS, DEFAULT_NOW, DEFAULT_PORT, StripeOptions
from sandbox.stripe.api.rate_limits import LIVE, Limits
from sandbox.stripe.app import make_app


def main(arguments: list[str]) -> int:
    """Read the arguments and serve; prints one JSON line with the URL."""
    parser = argparse.ArgumentParser(prog="python -m sandbox stripe")
    add_port(parser, DEFAULT_PORT)
    add_arguments(parser)
    parsed = parser.parse_args(arguments)
    options = options_from(parsed)
    worlds = worlds_of(parser, options.scenario, options.seed, options.now)
    serve_in_foreground(make_app(options, worlds), port=parsed.port)
    return 0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the sandbox's own arguments."""
    parser.add_argument("--seed", type=int, default=1, help="what ids and the scenario's filling depend on (default 1)")
    parser.add_argument(
        "--now",
        type=instant,
        default=DEFAULT_NOW,
        help="where the sandbox's clock stands, ISO 8601 (default %(default)s)",
    )
    parser.add_argument(
        "--scenario",
        type=scenario,
        default="fortnight",
        help="what has happened by then: a name or number of `python -m sandbox scenarios`, a scenario file of yours, "
        "or a file of `python -m sandbox generate`",
    )
    parser.add_argument("--control", action="store_true", help="open /_sandbox/: clock, faults, counts, webhooks")
    parser.add_argument("--latency-ms", type=not_negative, default=0.0, help="added to every answer (default 0)")
    parser.add_argument(
        "--rate-limits",
        choices=("sandbox", "live"),
        default="sandbox",
        help="Stripe's limits: 25 requests a second in a sandbox, 100 live, 25 for an operation (default %(default)s)",
    )
    parser.add_argument("--no-rate-limits", action="store_true", help="never answer 429")
    parser.add_argument(
        "--report-delay-s",
        type=int,
        default=0,
        help="how long a report run is pending, by the sandbox's clock (default %(default)s)",
    )
    parser.add_argument(
        "--restrict",
        type=_restriction,
        action="append",
        default=[],
        metavar="KEY=PERMISSION,…",
        help="a restricted key of the first account and all it may do: rk_test_books=charge_read,customer_write",
    )


def options_from(arguments: argparse.Namespace) -> StripeOptions:
    """The options that the arguments say."""
    permissions = dict(arguments.restrict)
    limits = LIVE if arguments.rate_limits == "live" else Limits()
    return StripeOptions(
        seed=arguments.seed,
        now=arguments.now,
        scenario=arguments.scenario,
        control=arguments.control,
        latency_s=arguments.latency_ms / 1000,
        keys=DEFAULT_KEYS | permissions.keys(),
        permissions=permissions,
        limits=None if arguments.no_rate_limits else limits,
        report_delay_s=arguments.report_delay_s,
    )


def _restriction(text: str) -> tuple[str, frozenset[str]]:
    key, equals, permissions = text.partition("=")
    if not key or not equals:
        raise argparse.ArgumentTypeError(f"write KEY=PERMISSION,… ; got {text!r}")
    return key, frozenset(name for name in permissions.split(",") if name)
