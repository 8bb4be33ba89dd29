"""Problems of mapping files: collected with file, line and key, and raised together as one MappingError."""

from __future__ import annotations

import re
from collections.abc import Sequence

from stripe_netsuite.errors import MappingError

_SECRET = re.compile(r"\b(sk|rk)_(live|test)_\w|\bwhsec_\w|-----BEGIN ")
_SHOWN = 80
MOST_PROBLEMS = 200


def looks_secret(text: str) -> bool:
    """Tell whether a text looks like a key that belongs into a connection."""
    return _SECRET.search(text) is not None


def shown(value: object) -> str:
    """Return a value as a message may show it: short, on one line, never a secret."""
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case dict():
            return f"a mapping ({', '.join(map(str, value)) or 'empty'})"[:_SHOWN]
        case tuple():
            return f"a list of {len(value)}"
        case str() if looks_secret(value):
            return "a secret (not shown)"
        case str():
            return repr(value if len(value) <= _SHOWN else value[:_SHOWN] + "…")
        case _:
            return str(value)[:_SHOWN]


class Problems:
    """What is wrong in a mapping folder so far."""

    def __init__(self) -> None:
        self._found: list[tuple[str, int, MappingError]] = []

    def add(
        self,
        file: str,
        line: int,
        message: str,
        *,
        saw: str | None = None,
        expected: str | None = None,
        next_step: str | None = None,
    ) -> None:
        """Note one problem. `line` counts from 1."""
        error = MappingError(message, subject=f"{file}:{line}", saw=saw, expected=expected, next_step=next_step)
        self._found.append((file, line, error))

    def raise_if_any(self, files: Sequence[str]) -> None:
        """Raise one MappingError with all problems, by line in the order of `files`, the first of them in front."""
        if not self._found:
            return
        place = {file: index for index, file in enumerate(files)}
        found = sorted(self._found, key=lambda problem: (place.get(problem[0], len(place)), problem[0], problem[1]))
        ordered = [error for _, _, error in found]
        first, count = ordered[0], len(ordered)
        raised = MappingError(
            first.message if count == 1 else f"{first.message} (the first of {count} problems)",
            subject=first.subject,
            saw=first.saw,
            expected=first.expected,
            next_step=first.next_step,
        )
        raised.problems = tuple(ordered[:MOST_PROBLEMS])
        for problem in ordered[1:MOST_PROBLEMS]:
            raised.add_note(str(problem))
        raise raised
