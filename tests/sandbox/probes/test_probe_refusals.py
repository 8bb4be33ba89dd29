"""What `python -m sandbox probe` does before it asks, and with a server that fails."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest

from sandbox.commands import probe as cli
from sandbox.netsuite.testing import RunningNetSuite
from sandbox.probes.connection import ConnectionUnusable, connection_from, refuse_production
from sandbox.probes.evidence import Redactor
from tests.sandbox.probes.conftest import environment

SECRETS = {"consumer_key": "ck", "consumer_secret": "hush", "token_id": "ti", "token_secret": "hush-hush"}


@contextmanager
def failing_server(status: int, body: bytes = b"<html>oops</html>", **headers: str) -> Iterator[str]:
    """A server that gives every request the same answer; its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize(
    ("account", "host", "is_refused"),
    [
        ("1234567_SB1", None, False),
        ("1234567-sb2", None, False),
        ("TSTDRV123456", None, False),
        ("1234567", None, True),
        ("1234567_RP", None, True),
        ("1234567_SB1", "https://1234567.suitetalk.api.netsuite.com", True),
        ("1234567", "http://127.0.0.1:9", True),
    ],
)
def test_only_test_accounts_at_their_own_host_are_probed(account: str, host: str | None, is_refused: bool) -> None:
    extra = {"account": account, **SECRETS}
    text = json.dumps({"host": host, "extra": extra})
    connection = connection_from("netsuite_default", {"AIRFLOW_CONN_NETSUITE_DEFAULT": text})
    if is_refused:
        with pytest.raises(ConnectionUnusable, match="--production-i-know"):
            refuse_production(connection)
    else:
        refuse_production(connection)


def test_production_is_asked_only_when_told_so(netsuite: RunningNetSuite, tmp_path: Path, capsys) -> None:
    environ = environment(netsuite.url, account="SANDBOX")
    arguments = ["--only", "12", "--out", str(tmp_path / "answers.json")]
    assert cli.main(arguments, environ=environ) == 2
    assert "not a test account" in capsys.readouterr().err
    assert netsuite.requests["requests"] == {}
    cli.main([*arguments, "--production-i-know"], environ=environ)
    assert netsuite.account.login.audit_trail() != []


def test_the_uri_form_says_the_same_as_json() -> None:
    extra = {"account": "1234567_SB1", **SECRETS}
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in extra.items())
    whole = "__extra__=" + quote(json.dumps(extra), safe="")
    by_json = {"extra": extra, "host": "http://127.0.0.1", "port": 8080}
    forms = (json.dumps(by_json), f"netsuite://127.0.0.1:8080/http?{query}", f"netsuite://127.0.0.1:8080/http?{whole}")
    read = [connection_from("netsuite_default", {"AIRFLOW_CONN_NETSUITE_DEFAULT": form}) for form in forms]
    assert read[0] == read[1] == read[2]
    assert (read[0].base_url, read[0].realm) == ("http://127.0.0.1:8080", "1234567_SB1")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is not set"),
        ("{nope", "is not JSON"),
        ("no scheme", "neither JSON nor a URI"),
        (json.dumps({"extra": SECRETS}), "extra has no account"),
        (json.dumps({"extra": {"account": "1_SB1", "token_secret": "hush-hush"}}), "It has token_secret"),
        (json.dumps({"host": "http://example.org", "extra": {"account": "1_SB1", **SECRETS}}), "not a base URL"),
    ],
)
def test_a_wrong_connection_is_named_without_its_secrets(text: str, says: str, capsys) -> None:
    assert cli.main([], environ={"AIRFLOW_CONN_NETSUITE_DEFAULT": text}) == 2
    shown = capsys.readouterr()
    assert says in shown.err
    assert "hush" not in shown.err + shown.out


def test_write_asks_before_it_creates(netsuite: RunningNetSuite, monkeypatch, capsys) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _: "no")
    assert cli.main(["--write"], environ=environment(netsuite.url)) == 2
    assert "create records: customers" in capsys.readouterr().out
    assert netsuite.requests["requests"] == {}


def test_a_write_question_named_without_write_is_an_error(capsys) -> None:
    assert cli.main(["--only", "25"], environ=environment("http://127.0.0.1:9")) == 2
    assert "--write" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("status", "headers", "says"),
    [
        (500, {}, "500"),
        (200, {}, "not NetSuite"),
        (302, {"Location": "https://example.org/"}, "not NetSuite"),
        (401, {}, "Login Audit Trail"),
    ],
)
def test_a_failing_server_ends_the_run_with_its_reason(
    status: int, headers: dict[str, str], says: str, capsys, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with failing_server(status, **headers) as url:
        assert cli.main(["--write", "--yes"], environ=environment(url)) == 1
    shown = capsys.readouterr().out
    assert "Ended early" in shown
    assert says in shown
    assert list(tmp_path.iterdir()) == []


def test_no_server_at_all_is_said_in_words(capsys, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main([], environ=environment("http://127.0.0.1:1")) == 1
    assert "no answer" in capsys.readouterr().out


def test_evidence_hides_accounts_hosts_addresses_names_and_numbers() -> None:
    redactor = Redactor("1234567_SB1")
    redactor.hide("Honeycomb Mfg.", "{subsidiary}")
    text = (
        "1234567_SB1 at https://1234567-sb1.suitetalk.api.netsuite.com/x: Honeycomb Mfg. ada@example.org 98765 of 2026"
    )
    assert redactor.clean(text) == "{account} at https://{host}/x: {subsidiary} {email} # of 2026"
