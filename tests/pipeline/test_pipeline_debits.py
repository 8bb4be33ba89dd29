"""A bank debit that was booked while the bank had not answered is in the end what it would be, booked at once (D2, D3, D6)."""

from __future__ import annotations

from typing import Any

from sandbox.stripe.billing.invoice_lines import Line
from stripe_netsuite.staging.findings import open_findings
from tests.pipeline.company import Company
from tests.pipeline.conftest import OpenCompany
from tests.pipeline.trade import Trade, opened

_WAITING_FOR_THE_BANK = 5


def one_debit() -> tuple[Trade, dict[str, Any]]:
    """A debit for an invoice, which the bank has not answered yet."""
    trade = opened()
    invoice = trade.world.create_invoice(trade.customer, [Line(price=trade.price)])
    charge = trade.world.pay_invoice(invoice["id"], method="us_bank_account")
    return trade, charge


def clear(trade: Trade, charge: dict[str, Any]) -> None:
    """The bank answers: the money is there."""
    trade.at(_WAITING_FOR_THE_BANK)
    trade.world.succeed_payment(charge["id"])


def memo(company: Company, charge: dict[str, Any]) -> str:
    """What the payment's memo says now."""
    row = company.netsuite.books.row('SELECT memo FROM "transaction" WHERE externalid = ?', (charge["id"],))
    assert row is not None
    return str(row["memo"])


def test_a_debit_that_clears_says_what_one_booked_afterwards_says(company_of: OpenCompany) -> None:
    """Its memo no longer describes a payment without an invoice, and nobody is told of a payment too much."""
    trade, charge = one_debit()
    live = company_of(trade.world)
    live.run_all()
    assert memo(live, charge) == f"Stripe: {charge['id']} | Payment for Invoice"
    clear(trade, charge)
    live.run_all()
    trade, charge = one_debit()
    clear(trade, charge)
    late = company_of(trade.world)
    late.run_all()
    assert memo(live, charge) == memo(late, charge) == f"Stripe: {charge['id']}"
    for company in (live, late):
        with company.engine.connect() as connection:
            assert open_findings(connection) == []


def test_a_memo_that_somebody_changed_stays(company_of: OpenCompany) -> None:
    """A6: what a person wrote is not overwritten."""
    trade, charge = one_debit()
    company = company_of(trade.world)
    company.run_all()
    payment = company.internal_id(charge["id"])
    customer = company.body("customerPayment", charge["id"])["customer"]
    company.by_hand("customerPayment", {"customer": customer, "memo": "ask Ada"}, payment)
    clear(trade, charge)
    company.run_all()
    assert memo(company, charge) == "ask Ada"


def test_a_debit_for_what_was_paid_by_hand_meanwhile_is_one_too_many(company_of: OpenCompany) -> None:
    """D3: somebody paid the invoice by hand meanwhile; the debit stays unapplied, and that is said."""
    trade, charge = one_debit()
    company = company_of(trade.world)
    company.run_all()
    row = company.netsuite.books.row("SELECT * FROM \"transaction\" WHERE type = 'CustInvc'")
    assert row is not None
    invoice = {"doc": {"id": str(row["id"])}, "apply": True, "amount": 100}
    body = {
        "customer": company.body("customerPayment", charge["id"])["customer"],
        "payment": 100,
        "apply": {"items": [invoice]},
    }
    company.by_hand("customerPayment", body)
    clear(trade, charge)
    company.run_all()
    with company.engine.connect() as connection:
        assert [row.finding.code for row in open_findings(connection)] == ["duplicate_payment"]
