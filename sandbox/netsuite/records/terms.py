"""What a request says about its write beside the body, and what a write gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Validation = Literal["Error", "Warning", "Ignore"]


@dataclass(frozen=True, slots=True)
class Saved:
    """What a write left behind: the internal id, and the properties that were dropped."""

    id: int
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """The choices of one write beside its body; the defaults are NetSuite's."""

    values: Validation = "Error"
    """X-NetSuite-PropertyValueValidation: whether an invalid reference is refused, or dropped with or without a word."""
    only_named_nulls: bool = False
    """`replaceSelectedFields`: null clears a body field only if `replace` names it."""
    since: int | None = None
    """When the write arrived (`ChangeLog.arrival`), if it took time."""
    look: Callable[[int], Any] | None = None
    """A write on trial: called with the id of the saved record, after which everything is undone (`TrialOver`)."""


PLAIN = Terms()


class TrialOver(Exception):
    """The end of a write on trial; `seen` is what `Terms.look` returned. Nothing of the write stays."""

    def __init__(self, seen: Any) -> None:
        super().__init__("a write on trial")
        self.seen = seen
