"""`python -m sandbox probe` against a NetSuite that answers: every question is answered, and nothing stays behind."""

from __future__ import annotations

import json
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sandbox.commands import probe as cli
from sandbox.netsuite.features import Features
from sandbox.netsuite.testing import RunningNetSuite, running_netsuite
from sandbox.probes.asker import RECORD, Asker
from sandbox.probes.bench import Bench
from sandbox.probes.catalogue import all_probes, chosen_probes
from sandbox.probes.clearing import clear
from sandbox.probes.connection import connection_from
from sandbox.probes.probe import Answer, Probe
from sandbox.probes.runner import Outcome, run_probes
from tests.sandbox.probes.conftest import environment

MONTHS = ("Oct 2026", "Nov 2026", "Dec 2026")  # those that are open at first


def bench_of(netsuite: RunningNetSuite) -> Bench:
    connection = connection_from("netsuite_default", environment(netsuite.url))
    return Bench(Asker(connection, timeout_s=10, wait=lambda _: None))


def record_count(netsuite: RunningNetSuite) -> int:
    row = netsuite.books.row("SELECT COUNT(*) AS n FROM sandbox_record")
    assert row is not None
    return int(row["n"])


@pytest.fixture(scope="module")
def contribution(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict, str, int, bool]:
    """One run of every question with writes and a burst: the JSON, the terminal's text, records left over, books balanced."""
    out = tmp_path_factory.mktemp("probe") / "answers.json"
    shown = StringIO()
    with running_netsuite(control=True, concurrency_limit=8) as netsuite:
        before = record_count(netsuite)
        with redirect_stdout(shown):
            code = cli.main(["--write", "--yes", "--burst", "30", "--out", str(out)], environ=environment(netsuite.url))
        assert code == 0, shown.getvalue()
        left = record_count(netsuite) - before
        balanced = netsuite.is_balanced()
    return json.loads(out.read_text(encoding="utf-8")), shown.getvalue(), left, balanced


def test_every_question_gets_one_of_its_answers(contribution: tuple[dict, str, int, bool]) -> None:
    answers = {probe["number"]: probe["answer"] for probe in contribution[0]["probes"]}
    foreseen = {probe.number: set(probe.answers) for probe in all_probes()}
    assert answers.keys() == foreseen.keys()
    assert {number: key for number, key in answers.items() if key not in foreseen[number]} == {}


def test_nothing_stays_behind_and_the_books_still_balance(contribution: tuple[dict, str, int, bool]) -> None:
    assert contribution[2:] == (0, True)


def test_what_the_sandbox_is_known_to_do_is_what_the_probes_find(contribution: tuple[dict, str, int, bool]) -> None:
    answers = {probe["number"]: probe["answer"] for probe in contribution[0]["probes"]}
    known = {7: "generic", 10: "400", 12: "404", 26: "400", 27: "same", 28: "refused", 29: "ignored", 33: "appended"}
    known |= {39: "undeposited", 40: "refused", 47: "refused", 48: "refused", 49: "lessens", 50: "refused"}
    known |= {53: "refused", 54: "own transaction"}
    assert {number: answers[number] for number in known} == known


def test_the_contribution_names_neither_account_nor_secret_nor_record(
    contribution: tuple[dict, str, int, bool],
) -> None:
    text = json.dumps(contribution[0])
    for private in ("SANDBOX_SB1", "sandbox-consumer", "sandbox-token", "127.0.0.1", "Acme", "Operating Bank"):
        assert private.lower() not in text.lower(), private


def test_the_terminal_shows_question_answer_and_evidence(contribution: tuple[dict, str, int, bool]) -> None:
    assert " 10  Unknown transaction: 400\n" in contribution[1]
    assert "GET /services/rest/record/v1/invoice/{id} -> 400 USER_ERROR" in contribution[1]
    assert f"{len(all_probes())} of {len(all_probes())} questions answered." in contribution[1]


def test_without_write_nothing_is_written(netsuite: RunningNetSuite, tmp_path: Path) -> None:
    code = cli.main(["--out", str(tmp_path / "answers.json")], environ=environment(netsuite.url))
    assert code == 0
    assert netsuite.requests["writes_committed"] == 0


def test_only_asks_the_named_numbers(netsuite: RunningNetSuite, tmp_path: Path) -> None:
    out = tmp_path / "answers.json"
    assert cli.main(["--only", "12,13", "--out", str(out)], environ=environment(netsuite.url)) == 0
    assert [probe["number"] for probe in json.loads(out.read_text(encoding="utf-8"))["probes"]] == [12, 13]


def test_reads_come_before_writes() -> None:
    needs = [probe.needs for probe in chosen_probes(frozenset(), frozenset({"read", "write", "burst"}))]
    assert needs == sorted(needs, key=lambda need: need == "write")


def invented(ask, number: int = 900) -> Probe:
    return Probe(number, "Invented", "?", "none", {"yes": "fine"}, "write", "", ask)


def test_an_interruption_still_deletes_what_was_made(netsuite: RunningNetSuite) -> None:
    def interrupted(bench: Bench) -> Answer:
        bench.invoice("half-way")
        raise KeyboardInterrupt

    before = record_count(netsuite)
    bench = bench_of(netsuite)
    run = run_probes(bench, [invented(interrupted, 900), invented(lambda _: Answer("yes"), 901)], lambda _: None)
    bench.asker.close()
    assert (run.ended_by, run.left) == ("interrupted", [])
    assert [outcome.answer for outcome in run.outcomes] == ["not asked", "not asked"]
    assert record_count(netsuite) == before


def test_a_record_whose_answer_got_lost_is_deleted_too(netsuite: RunningNetSuite) -> None:
    def lost(bench: Bench) -> Answer:
        body = bench.sale()
        netsuite.fail("drop_after_commit", path_contains="/invoice")
        bench.post("invoice", body)
        return Answer("yes")

    before = record_count(netsuite)
    bench = bench_of(netsuite)
    run = run_probes(bench, [invented(lost)], lambda _: None)
    bench.asker.close()
    assert [outcome.answer for outcome in run.outcomes] == ["no answer"]
    assert run.left == []
    assert record_count(netsuite) == before


def test_what_cannot_be_deleted_is_named(netsuite: RunningNetSuite) -> None:
    def held(bench: Bench) -> Answer:
        bench.invoice("held")
        for month in MONTHS:
            netsuite.set_period(month, closed=True)
        return Answer("yes")

    bench = bench_of(netsuite)
    run = run_probes(bench, [invented(held)], lambda _: None)
    assert any(left.startswith("invoice eid:") for left in run.left)
    for month in MONTHS:
        netsuite.set_period(month, closed=False)
    assert clear(bench) == []
    bench.asker.close()


def test_an_answer_in_an_unforeseen_shape_is_other_and_the_next_question_is_asked(netsuite: RunningNetSuite) -> None:
    def odd(bench: Bench) -> Answer:
        return Answer(bench.get("currency", limit="1").body["no such key"])

    told: list[Outcome] = []
    bench = bench_of(netsuite)
    run_probes(bench, [invented(odd, 900), invented(lambda _: Answer("yes"), 901)], told.append)
    bench.asker.close()
    assert [outcome.answer for outcome in told] == ["other", "yes"]
    assert told[0].evidence[0].request == f"GET {RECORD}/currency"


def test_throttling_is_waited_out_and_the_question_is_answered(netsuite: RunningNetSuite) -> None:
    waits: list[float] = []
    connection = connection_from("netsuite_default", environment(netsuite.url))
    bench = Bench(Asker(connection, timeout_s=10, wait=waits.append))
    netsuite.fail("status_429", path_contains="/invoice", times=2)
    run = run_probes(bench, chosen_probes(frozenset({12}), frozenset({"read"})), lambda _: None)
    bench.asker.close()
    assert ([outcome.answer for outcome in run.outcomes], waits) == (["404"], [1.0, 2.0])


def test_oauth2_client_credentials_are_a_login_too(tmp_path: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    out = tmp_path / "answers.json"
    with running_netsuite(control=True, public_key_pem=public.decode()) as netsuite:
        options = netsuite.options
        extra = {"account": options.account, "client_id": options.client_id, "certificate_id": options.certificate_id}
        extra["private_key"] = private.decode().replace("\n", "\\n")
        environ = {"AIRFLOW_CONN_NETSUITE_DEFAULT": json.dumps({"host": netsuite.url, "extra": extra})}
        assert cli.main(["--only", "7,12", "--out", str(out)], environ=environ) == 0
    written = json.loads(out.read_text(encoding="utf-8"))
    assert written["login"] == "oauth2"
    assert [probe["answer"] for probe in written["probes"]] == ["cannot ask", "404"]


@pytest.mark.parametrize(
    "features",
    [
        {"one_world": False},
        {"sui_tax": True},
        {"mandatory": frozenset({"class"})},
        {"release": "2025.2"},
        {"release": "2026.2"},
    ],
)
def test_an_account_with_other_features_is_asked_as_well(features: dict, tmp_path: Path) -> None:
    with running_netsuite(control=True, features=Features(**features)) as netsuite:
        before = record_count(netsuite)
        out = tmp_path / "answers.json"
        arguments = ["--only", "3,27,41,49,56", "--write", "--yes", "--out", str(out)]
        fields = ["--fields", '{"class": {"id": "1"}}'] if "mandatory" in features else []
        assert cli.main([*arguments, *fields], environ=environment(netsuite.url)) == 0
        assert record_count(netsuite) == before
    answers = {probe["number"]: probe["answer"] for probe in json.loads(out.read_text(encoding="utf-8"))["probes"]}
    assert (answers[27], answers[41], answers[49]) == ("same", "applied", "lessens")
    assert answers[3] == ("suitetax" if "sui_tax" in features else "none")
    by_release = {"2025.2": "refused", "2026.1": "parallel", "2026.2": "in order"}
    assert answers[56] == by_release[features.get("release", "2026.1")]
