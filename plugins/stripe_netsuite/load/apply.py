"""Apply a load plan: for each record, journal the intent, send, journal the outcome, link (DESIGN §7).

Whatever dies in between leaves an intent without an outcome and a record that carries its external id; the next plan
looks the external id up and adopts the record. Nothing here decides what is booked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine

from stripe_netsuite.clock import Clock
from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.domain.netsuite_record import Link, record_group
from stripe_netsuite.errors import (
    FatalError,
    NetSuiteDuplicate,
    NetSuitePeriodClosed,
    NetSuiteRefused,
    NetSuiteUnavailable,
    NetSuiteWrongSubsidiary,
)
from stripe_netsuite.load.body import rest_body, total_of
from stripe_netsuite.load.plan import Action, ActionKind, LoadPlan, ResolveLink
from stripe_netsuite.load.writer import LeaseKeeper
from stripe_netsuite.netsuite_api.client import NetSuiteClient
from stripe_netsuite.netsuite_api.lookup import lookup_external_ids
from stripe_netsuite.netsuite_api.write_many import WriteRequest, WriteResult
from stripe_netsuite.staging.journal import Intent, Outcome, write_intents, write_outcomes
from stripe_netsuite.staging.links import LinkRow, Origin, links_by_internal_id, write_links

_CHUNKS_PER_CONNECTION = 4
# Lines without a key of ours: sent a second time to a record that a late first request has written, they would double.
_UNKEYED_SUBLISTS = ("item", "other", "cashback", "line")


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Who writes, where, and under which run and mapping."""

    engine: Engine
    client: NetSuiteClient
    keeper: LeaseKeeper
    clock: Clock
    run_id: str
    netsuite_account: str
    stripe_account: str
    mapping_version: str


@dataclass(slots=True)
class Applied:
    """What became of the actions. `failed` maps a link to the finding's code, or to why it is unknown."""

    internal_id_by_link: dict[Link, str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    failed: dict[Link, str] = field(default_factory=dict)


def apply_plan(plan: LoadPlan, writer: Writer, known: dict[Link, str]) -> Applied:
    """Write the plan's creations and adopt what was found; `known` are the links that bodies may refer to.

    Raises RetriableError after all other records are done when some outcome stays unknown; FatalError other than a
    refusal of one record (authentication, protocol, lost lease) stops at once.
    """
    applied = Applied(internal_id_by_link=dict(known))
    _adopt(plan.of(ActionKind.ADOPT), writer, applied)
    creations = sorted(plan.of(ActionKind.CREATE), key=lambda action: action.wave)
    for _, wave in groupby(creations, key=lambda action: action.wave):
        _create(list(wave), writer, applied)
    return applied


def _create(actions: Sequence[Action], writer: Writer, applied: Applied) -> None:
    """Write one wave; what stays unknown is looked up, sent once more, and looked up again."""
    unknown = _send(actions, writer, applied)
    if unknown:
        unknown = _send(_adopt_found(unknown, writer, applied), writer, applied)
    if unknown:
        unknown = _adopt_found(unknown, writer, applied)
    if unknown:
        raise NetSuiteUnavailable(
            f"{len(unknown)} writes have no known outcome",
            subject=", ".join(action.record.external_id for action in unknown[:5]),
            next_step="run the task again: it looks the records up first and adopts what NetSuite holds",
        )


def _send(actions: Sequence[Action], writer: Writer, applied: Applied) -> list[Action]:
    """Send the actions; return those whose outcome is unknown."""
    unknown: list[Action] = []
    sent: dict[str, tuple[Action, int]] = {}
    for result in writer.client.write_many(_journalled(actions, writer, applied, sent)):
        action, intent_id = sent.pop(result.key)
        if not _record_result(result, action, intent_id, writer, applied):
            unknown.append(action)
    return unknown


def _journalled(
    actions: Sequence[Action], writer: Writer, applied: Applied, sent: dict[str, tuple[Action, int]]
) -> Iterator[WriteRequest]:
    """Give the requests one by one, each after its intent is committed, and note them in `sent` by their key.

    Runs while earlier requests are under way: no connection waits for the slowest request of a chunk.
    """
    size = _CHUNKS_PER_CONNECTION * writer.client.governor.limit
    for chunk in _chunks(_with_references(actions, applied), size):
        requests, action_by_key = _requests(chunk, applied)
        intents = [_intent(action, requests[key], writer) for key, action in action_by_key.items()]
        lease = writer.keeper.keep()
        with writer.engine.begin() as connection:
            intent_ids = write_intents(connection, lease, intents)
        for (key, action), intent_id in zip(action_by_key.items(), intent_ids, strict=True):
            writer.keeper.keep()
            sent[key] = (action, intent_id)
            yield requests[key]


def _record_result(result: WriteResult, action: Action, intent_id: int, writer: Writer, applied: Applied) -> bool:
    """Journal one outcome and link it. Return whether the outcome is known."""
    link = Link(action.record.stripe_id, action.record.role)
    if result.internal_id is not None:
        with writer.engine.begin() as connection:
            write_outcomes(connection, [Outcome(intent_id, "committed", result.internal_id)])
            write_links(connection, [_link_row(action, result.internal_id, "created", writer)])
        applied.internal_id_by_link[link] = result.internal_id
        applied.counts["created"] += 1
        return True
    is_refused = isinstance(result.error, NetSuiteRefused)
    outcome = Outcome(intent_id, "refused" if is_refused else "unknown", detail=str(result.error)[:1000])
    with writer.engine.begin() as connection:
        write_outcomes(connection, [outcome])
    if isinstance(result.error, NetSuiteRefused):
        finding = _refusal(result.error, action, writer)
        applied.findings.append(finding)
        applied.failed[link] = finding.code
        applied.counts["refused"] += 1
    return is_refused


def _adopt_found(unknown: Sequence[Action], writer: Writer, applied: Applied) -> list[Action]:
    """Adopt what NetSuite holds of these; return the rest."""
    found: dict[str, str] = {}
    for group, actions in groupby(
        sorted(unknown, key=lambda a: record_group(a.record.record_type)),
        key=lambda a: record_group(a.record.record_type),
    ):
        rows = lookup_external_ids(writer.client, group, [action.record.external_id for action in actions])
        found.update({external_id: row.internal_id for external_id, row in rows.items()})
    rest: list[Action] = []
    for action in unknown:
        internal_id = found.get(action.record.external_id)
        if internal_id is None:
            rest.append(action)
        else:
            _adopt([_adoption(action, internal_id)], writer, applied)
    return rest


def _adoption(action: Action, internal_id: str) -> Action:
    return replace(action, kind=ActionKind.ADOPT, internal_id=internal_id)


def _adopt(actions: Sequence[Action], writer: Writer, applied: Applied) -> None:
    rows: list[LinkRow] = []
    for action in actions:
        if action.internal_id is None:
            raise FatalError("an adoption without an internal id", subject=action.record.external_id)
        rows.append(_link_row(action, action.internal_id, "adopted", writer))
        applied.internal_id_by_link[Link(action.record.stripe_id, action.record.role)] = action.internal_id
    if rows:
        writer.keeper.keep()
        with writer.engine.begin() as connection:
            write_links(connection, [_shared(row, connection) for row in rows])
        applied.counts["adopted"] += len(rows)


def _shared(row: LinkRow, connection: Connection) -> LinkRow:
    """Leave the external id to the Stripe account that linked the record first.

    The global customer, the shared items, and coupons of one id stand for several Stripe accounts.
    """
    others = links_by_internal_id(connection, row.netsuite_account, row.record_type, [row.internal_id])
    is_shared = any(other.stripe_account != row.stripe_account for other in others.get(row.internal_id, ()))
    return replace(row, external_id=None) if is_shared else row


def _with_references(actions: Sequence[Action], applied: Applied) -> Iterator[Action]:
    """Leave out, with its reason, what refers to a record that was refused a moment ago."""
    for action in actions:
        links = [reference for reference in action.record.references if isinstance(reference, Link)]
        missing = next((link for link in links if link not in applied.internal_id_by_link), None)
        if missing is None:
            yield action
        else:
            applied.failed[Link(action.record.stripe_id, action.record.role)] = f"waiting_on {missing.stripe_id}"
            applied.counts["waiting"] += 1


def _requests(actions: Sequence[Action], applied: Applied) -> tuple[dict[str, WriteRequest], dict[str, Action]]:
    resolve = ResolveLink(applied.internal_id_by_link)
    requests: dict[str, WriteRequest] = {}
    action_by_key: dict[str, Action] = {}
    for action in actions:
        record = action.record
        key = record.external_id
        action_by_key[key] = action
        body = rest_body(record, resolve)
        requests[key] = WriteRequest(
            key=key,
            record_type=record.record_type.value,
            external_id=record.external_id,
            body=body,
            replace=tuple(name for name in _UNKEYED_SUBLISTS if name in body),
        )
    return requests, action_by_key


def _intent(action: Action, request: WriteRequest, writer: Writer) -> Intent:
    return Intent(
        run_id=writer.run_id,
        netsuite_account=writer.netsuite_account,
        stripe_account=writer.stripe_account,
        stripe_id=action.record.stripe_id,
        role=action.record.role,
        record_type=action.record.record_type,
        external_id=action.record.external_id,
        payload_hash=action.payload_hash,
        body=_json(request.body),
    )


def _link_row(action: Action, internal_id: str, origin: Origin, writer: Writer) -> LinkRow:
    record = action.record
    return LinkRow(
        netsuite_account=writer.netsuite_account,
        stripe_account=writer.stripe_account,
        stripe_id=record.stripe_id,
        role=record.role,
        record_type=record.record_type,
        internal_id=internal_id,
        external_id=record.external_id,
        payload_hash=action.payload_hash,
        body_total=total_of(record),
        origin=origin,
        mapping_version=writer.mapping_version,
        run_id=writer.run_id,
        linked_at=writer.clock.now(),
    )


def _refusal(error: NetSuiteRefused, action: Action, writer: Writer) -> Finding:
    match error:
        case NetSuiteDuplicate():
            code, suggestion = (
                "name_taken",
                "A record of this name exists: link it (customers.csv, items.csv) or rename it.",
            )
        case NetSuitePeriodClosed():
            code, suggestion = "period_closed", "Open the posting period, or set closed_period: next_open_period."
        case NetSuiteWrongSubsidiary():
            code, suggestion = (
                "invalid_subsidiary",
                "Give the record that NetSuite names the subsidiary of entities.yaml, or link another one.",
            )
        case _:
            code, suggestion = (
                "netsuite_refused",
                "Read NetSuite's message; correct the mapping or the record it names.",
            )
    return Finding(
        code=code,
        severity=Severity.CRITICAL,
        stage="load",
        stripe_account=writer.stripe_account,
        stripe_id=action.record.stripe_id,
        netsuite_type=action.record.record_type.value,
        message=f"NetSuite refused the {action.record.record_type.value}.",
        found=error.detail,
        suggestion=suggestion,
    )


def _json(body: Mapping[str, Any]) -> str:
    return msgspec.json.encode(body).decode()


def _chunks(actions: Iterable[Action], size: int) -> Iterator[list[Action]]:
    chunk: list[Action] = []
    for action in actions:
        chunk.append(action)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
