"""Takes away everything a run has made, last made first: what is remembered, and what carries the run's name all the same.

Receives the bench; gives what stays behind, in words. Asks only for deletions and two lists.
"""

from __future__ import annotations

from typing import Any

from sandbox.probes.asker import RECORD
from sandbox.probes.bench import Bench, Made
from sandbox.probes.unanswered import NoAnswer

_GONE = ("Transaction type specified is incorrect", "does not exist")
_NAME_OF_TYPE = {
    name.lower(): name
    for name in ("invoice", "creditMemo", "customerPayment", "customerRefund", "deposit", "journalEntry", "customer")
}


def clear(bench: Bench) -> list[str]:
    """Delete everything of the run; what stays behind.

    What is refused is tried once more at the end: by then the record that referred to it may be gone.
    """
    known = list(reversed(dict.fromkeys(bench.made)))
    refused = [made for made in [*_strays(bench, known), *known] if _delete(bench, made) is not None]
    left = [(made, _delete(bench, made)) for made in refused]
    return [f"{made.kind} {made.segment}: {reason}" for made, reason in left if reason is not None]


def _delete(bench: Bench, made: Made) -> str | None:
    """Why a record could not be deleted; None when it is gone."""
    try:
        reply = bench.asker.ask("DELETE", f"{RECORD}/{made.kind}/{made.segment}")
    except NoAnswer as error:
        return str(error)
    if reply.ok or reply.status == 404 or any(text in reply.detail for text in _GONE):
        return None
    return f"{reply.status} {reply.detail}"


def _strays(bench: Bench, known: list[Made]) -> list[Made]:
    """Records of this run that nobody remembers, because their answer got lost; newest first, customers last."""
    name = f"LIKE '{bench.run}%' ORDER BY id DESC"
    found = [
        *_listed(bench, f"SELECT id, recordtype, externalid FROM transaction WHERE memo {name}"),  # noqa: S608 - our name
        *_listed(bench, f"SELECT id, externalid FROM customer WHERE companyname {name}"),  # noqa: S608 - our name
    ]
    return [made for made, eid in found if made not in known and Made(made.kind, f"eid:{eid}") not in known]


def _listed(bench: Bench, text: str) -> list[tuple[Made, Any]]:
    """The records a query finds, with their external ids; what cannot be deleted by REST is left out."""
    try:
        rows = bench.query(text).items()
    except NoAnswer:
        return []
    kinds = [_NAME_OF_TYPE.get(str(row.get("recordtype", "customer"))) for row in rows]
    return [
        (Made(kind, str(row["id"])), row.get("externalid"))
        for row, kind in zip(rows, kinds, strict=True)
        if kind is not None and str(row.get("id")).isdigit()
    ]
