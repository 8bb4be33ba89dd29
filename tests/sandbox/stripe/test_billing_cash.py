"""The cash balance: bank transfers that arrive, are used for invoices, come back, and leave."""

import pytest
from billing_checking import check_billing, events_of
from money_checking import check_laws

from sandbox.stripe.billing.invoice_lines import Line


def kinds(world):
    """Type, amount and balance afterwards of every cash movement, in the order they happened."""
    shelf = world.shelves["customer_cash_balance_transaction"]
    return [(item["type"], item["net_amount"], item["ending_balance"]) for item in shelf._objects.values()]


def test_cash_that_arrives_is_no_money_of_ours_until_it_pays(world, ada, billing_shapes):
    funded = world.fund_cash_balance(ada, 8_000, "usd", reference="INV 1")
    assert (funded["type"], funded["net_amount"], funded["ending_balance"]) == ("funded", 8_000, 8_000)
    assert funded["funded"]["bank_transfer"]["reference"] == "INV 1"
    assert events_of(world, funded["id"]) == ["customer_cash_balance_transaction.created"]
    assert len(world.shelves["balance_transaction"]) == 0
    invoice = world.create_invoice(ada, [Line(amount=5_000)])
    charge = world.apply_cash_balance(ada, invoice["id"])
    assert (charge["status"], invoice["status"]) == ("succeeded", "paid")
    assert kinds(world)[-1] == ("applied_to_payment", -5_000, 3_000)
    assert len(world.shelves["balance_transaction"]) == 1
    assert world.cash_balance_of(ada)["available"] == {"usd": 3_000}
    check_billing(world)
    check_laws(world)
    billing_shapes.check(world)


def test_a_payment_waits_until_it_has_all_the_cash_it_needs(world, ada):
    invoice = world.create_invoice(ada, [Line(amount=5_000)])
    world.fund_cash_balance(ada, 2_000, "usd")
    assert world.apply_cash_balance(ada, invoice["id"]) is None
    assert (invoice["status"], world.cash_balances_of(ada)) == ("open", {"usd": 0})
    world.fund_cash_balance(ada, 4_000, "usd")
    assert world.apply_cash_balance(ada, invoice["id"])["amount"] == 5_000
    assert (invoice["status"], world.cash_balances_of(ada)) == ("paid", {"usd": 1_000})


def test_cash_of_an_unfinished_payment_can_be_taken_back_and_comes_back_on_voiding(world, ada, billing_shapes):
    invoice = world.create_invoice(ada, [Line(amount=5_000)])
    world.fund_cash_balance(ada, 2_000, "usd")
    world.apply_cash_balance(ada, invoice["id"])
    world.unapply_cash_balance(ada, invoice["id"])
    with pytest.raises(ValueError, match="holds cash"):
        world.unapply_cash_balance(ada, invoice["id"])
    world.apply_cash_balance(ada, invoice["id"], 500)
    world.void_invoice(invoice["id"])
    assert kinds(world)[-3:] == [
        ("unapplied_from_payment", 2_000, 2_000),
        ("applied_to_payment", -500, 1_500),
        ("unapplied_from_payment", 500, 2_000),
    ]
    billing_shapes.check(world)


def test_a_refund_may_go_to_the_cash_balance_and_cash_back_to_the_bank(world, ada, billing_shapes):
    charge = world.charge(5_000, customer=ada)
    refund = world.refund_to_cash_balance(charge["id"], 2_000)
    world.return_cash_balance(ada, 1_500, "usd")
    assert kinds(world) == [("refunded_from_payment", 2_000, 2_000), ("return_initiated", -1_500, 500)]
    assert (refund["status"], charge["amount_refunded"]) == ("succeeded", 2_000)
    with pytest.raises(ValueError, match="has 500"):
        world.return_cash_balance(ada, 501, "usd")
    check_laws(world)
    billing_shapes.check(world)


def test_cash_of_another_customer_or_currency_cannot_be_used(world, ada):
    bo = world.create_customer("Bo")["id"]
    world.fund_cash_balance(bo, 9_000, "usd")
    world.fund_cash_balance(ada, 9_000, "eur")
    invoice = world.create_invoice(ada, [Line(amount=5_000)])
    with pytest.raises(ValueError, match="not an invoice of"):
        world.apply_cash_balance(bo, invoice["id"])
    with pytest.raises(ValueError, match="cannot be applied"):
        world.apply_cash_balance(ada, invoice["id"])
    with pytest.raises(ValueError, match="No bank transfers in kwd"):
        world.fund_cash_balance(ada, 9_000, "kwd")
