"""Webhook endpoints of an account: registered, changed and deleted as with Stripe; and how a delivery is signed.

The secret is told once, when the endpoint is made (docs.stripe.com/api/webhook_endpoints/create).
"""

import hashlib
import hmac
import re
from collections.abc import Iterator

from sandbox.stripe.api.api_error import ApiError, missing, no_such
from sandbox.stripe.api.options import API_VERSION
from sandbox.stripe.api.query import (
    PAGING,
    Parameters,
    allow,
    read_flag,
    read_limit,
    read_list,
    read_required,
    read_text,
)
from sandbox.stripe.api.reading import list_body, read_plain
from sandbox.stripe.api.writing import merge_metadata
from sandbox.stripe.base.shelf import Json, encode
from sandbox.stripe.world import World

MOST_ENDPOINTS = 16  # docs.stripe.com/webhooks: in an account
_SECRET_LENGTH = 32
_CHANGEABLE = ("url", "enabled_events", "description", "metadata", "disabled", "expand")
_URL = re.compile(r"https?://\S+")
_VERSION = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}(\.[a-z]+)?")


class Endpoints:
    """The endpoints of one account, in the order they were made."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._endpoints: dict[str, Json] = {}
        self._secrets: dict[str, str] = {}

    def __iter__(self) -> Iterator[Json]:
        return iter(list(self._endpoints.values()))

    def find(self, endpoint_id: str) -> Json | None:
        """The endpoint, or None."""
        return self._endpoints.get(endpoint_id)

    def secret_of(self, endpoint_id: str) -> str:
        """What its deliveries are signed with."""
        return self._secrets[endpoint_id]

    def create(self, form: Parameters) -> bytes:
        """A new endpoint; this answer alone has its `secret`."""
        allow(form, ("api_version", "connect", "description", "enabled_events", "expand", "metadata", "url"))
        if len(self._endpoints) >= MOST_ENDPOINTS:
            raise ApiError(400, f"You have reached the maximum of {MOST_ENDPOINTS} test webhook endpoints.")
        if "enabled_events" not in form:
            raise missing("enabled_events")
        endpoint_id = self._world.ids.next("we")
        endpoint: Json = {
            "id": endpoint_id,
            "object": "webhook_endpoint",
            "api_version": _version(form),
            "application": None,
            "created": self._world.now,
            "description": _optional_text(form, "description"),
            "enabled_events": _events(form),
            "livemode": False,
            "metadata": merge_metadata({}, form),
            "status": "enabled",
            "url": _url(read_required(form, "url")),
        }
        self._endpoints[endpoint_id] = endpoint
        secret = self._secrets[endpoint_id] = "whsec_" + self._world.ids.letters(endpoint_id, _SECRET_LENGTH)
        return encode({**endpoint, "secret": secret})

    def update(self, endpoint_id: str, form: Parameters) -> bytes:
        """Change an endpoint."""
        allow(form, _CHANGEABLE)
        endpoint = self._get(endpoint_id)
        changes: Json = {}
        if "url" in form:
            changes["url"] = _url(read_text(form["url"], "url"))
        if "enabled_events" in form:
            changes["enabled_events"] = _events(form)
        if "description" in form:
            changes["description"] = _optional_text(form, "description")
        if "disabled" in form:
            changes["status"] = "disabled" if read_flag(form["disabled"], "disabled") else "enabled"
        endpoint.update(changes, metadata=merge_metadata(endpoint["metadata"], form))
        return encode(endpoint)

    def delete(self, endpoint_id: str) -> bytes:
        """Delete an endpoint."""
        self._get(endpoint_id)
        del self._endpoints[endpoint_id], self._secrets[endpoint_id]
        return encode({"id": endpoint_id, "object": "webhook_endpoint", "deleted": True})

    def one(self, endpoint_id: str, parameters: Parameters) -> bytes:
        """An endpoint, without its secret."""
        return read_plain(self._world, self._get(endpoint_id), parameters)

    def page(self, url: str, parameters: Parameters) -> bytes:
        """A page of endpoints, newest first."""
        allow(parameters, PAGING)
        rows = list(self._endpoints.values())[::-1]
        if "starting_after" in parameters:
            ids = [row["id"] for row in rows]
            rows = rows[ids.index(self._get(read_text(parameters["starting_after"], "starting_after"))["id"]) + 1 :]
        limit = read_limit(parameters)
        has_more = len(rows) > limit
        return list_body(self._world, "webhook_endpoint", url, rows[:limit], parameters, has_more=has_more)

    def _get(self, endpoint_id: str) -> Json:
        endpoint = self._endpoints.get(endpoint_id)
        if endpoint is None:
            raise no_such("webhook_endpoint", endpoint_id, param="webhook_endpoint")
        return endpoint


def signature(secret: str, body: bytes, at: int) -> str:
    """The `Stripe-Signature` header of a body sent at `at` (Unix seconds): docs.stripe.com/webhooks/signature."""
    digest = hmac.new(secret.encode(), b"%d.%b" % (at, body), hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def wants(endpoint: Json, event_type: str) -> bool:
    """Whether an endpoint is to be told of an event."""
    events = endpoint["enabled_events"]
    return endpoint["status"] == "enabled" and ("*" in events or event_type in events)


def _events(form: Parameters) -> list[str]:
    events = read_list(form["enabled_events"], "enabled_events")
    if "*" in events and len(events) > 1:
        text = "When passing '*' as an event type, no other event types may be passed."
        raise ApiError(400, text, param="enabled_events")
    return events


def _url(text: str) -> str:
    if _URL.fullmatch(text) is None:
        raise ApiError(
            400, "Invalid URL: An explicit scheme (such as https) must be provided.", code="url_invalid", param="url"
        )
    return text


def _version(form: Parameters) -> str:
    version = read_text(form["api_version"], "api_version") if "api_version" in form else API_VERSION
    if _VERSION.fullmatch(version) is None:
        raise ApiError(400, f"Invalid Stripe API version: {version}", param="api_version")
    return version


def _optional_text(form: Parameters, name: str) -> str | None:
    value = form.get(name, "")
    return None if value == "" else read_text(value, name)
