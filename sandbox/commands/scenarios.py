"""`python -m sandbox scenarios`: what there is, what happens in it, and which sentences a scenario may use."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from inspect import getdoc

from sandbox.scenarios import library
from sandbox.scenarios.grammar import Template
from sandbox.scenarios.month import plan
from sandbox.scenarios.place import ScenarioError
from sandbox.scenarios.sentences.everything import GRAMMARS, STRIPE_SUBJECTS
from sandbox.scenarios.telling import tell
from sandbox.scenarios.telling_month import tell_month


def main(arguments: list[str]) -> int:
    """Print what is asked for; the exit code: 2 if there is no such scenario or its file cannot be read."""
    parser = argparse.ArgumentParser(
        prog="python -m sandbox scenarios", description="Stories that the Stripe sandbox can play."
    )
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("list", help="every scenario by number and title (this is also what no command does)")
    show = commands.add_parser("show", help="one scenario's story, day by day")
    show.add_argument("name", help="its number or name, `month`, or the path of a scenario file")
    show.add_argument("--seed", type=int, default=1, help="what ids depend on (default 1)")
    commands.add_parser("sentences", help="every sentence that a scenario may use")
    options = parser.parse_args(arguments)
    try:
        for line in _lines(options):
            print(line)
    except (ScenarioError, KeyError) as error:
        print(error.args[0], file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader has seen enough: `… | head`
        sys.stderr.close()
    return 0


def _lines(options: argparse.Namespace) -> Iterator[str]:
    match options.command:
        case "show" if options.name == "month":
            yield from tell_month(options.seed)
        case "show":
            yield from tell(*library.opened(options.name, options.seed), name=options.name)
        case "sentences":
            yield from _sentences()
        case _:
            yield from _list()


def _list() -> Iterator[str]:
    for name in library.names():
        scenario = library.find(name)
        yield f"{scenario.number:02d}  {scenario.title}"
    month = plan()
    yield ""
    yield f"month      {month.title}"
    yield "fortnight  Two weeks of a small software company, about a hundred payments"
    yield "empty      An account in which nothing has happened yet"
    yield ""
    yield "One story in words:  python -m sandbox scenarios show 1"
    yield "Serve one of them:   python -m sandbox stripe --scenario month"
    yield "Write your own:      python -m sandbox scenarios sentences"


def _sentences() -> Iterator[str]:
    yield "What stands in {braces} is yours to say, or one of the words there; what stands in [brackets] may be left out."
    yield "Names are single words. After `as A1`, A1 is what the sentence made; Somebody is a customer nobody knows."
    yield "Amounts are in major units with their currency: 120.00 USD, 1500 JPY, 12.340 KWD."
    yield '{lines} are `2 Pro`, `2 Pro in EUR`, `100.00 USD for Pro` or `5.00 USD for "words"`, joined by `and`; each may go on'
    yield "with `less COUPON`, `taxed TAX`, `from 2026-11-02 to 2026-12-02`, `as a proration`."
    yield "{payout} is a name, `the payout of A1` or `the last payout in USD`."
    yield ""
    yield "days: what happens at Stripe"
    for module in STRIPE_SUBJECTS:
        yield ""
        yield f"  {_first_line(module)}"
        yield from _templates(one for one in GRAMMARS.stripe.templates if one.act.__module__ == module.__name__)
    for part, grammar in (("netsuite", GRAMMARS.netsuite), ("weather", GRAMMARS.weather), ("shows", GRAMMARS.shows)):
        yield ""
        yield f"{part}: {grammar.subject}"
        yield from _templates(grammar.templates)


def _templates(templates: Iterable[Template]) -> Iterator[str]:
    for template in templates:
        tail = ":  (and a list of lines)" if template.is_block else ""
        yield f"    {template.shown}{tail}"
        yield f"        {_first_line(template.act)}"


def _first_line(documented: object) -> str:
    return (getdoc(documented) or "").splitlines()[0]
