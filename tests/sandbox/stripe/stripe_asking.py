"""Plain HTTP requests to a served sandbox, with the answers decoded."""

from dataclasses import dataclass
from typing import Any

import requests

from sandbox.testing import RunningStripe

TIMEOUT_S = 10


@dataclass(frozen=True)
class Answer:
    """Status, headers and decoded body of a response."""

    status: int
    headers: dict[str, str]
    body: Any


def ask(stripe: RunningStripe, path: str, *, form: str | None = None, **headers: str) -> Answer:
    """Send one request, a POST if there is a form; refusals are answers too."""
    sent = {"Authorization": f"Bearer {stripe.key}", **headers}
    if form is not None:
        sent["Content-Type"] = "application/x-www-form-urlencoded"
    method = "GET" if form is None else "POST"
    response = requests.request(method, f"{stripe.url}{path}", data=form, headers=sent, timeout=TIMEOUT_S)
    return Answer(response.status_code, dict(response.headers), response.json())


def walk(stripe: RunningStripe, path: str, query: str = "limit=100") -> list[dict[str, Any]]:
    """All objects of a list, page by page, in the order they come."""
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = ask(stripe, f"{path}?{query}{cursor}").body
        found.extend(page["data"])
        if not page["has_more"]:
            return found
        cursor = f"&starting_after={page['data'][-1]['id']}"
