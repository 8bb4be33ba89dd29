"""Extraction against a served Stripe: complete by any way of reading, cheap when idle, loud when cut off."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest

from sandbox.stripe.billing import Line
from sandbox.stripe.shelf import Shelf
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
from stripe_netsuite.errors import ConfigurationError, PageInvariantBroken, StripeRefused
from stripe_netsuite.extract.balance import ledger_tail_net, read_balance
from stripe_netsuite.extract.extraction import COVERED_STREAM, extract_window
from stripe_netsuite.extract.plan import ExtractSettings
from stripe_netsuite.staging.database import migrate, open_staging
from stripe_netsuite.staging.findings import open_findings
from stripe_netsuite.staging.ledger import ledger_net_by_currency, read_ledger
from stripe_netsuite.staging.objects import iter_pending, read_payloads
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


@pytest.fixture(scope="module")
def fortnight():
    """The seeded fortnight, served once for the tests that only read it."""
    with running_stripe() as stripe:
        yield stripe


@pytest.fixture
def engine(sqlite_staging_engine):
    """Staging on SQLite: what is tested here is the reading."""
    return sqlite_staging_engine


def _payload(engine, object_type, identity):
    with engine.connect() as conn:
        return json.loads(read_payloads(conn, ACCOUNT, object_type, [identity])[identity])


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


def _old_invoice_paid_in_the_window() -> tuple[World, str]:
    """A world whose customer, price, coupon and invoice are from October, paid on 5 November."""
    world = World(5, datetime(2026, 10, 10, tzinfo=UTC))
    customer = world.create_customer("Ada")
    product = world.create_product("Plan")
    price = world.create_price(product["id"], 5_000, "usd")
    coupon = world.create_coupon("10% off", percent_off=Decimal("12.50"))
    invoice = world.create_invoice(customer["id"], [Line(price=price["id"])], coupon=coupon["id"])
    world.advance_to(datetime(2026, 11, 5, 12, tzinfo=UTC))
    world.pay_invoice(invoice["id"])
    return world, invoice["id"]


@pytest.mark.parametrize("events", ["there", "lost"])
def test_a_payment_brings_everything_it_needs(engine, events):
    """From one ledger row to charge, customer, invoice payment, invoice, price, product and coupon, events or not."""
    world, invoice_id = _old_invoice_paid_in_the_window()
    if events == "lost":
        world.shelves["event"] = Shelf()
    with running_stripe(world) as stripe, reading(stripe) as client:
        extract(client, engine, day(5))
    kinds = sorted(kind for kind, _ in staged(engine))
    assert kinds == ["charge", "coupon", "customer", "invoice", "invoice_payment", "price", "product"]
    assert _payload(engine, "invoice", invoice_id)["status"] == "paid"
    with engine.connect() as conn:
        assert b'"percent_off":12.5' in read_payloads(conn, ACCOUNT, "coupon", ["10% off"])["10% off"]


def test_an_invoice_staged_as_open_is_refreshed_by_its_payment_though_the_event_was_lost(engine):
    """The ledger leads to the charge, the charge to the invoice payment, and that makes the invoice stale."""
    begin = datetime(2026, 10, 10, tzinfo=UTC)
    world = World(5, begin)
    invoice = world.create_invoice(world.create_customer("Ada")["id"], [Line(amount=100)])
    with running_stripe(world) as stripe, reading(stripe) as client:
        extract(
            client, engine, Window(begin, begin + timedelta(days=1)), run_id="october", now=begin + timedelta(days=2)
        )
        assert _payload(engine, "invoice", invoice["id"])["status"] == "open"
        world.advance_to(datetime(2026, 11, 5, 12, tzinfo=UTC))
        world.pay_invoice(invoice["id"])
        world.shelves["event"] = Shelf()
        extract(client, engine, day(5), run_id="november")
    assert _payload(engine, "invoice", invoice["id"])["status"] == "paid"


def test_a_charge_captured_later_is_refreshed_by_its_ledger_row_though_the_event_was_lost(engine):
    """A new ledger row is news about its source: an authorised charge that is staged without one."""
    world = World(5, START)
    charge = world.charge(4_200, capture=False)
    with running_stripe(world) as stripe, reading(stripe) as client:
        extract(client, engine, day(1), "daily", "day1")
        assert _payload(engine, "charge", charge["id"])["balance_transaction"] is None
        world.advance_to(START + timedelta(days=4, hours=5))
        world.capture(charge["id"])
        world.shelves["event"] = Shelf()
        extract(client, engine, day(5), run_id="day5")
    assert _payload(engine, "charge", charge["id"])["balance_transaction"]


def test_many_new_objects_are_listed_not_asked_for_one_by_one(engine):
    """Sixty charges of new customers in an hour cost pages, not sixty requests for each type."""
    world = World(5, START)
    for number in range(60):
        world.charge(1_000 + number, customer=world.create_customer(f"c{number}")["id"])
    with running_stripe(world) as stripe, reading(stripe) as client:
        result = extract(client, engine, day(1))
    assert sum(kind == "charge" for kind, _ in staged(engine)) == 60
    assert result.requests["/v1/charges"] == 1
    assert "/v1/charges/:id" not in result.requests
    # Each charge without an invoice payment is asked for once, in the run in which it is new.
    assert result.requests["/v1/invoice_payments"] == 60


def test_a_deleted_customer_becomes_its_stub(engine):
    """The stub replaces the object, which stays in the archive; the domain reads it."""
    world = World(5, START)
    customer = world.create_customer("Ada")
    world.charge(500, customer=customer["id"])
    with running_stripe(world) as stripe, reading(stripe) as client:
        extract(client, engine, day(1), run_id="a")
        world.advance_to(START + timedelta(days=2))
        world.delete_customer(customer["id"])
        extract(client, engine, day(3), run_id="b")
    payload = _payload(engine, "customer", customer["id"])
    assert payload == {"id": customer["id"], "object": "customer", "deleted": True}
    assert msgspec.convert(payload, Customer).deleted


def test_a_customer_created_and_deleted_in_the_listed_days_is_staged_as_its_stub(engine):
    """No list shows it any more, so the event's hint is followed though its creation lies in the listed span."""
    world = World(5, START)
    customer = world.create_customer("Ada")
    world.delete_customer(customer["id"])
    with running_stripe(world) as stripe, reading(stripe) as client:
        extract(client, engine, day(1), "daily")
    assert _payload(engine, "customer", customer["id"])["deleted"]


def test_an_object_that_is_gone_is_a_finding_and_not_the_end(engine):
    """A product that an invoice names and Stripe does not know any more: asked for once, reported, the rest goes on."""
    world, _ = _old_invoice_paid_in_the_window()
    world.shelves["product"] = Shelf()
    with running_stripe(world) as stripe, reading(stripe) as client:
        result = extract(client, engine, day(5))
    assert [(finding.code, finding.object_type) for finding in result.findings] == [
        ("stripe_object_missing", "product")
    ]
    assert result.requests["/v1/products/:id"] == 1
    with engine.connect() as conn:
        assert [row.finding.code for row in open_findings(conn, ACCOUNT)] == ["stripe_object_missing"]


def test_a_payout_that_does_not_add_up_is_a_finding_until_it_does(engine):
    """Members are staged, the payout is not ready, and the finding is resolved by the run that finds them right."""
    world = World(5, START)
    world.charge(10_000)
    world.advance_to(END)
    payout = next(iter(world.shelves["payout"]))
    honest = payout["amount"]
    world.change(payout, None, amount=honest + 1)
    with running_stripe(world) as stripe, reading(stripe) as client:
        wrong = extract(client, engine, day(1, 14), "daily", "wrong")
        assert [(one.code, one.difference) for one in wrong.findings] == [("payout_members_mismatch", "-0.01 USD")]
        assert wrong.payouts_ready == []
        world.change(payout, None, amount=honest)
        right = extract(client, engine, day(1, 14), "daily", "right")
    assert right.payouts_ready == [payout["id"]]
    with engine.connect() as conn:
        assert open_findings(conn, ACCOUNT) == []


def test_a_payout_is_followed_until_it_is_reconciled(engine):
    """Staged in transit, paid days later, the event lost: the daily run asks again, and stages its members."""
    world = World(5, START)
    world.charge(10_000)
    world.advance_to(END)
    payout = next(iter(world.shelves["payout"]))
    world.change(payout, None, status="in_transit", reconciliation_status="in_progress")
    with running_stripe(world) as stripe, reading(stripe) as client:
        assert extract(client, engine, day(1, 6), "daily", "a").payouts_ready == []
        world.change(payout, None, status="paid", reconciliation_status="completed")
        assert extract(client, engine, day(13), "daily", "b").payouts_ready == [payout["id"]]


@pytest.mark.parametrize(
    "fault",
    [{"status": 429}, {"status": 429, "should_retry": True}, {"status": 500}, {"status": "cut"}, {"status": "drop"}],
    ids=str,
)
def test_passing_faults_lose_nothing(fortnight, engine, tmp_path, fault):
    """Every list fails a few times: the staged set is that of an undisturbed run."""
    other = open_staging(f"sqlite:///{tmp_path}/calm.db")
    migrate(other)
    with reading(fortnight) as client:
        extract(client, other, day(4), "daily")
        fortnight.set_faults({"path": "/v1/*", "times": 9, **fault})
        extract(client, engine, day(4), "daily")
    assert staged(engine) == staged(other)
    assert ledger(engine) == ledger(other)
    other.dispose()


@pytest.mark.parametrize(
    ("status", "error"), [(403, StripeRefused), (400, StripeRefused), ("empty_page", PageInvariantBroken)]
)
@pytest.mark.parametrize(
    "path", ["/v1/balance_transactions", "/v1/events", "/v1/charges", "/v1/invoices", "/v1/customers", "/v1/coupons"]
)
def test_a_refused_list_fails_the_run_and_the_next_one_heals_it(fortnight, engine, tmp_path, path, status, error):
    """Nothing of the window counts as read; the next run of it brings all."""
    with reading(fortnight) as client:
        fortnight.set_faults({"path": path, "status": status, "times": 1})
        with pytest.raises(error):
            extract(client, engine, day(4), "daily", "broken")
        with engine.connect() as conn:
            assert coverage(conn, ACCOUNT, COVERED_STREAM) == []
        extract(client, engine, day(4), "daily", "healing")
        with engine.connect() as conn:
            assert coverage(conn, ACCOUNT, COVERED_STREAM) == [day(4).widened(LOOK_BACK)]
        if path == "/v1/charges" and status == 403:
            other = open_staging(f"sqlite:///{tmp_path}/calm.db")
            migrate(other)
            extract(client, other, day(4), "daily")
            assert staged(engine) == staged(other)
            other.dispose()


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
