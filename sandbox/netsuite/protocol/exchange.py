"""A request and its answer, freed from the connection they came by, so that a job can run the one and keep the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.netsuite import errors
from sandbox.netsuite.jsontext import Body, decode_object, encode

RECORD_ROOT = "/services/rest/record/v1"
MEDIA_TYPE = "application/vnd.oracle.resource+json; type="
SINGULAR = MEDIA_TYPE + "singular"
COLLECTION = MEDIA_TYPE + "collection"
ERROR = MEDIA_TYPE + "error"


@dataclass(frozen=True, slots=True)
class Call:
    """One request to the record service. `path` is decoded; `headers` are found in any case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    data: bytes
    base: str
    """Scheme and host as the client used them: links and Location lead back to where it came from."""
    segments: tuple[str, ...] = ()
    """The path behind `/record/v1/`."""
    since: int | None = None
    """When it arrived, if it took time (`ChangeLog.arrival`)."""
    item: Body | None = None
    """The body of one record of a batch, already read."""
    is_batched: bool = False
    """One record of a batch: its external id stands in the body, not in a URL, and may have any characters."""

    @property
    def root(self) -> str:
        """The URL of the record service."""
        return self.base + RECORD_ROOT

    @property
    def url(self) -> str:
        """The URL without its query."""
        return self.base + self.path

    def body(self, *, may_be_empty: bool = False) -> Body:
        """The JSON object sent. Raises INVALID_CONTENT."""
        if self.item is not None:
            return self.item
        if may_be_empty and not self.data.strip():
            return {}
        return decode_object(self.data)

    def names(self, parameter: str) -> list[str]:
        """The names of a comma-separated query parameter."""
        return [name.strip() for name in self.query.get(parameter, "").split(",") if name.strip()]

    def flag(self, parameter: str) -> bool:
        """A boolean query parameter. Raises INVALID_PARAMETER."""
        text = self.query.get(parameter, "false").lower()
        if text not in ("true", "false"):
            raise errors.invalid_parameter(parameter, text)
        return text == "true"

    def accepts(self, kind: str) -> bool:
        """Whether `Accept` asks for Oracle's media type `kind`: create-form, edit-form, select-options."""
        return f"type={kind}" in self.headers.get("Accept", "")

    @property
    def is_collection(self) -> bool:
        """Whether the body is a collection of records (a batch)."""
        return "type=collection" in self.headers.get("Content-Type", "").replace(" ", "")

    @property
    def preferences(self) -> str:
        """The `Prefer` header in lower case."""
        return self.headers.get("Prefer", "").lower()

    @property
    def is_async(self) -> bool:
        """Whether the client wants a job instead of an answer."""
        return "respond-async" in self.preferences


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request is answered with."""

    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    data: bytes = b""


def json_answer(body: Any, *, content_type: str = "application/json", status: int = 200) -> Answer:
    """An answer with a JSON body."""
    return Answer(status, {"Content-Type": content_type}, encode(body))


def error_answer(refused: errors.Refused, *, realm: str, scheme: str = "OAuth") -> Answer:
    """A refusal. One of the login carries the challenge: as seen on live accounts, and as documented for bearer tokens."""
    answer = json_answer(refused.body(), status=refused.status, content_type=ERROR)
    answer.headers.update(refused.headers)
    if refused.status == 401:
        error = "invalid_token" if scheme == "Bearer" else "token_rejected"
        answer.headers["WWW-Authenticate"] = (
            f'{scheme} realm="{realm}", error="{error}", error_description="Invalid login attempt."'
        )
    return answer
