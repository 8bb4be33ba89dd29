"""Forms: a record as it would be saved, unsaved (create-form, edit-form), and the legal values of a field (select-options).

All three are the ordinary URL with another `Accept` (Oracle help article_1217103046, article_0115100241; since 2026.1).
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from sandbox.netsuite import errors
from sandbox.netsuite.jsontext import Body
from sandbox.netsuite.protocol.exchange import MEDIA_TYPE, Answer, Call, json_answer
from sandbox.netsuite.protocol.state import Account
from sandbox.netsuite.protocol.targets import stored, terms_of, validation_of
from sandbox.netsuite.protocol.wire import paging
from sandbox.netsuite.records.catalog import RecordType
from sandbox.netsuite.records.options import options_of
from sandbox.netsuite.records.references import target_of
from sandbox.netsuite.records.terms import Terms, TrialOver

_UNSAVED = frozenset({"id", "links", "tranId", "transactionNumber", "createdDate", "lastModifiedDate", "dateCreated"})
_FILTER = re.compile(r'\s*([\w.]+)\s+(CONTAIN|IS|START_WITH)\s+("[^"]*"|[^,]*?)\s*(?:,|$)', re.IGNORECASE)


def create_form(
    account: Account, call: Call, kind: RecordType, *, defaults: Body | None = None, body: Body | None = None
) -> Answer:
    """The record that this POST (or transform) would create, with all that NetSuite fills in; nothing is saved."""
    _check_release(account, call)
    sent = call.body(may_be_empty=True) if body is None else body
    records = account.records
    try:
        records.create(
            kind,
            sent,
            validation_of(call),
            terms=_trial(account, call, kind),
            defaults=defaults,
            replace=frozenset(call.names("replace")),
        )
        shown: Body = {}
    except TrialOver as over:
        shown = over.seen
    except errors.Refused as refused:
        if not errors.is_incomplete(refused):
            raise
        # Not yet whole: a form shows what there is.
        shown = {**(defaults or {}), **sent}
    rel = "create" if defaults is None else "transform"
    links = [_link("self", call, "POST", "create-form"), {"rel": rel, "method": "POST", "href": call.url}]
    return _form(shown, links, "create-form")


def edit_form(account: Account, call: Call, kind: RecordType, record_id: int) -> Answer:
    """The record as this PATCH would leave it; nothing is saved. A refusal of the change is answered as such."""
    _check_release(account, call)
    replace = frozenset(call.names("replace"))
    shown: Body = {}
    try:
        account.records.change(
            kind,
            record_id,
            call.body(may_be_empty=True),
            validation_of(call),
            replace,
            terms=_trial(account, call, kind),
        )
    except TrialOver as over:
        shown = over.seen
    plain = f"{call.root}/{kind.name}"
    links = [
        _link("self", call, "PATCH", "edit-form"),
        {"rel": "edit", "method": "PATCH", "href": call.url},
        {"rel": "create", "method": "POST", "href": plain},
        {"rel": "create-form", "method": "POST", "mediaType": MEDIA_TYPE + "create-form", "href": plain},
    ]
    return _form(shown, links, "edit-form")


def select_options(account: Account, call: Call, kind: RecordType) -> Answer:
    """The values that the fields of `fields=` may take, each with its own paging; `q` filters by their names."""
    _check_release(account, call)
    names = call.names("fields")
    if not names:
        raise errors.invalid_parameter("fields", "")
    limit, offset = paging(call.query)
    filters = _filters(call.query.get("q", ""))
    subsidiary = _subsidiary(call)
    shown: Body = {"links": [_link("self", call, call.method, "select-options", call.query)]}
    for name in names:
        sublist, _, field = name.rpartition(".")
        target = target_of(kind, field, in_sublist=sublist or None)
        known = (
            account.records.fields.line_fields(kind, sublist)
            if sublist in kind.sublists
            else account.records.fields.body_fields(kind)
        )
        if target is None or field not in known or (sublist and sublist not in kind.sublists):
            raise errors.invalid_parameter("fields", name)
        options = [
            (number, label)
            for number, label in options_of(account.books, target, subsidiary)
            if all(test(label) for wanted, test in filters if wanted.lower() == name.lower())
        ]
        shown[name] = {"_selectOptions": _page(call, name, options, limit, offset)}
    return json_answer(shown, content_type=MEDIA_TYPE + "select-options")


def _page(call: Call, name: str, options: list[tuple[int, str]], limit: int, offset: int) -> Body:
    part = options[offset : offset + limit]
    has_more = offset + len(part) < len(options)
    query: dict[str, str] = {"fields": name}
    if "limit" in call.query:
        query["limit"] = str(limit)
    links = [_link("self", call, call.method, "select-options", query | {"offset": str(offset)})]
    if has_more:
        last = (len(options) - 1) // limit * limit
        places = (("next", offset + limit), ("last", last))
        links += [_link(rel, call, call.method, "select-options", query | {"offset": str(at)}) for rel, at in places]
    return {
        "links": links,
        "items": [{"id": number, "refName": label} for number, label in part],
        "count": len(part),
        "offset": offset,
        "hasMore": has_more,
        "totalResults": len(options),
    }


def _filters(text: str) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    place = 0
    while place < len(text):
        match = _FILTER.match(text, place)
        if match is None:
            raise errors.invalid_query(f"Cannot parse: {text[place:].strip()}.")
        want = match[3].strip('"').casefold()
        tests = {
            "CONTAIN": lambda label, want=want: want in label.casefold(),
            "IS": lambda label, want=want: label.casefold() == want,
            "START_WITH": lambda label, want=want: label.casefold().startswith(want),
        }
        found.append((match[1], tests[match[2].upper()]))
        place = match.end()
    return found


def _subsidiary(call: Call) -> int | None:
    value = call.body(may_be_empty=True).get("subsidiary")
    number = value.get("id") if isinstance(value, dict) else value
    return int(number) if number is not None and str(number).isdigit() else None


def _trial(account: Account, call: Call, kind: RecordType) -> Terms:
    terms = terms_of(call)
    return Terms(terms.values, terms.only_named_nulls, look=lambda number: stored(account, call, kind, number))


def _form(shown: Body, links: list[Body], media: str) -> Answer:
    fields = {name: value for name, value in shown.items() if name not in _UNSAVED or media == "edit-form"}
    fields.pop("links", None)
    return json_answer({"links": links, **fields}, content_type=MEDIA_TYPE + media)


def _link(rel: str, call: Call, method: str, media: str, query: Any = None) -> Body:
    href = call.url + (f"?{urlencode(query, safe=',')}" if query else "")
    return {"rel": rel, "method": method, "mediaType": MEDIA_TYPE + media, "href": href}


def _check_release(account: Account, call: Call) -> None:
    if account.options.features.release == "2025.2":
        accept = call.headers.get("Accept", "")
        raise errors.invalid_header("Accept", f"Invalid value of header Accept: {accept}.")
