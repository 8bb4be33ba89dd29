"""Draws one page from a template: escaped, with a style of its own and nothing from elsewhere.

Receives values; everything that was given from outside is set apart (`bdi`), so that neither markup nor right-to-left
text in a name can change what the page says. Knows neither Stripe nor NetSuite.
"""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

_SHARED = Path(__file__).parent / "templates"
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class PageMissing(Exception):
    """There is nothing to show at this address; the text says what was looked for."""


@dataclass(frozen=True)
class Site:
    """The pages of one sandbox: its name, home, navigation (key, place, label), templates and their names."""

    brand: str
    home: str
    navigation: Sequence[tuple[str, str, str]]
    templates: Path
    names: Mapping[str, Any] = field(default_factory=dict)

    def page(self, template: str, *, subject: str, note: str, here: str, title: str, **values: Any) -> web.Response:
        """A page. `subject` is whose page it is, `note` what stands beside it, `here` its entry of the navigation."""
        text = self._environment.get_template(template).render(
            brand=self.brand,
            home=self.home,
            navigation=self.navigation,
            style=Markup(_style()),  # noqa: S704 - our own file
            subject=subject,
            note=note,
            here=here,
            title=title,
            **values,
        )
        return web.Response(text=text, content_type="text/html")

    def error(self, status: int, message: str, *, subject: str, note: str) -> web.Response:
        """A page that says why there is no other."""
        response = self.page("error.html", subject=subject, note=note, here="", title="Not shown", message=message)
        response.set_status(status)
        return response

    @functools.cached_property
    def _environment(self) -> Environment:
        environment = Environment(
            loader=FileSystemLoader([self.templates, _SHARED]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters |= {"amount": amount, "stamp": stamp, "instant": instant}
        environment.globals |= {"with_query": with_query, **self.names}
        return environment


def sealed(response: web.StreamResponse) -> web.StreamResponse:
    """The response with the headers that every page has: what it may load and do is its own style, and its own form."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    response.headers.update(_HEADERS)
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return response


def amount(value: Decimal | None, precision: int = 2) -> str:
    """`-1,234.50` with the currency's decimals (more, if the value has more); nothing for None."""
    if value is None:
        return ""
    exponent = value.normalize().as_tuple().exponent
    own = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    shown = format(value, f",.{max(precision, own)}f")
    return shown if value != 0 else shown.removeprefix("-")


def stamp(text: str) -> str:
    """A stored time (`2026-11-15T00:00:00`) for people."""
    return f"{text[:10]} {text[11:19]}".strip()


def instant(seconds: int) -> str:
    """A Unix time as ISO date and time, UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")


def with_query(place: str, **values: object) -> str:
    """A place with its query; empty values are left out."""
    given = {name: value for name, value in values.items() if value not in (None, "")}
    return f"{place}?{urlencode(given)}" if given else place


def whole(request: web.Request, name: str, default: int) -> int:
    """A whole number of the query; `default` for anything else."""
    text = request.query.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default


def page_places(place: str, number: int, last: int, **query: object) -> dict[str, str]:
    """The places of the first, previous, next and last page of a list; those that are other pages than this one."""
    others = {"first": 1, "previous": number - 1, "next": number + 1, "last": last}
    return {
        name: with_query(place, **query, page=other if other > 1 else "")
        for name, other in others.items()
        if 1 <= other <= last and other != number
    }


@functools.cache
def _style() -> str:
    return (_SHARED / "page.css").read_text(encoding="utf-8")
