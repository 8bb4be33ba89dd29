"""What is billed, read over HTTP as the product reads it: before and after, page by page, and by what belongs to what."""

from datetime import UTC, datetime, timedelta

import pytest
from stripe_asking import ask, walk

from sandbox.stripe.billing.billing import CreditLine, Line
from sandbox.stripe.world import World
from sandbox.testing import running_stripe


@pytest.fixture(scope="module")
def served():
    """An account of its own for this module, and its customer; every test makes its own objects."""
    world = World(seed=9, start=datetime(2026, 11, 2, 10, tzinfo=UTC))
    with running_stripe(world) as stripe:
        yield stripe


@pytest.fixture
def bo(served):
    return served.world.create_customer("Bo")["id"]


def test_an_invoice_is_another_before_and_after_each_step(served, bo, billing_shapes):
    world = served.world
    draft = world.create_invoice(bo, [Line(amount=9_000)], finalize=False)

    def read():
        answer = ask(served, f"/v1/invoices/{draft['id']}").body
        assert billing_shapes.errors(answer) == []
        return answer["status"], answer["amount_due"], answer["amount_paid"], answer["amount_remaining"]

    seen = [read()]
    world.finalize_invoice(draft["id"])
    seen.append(read())
    world.pay_invoice(draft["id"], amount=4_000)
    seen.append(read())
    world.credit_note(draft["id"], amount=1_000)
    seen.append(read())
    world.pay_invoice(draft["id"])
    seen.append(read())
    assert seen == [
        ("draft", 9_000, 0, 9_000),
        ("open", 9_000, 0, 9_000),
        ("open", 9_000, 4_000, 5_000),
        ("open", 8_000, 4_000, 4_000),
        ("paid", 8_000, 8_000, 0),
    ]


def test_all_lines_of_a_long_invoice_are_paged_in_order(served, bo):
    invoice = served.world.create_invoice(
        bo, [Line(amount=number, description=f"Part {number}") for number in range(230)]
    )
    embedded = ask(served, f"/v1/invoices/{invoice['id']}").body["lines"]
    rows = walk(served, f"/v1/invoices/{invoice['id']}/lines")
    assert (len(embedded["data"]), embedded["has_more"]) == (10, True)
    assert [row["amount"] for row in rows] == list(range(230))
    assert rows[:10] == embedded["data"]


def test_the_lines_of_a_credit_note_are_paged_too(served, bo):
    invoice = served.world.create_invoice(bo, [Line(amount=100)] * 23)
    note = served.world.credit_note(invoice["id"])
    rows = walk(served, f"/v1/credit_notes/{note['id']}/lines", "limit=10")
    assert [row["id"] for row in rows] == [row["id"] for row in served.world.credit_note_lines_of(note["id"])]
    assert len(rows) == 23


def test_invoice_payments_are_found_by_invoice_status_and_payment_intent(served, bo):
    first, second = (served.world.create_invoice(bo, [Line(amount=900)]) for _ in range(2))
    charge = served.world.pay_invoices_together([first["id"], second["id"]])
    paid = walk(served, "/v1/invoice_payments", f"invoice={first['id']}&status=paid")
    query = f"payment[type]=payment_intent&payment[payment_intent]={charge['payment_intent']}"
    together = walk(served, "/v1/invoice_payments", query)
    assert [item["payment"]["payment_intent"] for item in paid] == [charge["payment_intent"]]
    assert {item["invoice"] for item in together} == {first["id"], second["id"]}


def test_pending_items_are_listed_until_an_invoice_takes_them(served, bo):
    item = served.world.create_invoice_item(bo, Line(amount=700))
    query = f"customer={bo}&pending=true"
    assert [row["id"] for row in walk(served, "/v1/invoiceitems", query)] == [item["id"]]
    invoice = served.world.create_invoice(bo, [], takes_pending=True)
    assert walk(served, "/v1/invoiceitems", query) == []
    assert [row["id"] for row in walk(served, "/v1/invoiceitems", f"invoice={invoice['id']}")] == [item["id"]]


def test_a_deleted_draft_and_coupon_are_gone_from_the_lists(served, bo):
    draft = served.world.create_invoice(bo, [Line(amount=900)], finalize=False)
    served.world.delete_draft(draft["id"])
    served.world.create_coupon("GONE", percent_off=10)
    served.world.delete_coupon("GONE")
    assert draft["id"] not in {row["id"] for row in walk(served, "/v1/invoices")}
    assert "GONE" not in {row["id"] for row in walk(served, "/v1/coupons")}


def test_balance_transactions_of_a_customer_tell_how_credit_was_used(served, bo):
    served.world.adjust_customer_balance(bo, -4_000, "usd", "Goodwill")
    served.world.create_invoice(bo, [Line(amount=10_000)])
    rows = walk(served, f"/v1/customers/{bo}/balance_transactions")
    assert {(row["type"], row["amount"]) for row in rows} == {("adjustment", -4_000), ("applied_to_invoice", 4_000)}
    assert ask(served, f"/v1/customers/{bo}").body["balance"] == 0


def test_a_credit_note_leads_to_its_refund_and_ledger_row(served, bo):
    invoice = served.world.create_invoice(bo, [Line(amount=5_000)])
    served.world.pay_invoice(invoice["id"])
    (line,) = served.world.lines_of(invoice["id"])
    served.world.credit_note(invoice["id"], lines=[CreditLine(line["id"], amount=2_000)], refund=2_000)
    (note,) = walk(served, "/v1/credit_notes", f"invoice={invoice['id']}")
    refund = ask(served, f"/v1/refunds/{note['refunds'][0]['refund']}").body
    row = ask(served, f"/v1/balance_transactions/{refund['balance_transaction']}").body
    assert (note["post_payment_amount"], row["net"], row["reporting_category"]) == (2_000, -2_000, "refund")


def test_a_subscription_is_read_with_the_period_it_is_in(served, bo):
    world = served.world
    price = world.create_price(world.create_product("Pro")["id"], 4_900, "usd", interval="month")["id"]
    subscription = world.create_subscription(bo, [(price, 1)])
    before = ask(served, f"/v1/subscriptions/{subscription['id']}").body["items"]["data"][0]["current_period_end"]
    world.advance_to(world.now_utc + timedelta(days=31))
    item = ask(served, f"/v1/subscriptions/{subscription['id']}").body["items"]["data"][0]
    assert item["current_period_start"] == before
    (listed,) = walk(served, "/v1/subscription_items", f"subscription={subscription['id']}")
    assert listed == item
