"""The weather of the library's scenarios is felt: webhooks that are lost, come twice or late; requests that fail."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import stripe

from sandbox.netsuite.testing import running_netsuite
from sandbox.scenarios import library
from sandbox.scenarios.netsuite_user import NetSuiteUser, Refused
from sandbox.scenarios.playing import act
from sandbox.scenarios.sentences.weather import Forecast
from sandbox.testing import RunningStripe, running_stripe


def forecast(name: str) -> Forecast:
    """The fault rules of a scenario."""
    found = Forecast()
    for sentence in library.find(name).weather:
        act(sentence, found)
    return found


@contextmanager
def listener() -> Iterator[tuple[str, list[tuple[bytes, str]]]]:
    """A server that accepts every webhook; its URL, and bodies with signatures as they came."""
    received: list[tuple[bytes, str]] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append((body, self.headers["Stripe-Signature"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/webhooks", received
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def register(server: RunningStripe, url: str) -> str:
    """Have all events sent to `url`; the secret they are signed with."""
    client = stripe.StripeClient(server.key, base_addresses={"api": server.url})
    endpoint = client.v1.webhook_endpoints.create({"url": url, "enabled_events": ["*"]})
    assert endpoint.secret is not None
    return endpoint.secret


def test_scenario_38_loses_doubles_and_delays_webhooks() -> None:
    """One charge.succeeded never comes, invoice.paid comes twice, invoice.finalized after what happened later."""
    scenario, world, _ = library.opened("38", 1)
    with running_stripe(world) as server, listener() as (url, received):
        secret = register(server, url)
        server.set_webhook_faults(*forecast("38").webhooks)
        server.advance_to(scenario.ended)
        types = [str(stripe.Webhook.construct_event(body, sign, secret).type) for body, sign in received]  # type: ignore[no-untyped-call]
    happened = [event["type"] for event in world.shelves["event"]]
    assert happened.count("charge.succeeded") == 1
    assert types.count("charge.succeeded") == 0
    assert types.count("invoice.paid") == happened.count("invoice.paid") + 1
    assert happened.index("invoice.finalized") < happened.index("invoice.paid")
    assert types.index("invoice.finalized") > types.index("invoice.paid")


def test_scenario_39_makes_netsuite_and_stripe_refuse() -> None:
    """Its rules are known to both servers, and the first requests feel them."""
    rules = forecast("39")
    with running_netsuite(control=True) as netsuite, running_stripe(library.opened("39", 1)[1]) as server:
        user = NetSuiteUser(netsuite.url)
        user.control("faults", {"rules": rules.netsuite})
        server.set_faults(*rules.stripe)
        refused = 0
        for _ in range(10):
            try:
                user.rows("SELECT id FROM account")
            except Refused:
                refused += 1
        user.close()
        statuses = [_status(f"{server.url}/v1/charges", server.key) for _ in range(3)]
    assert refused == 7  # six times 429, then a 503; the dropped write waits for its invoice
    assert statuses == [429, 429, 200]


def _status(url: str, key: str) -> int:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {key}"})
    try:
        with urllib.request.urlopen(request) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code
