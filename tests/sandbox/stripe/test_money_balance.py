"""The balance beside payments: every type of row, top-ups, Stripe's bills, taxes, reserves; and the account itself."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from money_checking import check_laws, check_shapes, event_types, row_of

from sandbox.stripe.base.movement import category_of
from sandbox.stripe.world import World

START = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def lawful(world, shapes):
    """Whatever a test did to `world`, its books agree and its objects, before and after, fit the schema."""
    yield
    check_laws(world)
    check_shapes(world, shapes)


def later(world, **time):
    world.advance_to(world.now_utc + timedelta(**time))


def documented(schema, field):
    return schema["$defs"]["BalanceTransaction"]["properties"][field]["x-open-enum"]


def test_every_documented_type_of_balance_transaction_can_arise(world, schema):
    types = documented(schema, "type")
    assert len(types) > 50
    made = [world.row(kind, -10, reporting_category=category_of(kind)) for kind in types]
    assert [row["type"] for row in made] == types
    world.top_up(1_000)
    later(world, days=3)


def test_every_balance_type_is_summed_by_itself(world, schema):
    for number, kind in enumerate(documented(schema, "balance_type"), start=1):
        world.row("adjustment", number, reporting_category="other_adjustment", balance_type=kind)
    balance = world.balance()
    assert balance["available"][0]["amount"] == documented(schema, "balance_type").index("payments") + 1
    assert balance["issuing"]["available"][0]["amount"] == documented(schema, "balance_type").index("issuing") + 1
    assert balance["refund_and_dispute_prefunding"]["available"][0]["amount"] > 0


def test_types_and_categories_that_no_documentation_knows_can_arise(world):
    loan = world.row("financing_paydown", -5_000, reporting_category="financing_paydown", source="flxlnpd_1")
    odd = world.row("moon_tax", -1, reporting_category="lunar", description="One small step")
    assert (loan["net"], loan["source"], odd["reporting_category"]) == (-5_000, "flxlnpd_1", "lunar")
    later(world, days=1)
    assert world.balance()["available"][0]["amount"] == -5_001


def test_fees_of_every_kind_add_up_to_the_fee(world):
    kinds = ["stripe_fee", "application_fee", "tax", "payment_method_passthrough_fee", "withheld_tax"]
    row = world.row(
        "payment",
        10_000,
        reporting_category="charge",
        fee_details=[{"amount": 10 * number, "type": kind} for number, kind in enumerate(kinds, start=1)],
    )
    assert (row["fee"], row["net"], [part["type"] for part in row["fee_details"]]) == (150, 9_850, kinds)
    with pytest.raises(ValueError, match="add up to something else than 7"):
        world.row("payment", 1, reporting_category="charge", fee=7, fee_details=[{"amount": 8, "type": "tax"}])


def test_a_top_up_arrives_the_day_after(world):
    topup = world.top_up(5_000, description="Float")
    assert (topup["status"], topup["balance_transaction"]) == ("pending", None)
    later(world, hours=14, minutes=10)
    assert (topup["status"], row_of(world, topup)["net"]) == ("succeeded", 5_000)
    assert event_types(world, topup["id"]) == ["topup.created", "topup.succeeded"]


def test_a_top_up_can_fail_or_be_reversed(world):
    failed, reversed_ = world.top_up(5_000), world.top_up(7_000)
    world.fail_top_up(failed["id"])
    later(world, days=1)
    world.reverse_top_up(reversed_["id"])
    assert (failed["status"], failed["balance_transaction"]) == ("failed", None)
    assert reversed_["status"] == "reversed"
    found = [(row["type"], row["net"], row["source"]) for row in world.shelves["balance_transaction"]]
    assert ("topup_reversal", -7_000, reversed_["id"]) in found
    assert [event_types(world, each["id"])[-1] for each in (failed, reversed_)] == ["topup.failed", "topup.reversed"]
    with pytest.raises(ValueError, match="is failed, not succeeded"):
        world.reverse_top_up(failed["id"])


def test_stripes_bills_have_no_source_and_their_fee_is_the_tax(world):
    radar = world.stripe_fee(1_000, description="Radar (2026-11-02): Standard", tax=190)
    network = world.stripe_fee(
        321, description="Card payments (2026-11-02): Transaction network costs", category="network_cost"
    )
    assert (radar["amount"], radar["fee"], radar["net"], radar["source"]) == (-1_000, 190, -1_190, None)
    assert (radar["type"], radar["reporting_category"]) == ("stripe_fee", "fee")
    assert [part["type"] for part in radar["fee_details"]] == ["tax"]
    assert (network["type"], network["reporting_category"], network["net"]) == ("stripe_fee", "network_cost", -321)
    with pytest.raises(ValueError, match="not interchange"):
        world.stripe_fee(1, description="x", category="interchange")


def test_taxes_and_adjustments_are_told_only_by_their_description(world):
    tax = world.tax_on_fees(57, description="VAT on Stripe fees, October")
    credit, nothing = world.adjust(500, description="Free processing credit"), world.adjust(0, description="Nil")
    assert (tax["type"], tax["reporting_category"], tax["net"]) == ("tax_fee", "tax", -57)
    assert {row["reporting_category"] for row in (credit, nothing)} == {"other_adjustment"}
    assert (credit["net"], nothing["net"]) == (500, 0)


def test_a_reserve_is_money_in_a_balance_of_its_own(world):
    world.adjust(10_000, description="Opening")
    held = world.hold_reserve(4_000)
    assert (held["type"], held["reporting_category"], held["net"]) == ("reserve_hold", "risk_reserved_funds", -4_000)
    assert world.ledger.balance("risk_reserved") == {"usd": (4_000, 0)}
    assert world.balance()["available"][0]["amount"] == 6_000
    released = world.release_reserve(1_500)
    assert (released["type"], released["net"]) == ("reserve_release", 1_500)
    assert world.ledger.balance("risk_reserved") == {"usd": (2_500, 0)}
    with pytest.raises(ValueError, match="2500 usd are reserved, not 2501"):
        world.release_reserve(2_501)


def test_what_connected_accounts_owe_is_shown_as_reserved(world):
    assert "connect_reserved" not in world.balance()
    world.row("reserve_transaction", -700, reporting_category="connect_reserved_funds")
    assert world.balance()["connect_reserved"] == [{"amount": 700, "currency": "usd"}]


def test_a_german_account_pays_tax_on_stripes_fees():
    world = World(
        1, START, country="DE", settlement_currencies=("eur",), account_id="acct_sandbox_de", account_name="Acme GmbH"
    )
    row = row_of(world, world.charge(50_000, "eur"))
    assert [(part["type"], part["amount"], part["description"]) for part in row["fee_details"]] == [
        ("stripe_fee", 775, "Stripe processing fees"),
        ("tax", 147, "VAT"),
    ]
    assert (row["fee"], row["net"]) == (922, 49_078)


def test_the_tax_on_fees_is_an_option_of_the_account():
    for percent, fee in ((None, 320), (Decimal("8.875"), 348)):
        world = World(1, START, fee_tax_percent=percent)
        assert row_of(world, world.charge(10_000))["fee"] == fee


@pytest.mark.parametrize(
    ("method", "amount", "fee"),
    [("us_bank_account", 10_000, 80), ("us_bank_account", 100_000, 500), ("sepa_debit", 10_000, 35)],
)
def test_each_method_has_its_price(world, method, amount, fee):
    assert row_of(world, world.charge(amount, method=method))["fee"] == fee


def test_the_account_object_is_that_of_its_country(shapes):
    world = World(
        1, START, country="DE", settlement_currencies=("eur",), account_id="acct_sandbox_de", account_name="Acme GmbH"
    )
    account = world.account
    assert shapes.errors(account) == []
    assert (account["id"], account["country"], account["default_currency"]) == ("acct_sandbox_de", "DE", "eur")
    assert account["settings"]["dashboard"] == {"display_name": "Acme GmbH", "timezone": "Europe/Berlin"}
    assert account["business_profile"]["name"] == "Acme GmbH"
    assert world.charge(1_000, "eur")["calculated_statement_descriptor"] == "ACME"


def test_events_are_written_in_the_accounts_version_and_never_for_ledger_rows():
    world = World(1, START, event_api_version="2024-06-20")
    world.refund(world.charge(10_000)["id"])
    world.stripe_fee(100, description="Radar")
    later(world, days=3)
    events = list(world.shelves["event"])
    assert {event["api_version"] for event in events} == {"2024-06-20"}
    assert b'"object":"balance_transaction"' not in b"".join(bytes(event["data"]["object"]) for event in events)
