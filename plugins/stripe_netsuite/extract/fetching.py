"""Gets objects from Stripe in the shape of their allow-list: by window, by id, and invoices with all their lines."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from stripe_netsuite.domain.window import Window
from stripe_netsuite.errors import PageInvariantBroken, StripeRefused
from stripe_netsuite.extract.fields import row_type
from stripe_netsuite.extract.ledger_row import LedgerRow
from stripe_netsuite.extract.streams import LEDGER_PATH, LEDGER_TYPE, Stream
from stripe_netsuite.stripe_api.client import StripeClient, object_path

_CHUNK = 200


def list_objects(client: StripeClient, stream: Stream, span: Window) -> Iterator[list[Any]]:
    """Give the objects created in `span`, page by page; invoices with all lines."""
    pages = client.list_window(
        stream.path,
        span,
        dict(stream.params),
        expand=stream.list_expand,
        row_type=row_type(stream.object_type),
        object_type=stream.object_type,
    )
    for page in pages:
        if stream.object_type == "invoice":
            complete_invoices(client, page)
        yield page


def list_ledger(client: StripeClient, span: Window) -> Iterator[list[LedgerRow]]:
    """Give the balance transactions created in `span`, page by page."""
    return client.list_window(LEDGER_PATH, span, row_type=LedgerRow, object_type=LEDGER_TYPE)


def fetch_objects(client: StripeClient, stream: Stream, ids: Collection[str]) -> Iterator[tuple[list[Any], set[str]]]:
    """Read objects by id, in parallel; give batches of the objects found and the ids that Stripe does not know.

    Any refusal but 404 is raised.
    """
    ordered = sorted(ids)
    with ThreadPoolExecutor(max_workers=client.limits.workers) as pool:
        for start in range(0, len(ordered), _CHUNK):
            chunk = ordered[start : start + _CHUNK]
            answers = list(pool.map(lambda identity: _fetch_one(client, stream, identity), chunk))
            found = [row for row in answers if row is not None]
            if stream.object_type == "invoice":
                complete_invoices(client, found)
            yield found, {identity for identity, row in zip(chunk, answers, strict=True) if row is None}


def _fetch_one(client: StripeClient, stream: Stream, identity: str) -> Any:
    path = object_path(stream.path, identity)
    try:
        row = client.get(path, expand=stream.expand, row_type=row_type(stream.object_type))
    except StripeRefused as error:
        if error.status == 404:
            return None
        raise
    if row.id != identity or row.object != stream.object_type:
        raise PageInvariantBroken(
            "Stripe answered with another object",
            subject=f"Stripe {path}",
            saw=f"{row.object} {row.id}",
            expected=f"{stream.object_type} {identity}",
            next_step="check that the connection's host is Stripe's API",
        )
    return row


def complete_invoices(client: StripeClient, invoices: Collection[Any]) -> None:
    """Fetch all lines of invoices that embed only the first ones, in place (Stripe embeds at most 10)."""
    cut = [invoice for invoice in invoices if invoice.lines and invoice.lines.has_more]
    if not cut:
        return
    with ThreadPoolExecutor(max_workers=min(client.limits.workers, len(cut))) as pool:
        for invoice, lines in zip(cut, pool.map(lambda one: _all_lines(client, one.id), cut), strict=True):
            invoice.lines.data = lines
            invoice.lines.has_more = False


def _all_lines(client: StripeClient, invoice_id: str) -> list[Any]:
    path = f"{object_path('/v1/invoices', invoice_id)}/lines"
    pages = client.list_pages(path, expand=("data.discounts",), row_type=row_type("line_item"), object_type="line_item")
    return [line for page in pages for line in page]
