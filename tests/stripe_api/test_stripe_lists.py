"""Lists: every row once, by cursor or in parallel slices; and any answer that would lose rows is an error."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stripe_netsuite.domain.window import Window, from_unix
from stripe_netsuite.errors import PageInvariantBroken, StripeRefused, StripeUnavailable
from stripe_netsuite.stripe_api.client import StripeClient
from stripe_netsuite.stripe_api.limits import Limits
from stripe_netsuite.stripe_api.retry import RetryPolicy
from stripe_netsuite.stripe_api.slices import Slice, cut
from stripe_netsuite.stripe_api.transport import Answer
from tests.stripe_api.wire import FakeClock, Fault, Wire, connection, rows, serving

PATH = "/v1/charges"
WINDOW = Window(from_unix(1_000_000), from_unix(1_003_600))


def _client(url, workers=6, **kwargs):
    return StripeClient(connection(url), FakeClock(), Limits.unlimited(workers), **kwargs)


def _in_memory(wire: Wire, workers=6) -> StripeClient:
    """A client whose transport asks the wire without a socket."""

    def transport(_method, url, headers, _body=None, /):
        parts = urlsplit(url)
        query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
        number = wire.note(parts.path, query, dict(headers))
        fault = wire.fault(number, parts.path, query)
        if fault:
            return Answer(fault.status, fault.headers, fault.body or b"{}")
        status, body = wire.answer(parts.path, query)
        return Answer(status, {}, body)

    return StripeClient(connection("http://wire"), FakeClock(), Limits.unlimited(workers), transport=transport)


def _ids(pages):
    return [row["id"] for page in pages for row in page]


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 350])
def test_a_walk_gives_every_row_once(count):
    """By cursor, at page borders too."""
    wire = Wire(rows={PATH: rows(count)})
    assert _ids(_in_memory(wire).list_pages(PATH, object_type="charge")) == [row["id"] for row in wire.rows[PATH]]


@settings(max_examples=60, deadline=None)
@given(
    offsets=st.lists(st.integers(0, 3599), max_size=1500),
    burst=st.tuples(st.integers(0, 3599), st.integers(0, 700)),
    workers=st.integers(1, 9),
)
def test_slices_give_every_row_of_the_window_once(offsets, burst, workers):
    """Whatever the density, also hundreds of rows in one second; rows outside of the window are not given."""
    created = sorted([*offsets, *[burst[0]] * burst[1], -1, 3600], reverse=True)
    made = [{"id": f"ch_{i}", "object": "charge", "created": 1_000_000 + at} for i, at in enumerate(created)]
    wire = Wire(rows={PATH: made})
    got = _ids(_in_memory(wire, workers).list_window(PATH, WINDOW, object_type="charge"))
    assert sorted(got) == sorted(row["id"] for row in made if 1_000_000 <= row["created"] < 1_003_600)


def test_slices_are_read_in_parallel_and_cost_few_requests_more():
    """A busy hour is split by density: several cursors, and at most one half-empty page for each."""
    wire = Wire(rows={PATH: rows(5_000)})
    client = _in_memory(wire)
    assert len(_ids(client.list_window(PATH, WINDOW))) == 5_000
    spans = {(query["created[gte]"], query["created[lt]"]) for _, query in wire.requests}
    assert len(spans) > 4
    assert client.request_count <= 50 + 2 * len(spans)


def test_an_empty_window_costs_one_request():
    """Nothing is sliced before there is something to slice."""
    client = _in_memory(Wire(rows={PATH: []}))
    assert _ids(client.list_window(PATH, WINDOW)) == []
    assert client.request_count == 1


@pytest.mark.parametrize("kind", ["429", "429 reason", "429 should retry", "500", "cut", "drop"])
def test_a_window_is_complete_under_passing_faults(kind):
    """A third of the answers fail over a real socket: nothing is lost, nothing is doubled."""
    fault = {
        "429": Fault(429),
        "429 reason": Fault(429, {"Stripe-Rate-Limited-Reason": "global-rate"}),
        "429 should retry": Fault(429, {"Stripe-Should-Retry": "true"}),
        "500": Fault(500),
        "cut": Fault(cut=True),
        "drop": Fault(drop=True),
    }[kind]
    rng = random.Random(3)
    wire = Wire(rows={PATH: rows(1_500)}, fault=lambda *_: fault if rng.random() < 0.33 else None)
    patient = RetryPolicy(attempts=50, total_s=10_000)
    with serving(wire) as url, _client(url, retry=patient) as client:
        assert sorted(_ids(client.list_window(PATH, WINDOW))) == sorted(row["id"] for row in wire.rows[PATH])
    assert len(wire.requests) > 15


EMPTY_WITH_MORE = b'{"object":"list","data":[],"has_more":true}'


@pytest.mark.parametrize("at", [1, 3, 9])
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(403), StripeRefused),
        (Fault(400), StripeRefused),
        (Fault(body=EMPTY_WITH_MORE), PageInvariantBroken),
        (Fault(body=b'{"object":"search_result","data":[],"has_more":false}'), PageInvariantBroken),
        (Fault(body=b'{"object":"list","has_more":false}'), PageInvariantBroken),
        (Fault(body=b'{"object":"list","data":null,"has_more":false}'), PageInvariantBroken),
        (
            Fault(
                body=b'{"object":"list","data":[{"id":"ch_x","object":"refund","created":1000000}],"has_more":false}'
            ),
            PageInvariantBroken,
        ),
        (
            Fault(body=b'{"object":"list","data":[{"object":"charge","created":1000000}],"has_more":false}'),
            PageInvariantBroken,
        ),
    ],
    ids=["403", "400", "empty with more", "not a list", "no data", "null data", "other object", "no id"],
)
@pytest.mark.parametrize("way", ["window", "pages"])
def test_a_bad_answer_on_any_page_fails_the_whole_list(way, fault, error, at):
    """First, middle or later page, one cursor or many: loud, never a shorter list."""
    wire = Wire(rows={PATH: rows(1_500)}, fault=lambda number, *_: fault if number == at else None)
    client = _in_memory(wire)
    with pytest.raises(error):
        _ids(
            client.list_window(PATH, WINDOW, object_type="charge")
            if way == "window"
            else client.list_pages(PATH, object_type="charge")
        )


def test_a_row_outside_of_the_asked_window_is_noticed():
    """A server that ignores the `created` filter would give the same rows to every slice."""
    wire = Wire(rows={PATH: []})
    wire.page = lambda _path, _query: {"object": "list", "data": rows(1, start=5), "has_more": False}
    with pytest.raises(PageInvariantBroken, match="outside"):
        _ids(_in_memory(wire).list_window(PATH, WINDOW))


def test_a_slice_that_stays_down_fails_the_whole_window():
    """After all attempts the window is not there, though other slices were read."""
    wire = Wire(rows={PATH: rows(3_000)}, fault=lambda number, *_: Fault(503) if number > 10 else None)
    with pytest.raises(StripeUnavailable):
        _ids(_in_memory(wire).list_window(PATH, WINDOW))


@pytest.mark.parametrize("way", ["window", "pages"])
def test_a_cursor_that_does_not_move_is_noticed(way):
    """A server that ignores starting_after would be read for ever."""
    stuck = rows(200, seconds=1)
    wire = Wire(rows={PATH: stuck})
    first = wire.page(PATH, {"limit": "100"})
    wire.page = lambda _path, _query: first  # the server's own mistake
    client = _in_memory(wire)
    with pytest.raises(PageInvariantBroken, match="cursor does not move"):
        _ids(client.list_window(PATH, WINDOW) if way == "window" else client.list_pages(PATH))


def test_rows_that_come_oldest_first_are_noticed():
    """Slices rely on newest first; another order would skip rows."""
    wire = Wire(rows={PATH: rows(50)[::-1]})
    with pytest.raises(PageInvariantBroken, match="newest first"):
        _ids(_in_memory(wire).list_window(PATH, WINDOW))


def test_a_reader_that_stops_early_stops_the_workers():
    """Closing the iterator ends the reading: no request follows once the workers' current ones are through."""
    wire = Wire(rows={PATH: rows(20_000)})
    client = _in_memory(wire, workers=3)
    pages = client.list_window(PATH, WINDOW)
    next(pages)
    pages.close()
    assert client.request_count < 100


@given(start=st.integers(0, 10_000), span=st.integers(1, 5_000), pieces=st.integers(1, 40))
def test_cut_slices_touch_and_do_not_overlap(start, span, pieces):
    """Together they are the slice; what was delivered already is known to the newest piece alone."""
    parts = cut(Slice(start, start + span, frozenset(["ch_1"])), pieces)
    assert len(parts) == min(pieces, span)
    assert [part.start for part in parts[:-1]] == [part.end for part in parts[1:]]
    assert (parts[-1].start, parts[0].end) == (start, start + span)
    assert [bool(part.skip) for part in parts] == [True] + [False] * (len(parts) - 1)


def test_the_window_is_asked_as_gte_and_lt():
    """Half-open, in whole seconds of UTC."""
    window = Window(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC))
    wire = Wire(rows={PATH: []})
    _ids(_in_memory(wire).list_window(PATH, window, {"customer": "cus_1"}, expand=("data.customer",)))
    assert wire.requests[0][1] == {
        "created[gte]": "1793491200",
        "created[lt]": "1793577600",
        "customer": "cus_1",
        "expand[0]": "data.customer",
        "limit": "100",
    }
