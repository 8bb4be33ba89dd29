"""One HTTP exchange with Stripe: the SDK builds the request, the answer's bytes stay ours.

The SDK would parse every body into ordered dicts before we do (half of the time of a page of charges), would hand
`exchange_rate` over as a float, and has retry rules of its own.
Promises: no redirect is followed, no `.netrc` replaces the key, nothing is retried here, no telemetry is sent.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import requests
import stripe
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_ACCEPT_ENCODING, get_environ_proxies

from stripe_netsuite.errors import ConfigurationError
from stripe_netsuite.settings import StripeConnection

# The SDK has this switch for the whole process only. Left on, it writes an id file into the user's home directory
# and sends it, with the platform's name, on each request.
stripe.enable_telemetry = False

Method = Literal["get", "post"]
API_VERSION: str = stripe.api_version or ""
_CONNECT_TIMEOUT_S = 10.0
_READ_TIMEOUT_S = 80.0


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer as it came; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class ConnectionDropped(Exception):
    """The exchange broke off: no connection, a time-out, or a body that ended early. Names the kind only, no URL."""


class Transport(Protocol):
    """Method, URL, headers and perhaps a body in; the answer out. Raises ConnectionDropped."""

    def __call__(self, method: str, url: str, headers: Mapping[str, str], body: str | None = None, /) -> Answer:
        """Send one request."""
        ...


class RequestsTransport:
    """The real transport: keep-alive connections to one host, shared by the client's threads.

    It uses requests' adapter without a session: a session would follow redirects, keep cookies, read ~/.netrc (and
    replace the key by what that says), and look the proxies up in the environment again for each request.
    """

    def __init__(self, base_url: str, connections: int) -> None:
        self._adapter = HTTPAdapter(pool_connections=1, pool_maxsize=connections, max_retries=0)
        self._proxies = {scheme: proxy for scheme, proxy in get_environ_proxies(base_url).items() if proxy}
        self._verify = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True

    def __call__(self, method: str, url: str, headers: Mapping[str, str], body: str | None = None, /) -> Answer:
        """Send one request and read the whole body."""
        request = requests.PreparedRequest()
        request.prepare(method, url, headers={**headers, "Accept-Encoding": DEFAULT_ACCEPT_ENCODING}, data=body)
        try:
            answer = self._adapter.send(
                request, timeout=(_CONNECT_TIMEOUT_S, _READ_TIMEOUT_S), verify=self._verify, proxies=self._proxies
            )
            content = answer.content
        except requests.exceptions.SSLError as error:
            raise ConfigurationError(
                f"Stripe's certificate could not be verified ({type(error).__name__})",
                subject="Stripe connection",
                next_step="check the host of the connection, the proxy, and REQUESTS_CA_BUNDLE",
            ) from None
        except requests.exceptions.RequestException as error:
            raise ConnectionDropped(type(error).__name__) from None
        return Answer(answer.status_code, {name.lower(): value for name, value in answer.headers.items()}, content)

    def close(self) -> None:
        """Close the connections that are kept alive."""
        self._adapter.close()


class _AnswerHeaders(dict[str, str]):
    """The headers the SDK hands through unread, with the answer they came with."""

    answer: Answer


class _SdkHttpClient(stripe.HTTPClient):  # type: ignore[misc]
    """What the SDK calls to send. It gets an empty object back, so that it neither parses nor judges the body."""

    name = "stripe-netsuite"

    def __init__(self, transport: Transport) -> None:
        super().__init__()
        self._transport = transport

    def request_with_retries(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None, **_options: Any
    ) -> tuple[str, int, Mapping[str, str]]:
        """Send once; retrying is the client's business."""
        answer = (
            self._transport(method, url, headers, post_data) if post_data else self._transport(method, url, headers)
        )
        carrier = _AnswerHeaders(answer.headers)
        carrier.answer = answer
        return "{}", 200, carrier

    def close(self) -> None:
        """Leave the connections to the transport."""


class StripeRequester:
    """Sends requests for one connection: key, version, connected account, and the encoding are the SDK's."""

    def __init__(self, connection: StripeConnection, transport: Transport) -> None:
        self._sdk = stripe.StripeClient(
            connection.api_key,
            stripe_account=connection.connected_account,
            stripe_version=API_VERSION,
            base_addresses={"api": connection.base_url},
            max_network_retries=0,
            http_client=_SdkHttpClient(transport),
        )

    def send(self, path: str, params: Mapping[str, Any], method: Method = "get") -> Answer:
        """Send one request. Raises ConnectionDropped, or ConfigurationError for a bad certificate."""
        carrier = self._sdk.raw_request(method, path, **params).headers
        answer: Answer = carrier.answer
        return answer
