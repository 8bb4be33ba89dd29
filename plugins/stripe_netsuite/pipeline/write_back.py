"""NetSuite's internal ids into the metadata of the Stripe objects that they stand for (ACCOUNTING G2).

Each id once; other keys, and what a person wrote under ours, stay. The staged copy gets the same keys, so that reading
the object again finds nothing changed. Whatever Stripe refuses or does not answer is left or reported: nothing fails.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import msgspec

from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.domain.identity import Role, content_hash
from stripe_netsuite.errors import StripeRefused, StripeUnavailable
from stripe_netsuite.extract.fields import ALLOWED_FIELDS, encode, row_type
from stripe_netsuite.mapping.entities import StripeAccount
from stripe_netsuite.pipeline.run import Run
from stripe_netsuite.pipeline.services import Services
from stripe_netsuite.staging.findings import record_findings, resolve_findings
from stripe_netsuite.staging.objects import read_payloads
from stripe_netsuite.staging.write_backs import (
    MetadataChange,
    Unwritten,
    WriteBack,
    WriteBackOutcome,
    apply_metadata,
    record_write_backs,
    unwritten_ids,
)
from stripe_netsuite.stripe_api.client import StripeClient, object_path

MOST_OBJECTS = 5_000
"""So many ids a run and Stripe account at most; what is left is for the next run."""
_CHUNK = 100
_WORKERS = 8
# Record type → metadata key (reference: the keys by which existing records are named, B2, C, D7, E7, F14).
_KEYS = {
    "customer": "netsuite_customer_id",
    "invoice": "netsuite_invoice_id",
    "customerPayment": "netsuite_customer_payment_id",
    "cashSale": "netsuite_cash_sale_id",
    "customerDeposit": "netsuite_customer_deposit_id",
    "customerRefund": "netsuite_customer_refund_id",
    "cashRefund": "netsuite_cash_refund_id",
    "creditMemo": "netsuite_credit_memo_id",
    "deposit": "netsuite_deposit_id",
}
_REVERSALS = frozenset({"customerRefund", "cashRefund", "creditMemo"})
_PAYMENTS = frozenset({"customerPayment", "cashSale", "customerDeposit"})
# Prefix of the Stripe id → object type, list, and the record types whose ids go there.
_OBJECTS: dict[str, tuple[str, str, frozenset[str]]] = {
    "cus": ("customer", "/v1/customers", frozenset({"customer"})),
    "in": ("invoice", "/v1/invoices", frozenset({"invoice"})),
    "ch": ("charge", "/v1/charges", _PAYMENTS),
    "py": ("charge", "/v1/charges", _PAYMENTS),
    "re": ("refund", "/v1/refunds", _REVERSALS),
    "pyr": ("refund", "/v1/refunds", _REVERSALS),
    "du": ("dispute", "/v1/disputes", _REVERSALS),
    "dp": ("dispute", "/v1/disputes", _REVERSALS),
    "po": ("payout", "/v1/payouts", frozenset({"deposit"})),
}
_ROLES = (Role.MAIN.value, Role.CREDIT_MEMO.value)


@dataclass(slots=True)
class _Target:
    """A Stripe object and the ids for it: key → link."""

    stripe_id: str
    object_type: str
    path: str
    ids: dict[str, Unwritten] = field(default_factory=dict)


def write_back(services: Services, run: Run) -> dict[str, int]:
    """Write back what is linked and not written yet; return how many objects were written, by outcome.

    A dry run writes nothing.
    """
    counts: Counter[str] = Counter()
    if run.dry_run:
        return {}
    for account in services.accounts(run):
        writing = _Writing(services, run, account)
        if services.mapping.policy.write_back == "on":
            counts += writing.everything()
        writing.note_findings()
    return dict(counts)


def targets_of(links: Sequence[Unwritten]) -> list[_Target]:
    """Gather the ids by Stripe object, so that each object is written once; what has no key is left out."""
    targets: dict[str, _Target] = {}
    for one in links:
        known = _OBJECTS.get(one.stripe_id.partition("_")[0])
        if known is None or one.record_type not in known[2]:
            continue
        object_type, path, _ = known
        target = targets.setdefault(one.stripe_id, _Target(one.stripe_id, object_type, path))
        target.ids[_KEYS[one.record_type]] = one
    return list(targets.values())


class _Writing:
    """The writing back for one Stripe account."""

    def __init__(self, services: Services, run: Run, account: StripeAccount) -> None:
        self._services = services
        self._run = run
        self._account = account
        self._findings: list[Finding] = []

    def everything(self) -> Counter[str]:
        """Write what is left, chunk by chunk; stop where Stripe does not answer or forbids it."""
        counts: Counter[str] = Counter()
        # What another system made is its own to tell (G3).
        kinds = _KEYS if self._account.mode == "full" else {"deposit"}
        with self._services.engine.connect() as connection:
            links = unwritten_ids(
                connection, self._services.netsuite_account, self._account.id, kinds, _ROLES, MOST_OBJECTS
            )
        chosen = set(self._run.only_ids)
        targets = [one for one in targets_of(links) if not chosen or one.stripe_id in chosen]
        for chunk in _chunks(targets):
            outcomes = self._write_chunk(chunk)
            counts.update(outcomes.values())
            if len(outcomes) < len(chunk):
                break
        return counts

    def _write_chunk(self, chunk: Sequence[_Target]) -> dict[str, WriteBackOutcome]:
        """Write one chunk and record it; objects that Stripe did not answer for are missing in what is returned."""
        payloads = self._payloads(chunk)
        outcomes: dict[str, WriteBackOutcome] = {}
        sent: dict[str, dict[str, str]] = {}
        for target in chunk:
            new = _new_keys(target, _metadata(target, payloads))
            if new is None:
                outcomes[target.stripe_id] = "taken"
            elif not new:
                outcomes[target.stripe_id] = "there"
            else:
                sent[target.stripe_id] = new
        client = self._services.stripe(self._account)
        waiting = [target for target in chunk if target.stripe_id in sent]
        # The first one alone: a key that may not write is refused once and not as often as there are workers.
        for part in (waiting[:1], waiting[1:]):
            with ThreadPoolExecutor(_WORKERS) as pool:
                answers = pool.map(lambda one: _send(client, one, sent[one.stripe_id]), part)
                answered = list(zip(part, answers, strict=True))
            for target, answer in answered:
                if isinstance(answer, StripeRefused):
                    self._refused(target, answer)
                elif answer is not None:
                    outcomes[target.stripe_id] = answer
            if part and all(isinstance(answer, StripeRefused | None) for _, answer in answered):
                break
        written = {one: keys for one, keys in sent.items() if outcomes.get(one) == "written"}
        self._record(chunk, outcomes, _changes(chunk, payloads, written))
        return outcomes

    def _payloads(self, chunk: Sequence[_Target]) -> dict[str, bytes]:
        ids_by_type: dict[str, list[str]] = {}
        for target in chunk:
            ids_by_type.setdefault(target.object_type, []).append(target.stripe_id)
        payloads: dict[str, bytes] = {}
        with self._services.engine.connect() as connection:
            for object_type, ids in ids_by_type.items():
                payloads |= read_payloads(connection, self._account.id, object_type, ids)
        return payloads

    def _record(
        self,
        chunk: Sequence[_Target],
        outcomes: Mapping[str, WriteBackOutcome],
        changes: Sequence[MetadataChange],
    ) -> None:
        rows = [
            WriteBack(
                netsuite_account=self._services.netsuite_account,
                stripe_account=self._account.id,
                stripe_id=link.stripe_id,
                role=link.role,
                internal_id=link.internal_id,
                outcome=outcomes[target.stripe_id],
                run_id=self._run.run_id,
                at=self._services.clock.now(),
            )
            for target in chunk
            if target.stripe_id in outcomes
            for link in target.ids.values()
        ]
        with self._services.engine.begin() as connection:
            record_write_backs(connection, rows)
            apply_metadata(connection, self._account.id, changes)

    def _refused(self, target: _Target, refusal: StripeRefused) -> None:
        self._findings.append(
            Finding(
                code="write_back_refused",
                severity=Severity.WARNING,
                stage="write_back",
                stripe_account=self._account.id,
                object_type=target.object_type,
                message="Stripe does not let NetSuite's ids be written into the metadata of its objects.",
                found=f"{target.stripe_id}: {refusal.args[0]}",
                suggestion="Give the restricted key write permission, or set write_back: off in policy.yaml.",
            )
        )

    def note_findings(self) -> None:
        """Store the finding of a key that may not write, or resolve that of an earlier run."""
        now = self._services.clock.now()
        with self._services.engine.begin() as connection:
            record_findings(connection, self._findings[:1], self._run.run_id, now)
            resolve_findings(
                connection,
                account=self._account.id,
                run_id=self._run.run_id,
                now=now,
                stage="write_back",
                except_keys={finding.key for finding in self._findings},
            )


def _send(
    client: StripeClient, target: _Target, metadata: Mapping[str, str]
) -> WriteBackOutcome | StripeRefused | None:
    """Write one object; None where Stripe did not answer, the refusal where the key may not write."""
    try:
        client.write_metadata(object_path(target.path, target.stripe_id), metadata)
    except StripeUnavailable:
        return None
    except StripeRefused as refusal:
        if refusal.status in (401, 403):
            return refusal
        return "gone" if refusal.status == 404 else "refused"
    return "written"


def _new_keys(target: _Target, metadata: Mapping[str, str]) -> dict[str, str] | None:
    """Return the keys to write, none where they are there; None where a person wrote something else under one."""
    new: dict[str, str] = {}
    for key, link in target.ids.items():
        standing = metadata.get(key)
        if standing not in (None, "", link.internal_id, link.earlier_id):
            return None
        if standing != link.internal_id:
            new[key] = link.internal_id
    return new


def _metadata(target: _Target, payloads: Mapping[str, bytes]) -> dict[str, str]:
    payload = payloads.get(target.stripe_id)
    metadata = msgspec.json.decode(payload).get("metadata") if payload else None
    return metadata if isinstance(metadata, dict) else {}


def _changes(
    chunk: Sequence[_Target], payloads: Mapping[str, bytes], written: Mapping[str, Mapping[str, str]]
) -> list[MetadataChange]:
    """Return the staged objects with what was written, encoded as extraction encodes them."""
    changes: list[MetadataChange] = []
    for target in chunk:
        payload = payloads.get(target.stripe_id)
        if payload is None or target.stripe_id not in written or target.object_type not in ALLOWED_FIELDS:
            continue
        row = msgspec.json.decode(payload, type=row_type(target.object_type))
        row.metadata = {**(row.metadata or {}), **written[target.stripe_id]}
        after = encode(row)
        changes.append(
            MetadataChange(target.object_type, target.stripe_id, content_hash(payload), after, content_hash(after))
        )
    return changes


def _chunks(targets: Sequence[_Target]) -> Iterator[Sequence[_Target]]:
    for start in range(0, len(targets), _CHUNK):
        yield targets[start : start + _CHUNK]
