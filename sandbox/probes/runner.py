"""Asks the chosen probes one after another and cleans up, whatever happens between.

Receives an `Asker` and probes; gives what was answered and what stayed behind. An interruption (Ctrl-C) or a dead
account ends the asking, never the cleaning.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sandbox.probes.asker import RECORD
from sandbox.probes.bench import Bench
from sandbox.probes.clearing import clear
from sandbox.probes.evidence import Evidence
from sandbox.probes.probe import Answer, Probe
from sandbox.probes.unanswered import CannotAsk, NoAnswer

CANNOT_ASK, NO_ANSWER, NOT_ASKED = "cannot ask", "no answer", "not asked"
_MOST_SILENT = 3
_LOGIN_REFUSED = (
    "the login is refused; the reason stands in NetSuite under Setup > Users/Roles > User Management > "
    "View Login Audit Trail"
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One probe's answer (a key of the probe, `other`, or one of the three above), what it means, its evidence."""

    probe: Probe
    answer: str
    detail: str
    evidence: tuple[Evidence, ...]

    @property
    def meaning(self) -> str:
        """What the answer means for an integration; empty for an answer nobody foresaw."""
        return self.probe.answers.get(self.answer, "")

    @property
    def is_answered(self) -> bool:
        """Whether the account has settled the question."""
        return self.answer not in (CANNOT_ASK, NO_ANSWER, NOT_ASKED)


@dataclass(slots=True)
class Run:
    """All outcomes so far, what stayed behind in the account, and why the asking ended early (None: it did not)."""

    outcomes: list[Outcome] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    ended_by: str | None = None


def run_probes(bench: Bench, probes: Sequence[Probe], tell: Callable[[Outcome], None]) -> Run:
    """Ask every probe, `tell` each outcome at once, then delete what was made. Raises nothing that the account does."""
    run = Run()
    try:
        run.ended_by = _cannot_begin(bench)
        _ask_all(bench, probes, tell, run)
    except KeyboardInterrupt:
        run.ended_by = "interrupted"
        run.outcomes += [Outcome(probe, NOT_ASKED, "", ()) for probe in probes[len(run.outcomes) :]]
    finally:
        if bench.made:
            _clear(bench, run)
    return run


def _cannot_begin(bench: Bench) -> str | None:
    """Why there is no use in asking anything; one request, because five refused logins lock the user."""
    try:
        reply = bench.asker.ask("GET", f"{RECORD}/metadata-catalog", params={"select": "customer"})
    except NoAnswer as silence:
        return _LOGIN_REFUSED if any(row.status == 401 for row in bench.asker.forget()) else str(silence)
    if 300 <= reply.status < 400 or not reply.is_json:
        return f"what answers is not NetSuite's REST service: {reply.status} {bench.asker.redactor.clean(reply.detail)}"
    return None


def _ask_all(bench: Bench, probes: Sequence[Probe], tell: Callable[[Outcome], None], run: Run) -> None:
    silent = 0
    for probe in probes:
        outcome = ask_one(bench, probe) if run.ended_by is None else Outcome(probe, NOT_ASKED, "", ())
        silent = silent + 1 if outcome.answer == NO_ANSWER else 0
        if silent == _MOST_SILENT:
            run.ended_by = f"{_MOST_SILENT} questions in a row got no answer; the last: {outcome.detail}"
        run.outcomes.append(outcome)
        if outcome.answer != NOT_ASKED:
            tell(outcome)


def ask_one(bench: Bench, probe: Probe) -> Outcome:
    """One probe's outcome. What an account answers never raises; what the answer's words show is redacted."""
    bench.asker.forget()
    try:
        answer = probe.ask(bench)
    except CannotAsk as missing:
        answer = Answer(CANNOT_ASK, str(missing))
    except NoAnswer as silence:
        answer = Answer(NO_ANSWER, str(silence))
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as surprise:
        # A body in a shape nobody foresaw: its evidence is worth more than the question.
        answer = Answer("other", f"an unforeseen shape of the answer ({type(surprise).__name__})")
    detail = bench.asker.redactor.clean(answer.detail)
    return Outcome(probe, answer.key, detail, tuple(bench.asker.forget()))


def _clear(bench: Bench, run: Run) -> None:
    try:
        run.left = clear(bench)
    except KeyboardInterrupt:
        run.ended_by = "interrupted while cleaning up"
        run.left = [f"{made.kind} {made.segment}: perhaps still there" for made in reversed(bench.made)]
