"""`python -m sandbox scenarios`: the list, one story in words, the sentences, and what is said to a wrong name."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from sandbox.commands.scenarios import main
from sandbox.scenarios import library


def test_without_a_command_every_scenario_is_listed_by_number_and_title(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    lines = capsys.readouterr().out.splitlines()
    for name in library.names():
        scenario = library.find(name)
        assert f"{scenario.number:02d}  {scenario.title}" in lines
    assert any(line.startswith("month ") for line in lines)


def test_a_story_is_told_day_by_day_and_checked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "1"]) == 0
    told = capsys.readouterr().out
    assert "Day 1, Monday 02 November 2026" in told
    assert "10:01  A1 is paid by card" in told
    assert "00:30  · Stripe sends 96.80 USD to the bank (po_" in told
    assert "✓ the payouts are 96.80 USD" in told
    assert "✗" not in told


def test_errands_and_weather_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    main(["show", "21"])
    main(["show", "35"])
    main(["show", "39"])
    told = capsys.readouterr().out
    assert "later  in NetSuite: the payment of A1 is deposited by hand to account 1000" in told
    assert 'NetSuite  before anything is booked, a customer "Babbage East"' in told
    assert "Weather   NetSuite answers 429 6 times" in told


def test_a_claim_that_is_not_so_is_told_with_what_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A scenario file of one's own can be told, too."""
    path = tmp_path / "mine.yaml"
    path.write_text(
        "title: Mine\nstory: A sale.\ncustomers: {Ada: a@b.example}\n"
        "days: {day 1: [Ada pays 10.00 USD by card]}\nshows: [the payouts are 10.00 USD]\n",
        encoding="utf-8",
    )
    assert main(["show", str(path)]) == 0
    told = capsys.readouterr().out
    assert "✗ the payouts are 10.00 USD" in told
    assert "but payouts: ['9.41 USD'], not ['10.00 USD']" in told


def test_the_month_is_told_by_the_day_its_scenarios_begin(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "month"]) == 0
    told = capsys.readouterr().out
    for name in library.names():
        assert f"{library.find(name).number:02d}  {library.find(name).title}" in told
    assert "Acme Inc (acct_sandbox_us, US) has in the end" in told
    assert "Acme GmbH (acct_sandbox_de, DE) has in the end" in told


def test_every_sentence_is_listed_with_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sentences"]) == 0
    lines = capsys.readouterr().out.splitlines()
    templates = [
        number for number, line in enumerate(lines) if line.startswith("    ") and not line.startswith("     ")
    ]
    assert len(templates) > 90
    assert all(lines[number + 1].strip().endswith((".", ":")) for number in templates)


def test_an_unknown_name_and_a_file_that_cannot_be_read_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", "45"]) == 2
    path = tmp_path / "bad.yaml"
    path.write_text("title: Bad\nstory: Bad.\ndays: {day 1: [Ada dances]}\n", encoding="utf-8")
    assert main(["show", str(path)]) == 2
    told = capsys.readouterr().err
    assert "There is no scenario '45'" in told
    assert "bad.yaml, line 3" in told


def test_the_stripe_sandbox_serves_a_scenario_by_its_number() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "sandbox", "stripe", "--scenario", "1", "--port", "0"], stdout=subprocess.PIPE
    ) as process:
        try:
            assert process.stdout is not None
            url = json.loads(process.stdout.readline())["url"]
            request = urllib.request.Request(f"{url}/v1/charges", headers={"Authorization": "Bearer sk_test_sandbox"})
            with urllib.request.urlopen(request) as response:
                assert [charge["amount"] for charge in json.load(response)["data"]] == [10000]
        finally:
            process.terminate()
