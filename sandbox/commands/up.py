"""`python -m sandbox up`: both sandboxes at once, with pages to look at and the Airflow connections to copy."""

import argparse
import json
import shlex
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from sandbox.commands.arguments import instant, scenario, worlds_of
from sandbox.netsuite.app import make_app as netsuite_app
from sandbox.netsuite.options import DEFAULT_PORT as NETSUITE_PORT
from sandbox.netsuite.options import Options
from sandbox.scenarios.registry import ending
from sandbox.server import serve_in_thread
from sandbox.stripe.api.options import DEFAULT_PORT as STRIPE_PORT
from sandbox.stripe.api.options import SECRET_KEY, StripeOptions
from sandbox.stripe.api.rate_limits import Limits
from sandbox.stripe.app import make_app as stripe_app
from sandbox.stripe.world import World


def main(arguments: list[str]) -> int:
    """Serve until SIGINT or SIGTERM; prints where to look and what to export."""
    parser = argparse.ArgumentParser(
        prog="python -m sandbox up",
        description="Serve Stripe and NetSuite on the loopback interface, with control and pages.",
    )
    parser.add_argument(
        "--scenario",
        type=scenario,
        default="fortnight",
        help="what has happened at Stripe: see `python -m sandbox scenarios` (default %(default)s)",
    )
    parser.add_argument("--seed", type=int, default=1, help="what ids and the filling depend on (default %(default)s)")
    parser.add_argument("--now", type=instant, help="where both clocks stand, ISO 8601 (default: the scenario's end)")
    parser.add_argument("--state", type=Path, help="SQLite file that keeps NetSuite's books (default: in memory)")
    parser.add_argument("--stripe-port", type=int, default=STRIPE_PORT, help="0: a free one (default %(default)s)")
    parser.add_argument("--netsuite-port", type=int, default=NETSUITE_PORT, help="0: a free one (default %(default)s)")
    options = parser.parse_args(arguments)
    now = options.now or ending(options.scenario)
    worlds = worlds_of(parser, options.scenario, options.seed, now)
    netsuite = Options(state=options.state, control=True, now=now)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    with ExitStack() as running:
        chosen = StripeOptions(seed=options.seed, scenario=options.scenario, now=now, control=True, limits=Limits())
        first = serve_in_thread(stripe_app(chosen, worlds), port=options.stripe_port)
        running.callback(first.stop)
        second = serve_in_thread(netsuite_app(netsuite), port=options.netsuite_port)
        running.callback(second.stop)
        for line in _told(first.url, worlds, second.url, netsuite):
            print(line, flush=True)
        stopping.wait()
    return 0


def _told(stripe_url: str, worlds: list[World], netsuite_url: str, netsuite: Options) -> Iterator[str]:
    yield f"Stripe    {stripe_url}/_sandbox/"
    yield f"NetSuite  {netsuite_url}/_sandbox/books/"
    yield ""
    yield "The Airflow connections, to be exported where Airflow or `python -m stripe_netsuite` runs:"
    for number, world in enumerate(worlds):
        account = world.account["id"]
        key = SECRET_KEY if number == 0 else f"sk_test_{account.removeprefix('acct_')}"
        name = "stripe_default" if number == 0 else f"stripe_{account.rsplit('_', 1)[-1]}"
        yield _export(name, {"conn_type": "stripe", "password": key, "host": stripe_url}) + f"  # {account}"
    extra = {
        "account": netsuite.account,
        "consumer_key": netsuite.consumer_key,
        "consumer_secret": netsuite.consumer_secret,
        "token_id": netsuite.token_id,
        "token_secret": netsuite.token_secret,
    }
    yield _export("netsuite_default", {"conn_type": "netsuite", "host": netsuite_url, "extra": extra})
    yield ""
    yield "Ctrl-C stops both."


def _export(conn_id: str, fields: dict[str, object]) -> str:
    return f"export AIRFLOW_CONN_{conn_id.upper()}={shlex.quote(json.dumps(fields))}"
