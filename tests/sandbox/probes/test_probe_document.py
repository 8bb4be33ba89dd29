"""docs/netsuite-probes.md and the probes are one thing."""

from __future__ import annotations

from pathlib import Path

from sandbox.commands import probe as cli
from sandbox.probes.catalogue import all_probes
from sandbox.probes.document import document

PAGE = Path(__file__).parents[3] / "docs" / "netsuite-probes.md"


def test_the_page_is_what_the_probes_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == document(all_probes()), (
        "run: python -m sandbox probe --document > docs/netsuite-probes.md"
    )


def test_the_numbers_run_from_one_without_gaps() -> None:
    assert [probe.number for probe in all_probes()] == list(range(1, len(all_probes()) + 1))


def test_every_question_has_answers_with_meanings_and_a_cleanup() -> None:
    for probe in all_probes():
        assert probe.question.endswith("?"), probe.number
        assert all(probe.answers.values()), probe.number
        assert probe.cleanup, probe.number


def test_the_list_names_every_question(capsys) -> None:
    assert cli.main(["--list"], environ={}) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [int(line.split()[0]) for line in lines] == [probe.number for probe in all_probes()]
