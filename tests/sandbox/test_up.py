"""`python -m sandbox up`: both servers from one command, and what it prints is all that one needs."""

import json
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from requests_oauthlib import OAuth1

from sandbox.__main__ import main

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def printed():
    """The lines up to the last one; the process ends well when it is told to."""
    command = [
        sys.executable,
        "-m",
        "sandbox",
        "up",
        "--scenario",
        "month",
        "--stripe-port",
        "0",
        "--netsuite-port",
        "0",
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        lines = []
        for line in process.stdout:
            lines.append(line.rstrip())
            if line.startswith("Ctrl-C"):
                break
        yield lines
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0


@pytest.fixture(scope="module")
def connections(printed):
    exported = [shlex.split(line, comments=True)[1] for line in printed if line.startswith("export ")]
    pairs = [text.split("=", 1) for text in exported]
    return {name.removeprefix("AIRFLOW_CONN_").lower(): json.loads(fields) for name, fields in pairs}


def test_the_pages_are_where_it_says(printed):
    pages = [found for line in printed for found in re.findall(r"http://127\.0\.0\.1:\d+/_sandbox/\S*", line)]
    assert len(pages) == 2
    texts = [requests.get(page, timeout=10).text for page in pages]
    assert ["acct_sandbox_de" in text for text in texts] == [True, False]
    assert "Trial balance" in texts[1]


def test_each_stripe_connection_opens_its_account(connections):
    found = {}
    for name in ("stripe_default", "stripe_de"):
        fields = connections[name]
        answer = requests.get(f"{fields['host']}/v1/account", auth=(fields["password"], ""), timeout=10)
        found[name] = answer.json()["id"]
    assert found == {"stripe_default": "acct_sandbox_us", "stripe_de": "acct_sandbox_de"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["up", "--now", "2020-01-01"], "does not fit the scenario fortnight: The clock stands at 2026-10-05"),
        (["stripe", "--now", "2020-01-01"], "does not fit the scenario fortnight"),
        (["stripe", "--latency-ms", "-5"], "give a number from 0 on; got '-5'"),
        (["netsuite", "--latency-sigma", "nan"], "give a number from 0 on; got 'nan'"),
        (["up", "--scenario", "nowhere"], "There is no scenario 'nowhere'"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_served(arguments, words, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert words in capsys.readouterr().err


def test_the_netsuite_connection_signs_in(connections):
    fields = connections["netsuite_default"]
    extra = fields["extra"]
    auth = OAuth1(
        extra["consumer_key"],
        extra["consumer_secret"],
        extra["token_id"],
        extra["token_secret"],
        realm=extra["account"],
        signature_method="HMAC-SHA256",
    )
    answer = requests.get(f"{fields['host']}/services/rest/record/v1/customer", auth=auth, timeout=10)
    assert (answer.status_code, answer.json()["totalResults"]) == (200, 0)
