"""`python -m sandbox up` serves both sandboxes on the loopback interface until it is told to stop.

`stripe` and `netsuite` serve one each and print one JSON line `{"url": …}` once it listens. `scenarios` tells what can
happen at Stripe, `generate` makes an account of any size, `probe` asks a real NetSuite account the open questions. Only
what is asked for is imported.
"""

import argparse
import sys
from importlib import import_module

COMMANDS = ("up", "stripe", "netsuite", "scenarios", "generate", "probe")


def main(arguments: list[str]) -> int:
    """Read the command line and do what it asks; the exit code."""
    name = arguments[0] if arguments else ""
    if name not in COMMANDS:
        choices = ",".join(COMMANDS)
        argparse.ArgumentParser(prog="python -m sandbox", usage=f"%(prog)s {{{choices}}} [options]").error(
            f"name what to do: one of {choices}; see {{{choices}}} --help"
        )
    exit_code: int = import_module(f"sandbox.commands.{name}").main(arguments[1:])
    return exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
