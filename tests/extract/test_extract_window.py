"""Extraction against a served Stripe: complete by any way of reading, cheap when idle, loud when cut off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from sandbox.stripe.billing.invoice_lines import Line
from sandbox.stripe.world import World
from sandbox.testing import running_stripe
from stripe_netsuite.domain.stripe_object import (
    Charge,
    Coupon,
    Customer,
    Invoice,
    InvoicePayment,
    Payout,
    Price,
    Product,
    Refund,
)
from stripe_netsuite.domain.window import Window
from stripe_netsuite.errors import ConfigurationError
from stripe_netsuite.extract.balance import ledger_tail_net, read_balance
from stripe_netsuite.extract.extraction import COVERED_STREAM, extract_window
from stripe_netsuite.extract.plan import ExtractSettings
from stripe_netsuite.staging.database import migrate, open_staging
from stripe_netsuite.staging.ledger import ledger_net_by_currency, read_ledger
from stripe_netsuite.staging.objects import iter_pending
from stripe_netsuite.staging.payouts import all_payouts
from stripe_netsuite.staging.stage_counts import read_stage_counts
from stripe_netsuite.staging.watermarks import coverage
from tests.extract.staged import ACCOUNT, END, START, day, extract, ledger, reading, staged
from tests.stripe_api.wire import FakeClock

# A re-list covers what it looked back on as well.
LOOK_BACK = ExtractSettings().look_back

DOMAIN = {
    "customer": Customer,
    "product": Product,
    "price": Price,
    "coupon": Coupon,
    "invoice": Invoice,
    "invoice_payment": InvoicePayment,
    "charge": Charge,
    "refund": Refund,
    "payout": Payout,
}


def test_hourly_and_daily_stage_the_same(fortnight, engine, tmp_path):
    """Following events by spans and listing by days end in the same objects, the same ledger, the same payouts."""
    other = open_staging(f"sqlite:///{tmp_path}/daily.db")
    migrate(other)
    with reading(fortnight) as client:
        for start in range(0, 14 * 24, 12):
            since = START + timedelta(hours=start)
            extract(client, engine, Window(since, since + timedelta(hours=12)), "hourly", f"h{start}")
        for number in range(1, 15):
            extract(client, other, day(number), "daily", f"d{number}")
    by_hours, by_days = staged(engine), staged(other)
    # Catalogue entries that nothing uses are listed by a day and named by an event: both ways know them.
    assert by_hours == by_days
    assert {kind for kind, _ in by_hours} == set(DOMAIN)
    assert {row[0] for row in ledger(engine)} == {row[0] for row in ledger(other)}
    with engine.connect() as one, other.connect() as two:
        assert [(p.payout_id, p.member_count) for p in all_payouts(one, ACCOUNT)] == [
            (p.payout_id, p.member_count) for p in all_payouts(two, ACCOUNT)
        ]
    other.dispose()


def test_a_fortnight_is_whole(fortnight, staging_engine):
    """The ledger adds up to the balance, members to payouts, counts balance, the domain decodes every object."""
    engine = staging_engine
    with reading(fortnight) as client:
        result = extract(client, engine, day(1, 14), "daily", "whole")
        balance, tail = (
            read_balance(client),
            ledger_tail_net(client, int(datetime(2026, 11, 10, tzinfo=UTC).timestamp()), 50),
        )
        assert ledger_tail_net(client, day(1).start_s, 1) is None
    ready = set(result.payouts_ready)
    assert result.findings == []
    with engine.connect() as conn:
        assert ledger_net_by_currency(conn, ACCOUNT) == balance
        before = ledger_net_by_currency(
            conn, ACCOUNT, created_before=int(datetime(2026, 11, 10, tzinfo=UTC).timestamp())
        )
        assert {currency: before[currency] + tail[currency] for currency in balance} == balance
        payouts = {row.payout_id: row for row in all_payouts(conn, ACCOUNT)}
        assert ready
        for payout_id in ready:
            members = [row for row in read_ledger(conn, ACCOUNT, payout_id=payout_id) if row.source != payout_id]
            assert sum(row.net for row in members) == payouts[payout_id].amount
            assert payouts[payout_id].member_count == len(members)
        for object_type, kind in DOMAIN.items():
            decoded = [msgspec.json.decode(one.payload, type=kind) for one in iter_pending(conn, ACCOUNT, object_type)]
            assert decoded, object_type
            if kind is Invoice:
                assert not any(invoice.lines.has_more for invoice in decoded)
                assert max(len(invoice.lines.data) for invoice in decoded) == 14
                assert any(invoice.discounts[0].source.coupon for invoice in decoded if invoice.discounts)
        counts = read_stage_counts(conn, "whole")
        assert counts == result.stage_counts
        assert all(count.balanced for count in counts)
        charges = [count for count in counts if count.object_type == "charge"]
        assert sum(count.in_count for count in charges) == sum(kind == "charge" for kind, _ in staged(engine))
        assert {count.currency for count in charges} == {"usd", "eur"}
        assert coverage(conn, ACCOUNT, COVERED_STREAM) == [day(1, 14).widened(LOOK_BACK)]


def test_no_payload_has_card_data_or_secrets(fortnight, engine):
    """The sandbox's charges carry cards, fingerprints and receipts; staging has none of it."""
    with reading(fortnight) as client:
        extract(client, engine, day(1, 14), "daily")
    with engine.connect() as conn:
        text = b"".join(one.payload for kind in DOMAIN for one in iter_pending(conn, ACCOUNT, kind))
    for word in (b"fingerprint", b"last4", b"exp_year", b"secret", b"billing_details", b"hosted_invoice", b"receipt"):
        assert word not in text


def test_a_second_run_changes_nothing(fortnight, engine):
    """Running any window again, by either mode, stages nothing new."""
    with reading(fortnight) as client:
        extract(client, engine, day(3), "daily", "first")
        before = staged(engine)
        again = extract(client, engine, day(3), "daily", "second")
        hourly = extract(client, engine, day(3), "hourly", "third")
    assert again.changes == hourly.changes == 0
    assert staged(engine) == before


def test_an_hour_in_which_nothing_happened_costs_two_requests(engine):
    """One for the ledger, one for events, though the account has payouts that wait and objects that changed before."""
    world = World(5, START)
    with running_stripe(world) as stripe, reading(stripe) as client:
        customer = world.create_customer("Ada")
        world.pay_invoice(world.create_invoice(customer["id"], [Line(amount=900)])["id"])
        world.advance_to(END)
        extract(client, engine, day(1), "daily")
        quiet = extract(client, engine, Window(START + timedelta(days=9, hours=3), START + timedelta(days=9, hours=4)))
    assert quiet.requests == {"/v1/balance_transactions": 1, "/v1/events": 1}


def test_beyond_the_event_horizon_the_hourly_run_lists_again(fortnight, engine, tmp_path):
    """A backfill months later asks no events, and stages what the daily run stages."""
    much_later = END + timedelta(days=90)
    other = open_staging(f"sqlite:///{tmp_path}/daily.db")
    migrate(other)
    with reading(fortnight) as client:
        late = extract(client, engine, day(4), "hourly", now=much_later)
        extract(client, other, day(4), "daily", now=much_later)
    assert "older than Stripe's events" in late.reason
    assert "/v1/events" not in late.requests
    assert staged(engine) == staged(other)
    other.dispose()


def test_chosen_ids_bring_what_they_refer_to_and_cover_nothing(fortnight, engine):
    """One charge: its ledger row, customer, invoice payment, invoice; no list of anything else."""
    charge = next(c for c in fortnight.world.shelves["charge"] if c["balance_transaction"] and c["customer"])
    with reading(fortnight) as client:
        extract(client, engine, day(1, 14), only_ids=[charge["id"]])
    assert [identity for kind, identity in staged(engine) if kind == "charge"] == [charge["id"]]
    assert ("customer", charge["customer"]) in staged(engine)
    assert [row[3] for row in ledger(engine)] == [charge["id"]]
    with engine.connect() as conn:
        assert coverage(conn, ACCOUNT, COVERED_STREAM) == []


def test_an_id_of_no_known_type_is_a_configuration_error(fortnight, engine):
    """Typing errors in the trigger form are told before anything is read."""
    with reading(fortnight) as client, pytest.raises(ConfigurationError, match="only_ids"):
        extract(client, engine, day(1), only_ids=["whatever"])


def test_progress_is_told_by_type(fortnight, engine):
    """Callers see how many rows of which type were staged, as it happens."""
    seen: list[tuple[str, int]] = []
    with reading(fortnight) as client:
        result = extract_window(
            client,
            engine,
            ACCOUNT,
            day(4),
            "r",
            mode="daily",
            clock=FakeClock(END),
            progress=lambda kind, count: seen.append((kind, count)),
        )
    totals = {kind: sum(count for one, count in seen if one == kind) for kind, _ in seen}
    assert totals == {kind: one.new + one.changed + one.unchanged for kind, one in result.results.items()}
