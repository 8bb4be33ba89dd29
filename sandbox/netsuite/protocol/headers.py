"""Request headers that NetSuite checks: validation modes, language, the idempotency key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import cast, get_args

from sandbox.netsuite import errors
from sandbox.netsuite.options import Options
from sandbox.netsuite.records.terms import Validation

NAME_VALIDATION = "X-NetSuite-PropertyNameValidation"
VALUE_VALIDATION = "X-NetSuite-PropertyValueValidation"
IDEMPOTENCY_KEY = "X-NetSuite-Idempotency-Key"
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_WITH_BODY = ("POST", "PUT", "PATCH")


def validation(headers: Mapping[str, str], name: str, default: Validation) -> Validation:
    """The mode of a validation header: Error, Warning or Ignore. Raises INVALID_HEADER."""
    sent = headers.get(name)
    if sent is None:
        return default
    value = sent.strip().capitalize()
    if value not in get_args(Validation):
        raise errors.invalid_header(name, f"Invalid value of header {name}: {sent}.")
    return cast("Validation", value)


def check_language(method: str, headers: Mapping[str, str], options: Options) -> None:
    """Refuse any language but the company's: of the header, and without one of the user's preferences."""
    names = ("Accept-Language", "Content-Language") if method in _WITH_BODY else ("Accept-Language",)
    for name in names:
        asked = headers.get(name)
        if asked is None and options.user_language == options.language:
            continue
        wanted = (asked or options.user_language).split(",")[0].split(";")[0].strip().lower()
        if wanted != "*" and re.split("[-_]", wanted)[0] != options.language:
            raise errors.invalid_header(
                name,
                "Invalid language. REST web services currently only support the default company language, and do not "
                "support the language specified in your user preferences. "
                f"Provide the {name} header with your default company language value '{options.language}'.",
            )


def idempotency_key(headers: Mapping[str, str]) -> str | None:
    """The key of an asynchronous request, a UUID; None without one. Raises INVALID_HEADER."""
    key = headers.get(IDEMPOTENCY_KEY)
    if key is not None and not _UUID.fullmatch(key.strip()):
        raise errors.invalid_header(IDEMPOTENCY_KEY, f"Invalid value of header {IDEMPOTENCY_KEY}: provide a UUID.")
    return key.strip().lower() if key is not None else None
