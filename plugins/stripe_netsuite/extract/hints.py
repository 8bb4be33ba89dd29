"""Events as hints: which objects changed, and so are to be read again. Nothing else is taken from an event.

Snapshots in events are rendered in the account's own API version, may come twice and out of order.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from stripe_netsuite.domain.window import Window
from stripe_netsuite.extract.ledger_row import EventRow
from stripe_netsuite.extract.streams import EVENTS_PATH, HINTED_TYPES
from stripe_netsuite.stripe_api.client import StripeClient

LIST_FROM = 20
"""From so many new objects of a type on, listing the span costs fewer requests than reading each by its id."""


@dataclass
class Hints:
    """`by_id`: objects to read one by one. `by_list`: types to list over the span instead, where many are new."""

    by_id: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    by_list: set[str] = field(default_factory=set)


def read_hints(client: StripeClient, events: Window, listed: Window | None) -> Hints:
    """Read the events of a span. Objects created in `listed` are listed anyway and need no hint.

    Memory: the ids of changed objects that are older than the span; new ones are counted up to `LIST_FROM`.
    """
    hints = Hints()
    new: dict[str, set[str]] = defaultdict(set)
    for page in client.list_window(EVENTS_PATH, events, row_type=EventRow, object_type="event"):
        for event in page:
            about = event.data.object
            if about.object not in HINTED_TYPES or about.id is None:
                continue
            # A deleted object is in no list any more: it is asked for by its id.
            created = None if event.type.endswith(".deleted") else about.created
            if _lies_in(created, listed) or (about.object in hints.by_list and _lies_in(created, events)):
                continue
            (new if _lies_in(created, events) else hints.by_id)[about.object].add(about.id)
            if len(new[about.object]) > LIST_FROM:
                hints.by_list.add(about.object)
                del new[about.object]
    for object_type, ids in new.items():
        hints.by_id[object_type] |= ids
    return hints


def _lies_in(created: int | None, span: Window | None) -> bool:
    return created is not None and span is not None and span.start_s <= created < span.end_s
