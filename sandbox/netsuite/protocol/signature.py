"""OAuth 1.0a signatures as NetSuite checks them: HMAC-SHA256 over method, URL and query (RFC 5849 §3.4). Pure."""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote

_PARAMETER = re.compile(r'\s*([A-Za-z_0-9]+)="([^"]*)"\s*(?:,|$)')
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_SAFE = re.compile(r"[A-Za-z0-9_.~-]*")
_UNSIGNED = frozenset({"realm", "oauth_signature"})


def header_parameters(header: str) -> dict[str, str] | None:
    """The decoded parameters of an `Authorization: OAuth …` header; None if it is something else or malformed."""
    if header[:6].lower() != "oauth ":
        return None
    found: dict[str, str] = {}
    place, end = 6, len(header)
    while place < end:
        match = _PARAMETER.match(header, place)
        if match is None or match[1] in found:
            return None
        value = match[2]
        found[match[1]] = unquote(value) if "%" in value else value
        place = match.end()
    return found if found and not header.endswith(",") else None


@lru_cache(maxsize=2048)
def _escape(text: str) -> str:
    return text if _SAFE.fullmatch(text) else quote(text, safe="-._~")


@lru_cache(maxsize=256)
def _escaped_origin(origin: str) -> str:
    """Scheme and host in lower case without the default port, escaped."""
    scheme, _, host = origin.lower().partition("://")
    return _escape(f"{scheme}://{host.removesuffix(_DEFAULT_PORTS.get(scheme, ''))}")


def base_string(method: str, url: str, oauth: Mapping[str, str]) -> str:
    """The signature base string; `realm` and the signature itself are not part of it, the query is."""
    start = url.find("/", url.find("://") + 3)
    origin, target = (url, "") if start < 0 else (url[:start], url[start:])
    path, _, query = target.partition("?")
    encoded = [(_escape(name), _escape(value)) for name, value in oauth.items() if name not in _UNSIGNED]
    if query:
        pairs = parse_qsl(query, keep_blank_values=True)
        encoded += [(_escape(name), _escape(value)) for name, value in pairs]
    encoded.sort()
    parameters = "&".join([f"{name}={value}" for name, value in encoded])
    # Escaped once, the parameters have no other characters left that want escaping.
    parameters = parameters.replace("%", "%25").replace("=", "%3D").replace("&", "%26")
    escaped_path = "%2F".join([_escape(part) for part in path.split("/")])
    return f"{method.upper()}&{_escaped_origin(origin)}{escaped_path}&{parameters}"


class Signer:
    """Signs with the pair of secrets of one token, and checks what was signed with them."""

    def __init__(self, consumer_secret: str, token_secret: str) -> None:
        self._key = f"{_escape(consumer_secret)}&{_escape(token_secret)}".encode()

    def __repr__(self) -> str:
        return "Signer(…)"

    def sign(self, method: str, url: str, oauth: Mapping[str, str]) -> str:
        """The base64 HMAC-SHA256 signature of a request."""
        text = base_string(method, url, oauth)
        return base64.b64encode(hmac.digest(self._key, text.encode(), "sha256")).decode()

    def has_signed(self, method: str, url: str, oauth: Mapping[str, str]) -> bool:
        """Whether the signature in `oauth` is right (compared in constant time)."""
        sent = oauth.get("oauth_signature", "")
        return hmac.compare_digest(self.sign(method, url, oauth).encode(), sent.encode())
