"""`!transform`, `!attach` and `!detach`: what can be done to one record beside reading and changing it."""

from __future__ import annotations

from sandbox.netsuite import errors
from sandbox.netsuite.protocol import forms
from sandbox.netsuite.protocol.exchange import Answer, Call
from sandbox.netsuite.protocol.state import Account
from sandbox.netsuite.protocol.targets import named_type, terms_of, typed, validation_of, written
from sandbox.netsuite.records import attachments
from sandbox.netsuite.records.transformation import target_name, transformed

ATTACHABLE = "contact"


def transform(account: Account, call: Call) -> Answer:
    """POST {id}/!transform/{type}: a new record from this one; 204 with its Location.

    Oracle help section_157901123882. Raises INVALID_INITIALIZE_REF's text for types that do not go together.
    """
    source = named_type(account, call)
    name = target_name(source, call.segments[3])
    target = typed(account, name or call.segments[3], call.path)
    record_id = account.records.resolve(source, call.segments[1], call.path)
    if name is None:
        raise errors.cannot_transform(target.name, source.name, record_id)
    row = account.records.record_row(source, record_id)
    sent = call.body(may_be_empty=True)
    defaults, body = transformed(account.books, source, row, target, sent)
    if call.accepts("create-form"):
        return forms.create_form(account, call, target, defaults=defaults, body=body)
    saved = account.records.create(
        target,
        body,
        validation_of(call),
        terms=terms_of(call),
        defaults=defaults,
        replace=frozenset(call.names("replace")),
    )
    return written(account, call, target, saved)


def attach_or_detach(account: Account, call: Call) -> Answer:
    """POST {id}/!attach/contact/{id} with an optional role, or !detach: 204 (Oracle help article_0113084334).

    Since 2026.1; only contacts, for the sandbox has no files.
    """
    name, segment, action, other_name, other_segment = call.segments
    if account.options.features.release == "2025.2":
        raise errors.unknown_type(f"{name}/{segment}/{action}", call.path)
    kind = named_type(account, call)
    other = typed(account, other_name, call.path)
    if other.name != ATTACHABLE or kind.name == ATTACHABLE:
        raise errors.user_error("You may not attach or detach records of these types.")
    record_id = account.records.resolve(kind, segment, call.path)
    contact = account.records.resolve(other, other_segment, call.path)
    if action == "!attach":
        attachments.attach(account.books, kind, record_id, contact, _role(call))
    elif not attachments.detach(account.books, kind, record_id, contact):
        raise errors.unknown_record(call.path)
    account.meter.writes[f"POST {action} {kind.name}"] += 1
    return Answer()


def _role(call: Call) -> str | None:
    role = call.body(may_be_empty=True).get("role")
    if role is None:
        return None
    if not isinstance(role, dict) or not isinstance(role.get("id", role.get("externalId")), str | int):
        raise errors.invalid_value("role")
    return str(role.get("id", role.get("externalId")))
