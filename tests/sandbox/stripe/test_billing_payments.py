"""How invoices are paid: in parts, together, twice, too much, days later, or outside Stripe."""

import pytest
from billing_checking import check_billing, events_of, payments_on
from money_checking import check_laws

from sandbox.stripe.billing.invoice_lines import Line


def statuses(world, invoice):
    """The invoice payments of an invoice: status, what was paid, and whether it is the default one."""
    return [(row["status"], row["amount_paid"], row["is_default"]) for row in payments_on(world, invoice["id"])]


def test_a_part_payment_leaves_the_rest_open_and_lowers_the_default_payment(world, ada, billing_shapes):
    invoice = world.create_invoice(ada, [Line(amount=10_000)])
    charge = world.pay_invoice(invoice["id"], amount=4_000)
    assert (charge["amount"], invoice["status"]) == (4_000, "open")
    assert (invoice["amount_paid"], invoice["amount_remaining"], invoice["amount_due"]) == (4_000, 6_000, 10_000)
    default, part = payments_on(world, invoice["id"])
    assert (default["amount_requested"], default["status"]) == (6_000, "open")
    assert (part["amount_paid"], part["status"], part["is_default"]) == (4_000, "paid", False)
    world.pay_invoice(invoice["id"])
    assert statuses(world, invoice) == [("paid", 6_000, True), ("paid", 4_000, False)]
    assert (invoice["status"], invoice["amount_paid"]) == ("paid", 10_000)
    check_billing(world)
    check_laws(world)
    billing_shapes.check(world)


def test_a_part_is_less_than_what_remains(world, ada):
    invoice = world.create_invoice(ada, [Line(amount=10_000)])
    with pytest.raises(ValueError, match="10000 left to pay"):
        world.pay_invoice(invoice["id"], amount=10_001)


def test_one_payment_pays_several_invoices(world, ada, billing_shapes):
    invoices = [world.create_invoice(ada, [Line(amount=amount)]) for amount in (3_000, 5_000)]
    charge = world.pay_invoices_together([invoice["id"] for invoice in invoices])
    assert charge["amount"] == 8_000
    for invoice in invoices:
        canceled, paid = payments_on(world, invoice["id"])
        assert (invoice["status"], canceled["status"], paid["status"]) == ("paid", "canceled", "paid")
        assert paid["payment"]["payment_intent"] == charge["payment_intent"]
        assert paid["amount_paid"] == invoice["total"]
    check_billing(world)
    billing_shapes.check(world)


def test_invoices_of_several_customers_or_currencies_are_not_paid_together(world, ada):
    other = world.create_customer("Bo")["id"]
    pairs = [(ada, "usd"), (other, "usd"), (ada, "eur")]
    first, *others = [world.create_invoice(who, [Line(amount=900)], currency=code)["id"] for who, code in pairs]
    for invoice_id in others:
        with pytest.raises(ValueError, match="one customer's in one currency"):
            world.pay_invoices_together([first, invoice_id])


def test_paying_too_much_credits_the_customer(world, ada, billing_shapes):
    invoice = world.create_invoice(ada, [Line(amount=3_000)])
    world.overpay(invoice["id"], 3_700)
    assert (invoice["amount_paid"], invoice["amount_overpaid"], invoice["amount_remaining"]) == (3_000, 700, 0)
    (credit,) = world.shelves["customer_balance_transaction"]
    assert (credit["type"], credit["amount"], credit["invoice"]) == ("invoice_overpaid", -700, invoice["id"])
    assert world.get("customer", ada)["balance"] == -700
    assert events_of(world, invoice["id"])[-1] == "invoice.overpaid"
    check_billing(world)
    billing_shapes.check(world)


def test_a_second_payment_of_a_paid_invoice_is_overpaid_whole(world, ada, billing_shapes):
    invoice = world.create_invoice(ada, [Line(amount=3_000)])
    charges = [world.pay_invoice(invoice["id"]), world.pay_invoice_again(invoice["id"])]
    assert [charge["amount"] for charge in charges] == [3_000, 3_000]
    assert (invoice["amount_paid"], invoice["amount_overpaid"]) == (3_000, 3_000)
    assert statuses(world, invoice) == [("paid", 3_000, True), ("paid", 3_000, False)]
    assert len(world.shelves["balance_transaction"]) == 2
    check_billing(world)
    billing_shapes.check(world)


def test_paid_outside_stripe_moves_no_money_here(world, ada, billing_shapes):
    invoice = world.create_invoice(ada, [Line(amount=3_000)])
    world.pay_out_of_band(invoice["id"])
    assert (invoice["status"], invoice["amount_paid"], invoice["amount_paid_off_stripe"]) == ("paid", 3_000, 3_000)
    assert statuses(world, invoice) == [("canceled", None, True)]
    assert len(world.shelves["charge"]) == len(world.shelves["balance_transaction"]) == 0
    types = events_of(world, invoice["id"])
    assert ("invoice.paid" in types, "invoice.payment_succeeded" in types) == (True, False)
    check_billing(world)
    billing_shapes.check(world)


def test_a_payment_record_of_another_processor_is_an_invoice_payment(world, ada, billing_shapes):
    invoice = world.create_invoice(ada, [Line(amount=3_000)])
    world.pay_out_of_band(invoice["id"], amount=1_000, recorded=True)
    record = payments_on(world, invoice["id"])[1]
    assert (record["payment"]["type"], record["amount_paid"]) == ("payment_record", 1_000)
    assert (invoice["amount_remaining"], invoice["amount_paid_off_stripe"]) == (2_000, 1_000)
    with pytest.raises(ValueError, match="cannot be paid outside"):
        world.pay_out_of_band(invoice["id"], amount=500)
    world.pay_invoice(invoice["id"])
    assert (invoice["status"], invoice["amount_paid"], invoice["amount_paid_off_stripe"]) == ("paid", 3_000, 1_000)
    check_billing(world)
    billing_shapes.check(world)


def test_a_declined_payment_leaves_the_invoice_open_to_be_tried_again(world, ada):
    invoice = world.create_invoice(ada, [Line(amount=3_000)])
    charge = world.pay_invoice(invoice["id"], declined=True)
    assert (charge["status"], invoice["status"], invoice["attempt_count"]) == ("failed", "open", 1)
    assert events_of(world, invoice["id"])[-1] == "invoice.payment_failed"
    world.pay_invoice(invoice["id"])
    assert (invoice["status"], invoice["attempt_count"]) == ("paid", 2)


def test_a_bank_debit_pays_the_invoice_when_it_clears(world, ada, billing_shapes):
    invoice = world.create_invoice(ada, [Line(amount=3_000)])
    charge = world.pay_invoice(invoice["id"], method="us_bank_account")
    assert (charge["status"], invoice["status"], invoice["attempted"]) == ("pending", "open", True)
    assert statuses(world, invoice) == [("open", None, True)]
    world.succeed_payment(charge["id"])
    assert (invoice["status"], statuses(world, invoice)) == ("paid", [("paid", 3_000, True)])
    check_billing(world)
    check_laws(world)
    billing_shapes.check(world)


def test_a_bank_debit_that_fails_leaves_the_invoice_open(world, ada):
    invoice = world.create_invoice(ada, [Line(amount=3_000)])
    world.fail_payment(world.pay_invoice(invoice["id"], method="us_bank_account")["id"])
    assert invoice["status"] == "open"
    assert events_of(world, invoice["id"])[-1] == "invoice.payment_failed"
    world.pay_invoice(invoice["id"])
    assert invoice["status"] == "paid"


def test_a_debit_that_clears_after_the_invoice_was_paid_is_overpaid(world, ada):
    invoice = world.create_invoice(ada, [Line(amount=3_000)])
    charge = world.pay_invoice(invoice["id"], method="us_bank_account")
    world.pay_out_of_band(invoice["id"])
    world.succeed_payment(charge["id"])
    assert (invoice["amount_paid"], invoice["amount_overpaid"]) == (3_000, 3_000)
    check_billing(world)


def test_an_invoice_can_be_paid_as_a_destination_charge(world, ada):
    invoice = world.create_invoice(ada, [Line(amount=3_000)])
    charge = world.pay_invoice(invoice["id"], destination="acct_sandbox_shop", application_fee=300)
    assert (charge["transfer_data"]["destination"], charge["application_fee_amount"]) == ("acct_sandbox_shop", 300)


def test_the_currency_of_settlement_can_be_chosen(world, ada):
    world.settlement_currencies = ("usd", "eur")
    invoice = world.create_invoice(ada, [Line(amount=3_000)], currency="eur")
    charge = world.pay_invoice(invoice["id"], settled_in="usd")
    assert world.get("balance_transaction", charge["balance_transaction"])["currency"] == "usd"


def test_a_partly_paid_invoice_cannot_be_voided(world, ada):
    invoice = world.create_invoice(ada, [Line(amount=3_000)])
    world.pay_invoice(invoice["id"], amount=1_000)
    with pytest.raises(ValueError, match="1000 of it are paid"):
        world.void_invoice(invoice["id"])
