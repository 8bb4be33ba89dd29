"""`python -m sandbox netsuite`: serve one account until told to stop."""

from __future__ import annotations

import argparse
import os
from dataclasses import fields, replace
from pathlib import Path
from typing import get_args

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sandbox.commands.arguments import instant, not_negative
from sandbox.netsuite.app import make_app
from sandbox.netsuite.features import Dimension, Features, Release
from sandbox.netsuite.options import DEFAULT_NOW, DEFAULT_PORT, Options
from sandbox.netsuite.preferences import Preferences
from sandbox.server import add_port, serve_in_foreground

_PRIVATE_KEY = "oauth2-private-key.pem"
_KEY_BITS = 3072


def main(arguments: list[str]) -> int:
    """Read the arguments and serve; prints one JSON line with the URL."""
    parser = argparse.ArgumentParser(prog="python -m sandbox netsuite")
    add_port(parser, DEFAULT_PORT)
    add_arguments(parser)
    parsed = parser.parse_args(arguments)
    serve_in_foreground(make_app(options_from(parsed)), port=parsed.port)
    return 0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the NetSuite sandbox to a parser (the port is the caller's)."""
    defaults = Options()
    parser.add_argument("--account", default=defaults.account, help="account id, as NetSuite writes it")
    parser.add_argument("--state", type=Path, help="SQLite file that keeps the books (default: in memory)")
    parser.add_argument("--control", action="store_true", help="answer /_sandbox/: faults, counts, trial balance")
    parser.add_argument(
        "--release",
        choices=get_args(Release),
        default=defaults.features.release,
        help="NetSuite's (default %(default)s)",
    )
    parser.add_argument(
        "--feature",
        action="append",
        default=[],
        choices=_switches(),
        metavar="NAME",
        help=f"on: {', '.join(_switches())}",
    )
    parser.add_argument(
        "--no-feature", action="append", default=[], choices=_switches(), metavar="NAME", help="the same, off"
    )
    parser.add_argument(
        "--mandatory", action="append", default=[], choices=get_args(Dimension), help="a segment every line must carry"
    )
    _add_preferences(parser)
    parser.add_argument(
        "--integration-limit", type=int, help="requests at once reserved for this integration (default: none)"
    )
    parser.add_argument(
        "--lock-after", type=int, default=defaults.lock_after_failures, help="failed logins in a row; 0: never locked"
    )
    parser.add_argument("--async-delay-ms", type=float, default=0.0, help="time a task of an asynchronous job takes")
    parser.add_argument(
        "--concurrency-limit", type=int, default=defaults.concurrency_limit, help="requests at once before 429"
    )
    parser.add_argument("--latency-ms", type=not_negative, default=0.0, help="median time a request takes")
    parser.add_argument(
        "--latency-sigma", type=not_negative, default=0.0, help="spread of the lognormal latency (0: constant)"
    )
    parser.add_argument("--seed", type=int, default=defaults.seed, help="seed of the latency draws")
    parser.add_argument(
        "--now", type=instant, default=DEFAULT_NOW, help="business clock, ISO 8601 (default: %(default)s)"
    )
    parser.add_argument("--oauth2-public-key", type=Path, help="PEM file of the OAuth 2.0 client's public key")
    parser.add_argument(
        "--key-folder", type=Path, help=f"folder for a generated OAuth 2.0 key pair ({_PRIVATE_KEY}, mode 0600)"
    )


def options_from(args: argparse.Namespace) -> Options:
    """The options of parsed arguments; makes an OAuth 2.0 key pair where `--key-folder` asks for one."""
    public_key = None
    if args.oauth2_public_key is not None:
        public_key = args.oauth2_public_key.read_text(encoding="ascii")
    elif args.key_folder is not None:
        public_key = public_key_in(args.key_folder)
    return Options(
        account=args.account,
        state=args.state,
        control=args.control,
        concurrency_limit=args.concurrency_limit,
        latency_ms=args.latency_ms,
        latency_sigma=args.latency_sigma,
        seed=args.seed,
        now=args.now,
        public_key_pem=public_key,
        integration_concurrency_limit=args.integration_limit,
        lock_after_failures=args.lock_after,
        async_delay_ms=args.async_delay_ms,
        features=_features(args),
        preferences=Preferences(
            posting_period_when_closed=args.posting_period_when_closed,
            void_by_reversing_journal=args.void_by_reversing_journal,
            payment_list_days=args.payment_list_days,
        ),
        allow_date_outside_period=args.allow_date_outside_period,
        query_lag_s=args.query_lag_s,
    )


def _add_preferences(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--posting-period-when-closed",
        choices=("refuse", "first_open", "current"),
        default="refuse",
        help="where a date in a closed period posts (default: nowhere)",
    )
    parser.add_argument(
        "--allow-date-outside-period", action="store_true", help="a date may lie outside its posting period"
    )
    parser.add_argument("--void-by-reversing-journal", action="store_true", help="voids are journal entries")
    parser.add_argument("--payment-list-days", type=int, help="deposits see payments of so many days only")
    parser.add_argument("--query-lag-s", type=float, default=0.0, help="for how long SuiteQL may miss a write")


def _switches() -> list[str]:
    """The features that are on or off."""
    return [field.name for field in fields(Features) if isinstance(field.default, bool)]


def _features(args: argparse.Namespace) -> Features:
    chosen = dict.fromkeys(args.feature, True) | dict.fromkeys(args.no_feature, False)
    return replace(Features(), release=args.release, mandatory=frozenset(args.mandatory), **chosen)


def public_key_in(folder: Path) -> str:
    """The PEM public key of the pair in `folder`, generated on first use; the private key is readable by its owner."""
    path = folder / _PRIVATE_KEY
    if path.exists():
        loaded = serialization.load_pem_private_key(path.read_bytes(), password=None)
    else:
        folder.mkdir(parents=True, exist_ok=True)
        loaded = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
        pem = loaded.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(pem)
    public = loaded.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return public.decode("ascii")
