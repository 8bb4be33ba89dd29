"""Why something of Stripe's is not in NetSuite: the rule that excludes it, or the open finding that holds it.

What waits for another object waits for what holds that one: the way is followed to its end. Where it ends at neither a
rule nor a finding, nothing explains the absence, and the proof that asks is broken.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

import msgspec
from sqlalchemy.engine import Connection

from stripe_netsuite.staging.findings import open_findings
from stripe_netsuite.staging.proof_reads import object_states

_WAITS_FOR = re.compile(r"waiting_on ([A-Za-z]\S*)")
_WAITS_FOR_PAYMENT = "waiting_on_payment"
# What a run has not come to yet, what Stripe or a person has to tell first: nothing is wrong with it.
_RULES = (
    "not loaded yet",
    "waiting_on_bank",
    "waiting_on_summary",
    "waiting_on_netsuite_record",
    "not on the allow-list",
    "A7",
    "D5",
)
_SETTLED = frozenset({"excluded", "quarantined"})
_TYPES = ("charge", "coupon", "customer", "dispute", "invoice", "payout", "price", "product", "refund")
_LONGEST_WAY = 5


class Causes:
    """Reads the account's open findings once; then answers for one object at a time."""

    def __init__(self, connection: Connection, account_id: str) -> None:
        self._connection = connection
        self._account_id = account_id
        self._codes: defaultdict[str, set[str]] = defaultdict(set)
        for row in open_findings(connection, account_id):
            if row.finding.stripe_id and row.finding.stage != "prove":
                self._codes[row.finding.stripe_id].add(row.finding.code)

    def of(self, stripe_id: str, state: str, reason: str) -> tuple[str, bool]:
        """Return the reason in words, as far as it can be followed, and whether it ends at a rule or a finding."""
        words: list[str] = []
        for _ in range(_LONGEST_WAY):
            codes = self._codes.get(stripe_id, set())
            if codes:
                return _joined([*words, ", ".join(sorted(codes))]), True
            if state in _SETTLED or reason.startswith(_RULES):
                return _joined([*words, reason or state]), True
            cause = self._waits_for(stripe_id, reason)
            if cause is None:
                break
            stripe_id = cause
            words.append(f"waits for {stripe_id}")
            state, reason = self._standing(stripe_id)
        return _joined([*words, reason or state]), False

    def _waits_for(self, stripe_id: str, reason: str) -> str | None:
        if reason == _WAITS_FOR_PAYMENT:
            payloads = (one.payload for one in object_states(self._connection, self._account_id, _TYPES, stripe_id))
            return next((charge for payload in payloads if (charge := _charge_of(payload))), None)
        match = _WAITS_FOR.match(reason)
        return match[1] if match else None

    def _standing(self, stripe_id: str) -> tuple[str, str]:
        found = object_states(self._connection, self._account_id, _TYPES, stripe_id)
        return next(((one.state, one.reason or "") for one in found), ("not staged", ""))


def _charge_of(payload: str) -> str | None:
    charge = msgspec.json.decode(payload).get("charge")
    return charge if isinstance(charge, str) else None


def _joined(words: Iterable[str]) -> str:
    # A proof's details are parted by semicolons.
    return ": ".join(word for word in words if word).replace(";", ",")
