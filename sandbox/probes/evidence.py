"""What an answer rests on: status, code and text of each response, without names, addresses or account ids.

Receives responses, gives rows that may be published. What is not understood is cut rather than shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import requests

_SHOWN_HEADERS = (
    "Retry-After",
    "Preference-Applied",
    "X-NetSuite-PropertyValidation",
    "X-NetSuite-Warning",
    "X-NetSuite-JobId",
    "WWW-Authenticate",
    "Location",
)
_LONGEST_TEXT = 300
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_URL = re.compile(r"https?://[^\s/\"]+")
_LONG_NUMBER = re.compile(r"\d{4,}")
_ID_IN_PATH = re.compile(r"/\d+(?=/|$|[?])")
_YEAR = re.compile(r"(19|20)\d\d")


@dataclass(slots=True)
class Redactor:
    """Knows what must not be seen: the account id, and every name the probes have read."""

    account: str
    _private: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        hyphened = self.account.replace("_", "-")
        for form in (self.account, self.account.upper(), self.account.lower(), hyphened, hyphened.lower()):
            self._private[form] = "{account}"

    def hide(self, text: object, mark: str) -> None:
        """From now on show `mark` instead of `text` (a name of a customer, a subsidiary, an account …)."""
        if isinstance(text, str) and len(text.strip()) > 1:
            self._private[text.strip()] = mark

    def clean(self, text: str) -> str:
        """`text` without anything private, cut to a readable length; years stay, longer numbers do not."""
        text = _URL.sub("https://{host}", text)
        for private in sorted(self._private, key=len, reverse=True):
            text = re.sub(rf"(?<!\w){re.escape(private)}(?!\w)", self._private[private], text)
        text = _EMAIL.sub("{email}", text)
        text = _LONG_NUMBER.sub(lambda match: match[0] if _YEAR.fullmatch(match[0]) else "#", text)
        text = re.sub(r"\s+", " ", text).strip()
        return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"


@dataclass(frozen=True, slots=True)
class Reply:
    """One response, read: `body` is the JSON (None when it is none), `detail` and `code` those of an error body."""

    status: int
    headers: dict[str, str]
    body: Any
    text: str
    elapsed_ms: int

    @property
    def ok(self) -> bool:
        """2xx."""
        return 200 <= self.status < 300

    @property
    def code(self) -> str:
        """`o:errorCode`, or an empty text."""
        return str(self._error().get("o:errorCode", ""))

    @property
    def detail(self) -> str:
        """The error's text; the beginning of the body where it is no error body."""
        if self.ok:
            return ""
        return str(self._error().get("detail") or f"(not an error body) {self.text[:120]}")

    @property
    def is_json(self) -> bool:
        """Whether the body was JSON, or empty."""
        return self.body is not None or not self.text

    @property
    def new_id(self) -> str | None:
        """The internal id at the end of Location."""
        location = self.headers.get("location", "")
        return location.rstrip("/").rsplit("/", 1)[-1] or None

    def items(self) -> list[dict[str, Any]]:
        """The items of a collection; empty where there are none."""
        found = self.body.get("items") if isinstance(self.body, dict) else None
        return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []

    def _error(self) -> dict[str, Any]:
        details = self.body.get("o:errorDetails") if isinstance(self.body, dict) else None
        first = details[0] if isinstance(details, list) and details else {}
        return first if isinstance(first, dict) else {}


def read(response: requests.Response) -> Reply:
    """The response as a Reply; a body that is no JSON is kept as text."""
    try:
        body = response.json(parse_float=Decimal) if response.content else None
    except ValueError:
        body = None
    return Reply(
        status=response.status_code,
        headers={name.lower(): value for name, value in response.headers.items()},
        body=body,
        text=response.text,
        elapsed_ms=round(response.elapsed.total_seconds() * 1000),
    )


@dataclass(frozen=True, slots=True)
class Evidence:
    """One row of proof, fit to be published."""

    request: str
    status: int
    code: str
    text: str
    headers: dict[str, str]
    elapsed_ms: int

    def short(self) -> str:
        """On one line."""
        return " ".join(part for part in (str(self.status), self.code, self.text) if part)


def evidence(method: str, path: str, reply: Reply, redactor: Redactor) -> Evidence:
    """The row for one request and its reply."""
    shown = {
        name: redactor.clean(reply.headers[name.lower()]) for name in _SHOWN_HEADERS if name.lower() in reply.headers
    }
    return Evidence(
        request=f"{method} {redactor.clean(_ID_IN_PATH.sub('/{id}', path))}",
        status=reply.status,
        code=redactor.clean(reply.code),
        text=redactor.clean(reply.detail),
        headers=shown,
        elapsed_ms=reply.elapsed_ms,
    )
