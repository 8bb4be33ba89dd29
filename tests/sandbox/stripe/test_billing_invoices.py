"""The life of an invoice: what each step makes of it, its lines and its amounts, and what it refuses."""

from datetime import datetime, timedelta

import pytest
from billing_checking import check_billing, events_of, payments_on

from sandbox.stripe.billing.invoice_lines import Line


def test_a_draft_has_no_number_and_its_amount_due_is_what_it_would_be(world, ada, billing_shapes):
    draft = world.create_invoice(ada, [Line(amount=9_000)], finalize=False)
    assert (draft["status"], draft["number"], draft["effective_at"]) == ("draft", None, None)
    assert (draft["amount_due"], draft["amount_remaining"], draft["ending_balance"]) == (9_000, 9_000, None)
    billing_shapes.check(world)


def test_finalising_gives_number_date_and_one_open_default_payment(world, ada):
    draft = world.create_invoice(ada, [Line(amount=9_000)], finalize=False)
    world.advance_to(world.now_utc + timedelta(days=1))
    invoice = world.finalize_invoice(draft["id"])
    prefix = world.get("customer", ada)["invoice_prefix"]
    assert (invoice["status"], invoice["number"]) == ("open", f"{prefix}-0001")
    assert invoice["effective_at"] == invoice["status_transitions"]["finalized_at"] == world.now
    (payment,) = payments_on(world, invoice["id"])
    assert (payment["is_default"], payment["status"], payment["amount_requested"]) == (True, "open", 9_000)
    assert events_of(world, invoice["id"]) == ["invoice.created", "invoice.finalized"]


def test_an_effective_date_that_was_chosen_stays(world, ada):
    chosen = world.now - 86_400
    assert world.create_invoice(ada, [Line(amount=900)], effective_at=chosen)["effective_at"] == chosen


def test_numbers_count_up_for_each_customer(world, ada):
    bo = world.create_customer("Bo")["id"]
    numbers = [world.create_invoice(who, [Line(amount=900)])["number"][-4:] for who in (ada, ada, bo)]
    assert numbers == ["0001", "0002", "0001"]


def test_every_line_has_an_invoice_item_of_its_own(world, ada, billing_shapes):
    invoice = world.create_invoice(ada, [Line(amount=900, description="One"), Line(amount=100, description="Two")])
    for row in world.lines_of(invoice["id"]):
        item = world.get("invoiceitem", row["parent"]["invoice_item_details"]["invoice_item"])
        assert (item["invoice"], item["amount"], item["description"]) == (
            invoice["id"],
            row["amount"],
            row["description"],
        )
        assert events_of(world, item["id"]) == ["invoiceitem.created"]
    billing_shapes.check(world)


def test_a_pending_item_waits_for_an_invoice_that_takes_it(world, ada):
    item = world.create_invoice_item(ada, Line(amount=700, description="Overtime"))
    assert world.create_invoice(ada, [Line(amount=900)])["total"] == 900
    assert item["invoice"] is None
    invoice = world.create_invoice(ada, [Line(amount=900)], takes_pending=True)
    assert (invoice["total"], item["invoice"]) == (1_600, invoice["id"])
    assert world.pending_items(ada, "usd") == []


def test_an_invoice_embeds_ten_lines_and_holds_up_to_250(world, ada):
    invoice = world.create_invoice(ada, [Line(amount=number) for number in range(1, 251)])
    assert (len(invoice["lines"]["data"]), invoice["lines"]["has_more"]) == (10, True)
    assert len(world.lines_of(invoice["id"])) == 250
    check_billing(world)
    with pytest.raises(ValueError, match="holds 250"):
        world.create_invoice(ada, [Line(amount=1)] * 251)


def test_an_invoice_without_lines_cannot_be_finalised(world, ada):
    with pytest.raises(ValueError, match="nothing to invoice"):
        world.create_invoice(ada, [])


def test_an_invoice_of_zero_is_paid_at_once_without_a_charge(world, ada):
    invoice = world.create_invoice(ada, [Line(amount=0)])
    assert (invoice["status"], invoice["amount_due"]) == ("paid", 0)
    assert len(world.shelves["charge"]) == len(payments_on(world, invoice["id"])) == 0


def test_a_deleted_draft_leaves_a_stub_and_an_event(world, ada):
    draft = world.create_invoice(ada, [Line(amount=900)], finalize=False)
    assert world.delete_draft(draft["id"]) == {"id": draft["id"], "object": "invoice", "deleted": True}
    assert list(world.shelves["invoice"]) == list(world.shelves["invoiceitem"]) == []
    assert events_of(world, draft["id"]) == ["invoice.created", "invoice.deleted"]
    with pytest.raises(ValueError, match="not draft"):
        world.delete_draft(world.create_invoice(ada, [Line(amount=900)])["id"])


def test_voiding_cancels_the_payment_and_keeps_the_number(world, ada, billing_shapes):
    invoice = world.create_invoice(ada, [Line(amount=900)])
    number = invoice["number"]
    world.void_invoice(invoice["id"])
    (payment,) = payments_on(world, invoice["id"])
    assert (invoice["status"], invoice["number"], payment["status"]) == ("void", number, "canceled")
    assert world.get("payment_intent", payment["payment"]["payment_intent"])["status"] == "canceled"
    assert events_of(world, invoice["id"])[-1] == "invoice.voided"
    with pytest.raises(ValueError, match="is void"):
        world.pay_invoice(invoice["id"])
    billing_shapes.check(world)


def test_an_uncollectible_invoice_can_still_be_paid(world, ada):
    invoice = world.create_invoice(ada, [Line(amount=900)])
    world.mark_uncollectible(invoice["id"])
    given_up = invoice["status_transitions"]["marked_uncollectible_at"]
    assert (invoice["status"], given_up, invoice["amount_remaining"]) == ("uncollectible", world.now, 900)
    world.pay_invoice(invoice["id"])
    assert (invoice["status"], invoice["status_transitions"]["marked_uncollectible_at"]) == ("paid", given_up)


def test_a_revision_voids_the_old_invoice_when_it_opens(world, ada, billing_shapes):
    old = world.create_invoice(ada, [Line(amount=900)], description="October")
    draft = world.revise_invoice(old["id"], [Line(amount=700)], finalize=False)
    assert (old["status"], draft["from_invoice"]) == ("open", {"action": "revision", "invoice": old["id"]})
    world.finalize_invoice(draft["id"])
    assert (old["status"], old["latest_revision"]) == ("void", draft["id"])
    assert (draft["status"], draft["total"], draft["description"]) == ("open", 700, "October")
    assert draft["number"] != old["number"]
    billing_shapes.check(world)


def test_an_invoice_to_be_sent_is_overdue_after_its_day(world, ada):
    late, paid = (world.create_invoice(ada, [Line(amount=900)], days_until_due=14) for _ in range(2))
    world.pay_invoice(paid["id"])
    assert (late["collection_method"], late["due_date"]) == ("send_invoice", world.now + 14 * 86_400)
    world.advance_to(world.now_utc + timedelta(days=15))
    assert ("invoice.overdue" in events_of(world, late["id"])) is True
    assert ("invoice.overdue" in events_of(world, paid["id"])) is False


def test_shipping_is_in_the_total_and_not_in_the_subtotal(world, ada, billing_shapes):
    invoice = world.create_invoice(ada, [Line(amount=900)], shipping=500)
    assert (invoice["subtotal"], invoice["amount_shipping"], invoice["total"]) == (900, 500, 1_400)
    check_billing(world)
    billing_shapes.check(world)


@pytest.mark.parametrize(
    ("currency", "unit_amount", "quantity", "total"),
    [("jpy", 1_500, 3, 4_500), ("kwd", 12_340, 3, 37_020), ("usd", 1_999, 3, 5_997)],
)
def test_currencies_of_any_decimals_are_billed_in_their_minor_units(world, currency, unit_amount, quantity, total):
    customer = world.create_customer("Elsewhere")["id"]
    price = world.create_price(world.create_product("Pro")["id"], unit_amount, currency)["id"]
    invoice = world.create_invoice(customer, [Line(price, quantity)], currency=currency)
    assert (invoice["currency"], invoice["total"]) == (currency, total)


def test_the_last_digit_of_a_three_decimal_amount_is_zero(world, ada):
    with pytest.raises(ValueError, match="steps of 10"):
        world.create_invoice(ada, [Line(amount=12_345)], currency="kwd")
    rate = world.create_tax_rate("VAT", "7.77")["id"]
    world.create_coupon("ODD", percent_off=13)
    invoice = world.create_invoice(ada, [Line(amount=12_340, tax_rates=(rate,))], currency="kwd", coupon="ODD")
    amounts = [invoice["total"], invoice["total_taxes"][0]["amount"], invoice["total_discount_amounts"][0]["amount"]]
    assert [amount % 10 for amount in amounts] == [0, 0, 0]
    check_billing(world)


def test_a_price_below_a_cent_has_only_its_decimal_and_the_line_is_rounded(world, ada, billing_shapes):
    product = world.create_product("Request")["id"]
    price = world.create_price(product, None, "usd", unit_amount_decimal="0.5")
    assert (price["unit_amount"], price["unit_amount_decimal"]) == (None, "0.5")
    (row,) = world.lines_of(world.create_invoice(ada, [Line(price["id"], 333)])["id"])
    assert (row["amount"], row["pricing"]["unit_amount_decimal"]) == (167, "0.5")
    billing_shapes.check(world)


def test_a_quantity_may_have_decimals(world, ada, billing_shapes):
    price = world.create_price(world.create_product("Hour")["id"], 9_999, "usd")["id"]
    (row,) = world.lines_of(world.create_invoice(ada, [Line(price, quantity_decimal="1.25")])["id"])
    assert (row["amount"], row["quantity_decimal"]) == (12_499, "1.25")
    billing_shapes.check(world)


def test_nothing_new_is_billed_to_a_deleted_customer(world, ada):
    invoice = world.create_invoice(ada, [Line(amount=900)])
    world.delete_customer(ada)
    with pytest.raises(ValueError, match="is deleted"):
        world.create_invoice(ada, [Line(amount=900)])
    world.pay_invoice(invoice["id"])
    assert invoice["status"] == "paid"


def test_the_invoice_says_whose_account_it_is(world, ada):
    invoice = world.create_invoice(ada, [Line(amount=900)])
    assert invoice["account_country"] == world.account["country"]
    assert datetime.fromtimestamp(invoice["created"], tz=world.now_utc.tzinfo) == world.now_utc
