"""What a call is about: its record type, its record as shown, its terms; and the answer to a write."""

from __future__ import annotations

from sandbox.netsuite import errors
from sandbox.netsuite.jsontext import Body
from sandbox.netsuite.protocol.exchange import Answer, Call
from sandbox.netsuite.protocol.headers import NAME_VALIDATION, VALUE_VALIDATION, validation
from sandbox.netsuite.protocol.state import Account
from sandbox.netsuite.records.catalog import RecordType, record_type
from sandbox.netsuite.records.terms import Saved, Terms, Validation
from sandbox.netsuite.records.view import record_view


def typed(account: Account, name: str, path: str) -> RecordType:
    """A record type by its name in any case; the 404 of one that the account does not have."""
    found = record_type(name)
    if found is None or not account.records.fields.has_type(found):
        raise errors.unknown_type(name, path)
    return found


def named_type(account: Account, call: Call) -> RecordType:
    """The record type of a call's URL."""
    return typed(account, call.segments[0], call.path)


def resolved(account: Account, call: Call, kind: RecordType) -> int:
    """The internal id behind the second segment of a call's URL."""
    return account.records.resolve(kind, call.segments[1], call.path, any_characters=call.is_batched)


def validation_of(call: Call) -> Validation:
    """What happens to unknown properties; NetSuite's default is Warning."""
    return validation(call.headers, NAME_VALIDATION, "Warning")


def terms_of(call: Call) -> Terms:
    """The other choices of a write."""
    return Terms(
        values=validation(call.headers, VALUE_VALIDATION, "Error"),
        only_named_nulls=call.flag("replaceSelectedFields"),
        since=call.since,
    )


def stored(account: Account, call: Call, kind: RecordType, record_id: int) -> Body:
    """A record as the call's query parameters want it: expanded or not, whole or `fields` only, enums plain or not."""
    expand = call.flag("expandSubResources")
    wanted = frozenset(call.names("fields"))
    known = account.records.fields.body_fields(kind)
    for name in wanted:
        if name not in known:
            raise errors.invalid_parameter("fields", name)
    row = account.records.record_row(kind, record_id)
    shown = record_view(account.books, kind, row, call.root, expand=expand)
    keep = wanted | {"links", "id"} if wanted else shown.keys()
    shown = {name: value for name, value in shown.items() if name in keep and (name in known or name == "links")}
    if call.flag("simpleEnumFormat"):
        shown = {name: value["id"] if _is_enum(value) else value for name, value in shown.items()}
    return shown


def _is_enum(value: object) -> bool:
    return isinstance(value, dict) and "id" in value and "links" not in value


def written(account: Account, call: Call, kind: RecordType, saved: Saved) -> Answer:
    """204 with the record's Location, and a header that names what was dropped."""
    account.meter.writes[f"{call.method} {kind.name}"] += 1
    answer = Answer(204, {"Location": f"{call.root}/{kind.name}/{saved.id}"})
    if saved.ignored:
        answer.headers["X-NetSuite-PropertyValidation"] = f"Ignored properties: {', '.join(saved.ignored)}"
    return answer
