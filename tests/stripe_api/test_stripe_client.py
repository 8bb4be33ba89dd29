"""One request at a time: who asks, what is retried and how long, what is refused, and that no secret gets out."""

from __future__ import annotations

import random
from decimal import Decimal
from pathlib import Path

import pytest
import stripe

from stripe_netsuite.errors import PageInvariantBroken, StripeRefused, StripeUnavailable
from stripe_netsuite.settings import StripeConnection
from stripe_netsuite.stripe_api.client import StripeClient, object_path
from stripe_netsuite.stripe_api.limits import Limits
from stripe_netsuite.stripe_api.retry import RetryPolicy
from stripe_netsuite.stripe_api.transport import Answer, ConnectionDropped
from tests.stripe_api.wire import KEY, FakeClock, Fault, Wire, connection, rows, scripted, serving

OK = Answer(200, {}, b'{"id":"ch_1","object":"charge","amount":1999,"rate":1.08730000000000000001}')


def _client(answers, clock=None, **kwargs):
    return StripeClient(
        connection("http://wire"), clock or FakeClock(), Limits.unlimited(), transport=scripted(answers), **kwargs
    )


def test_a_request_carries_key_and_pinned_version_and_no_telemetry():
    """The SDK builds the request: key, pinned version, connected account; it reports nothing about this machine."""
    wire = Wire(rows={"/v1/charges": rows(1)})
    with serving(wire) as url, StripeClient(connection(url), FakeClock(), Limits.unlimited()) as client:
        client.get("/v1/charges/ch_000000", expand=("customer",))
    headers = wire.headers[0]
    assert headers["Authorization"] == f"Bearer {KEY}"
    assert headers["Stripe-Version"] == "2026-10-28.endive" == client.api_version
    assert wire.requests[0][1] == {"expand[0]": "customer"}
    assert "X-Stripe-Client-Telemetry" not in headers
    assert "telemetry_id" not in headers["X-Stripe-Client-User-Agent"]
    assert stripe.api_key is None


def test_netrc_does_not_replace_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A ~/.netrc entry for the host must not turn the key into somebody's password."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    wire = Wire(rows={"/v1/charges": rows(1)})
    with serving(wire) as url, StripeClient(connection(url), FakeClock(), Limits.unlimited()) as client:
        client.get("/v1/charges/ch_000000")
    assert wire.headers[0]["Authorization"] == f"Bearer {KEY}"


def test_numbers_keep_every_digit():
    """JSON numbers with a fraction become exact decimals, not floats."""
    assert _client([OK]).get("/v1/charges/ch_1")["rate"] == Decimal("1.08730000000000000001")


@pytest.mark.parametrize(
    "failure",
    [
        Answer(429, {"stripe-rate-limited-reason": "endpoint-rate"}, b"{}"),
        Answer(429, {"stripe-should-retry": "true"}, b"{}"),
        Answer(429, {"stripe-should-retry": "false"}, b"{}"),
        Answer(409, {}, b"{}"),
        Answer(500, {"stripe-should-retry": "false"}, b"<html>"),
        Answer(503, {}, b""),
        Answer(402, {"stripe-should-retry": "true"}, b"{}"),
        Answer(200, {}, OK.body[:20]),
        Answer(200, {}, b"<html>maintenance</html>"),
        ConnectionDropped("ReadTimeout"),
    ],
    ids=lambda failure: str(getattr(failure, "status", failure)),
)
def test_a_passing_failure_is_asked_again(failure):
    """429 of every kind, 409, 5xx, drops, cut and foreign bodies: the next good answer counts."""
    client = _client([failure, failure, OK])
    assert client.get("/v1/charges/ch_1")["amount"] == 1999
    assert client.counts == {"/v1/charges/:id": 3}


def test_the_wire_itself_is_asked_again_when_cut_or_dropped():
    """The same over a real socket: a connection closed before the answer, and a body shorter than announced."""
    faults = {1: Fault(drop=True), 2: Fault(cut=True)}
    wire = Wire(rows={"/v1/charges": rows(1)}, fault=lambda number, *_: faults.get(number))
    with serving(wire) as url, StripeClient(connection(url), FakeClock(), Limits.unlimited()) as client:
        assert client.get("/v1/charges/ch_000000")["object"] == "charge"
    assert len(wire.requests) == 3


def test_waits_grow_with_full_jitter_and_end():
    """The wait before attempt n is uniform in [0, min(cap, base·2^(n-1))]; after the last attempt it gives up."""
    clock = FakeClock()
    policy = RetryPolicy(attempts=6, base_s=1, cap_s=4, total_s=1000)
    client = _client([Answer(503, {}, b"")], clock, retry=policy, rng=random.Random(7))
    with pytest.raises(StripeUnavailable, match="6 attempts"):
        client.get("/v1/charges/ch_1")
    assert len(clock.slept) == 5
    assert all(0 <= slept <= bound for slept, bound in zip(clock.slept, [1, 2, 4, 4, 4], strict=True))
    assert len(set(clock.slept)) == 5


def test_the_time_for_retries_is_bounded():
    """No request goes on beyond `total_s`, however many attempts are left."""
    clock = FakeClock()
    client = _client([Answer(503, {}, b"")], clock, retry=RetryPolicy(attempts=1000, cap_s=10, total_s=60))
    with pytest.raises(StripeUnavailable):
        client.get("/v1/charges/ch_1")
    assert clock.elapsed_s <= 60


@pytest.mark.parametrize("status", [400, 401, 403, 404, 302])
def test_a_refusal_is_raised_at_once_with_stripes_words_and_without_the_key(status):
    """4xx (and a redirect, which is never followed): status, code and request id are there, the key is not."""
    body = (
        b'{"error":{"type":"invalid_request_error","code":"why","message":"Bad key '
        + KEY.encode()
        + b' rk_live_abc*xyz"}}'
    )
    client = _client([Answer(status, {"request-id": "req_1", "location": "http://elsewhere"}, body)])
    with pytest.raises(StripeRefused) as caught:
        client.get("/v1/charges/ch_1")
    error = caught.value
    assert (error.status, error.code, error.request_id) == (status, "why", "req_1")
    assert client.request_count == 1
    assert KEY not in str(error)
    assert "rk_live_abc" not in str(error)
    assert KEY not in repr(client.__dict__.get("_connection"))


def test_a_key_that_looks_like_no_key_is_masked_too():
    """Another server than Stripe may give out keys of another form, and repeat them in its error."""
    answer = Answer(401, {}, b'{"error":{"message":"unknown key opaque-credential"}}')
    odd = StripeConnection("odd", "opaque-credential", "http://wire")
    client = StripeClient(odd, FakeClock(), Limits.unlimited(), transport=scripted([answer]))
    with pytest.raises(StripeRefused) as caught:
        client.get("/v1/charges/ch_1")
    assert "opaque-credential" not in str(caught.value)


def test_a_refusal_without_a_stripe_body_is_still_a_refusal():
    """A proxy's 403 page has no error object."""
    with pytest.raises(StripeRefused, match="no message"):
        _client([Answer(403, {}, b"<html>Forbidden</html>")]).get("/v1/charges/ch_1")


def test_an_answer_of_another_shape_is_no_object():
    """200 with JSON that is not what was asked for is loud."""
    with pytest.raises(PageInvariantBroken):
        _client([Answer(200, {}, b"[1]")]).get("/v1/charges/ch_1")


def test_ids_are_quoted_in_paths():
    """Coupons have ids of any shape; none of them may reach another path."""
    assert object_path("/v1/coupons", "50% off/../x?a") == "/v1/coupons/50%25%20off%2F..%2Fx%3Fa"
