"""The lines of credit notes: discounts and taxes are credited with them, to the cent, however often."""

from decimal import Decimal

import pytest
from billing_checking import check_billing

from sandbox.stripe.billing.billing import CreditLine, Line


def taxed_invoice(world, customer):
    """A paid invoice of 3 × 33.33 with 12.5% off and 8.875% on top."""
    rate = world.create_tax_rate("Sales tax", "8.875")["id"]
    world.create_coupon("EIGHTH", percent_off=Decimal("12.5"))
    price = world.create_price(world.create_product("Seat")["id"], 3_333, "usd")["id"]
    invoice = world.create_invoice(customer, [Line(price, 3, tax_rates=(rate,))], coupon="EIGHTH")
    world.pay_invoice(invoice["id"])
    return invoice, world.lines_of(invoice["id"])[0]


def test_a_credited_line_takes_its_share_of_discount_and_tax_along(world, ada, billing_shapes):
    invoice, row = taxed_invoice(world, ada)
    lines = [CreditLine(row["id"], quantity=1)]
    note = world.credit_note(invoice["id"], lines=lines, refund=world.total_to_credit(invoice["id"], lines))
    (credited,) = world.credit_note_lines_of(note["id"])
    assert (credited["amount"], credited["discount_amount"], credited["quantity"]) == (3_333, 417, 1)
    assert credited["taxes"][0]["amount"] == note["total_taxes"][0]["amount"] == 259
    assert (note["subtotal"], note["discount_amount"], note["total"]) == (3_333, 417, 3_175)
    assert (note["total_excluding_tax"], credited["invoice_line_item"]) == (2_916, row["id"])
    assert credited["tax_rates"][0]["percentage"] == Decimal("8.875")
    billing_shapes.check(world)


@pytest.mark.parametrize("parts", [(1, 9_998), (3_333, 3_333, 3_333), (7, 1_111, 8_881)])
def test_crediting_a_line_in_parts_credits_every_cent_once(world, ada, parts):
    invoice, row = taxed_invoice(world, ada)
    for part in parts:
        lines = [CreditLine(row["id"], amount=part)]
        total = world.total_to_credit(invoice["id"], lines)
        world.credit_note(invoice["id"], lines=lines, refund=total)
    notes = list(world.shelves["credit_note"])
    assert sum(note["total"] for note in notes) == invoice["total"]
    assert sum(note["discount_amount"] for note in notes) == invoice["total_discount_amounts"][0]["amount"]
    assert sum(note["total_taxes"][0]["amount"] for note in notes) == invoice["total_taxes"][0]["amount"]
    check_billing(world)


def test_without_lines_all_that_is_left_is_credited_with_the_shipping(world, ada, billing_shapes):
    invoice = world.create_invoice(ada, [Line(amount=4_000), Line(amount=2_000)], shipping=500)
    first, _ = world.lines_of(invoice["id"])
    world.credit_note(invoice["id"], lines=[CreditLine(first["id"], amount=1_000)])
    note = world.credit_note(invoice["id"])
    assert [row["amount"] for row in world.credit_note_lines_of(note["id"])] == [3_000, 2_000]
    assert (note["amount_shipping"], note["total"], invoice["status"]) == (500, 5_500, "paid")
    check_billing(world)
    billing_shapes.check(world)


def test_a_line_of_its_own_stands_for_no_line_of_the_invoice(world, ada, billing_shapes):
    rate = world.create_tax_rate("VAT", 20)["id"]
    invoice = world.create_invoice(ada, [Line(amount=10_000, tax_rates=(rate,))])
    custom = CreditLine(amount=500, quantity=2, description="Service credit", tax_rates=(rate,))
    note = world.credit_note(invoice["id"], lines=[custom])
    (row,) = world.credit_note_lines_of(note["id"])
    assert (row["type"], row["amount"], row["unit_amount"], note["total"]) == ("custom_line_item", 1_000, 500, 1_200)
    assert "invoice_line_item" not in row
    billing_shapes.check(world)


def test_inclusive_tax_is_inside_the_credited_amount(world, ada):
    rate = world.create_tax_rate("VAT", 20, inclusive=True)["id"]
    invoice = world.create_invoice(ada, [Line(amount=12_000, tax_rates=(rate,))])
    (line,) = world.lines_of(invoice["id"])
    note = world.credit_note(invoice["id"], lines=[CreditLine(line["id"], amount=6_000)])
    assert (note["total"], note["total_excluding_tax"], note["total_taxes"][0]["amount"]) == (6_000, 5_000, 1_000)


def test_a_note_of_an_amount_has_no_lines_and_no_taxes(world, ada, billing_shapes):
    invoice, _ = taxed_invoice(world, ada)
    note = world.credit_note(invoice["id"], amount=1_000, out_of_band=1_000)
    assert (note["lines"]["data"], note["total_taxes"], note["subtotal"], note["total"]) == ([], [], 1_000, 1_000)
    billing_shapes.check(world)


def test_a_note_embeds_ten_of_its_lines(world, ada):
    invoice = world.create_invoice(ada, [Line(amount=100)] * 12)
    note = world.credit_note(invoice["id"])
    assert (len(note["lines"]["data"]), note["lines"]["has_more"]) == (10, True)
    assert len(world.credit_note_lines_of(note["id"])) == 12


def test_a_line_of_another_invoice_cannot_be_credited(world, ada):
    one, other = (world.create_invoice(ada, [Line(amount=900)]) for _ in range(2))
    (line,) = world.lines_of(other["id"])
    with pytest.raises(ValueError, match="has no line"):
        world.credit_note(one["id"], lines=[CreditLine(line["id"])])


def test_dinars_are_credited_in_steps_of_ten(world):
    customer = world.create_customer("Noor")["id"]
    rate = world.create_tax_rate("VAT", 5)["id"]
    invoice = world.create_invoice(customer, [Line(amount=12_340, tax_rates=(rate,))], currency="kwd")
    (line,) = world.lines_of(invoice["id"])
    with pytest.raises(ValueError, match="steps of 10"):
        world.credit_note(invoice["id"], lines=[CreditLine(line["id"], amount=1_234)])
    note = world.credit_note(invoice["id"], lines=[CreditLine(line["id"], amount=1_230)])
    assert note["total"] % 10 == 0
