"""The customer's credit balance and credit notes: who is owed what, and by which way it is given back."""

import pytest
from billing_checking import check_billing, events_of, payments_on
from money_checking import check_laws

from sandbox.stripe.billing.billing import CreditLine, Line
from sandbox.stripe.billing.customer_balance import TYPES


def movements(world):
    """Type, amount and balance afterwards of every balance transaction, in the order they were written."""
    shelf = world.shelves["customer_balance_transaction"]
    return [(item["type"], item["amount"], item["ending_balance"]) for item in shelf._objects.values()]


def paid_invoice(world, customer, *lines, **options):
    """A paid invoice and its line ids."""
    invoice = world.create_invoice(customer, list(lines), **options)
    world.pay_invoice(invoice["id"])
    return invoice, [row["id"] for row in world.lines_of(invoice["id"])]


def test_credit_is_used_by_the_next_invoice_that_is_finalised(world, ada, billing_shapes):
    world.adjust_customer_balance(ada, -4_000, "usd", "Goodwill")
    draft = world.create_invoice(ada, [Line(amount=10_000)], finalize=False)
    assert (draft["starting_balance"], draft["ending_balance"], draft["amount_due"]) == (-4_000, None, 6_000)
    assert world.get("customer", ada)["balance"] == -4_000
    world.finalize_invoice(draft["id"])
    assert (draft["total"], draft["amount_due"], draft["ending_balance"]) == (10_000, 6_000, 0)
    assert movements(world) == [("adjustment", -4_000, -4_000), ("applied_to_invoice", 4_000, 0)]
    assert payments_on(world, draft["id"])[0]["amount_requested"] == 6_000
    check_billing(world)
    billing_shapes.check(world)


def test_more_credit_than_is_due_pays_the_invoice_and_keeps_the_rest(world, ada):
    world.adjust_customer_balance(ada, -4_000, "usd", "Goodwill")
    invoice = world.create_invoice(ada, [Line(amount=1_500)])
    assert (invoice["status"], invoice["amount_due"], invoice["amount_paid"]) == ("paid", 0, 0)
    assert (invoice["starting_balance"], invoice["ending_balance"]) == (-4_000, -2_500)
    check_billing(world)


def test_a_debit_is_collected_with_the_next_invoice(world, ada):
    world.adjust_customer_balance(ada, 700, "usd", "Forgotten")
    invoice = world.create_invoice(ada, [Line(amount=1_500)])
    assert (invoice["amount_due"], invoice["ending_balance"]) == (2_200, 0)
    check_billing(world)


def test_a_negative_invoice_becomes_credit(world, ada, billing_shapes):
    invoice = world.create_invoice(ada, [Line(amount=-2_500, description="Returned")])
    assert (invoice["status"], invoice["total"], invoice["amount_due"]) == ("paid", -2_500, 0)
    assert movements(world) == [("applied_to_invoice", -2_500, -2_500)]
    check_billing(world)
    billing_shapes.check(world)


def test_an_amount_too_small_to_charge_is_carried_over(world, ada):
    small = world.create_invoice(ada, [Line(amount=30)])
    assert (small["status"], small["amount_due"], small["ending_balance"]) == ("paid", 0, 30)
    assert world.create_invoice(ada, [Line(amount=1_000)])["amount_due"] == 1_030
    assert movements(world) == [("invoice_too_small", 30, 30), ("applied_to_invoice", -30, 0)]
    check_billing(world)


def test_no_amount_is_too_small_for_a_customer_with_a_cash_balance(world, ada):
    world.fund_cash_balance(ada, 5_000, "usd")
    assert world.create_invoice(ada, [Line(amount=30)])["amount_due"] == 30


def test_voiding_returns_what_the_invoice_had_used(world, ada):
    world.adjust_customer_balance(ada, -400, "usd")
    invoice = world.create_invoice(ada, [Line(amount=1_500)])
    world.void_invoice(invoice["id"])
    assert movements(world)[-1] == ("unapplied_from_invoice", -400, -400)
    assert world.get("customer", ada)["balance"] == -400


def test_each_currency_has_a_balance_of_its_own(world, ada):
    world.adjust_customer_balance(ada, -400, "usd")
    world.adjust_customer_balance(ada, -900, "eur")
    assert world.create_invoice(ada, [Line(amount=5_000)], currency="eur")["amount_due"] == 4_100
    assert (world.credit_balances_of(ada), world.get("customer", ada)["balance"]) == ({"usd": -400, "eur": 0}, -400)


def test_every_type_of_balance_transaction_can_be_had_and_none_has_an_event(world, ada, billing_shapes):
    before = [event["id"] for event in world.shelves["event"]]
    for number, kind in enumerate(sorted(TYPES), start=1):
        world.adjust_customer_balance(ada, -number, "usd", type=kind)
    assert {kind for kind, _, _ in movements(world)} == TYPES
    written = [event["type"] for event in world.shelves["event"] if event["id"] not in before]
    assert set(written) == {"customer.updated"}, "the customer's balance is told of, the transaction is not"
    with pytest.raises(ValueError, match="no type"):
        world.adjust_customer_balance(ada, -1, "usd", type="gift")
    billing_shapes.check(world)


def test_a_note_on_an_open_invoice_reduces_what_is_due(world, ada, billing_shapes):
    invoice = world.create_invoice(ada, [Line(amount=10_000)])
    (line,) = (row["id"] for row in world.lines_of(invoice["id"]))
    note = world.credit_note(invoice["id"], lines=[CreditLine(line, amount=3_000)], reason="order_change", memo="Sorry")
    assert (note["type"], note["pre_payment_amount"], note["post_payment_amount"]) == ("pre_payment", 3_000, 0)
    assert (note["number"], note["status"]) == (f"{invoice['number']}-CN-01", "issued")
    assert (invoice["total"], invoice["amount_due"], invoice["amount_remaining"]) == (10_000, 7_000, 7_000)
    assert invoice["pre_payment_credit_notes_amount"] == 3_000
    assert world.pay_invoice(invoice["id"])["amount"] == 7_000
    check_billing(world)
    billing_shapes.check(world)


def test_a_note_over_all_of_an_open_invoice_settles_it_without_payment(world, ada):
    invoice = world.create_invoice(ada, [Line(amount=10_000)])
    world.credit_note(invoice["id"])
    assert (invoice["status"], invoice["amount_due"], invoice["amount_paid"]) == ("paid", 0, 0)
    assert payments_on(world, invoice["id"])[0]["status"] == "canceled"
    assert "invoice.payment_succeeded" not in events_of(world, invoice["id"])
    check_billing(world)


def test_a_note_on_a_paid_invoice_is_given_in_three_ways(world, ada, billing_shapes):
    invoice, _ = paid_invoice(world, ada, Line(amount=10_000))
    note = world.credit_note(invoice["id"], amount=6_000, refund=3_000, customer_balance=2_000, out_of_band=1_000)
    (part,) = note["refunds"]
    refund = world.get("refund", part["refund"])
    assert (note["type"], note["post_payment_amount"], note["out_of_band_amount"]) == ("post_payment", 6_000, 1_000)
    assert (refund["amount"], part["amount_refunded"], part["type"]) == (3_000, 3_000, "refund")
    assert movements(world) == [("credit_note", -2_000, -2_000)]
    assert (invoice["amount_paid"], invoice["post_payment_credit_notes_amount"]) == (10_000, 6_000)
    check_billing(world)
    check_laws(world)
    billing_shapes.check(world)


def test_a_note_on_a_partly_paid_invoice_is_mixed(world, ada, billing_shapes):
    invoice = world.create_invoice(ada, [Line(amount=10_000)])
    world.pay_invoice(invoice["id"], amount=4_000)
    note = world.credit_note(invoice["id"], amount=7_000, refund=1_000)
    assert (note["type"], note["pre_payment_amount"], note["post_payment_amount"]) == ("mixed", 6_000, 1_000)
    assert (invoice["status"], invoice["amount_due"], invoice["amount_paid"]) == ("paid", 4_000, 4_000)
    check_billing(world)
    billing_shapes.check(world)


def test_a_refund_that_was_made_already_can_be_linked(world, ada):
    invoice = world.create_invoice(ada, [Line(amount=10_000)])
    charge = world.pay_invoice(invoice["id"])
    refund = world.refund(charge["id"], 2_500)
    note = world.credit_note(invoice["id"], amount=2_500, refund=refund["id"])
    assert [part["refund"] for part in note["refunds"]] == [refund["id"]]
    assert len(world.shelves["refund"]) == 1


def test_a_note_refunds_several_payments_in_turn(world, ada):
    invoice = world.create_invoice(ada, [Line(amount=10_000)])
    world.pay_invoice(invoice["id"], amount=4_000)
    world.pay_invoice(invoice["id"])
    note = world.credit_note(invoice["id"], refund=10_000)
    assert sorted(part["amount_refunded"] for part in note["refunds"]) == [4_000, 6_000]
    check_billing(world)


@pytest.mark.parametrize("parts", [{}, {"refund": 5_999}, {"refund": 3_000, "out_of_band": 3_001}])
def test_the_parts_after_payment_must_add_up(world, ada, parts):
    invoice, _ = paid_invoice(world, ada, Line(amount=10_000))
    with pytest.raises(ValueError, match="must equal"):
        world.credit_note(invoice["id"], amount=6_000, **parts)
    assert len(world.shelves["credit_note"]) == len(world.shelves["refund"]) == 0


def test_no_more_than_the_payments_hold_can_be_refunded(world, ada):
    invoice = world.create_invoice(ada, [Line(amount=10_000)])
    world.refund(world.pay_invoice(invoice["id"], amount=6_000)["id"], 5_000)
    world.pay_out_of_band(invoice["id"])
    with pytest.raises(ValueError, match="hold 500 less"):
        world.credit_note(invoice["id"], amount=1_500, refund=1_500)
    assert (len(world.shelves["refund"]), len(world.shelves["credit_note"])) == (1, 0)


def test_no_more_than_the_invoice_can_be_credited(world, ada):
    invoice, (line,) = paid_invoice(world, ada, Line(amount=10_000))
    world.credit_note(invoice["id"], lines=[CreditLine(line, amount=9_000)], refund=9_000)
    with pytest.raises(ValueError, match="1000 left to credit"):
        world.credit_note(invoice["id"], amount=1_001, refund=1_001)
    with pytest.raises(ValueError, match="1000 left to credit"):
        world.credit_note(invoice["id"], lines=[CreditLine(line, amount=1_001)], refund=1_001)
    draft = world.create_invoice(ada, [Line(amount=900)], finalize=False)
    with pytest.raises(ValueError, match="is draft"):
        world.credit_note(draft["id"])


def test_voiding_a_note_restores_an_open_invoice_and_no_other(world, ada, billing_shapes):
    invoice = world.create_invoice(ada, [Line(amount=10_000)])
    note = world.credit_note(invoice["id"], amount=3_000)
    world.void_credit_note(note["id"])
    assert (note["status"], note["voided_at"], invoice["amount_due"]) == ("void", world.now, 10_000)
    assert invoice["pre_payment_credit_notes_amount"] == 0
    later = world.credit_note(invoice["id"], amount=1_000)
    assert later["number"].endswith("-CN-02")
    world.pay_invoice(invoice["id"])
    with pytest.raises(ValueError, match="not open"):
        world.void_credit_note(later["id"])
    check_billing(world)
    billing_shapes.check(world)
