"""The Reports API: availability, runs by the clock, files in major units that add up to the ledger, and refusals."""

import csv
import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import requests
import stripe as sdk
from stripe_asking import ask, walk

from sandbox.stripe.api.options import StripeOptions
from sandbox.stripe.world import World
from sandbox.testing import running_stripe

START = datetime(2026, 11, 2, 0, 0, tzinfo=UTC)
HALF_DAY = 12 * 3600


@pytest.fixture(scope="module")
def stripe():
    """Ten days of charges in two currencies with refunds, a dispute and daily payouts."""
    world = World(5, START, settlement_currencies=("usd", "jpy"))
    ada = world.create_customer("Ada, Countess", email="ada@example.com")["id"]
    for day in range(6):
        world.advance_to(START + timedelta(days=day, hours=11))
        charge = world.charge(10_000 + day, customer=ada, metadata={"order": f"{day}"})
        world.charge(3_000 + day, "jpy", settled_in="jpy")
        if day == 1:
            world.refund(charge["id"], 1_234)
        if day == 2:
            world.open_dispute(charge["id"])
    world.advance_to(START + timedelta(days=9, hours=11))
    world.charge(7_700)
    world.advance_to(START + timedelta(days=10, hours=14))
    with running_stripe(world, StripeOptions(control=True)) as running:
        yield running


def run(stripe, report, **parameters):
    """Ask for a run; columns are a list, everything else a text."""
    form = f"report_type={report}"
    for name, value in parameters.items():
        texts = (
            [f"parameters[{name}][]={each}" for each in value]
            if isinstance(value, list)
            else [f"parameters[{name}]={value}"]
        )
        form += "&" + "&".join(texts)
    return ask(stripe, "/v1/reporting/report_runs", form=form)


def rows_of(stripe, report, **parameters):
    """The rows of a finished run's file."""
    made = run(stripe, report, **parameters)
    assert made.status == 200, made.body
    stripe.advance_to(stripe.world.now_utc + timedelta(minutes=1))
    done = ask(stripe, f"/v1/reporting/report_runs/{made.body['id']}").body
    assert done["status"] == "succeeded"
    text = requests.get(done["result"]["url"], headers={"Authorization": f"Bearer {stripe.key}"}, timeout=5).text
    return list(csv.DictReader(io.StringIO(text)))


def interval(stripe):
    kind = ask(stripe, "/v1/reporting/report_types/balance.summary.1").body
    return {"interval_start": kind["data_available_start"], "interval_end": kind["data_available_end"]}


def rows_in_ledger(stripe, currency, before):
    rows = walk(stripe, "/v1/balance_transactions", f"currency={currency}")
    return [row for row in rows if row["created"] < before]


def test_data_is_available_to_noon_or_midnight_and_half_a_day_late():
    for hours, expected in ((0, -HALF_DAY), (11, -HALF_DAY), (12, 0), (23, 0), (24, HALF_DAY)):
        world = World(1, START + timedelta(days=3))
        world.advance_to(START + timedelta(days=3, hours=hours))
        with running_stripe(world) as stripe:
            end = ask(stripe, "/v1/reporting/report_types/balance.summary.1").body["data_available_end"]
        assert end - int((START + timedelta(days=3)).timestamp()) == expected


def test_a_run_is_pending_until_the_clock_moves_then_has_a_file(stripe):
    made = run(stripe, "balance.summary.1", **interval(stripe)).body
    assert (made["status"], made["result"], made["succeeded_at"]) == ("pending", None, None)
    stripe.advance_to(stripe.world.now_utc + timedelta(minutes=1))
    done = ask(stripe, f"/v1/reporting/report_runs/{made['id']}").body
    assert (done["status"], done["succeeded_at"]) == ("succeeded", made["created"] + 60)
    assert ask(stripe, "/v1/reporting/report_runs?limit=1").body["data"] == [done]
    assert ask(stripe, f"/v1/files/{done['result']['id']}").body == done["result"]
    told = ask(stripe, "/v1/events?type=reporting.report_run.succeeded").body["data"]
    assert done["id"] in {event["data"]["object"]["id"] for event in told}
    assert requests.get(done["result"]["url"], timeout=5).status_code == 401, "the file needs the key"


def test_run_type_and_file_fit_the_schema(stripe, schema):
    import jsonschema_rs

    rows_of(stripe, "balance.summary.1", **interval(stripe))
    done = ask(stripe, "/v1/reporting/report_runs?limit=1").body["data"][0]
    for name, item in (("report_run", done), ("file", done["result"])):
        check = jsonschema_rs.validator_for({**schema["objects"][name], "$defs": schema["$defs"]})
        assert [error.message for error in check.iter_errors(item)] == []


def test_activity_is_the_ledger_without_payouts_in_major_units(stripe):
    span = interval(stripe)
    for currency, exponent in (("usd", 2), ("jpy", 0)):
        rows = rows_of(stripe, "balance_change_from_activity.itemized.7", currency=currency, **span)
        ledger = [
            row
            for row in rows_in_ledger(stripe, currency, span["interval_end"])
            if row["reporting_category"] != "payout"
        ]
        assert {row["balance_transaction_id"] for row in rows} == {row["id"] for row in ledger}
        for name, field in (("gross", "amount"), ("fee", "fee"), ("net", "net")):
            assert sum(Decimal(row[name]) for row in rows) == Decimal(sum(row[field] for row in ledger)).scaleb(
                -exponent
            )
        assert all(-Decimal(row["net"]).as_tuple().exponent == exponent for row in rows)


def test_rows_of_a_payout_add_up_to_it_and_leave_out_its_own(stripe):
    payout = next(each for each in walk(stripe, "/v1/payouts") if each["currency"] == "usd")
    rows = rows_of(stripe, "payout_reconciliation.by_id.itemized.4", payout=payout["id"])
    assert sum(Decimal(row["net"]) for row in rows) == Decimal(payout["amount"]).scaleb(-2)
    assert {row["automatic_payout_id"] for row in rows} == {payout["id"]}
    listed = walk(stripe, "/v1/balance_transactions", f"payout={payout['id']}")
    assert {row["balance_transaction_id"] for row in rows} == {row["id"] for row in listed if row["type"] != "payout"}


def test_payouts_and_the_ending_balance_are_all_the_activity(stripe):
    """What payouts that arrived by then have settled, and what they have not, is everything before."""
    span = interval(stripe)
    settled = rows_of(stripe, "payout_reconciliation.itemized.7", **span)
    open_rows = rows_of(stripe, "ending_balance_reconciliation.itemized.4", interval_end=span["interval_end"])
    assert settled
    assert open_rows
    ids = [row["balance_transaction_id"] for row in [*settled, *open_rows]]
    ledger = [row for currency in ("usd", "jpy") for row in rows_in_ledger(stripe, currency, span["interval_end"])]
    assert sorted(ids) == sorted(row["id"] for row in ledger if row["type"] != "payout")


def test_summaries_add_up_to_their_rows_and_the_balance_rolls(stripe):
    span = interval(stripe)
    rows = rows_of(stripe, "balance_change_from_activity.itemized.7", **span)
    summary = rows_of(stripe, "balance_change_from_activity.summary.1", **span)
    assert sum(int(row["count"]) for row in summary) == len(rows)
    for row in summary:
        mine = [
            each
            for each in rows
            if (each["reporting_category"], each["currency"]) == (row["reporting_category"], row["currency"])
        ]
        assert Decimal(row["net"]) == sum(Decimal(each["net"]) for each in mine)
    middle = span["interval_end"] - 4 * HALF_DAY
    balance = {
        (row["category"], row["currency"]): Decimal(row["net_amount"])
        for row in rows_of(stripe, "balance.summary.1", interval_start=middle, interval_end=span["interval_end"])
    }
    for currency in ("usd", "jpy"):
        start, activity, payouts, end = (
            balance[name, currency] for name in ("starting_balance", "activity", "payouts", "ending_balance")
        )
        assert start + activity + payouts == end
        total = Decimal(sum(row["net"] for row in rows_in_ledger(stripe, currency, span["interval_end"])))
        assert end == total.scaleb(-2 if currency == "usd" else 0)


def test_columns_can_be_chosen_joined_and_taken_from_metadata(stripe):
    columns = [
        "charge_id",
        "customer_name",
        "customer_email",
        "payment_metadata[order]",
        "created_utc",
        "created",
        "card_brand",
    ]
    rows = rows_of(
        stripe,
        "balance_change_from_activity.itemized.6",
        columns=columns,
        timezone="America/New_York",
        reporting_category="charge",
        currency="usd",
        **interval(stripe),
    )
    first = rows[0]
    assert list(first) == columns
    assert (first["customer_name"], first["payment_metadata[order]"], first["card_brand"]) == (
        "Ada, Countess",
        "0",
        "visa",
    )
    assert (first["created_utc"], first["created"]) == ("2026-11-02 11:00:00", "2026-11-02 06:00:00")


def test_a_refund_and_a_dispute_name_their_charge(stripe):
    rows = rows_of(
        stripe,
        "balance_change_from_activity.itemized.6",
        columns=["reporting_category", "charge_id", "source_id"],
        **interval(stripe),
    )
    by_category = {row["reporting_category"]: row for row in rows}
    assert by_category["refund"]["charge_id"].startswith("ch_")
    assert by_category["refund"]["source_id"].startswith("re_")
    assert by_category["dispute"]["charge_id"].startswith("ch_")


@pytest.mark.parametrize(
    ("report", "parameters", "param"),
    [
        ("nothing.1", {}, "report_type"),
        ("balance.summary.1", {"interval_start": 0}, "parameters[interval_end]"),
        ("balance.summary.1", {"interval_start": 0, "interval_end": "end"}, "parameters[interval_start]"),
        ("balance.summary.1", {"interval_start": "start", "interval_end": 4_000_000_000}, "parameters[interval_end]"),
        ("balance.summary.1", {"interval_start": "end", "interval_end": "end"}, "parameters[interval_start]"),
        ("balance.summary.1", {"interval_start": "start", "interval_end": "end", "payout": "po_1"}, "parameters[payout]"),
        ("balance.summary.1", {"interval_start": "start", "interval_end": "end", "columns": ["gross"]}, "parameters[columns]"),
        ("balance.summary.1", {"interval_start": "start", "interval_end": "end", "timezone": "Mars/Olympus"}, "parameters[timezone]"),
        ("balance_change_from_activity.itemized.7", {"interval_start": "start", "interval_end": "end", "columns": ["colour"]}, "parameters[columns]"),
        ("payout_reconciliation.by_id.itemized.4", {}, "parameters[payout]"),
        ("payout_reconciliation.by_id.itemized.4", {"payout": "po_nobody"}, "parameters[payout]"),
    ],
)  # fmt: skip
def test_a_run_that_stripe_refuses_is_not_made(stripe, report, parameters, param):
    span = interval(stripe)
    words = {"start": span["interval_start"], "end": span["interval_end"]}
    before = len(walk(stripe, "/v1/reporting/report_runs"))
    answer = run(
        stripe,
        report,
        **{name: words.get(value, value) if isinstance(value, str) else value for name, value in parameters.items()},
    )
    assert (answer.status, answer.body["error"]["param"]) == (400, param)
    assert len(walk(stripe, "/v1/reporting/report_runs")) == before


def test_a_payout_that_is_not_reconciled_has_no_report():
    world = World(1, START)
    world.charge(10_000)
    world.advance_to(START + timedelta(days=2, minutes=45))
    payout = next(iter(world.shelves["payout"]))
    assert payout["reconciliation_status"] != "completed"
    with running_stripe(world) as stripe:
        answer = run(stripe, "payout_reconciliation.by_id.itemized.4", payout=payout["id"])
    assert (answer.status, answer.body["error"]["param"]) == (400, "parameters[payout]")


def test_stripes_sdk_asks_for_a_run_that_is_done_at_once_without_delay():
    world = World(1, START)
    world.charge(10_000)
    world.advance_to(START + timedelta(days=2))
    with running_stripe(world, StripeOptions(report_delay_s=0)) as stripe:
        client = sdk.StripeClient(stripe.key, base_addresses={"api": stripe.url})
        kind = client.v1.reporting.report_types.retrieve("balance_change_from_activity.itemized.7")
        made = client.v1.reporting.report_runs.create(
            {
                "report_type": kind.id,
                "parameters": {
                    "interval_start": kind.data_available_start,
                    "interval_end": kind.data_available_end,
                    "columns": ["gross"],
                },
            }
        )
        done = client.v1.reporting.report_runs.retrieve(made.id)
        body = requests.get(done.result.url, auth=(stripe.key, ""), timeout=5).text
    assert (made.status, done.status, body) == ("pending", "succeeded", '"gross"\n"100.00"\n')


def test_default_columns_are_those_of_the_version(stripe):
    newest, older = (
        ask(stripe, f"/v1/reporting/report_types/payout_reconciliation.itemized.{version}").body["default_columns"]
        for version in (7, 5)
    )
    assert (len(newest), newest[-1]) == (11, "description")
    assert (len(older), "created_utc" in older) == (16, True)
