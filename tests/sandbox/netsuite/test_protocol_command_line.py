"""The command line makes the account it is asked for."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from sandbox.commands.netsuite import add_arguments, options_from
from sandbox.netsuite.features import Features
from sandbox.netsuite.options import Options


def _options(*arguments: str) -> Options:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return options_from(parser.parse_args(arguments))


def test_without_arguments_it_is_the_default_account() -> None:
    assert _options() == Options()


def test_release_and_features_are_chosen_by_name(tmp_path: Path) -> None:
    """On, off, and mandatory segments; the state goes to a file."""
    chosen = _options(
        "--release",
        "2026.2",
        "--feature",
        "sui_tax",
        "--no-feature",
        "one_world",
        "--mandatory",
        "class",
        "--mandatory",
        "location",
        "--state",
        str(tmp_path / "b"),
    )
    assert chosen.features == Features(
        release="2026.2", sui_tax=True, one_world=False, mandatory=frozenset({"class", "location"})
    )
    assert chosen.state == tmp_path / "b"


def test_limits_and_delays_are_numbers() -> None:
    chosen = _options(
        "--integration-limit", "2", "--lock-after", "0", "--async-delay-ms", "50", "--concurrency-limit", "9"
    )
    assert (chosen.integration_concurrency_limit, chosen.lock_after_failures) == (2, 0)
    assert (chosen.async_delay_ms, chosen.concurrency_limit) == (50.0, 9)


@pytest.mark.parametrize(
    "arguments",
    [("--feature", "release"), ("--feature", "teleport"), ("--release", "1999.1"), ("--mandatory", "colour")],
)
def test_what_is_not_there_is_refused(arguments: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """With the choices on the error output."""
    with pytest.raises(SystemExit):
        _options(*arguments)
    assert "choose from" in capsys.readouterr().err
