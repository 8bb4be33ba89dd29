"""`python -m sandbox generate`: a month of ordinary business of any size, in a file that the Stripe sandbox serves."""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from sandbox.scenarios.volume import FIRST_DAY, Volume, generate


def main(arguments: list[str]) -> int:
    """Write the file and print what is in it as JSON; the exit code: 2 for arguments that cannot be followed."""
    parser = argparse.ArgumentParser(
        prog="python -m sandbox generate",
        description="Write charges, invoices, refunds, disputes and payouts to a file; the same seed gives the same bytes.",
        epilog="Serve it: python -m sandbox stripe --scenario FILE",
    )
    parser.add_argument("--charges", type=int, required=True, help="charges that succeed; about 10 KB each")
    parser.add_argument("--out", type=_new_file, required=True, metavar="FILE", help="a new file, named *.sqlite")
    parser.add_argument("--days", type=int, default=30, help="how many days they are spread over (default %(default)s)")
    parser.add_argument("--start", type=_day, default=FIRST_DAY, help="the first of them (default 2026-11-01)")
    parser.add_argument("--seed", type=int, default=1, help="what everything depends on (default %(default)s)")
    parser.add_argument("--events", action="store_true", help="keep events too: nine for a paid invoice")
    options = parser.parse_args(arguments)
    volume = Volume(options.charges, options.seed, options.days, options.start, options.events)
    try:
        summary = generate(options.out, volume)
    except (FileExistsError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    told = {"file": str(options.out), "bytes": summary.size, "sha256": summary.sha256, "now": summary.now.isoformat()}
    print(json.dumps({**told, "objects": summary.objects}, indent=2))
    return 0


def _new_file(text: str) -> Path:
    if not text.endswith(".sqlite"):
        raise argparse.ArgumentTypeError(f"name it *.sqlite, so that --scenario knows what it is; got {text!r}")
    return Path(text)


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
