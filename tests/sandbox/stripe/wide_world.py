"""A world that holds every type of object, in as many of its states as fit: made by hand, for tests that only read."""

from datetime import UTC, datetime, timedelta

from sandbox.stripe.billing.invoice_lines import Line
from sandbox.stripe.world import World

START = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)
CONNECTED = "acct_sandbox_shop"


def wide_world() -> World:
    """About four weeks of awkward business in four currencies."""
    world = World(seed=7, start=START, settlement_currencies=("usd", "eur"), country="US")
    ada = world.create_customer("Ada", email="ada@lovelace.example")
    bo = world.create_customer('Bo =HYPERLINK("x")', email="bo@example.com")
    gone = world.create_customer("Gone")
    product = world.create_product("Pro")
    once = world.create_price(product["id"], 12_000, "usd")
    monthly = world.create_price(product["id"], 4_900, "usd", interval="month")
    half = world.create_coupon("HALF", percent_off=50)
    world.create_promotion_code("SAVE", half["id"])
    vat = world.create_tax_rate("VAT", 19, country="DE", tax_type="vat")
    payments(world, ada["id"])
    invoices(world, ada["id"], bo["id"], once["id"], vat["id"], half["id"])
    subscriptions(world, ada["id"], bo["id"], once["id"], monthly["id"])
    money(world)
    world.delete_customer(gone["id"])
    world.advance_to(START + timedelta(days=26))
    return world


def payments(world: World, customer: str) -> None:
    """Charges of every method and outcome, refunds and disputes."""
    kept = world.charge(10_000, customer=customer, description="Kept", metadata={"order": "1"})
    world.refund(kept["id"], 2_500, reason="requested_by_customer")
    world.charge(9_900, declined=True)
    world.charge(5_000, "gbp", settled_in="usd", customer=customer)
    world.charge(1_500, "jpy")
    world.capture(world.charge(8_000, capture=False)["id"], 6_000)
    world.cancel_authorisation(world.charge(7_000, capture=False)["id"])
    world.charge(6_500, capture=False)
    world.succeed_payment(world.charge(30_000, method="us_bank_account", customer=customer)["id"])
    world.fail_payment(world.charge(31_000, method="us_bank_account")["id"])
    world.charge(20_000, "eur", method="sepa_debit")
    refunded = world.charge(4_000)
    world.fail_refund(world.refund(refunded["id"], pending=True)["id"])
    world.cancel_refund(world.refund(world.charge(4_100)["id"], pending=True)["id"])
    world.lose_dispute(world.open_dispute(world.charge(11_000)["id"])["id"])
    won = world.open_dispute(world.charge(12_000)["id"])
    world.counter_dispute(won["id"])
    world.win_dispute(won["id"], return_fee=True)
    world.close_inquiry(world.open_dispute(world.charge(13_000)["id"], inquiry=True)["id"])
    world.charge(15_000, destination=CONNECTED, application_fee=1_500)
    world.charge(3_300, late_row=True)


def invoices(world: World, ada: str, bo: str, price: str, vat: str, coupon: str) -> None:
    """Invoices in every status, credit notes, and the customer's balances."""
    many = [Line(amount=100 + number, description=f"Part {number}") for number in range(14)]
    paid = world.create_invoice(ada, many, coupon=coupon)
    world.pay_invoice(paid["id"])
    taxed = world.create_invoice(bo, [Line(price=price, quantity=2, tax_rates=(vat,))], days_until_due=30)
    world.credit_note(taxed["id"], amount=5_000, reason="order_change")
    world.credit_note(world.create_invoice(bo, [Line(price=price), Line(amount=900)])["id"], reason="duplicate")
    outside = world.create_invoice(ada, [Line(price=price)])
    world.pay_out_of_band(outside["id"])
    credited = world.create_invoice(ada, [Line(price=price)])
    world.pay_invoice(credited["id"])
    world.credit_note(credited["id"], amount=3_000, refund=1_000, customer_balance=2_000)
    world.void_invoice(world.create_invoice(bo, [Line(price=price)])["id"])
    world.mark_uncollectible(world.create_invoice(bo, [Line(price=price)])["id"])
    world.create_invoice(bo, [Line(price=price)], finalize=False)
    world.delete_draft(world.create_invoice(bo, [Line(price=price)], finalize=False)["id"])
    world.adjust_customer_balance(bo, -700, "usd", "Goodwill")
    world.create_invoice(bo, [Line(price=price)])
    world.fund_cash_balance(bo, 50_000, "usd")
    world.apply_cash_balance(bo, taxed["id"])


def subscriptions(world: World, ada: str, bo: str, price: str, monthly: str) -> None:
    """Subscriptions that run, change and end; a quote and a checkout session."""
    kept = world.create_subscription(ada, [(monthly, 2)])
    world.advance_to(START + timedelta(days=3))
    world.change_subscription(kept["id"], [(monthly, 5)])
    world.cancel_subscription(world.create_subscription(bo, [(monthly, 1)])["id"])
    world.accept_quote(world.create_quote(ada, [Line(price=price)])["id"])
    world.create_quote(bo, [Line(price=price)])
    world.create_checkout_session(ada, [Line(price=price)])


def money(world: World) -> None:
    """Top-ups, transfers, reserves, fees and payouts of every outcome."""
    world.top_up(100_000)
    world.charge(90_000)
    world.advance_to(datetime(2026, 10, 9, 0, 10, tzinfo=UTC))  # before that night’s payout
    moved = world.transfer(10_000, "usd", CONNECTED)
    world.reverse_transfer(moved["id"], 4_000)
    for fee in list(world.shelves["application_fee"]):
        world.refund_application_fee(fee["id"], 500)
    world.stripe_fee(250, description="Radar (2026-10-13): Standard")
    world.adjust(-100, description="Adjustment")
    world.hold_reserve(2_000)
    world.row("financing_paydown", -900, reporting_category="financing_paydown", description="Paydown")
    world.fail_payout(world.pay_out("usd", amount=5_000)["id"])
    world.pay_out("usd", amount=3_000, method="instant", fee=30)
