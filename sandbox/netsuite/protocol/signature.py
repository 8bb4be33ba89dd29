"""OAuth 1.0a signatures as NetSuite checks them: HMAC-SHA256 over method, URL and query (RFC 5849 §3.4). Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote, urlsplit

_PARAMETER = re.compile(r'\s*([A-Za-z_0-9]+)="([^"]*)"\s*')
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


@dataclass(frozen=True, slots=True)
class Credentials:
    """The pair of secrets that sign."""

    consumer_secret: str
    token_secret: str

    def __repr__(self) -> str:
        return "Credentials(…)"


def header_parameters(header: str) -> dict[str, str] | None:
    """The decoded parameters of an `Authorization: OAuth …` header; None if it is something else or malformed."""
    scheme, _, rest = header.partition(" ")
    if scheme.lower() != "oauth":
        return None
    found: dict[str, str] = {}
    for part in rest.split(","):
        match = _PARAMETER.fullmatch(part)
        if match is None or match[1] in found:
            return None
        found[match[1]] = unquote(match[2])
    return found


def _escape(text: str) -> str:
    return quote(text, safe="-._~")


def base_string(method: str, url: str, oauth: Mapping[str, str]) -> str:
    """The signature base string; `realm` and the signature itself are not part of it, the query is."""
    parts = urlsplit(url)
    scheme, host = parts.scheme.lower(), parts.netloc.lower()
    host = host.removesuffix(_DEFAULT_PORTS.get(scheme, ""))
    pairs: Sequence[tuple[str, str]] = [
        *parse_qsl(parts.query, keep_blank_values=True),
        *((name, value) for name, value in oauth.items() if name not in ("realm", "oauth_signature")),
    ]
    encoded = sorted((_escape(name), _escape(value)) for name, value in pairs)
    parameters = "&".join(f"{name}={value}" for name, value in encoded)
    return "&".join((method.upper(), _escape(f"{scheme}://{host}{parts.path}"), _escape(parameters)))


def sign(method: str, url: str, oauth: Mapping[str, str], credentials: Credentials) -> str:
    """The base64 HMAC-SHA256 signature of a request."""
    key = f"{_escape(credentials.consumer_secret)}&{_escape(credentials.token_secret)}"
    text = base_string(method, url, oauth)
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


def is_signed(method: str, url: str, oauth: Mapping[str, str], credentials: Credentials) -> bool:
    """Whether the signature in `oauth` is right (compared in constant time)."""
    return hmac.compare_digest(sign(method, url, oauth, credentials), oauth.get("oauth_signature", ""))
