"""Discounts and taxes on invoices: how much, on which line, and how they add up."""

from decimal import Decimal

import pytest
from billing_checking import check_billing

from sandbox.stripe.billing.invoice_lines import Line


def discounts_of(world, invoice):
    """What each line gives away, in the order of the lines."""
    return [[part["amount"] for part in row["discount_amounts"]] for row in world.lines_of(invoice["id"])]


def test_a_percentage_and_a_fixed_coupon_are_spread_over_the_lines(world, ada, billing_shapes):
    world.create_coupon("TENTH", percent_off=Decimal(10))
    world.create_coupon("FIVE", amount_off=500, currency="usd")
    invoice = world.create_invoice(ada, [Line(amount=3_333), Line(amount=6_667)], coupon=("TENTH", "FIVE"))
    assert discounts_of(world, invoice) == [[333, 167], [667, 333]]
    assert [part["amount"] for part in invoice["total_discount_amounts"]] == [1_000, 500]
    assert (invoice["subtotal"], invoice["total"]) == (10_000, 8_500)
    check_billing(world)
    billing_shapes.check(world)


def test_a_second_percentage_is_taken_of_what_the_first_left(world, ada):
    world.create_coupon("HALF", percent_off=50)
    invoice = world.create_invoice(ada, [Line(amount=10_000)], coupon=("HALF", "HALF"))
    assert discounts_of(world, invoice) == [[5_000, 2_500]]


def test_a_line_discount_is_in_the_subtotal_and_comes_first(world, ada, billing_shapes):
    world.create_coupon("QUARTER", percent_off=25)
    world.create_coupon("FIVE", amount_off=500, currency="usd")
    invoice = world.create_invoice(ada, [Line(amount=4_000, coupon="QUARTER"), Line(amount=1_000)], coupon="FIVE")
    assert (invoice["subtotal"], invoice["total"]) == (4_000, 3_500)
    row = world.lines_of(invoice["id"])[0]
    assert row["discounts"] == [invoice["total_discount_amounts"][0]["discount"]]
    assert invoice["discounts"] == [invoice["total_discount_amounts"][1]["discount"]]
    item = world.get("invoiceitem", row["parent"]["invoice_item_details"]["invoice_item"])
    assert world.get("discount", row["discounts"][0])["invoice_item"] == item["id"]
    check_billing(world)
    billing_shapes.check(world)


def test_what_cannot_be_billed_leaves_nothing_behind(world, ada):
    world.create_coupon("EURO", amount_off=500, currency="eur")
    world.create_coupon("TENTH", percent_off=10)
    euro = world.create_price(world.create_product("Pro")["id"], 900, "eur")["id"]
    before = len(world.shelves["event"])
    for lines, coupon, why in (
        ([Line(amount=900)], "EURO", "is in eur, not usd"),
        ([Line(amount=900, coupon="TENTH"), Line(euro)], None, "is in eur, the invoice in usd"),
        ([Line(amount=900, coupon="TENTH"), Line(description="Nothing")], "TENTH", "neither a price nor an amount"),
    ):
        with pytest.raises(ValueError, match=why):
            world.create_invoice(ada, lines, coupon=coupon)
    assert len(world.shelves["event"]) == before
    assert len(world.shelves["discount"]) == world.get("coupon", "TENTH")["times_redeemed"] == 0


def test_a_coupon_never_takes_more_than_there_is_nor_of_negative_lines(world, ada):
    world.create_coupon("LOTS", amount_off=99_999, currency="usd")
    invoice = world.create_invoice(ada, [Line(amount=4_000), Line(amount=-1_000)], coupon="LOTS")
    assert (discounts_of(world, invoice), invoice["total"]) == ([[4_000], []], -1_000)


def test_a_coupon_for_some_products_leaves_other_lines_alone(world, ada):
    pro, other = (world.create_product(name)["id"] for name in ("Pro", "Other"))
    prices = [world.create_price(product, 1_000, "usd")["id"] for product in (pro, other)]
    world.create_coupon("PRO", percent_off=50, products=(pro,))
    invoice = world.create_invoice(ada, [Line(price) for price in prices], coupon="PRO")
    assert discounts_of(world, invoice) == [[500], []]


def test_a_promotion_code_leads_to_its_coupon_and_counts_its_uses(world, ada, billing_shapes):
    world.create_coupon("TENTH", percent_off=10, max_redemptions=2)
    code = world.create_promotion_code("AUTUMN", "TENTH")
    invoice = world.create_invoice(ada, [Line(amount=1_000)], coupon=code["id"])
    discount = world.get("discount", invoice["discounts"][0])
    assert (discount["promotion_code"], discount["source"]["coupon"]) == (code["id"], "TENTH")
    assert (code["times_redeemed"], world.get("coupon", "TENTH")["times_redeemed"]) == (1, 1)
    world.create_invoice(ada, [Line(amount=1_000)], coupon="TENTH")
    assert world.get("coupon", "TENTH")["valid"] is False
    with pytest.raises(ValueError, match="cannot be redeemed"):
        world.create_invoice(ada, [Line(amount=1_000)], coupon=code["id"])
    billing_shapes.check(world)


def test_a_discount_outlives_its_coupon(world, ada, billing_shapes):
    world.create_coupon("TENTH", percent_off=10)
    draft = world.create_invoice(ada, [Line(amount=1_000)], coupon="TENTH", finalize=False)
    world.delete_coupon("TENTH")
    assert world.finalize_invoice(draft["id"])["total"] == 900
    with pytest.raises(ValueError, match="cannot be redeemed"):
        world.create_invoice(ada, [Line(amount=1_000)], coupon="TENTH")
    billing_shapes.check(world)


def test_exclusive_tax_comes_on_top_of_what_the_discount_left(world, ada, billing_shapes):
    rate = world.create_tax_rate("Sales tax", "8.875", country="US", tax_type="sales_tax")["id"]
    world.create_coupon("TENTH", percent_off=10)
    invoice = world.create_invoice(ada, [Line(amount=10_000, tax_rates=(rate,))], coupon="TENTH")
    (row,) = world.lines_of(invoice["id"])
    (tax,) = row["taxes"]
    assert (tax["amount"], tax["taxable_amount"], tax["tax_behavior"]) == (799, 9_000, "exclusive")
    assert tax["tax_rate_details"] == {"tax_rate": rate}
    assert (invoice["total"], invoice["total_excluding_tax"]) == (9_799, 9_000)
    billing_shapes.check(world)


def test_inclusive_tax_is_taken_out_of_the_amount(world, ada):
    rate = world.create_tax_rate("VAT", 20, inclusive=True)["id"]
    invoice = world.create_invoice(ada, [Line(amount=12_000, tax_rates=(rate,))])
    assert (invoice["total"], invoice["total_excluding_tax"], invoice["subtotal_excluding_tax"]) == (
        12_000,
        10_000,
        10_000,
    )
    (tax,) = invoice["total_taxes"]
    assert (tax["amount"], tax["taxable_amount"], tax["tax_behavior"]) == (2_000, 10_000, "inclusive")


def test_the_subtotal_without_tax_does_not_know_the_invoices_discount(world, ada):
    rate = world.create_tax_rate("VAT", 20, inclusive=True)["id"]
    world.create_coupon("HALF", percent_off=50)
    invoice = world.create_invoice(ada, [Line(amount=12_000, tax_rates=(rate,))], coupon="HALF")
    assert (invoice["subtotal_excluding_tax"], invoice["total_excluding_tax"]) == (10_000, 5_000)


def test_inclusive_and_exclusive_rates_live_on_one_line(world, ada):
    vat = world.create_tax_rate("VAT", 20, inclusive=True)["id"]
    city = world.create_tax_rate("City", 5)["id"]
    invoice = world.create_invoice(ada, [Line(amount=12_000, tax_rates=(vat, city))])
    assert [tax["amount"] for tax in invoice["total_taxes"]] == [2_000, 500]
    assert invoice["total"] == 12_500
    check_billing(world)


def test_a_line_without_rates_takes_the_invoices_and_its_own_beat_them(world, ada, billing_shapes):
    vat, low = (world.create_tax_rate(name, percent)["id"] for name, percent in (("VAT", 20), ("Low", 5)))
    lines = [Line(amount=1_000), Line(amount=1_000, tax_rates=(low,)), Line(amount=1_000)]
    invoice = world.create_invoice(ada, lines, tax_rates=(vat,))
    assert [row["taxes"][0]["amount"] for row in world.lines_of(invoice["id"])] == [200, 50, 200]
    assert [(tax["amount"], tax["taxable_amount"]) for tax in invoice["total_taxes"]] == [(400, 2_000), (50, 1_000)]
    billing_shapes.check(world)


def test_taxes_are_rounded_on_each_line_and_the_invoice_adds_them_up(world, ada):
    rate = world.create_tax_rate("VAT", "7.5")["id"]
    invoice = world.create_invoice(ada, [Line(amount=33, tax_rates=(rate,))] * 3)
    assert [row["taxes"][0]["amount"] for row in world.lines_of(invoice["id"])] == [2, 2, 2]
    assert invoice["total_taxes"][0]["amount"] == 6


def test_zero_rates_and_reverse_charge_leave_tax_rows_of_nothing(world, billing_shapes):
    zero, vat = (world.create_tax_rate("VAT", percent)["id"] for percent in (0, 19))
    home = world.create_customer("Home")["id"]
    abroad = world.create_customer("Abroad", tax_exempt="reverse")["id"]
    exempt = world.create_customer("Exempt", tax_exempt="exempt")["id"]
    seen = []
    for customer, rate in ((home, zero), (abroad, vat), (exempt, vat)):
        invoice = world.create_invoice(customer, [Line(amount=1_000, tax_rates=(rate,))])
        (tax,) = invoice["total_taxes"]
        seen.append((tax["amount"], tax["taxability_reason"], invoice["customer_tax_exempt"], invoice["total"]))
    assert seen == [
        (0, "not_available", "none", 1_000),
        (0, "reverse_charge", "reverse", 1_000),
        (0, "customer_exempt", "exempt", 1_000),
    ]
    billing_shapes.check(world)


def test_a_negative_line_carries_negative_tax(world, ada):
    rate = world.create_tax_rate("VAT", 20)["id"]
    lines = [Line(amount=10_000, tax_rates=(rate,)), Line(amount=-2_525, tax_rates=(rate,))]
    invoice = world.create_invoice(ada, lines)
    assert [row["taxes"][0]["amount"] for row in world.lines_of(invoice["id"])] == [2_000, -505]
    assert invoice["total"] == 7_475 + 1_495


@pytest.mark.parametrize("percentage", ["-1", "100.5", "8.87512"])
def test_a_tax_rate_is_a_percentage_of_at_most_four_decimals(world, percentage):
    with pytest.raises(ValueError, match="no tax percentage"):
        world.create_tax_rate("Odd", percentage)
