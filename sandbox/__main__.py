"""`python -m sandbox {stripe,netsuite} …`: serve one sandbox on the loopback interface until it is told to stop.

Prints one JSON line `{"url": …}` once it listens. Only the sandbox that is asked for is imported.
"""

import argparse
import sys
from importlib import import_module

from sandbox.server import serve_in_foreground

DEFAULT_PORTS = {"stripe": 12111, "netsuite": 12112}


def main(arguments: list[str]) -> None:
    """Read the command line and serve."""
    name = arguments[0] if arguments else ""
    if name not in DEFAULT_PORTS:
        choices = ",".join(DEFAULT_PORTS)
        argparse.ArgumentParser(prog="python -m sandbox", usage=f"%(prog)s {{{choices}}} [options]").error(
            f"name the sandbox to serve: one of {choices}; see {{{choices}}} --help"
        )
    parser = argparse.ArgumentParser(prog=f"python -m sandbox {name}")
    parser.add_argument(
        "--port",
        type=int,
        default=DEFAULT_PORTS[name],
        help="on 127.0.0.1; 0: a free one (default %(default)s)",
    )
    cli = import_module(f"sandbox.{name}.cli")
    cli.add_arguments(parser)
    options = parser.parse_args(arguments[1:])
    app = import_module(f"sandbox.{name}.app").make_app(cli.options_from(options))
    serve_in_foreground(app, port=options.port)


if __name__ == "__main__":
    main(sys.argv[1:])
