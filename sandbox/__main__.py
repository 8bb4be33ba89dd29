"""`python -m sandbox {stripe,netsuite} …` serves one sandbox on the loopback interface until it is told to stop.

Prints one JSON line `{"url": …}` once it listens. `scenarios` tells what can happen at Stripe, `generate` makes
an account of any size, `probe` asks a real NetSuite account the open questions. Only what is asked for is imported.
"""

import argparse
import sys
from importlib import import_module

from sandbox.server import serve_in_foreground

DEFAULT_PORTS = {"stripe": 12111, "netsuite": 12112}
_COMMANDS = {
    "scenarios": "sandbox.scenarios.cli",
    "generate": "sandbox.scenarios.volume_cli",
    "probe": "sandbox.probes.cli",
}


def main(arguments: list[str]) -> int:
    """Read the command line and do what it asks; the exit code."""
    name = arguments[0] if arguments else ""
    if name in _COMMANDS:
        exit_code: int = import_module(_COMMANDS[name]).main(arguments[1:])
        return exit_code
    if name not in DEFAULT_PORTS:
        choices = ",".join([*DEFAULT_PORTS, *_COMMANDS])
        argparse.ArgumentParser(prog="python -m sandbox", usage=f"%(prog)s {{{choices}}} [options]").error(
            f"name what to do: one of {choices}; see {{{choices}}} --help"
        )
    _serve(name, arguments[1:])
    return 0


def _serve(name: str, arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog=f"python -m sandbox {name}")
    parser.add_argument(
        "--port",
        type=int,
        default=DEFAULT_PORTS[name],
        help="on 127.0.0.1; 0: a free one (default %(default)s)",
    )
    cli = import_module(f"sandbox.{name}.cli")
    cli.add_arguments(parser)
    options = parser.parse_args(arguments)
    app = import_module(f"sandbox.{name}.app").make_app(cli.options_from(options))
    serve_in_foreground(app, port=options.port)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
