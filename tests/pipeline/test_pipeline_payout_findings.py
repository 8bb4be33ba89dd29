"""What a person can do to the records of a payout before it is deposited (ACCOUNTING F4), and how it heals (F5).

Each case: the payout waits with one finding that names object and record; once repaired it goes through by itself,
and the finding resolves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.pipeline.company import PROVEN, Company
from tests.pipeline.conftest import OpenCompany
from tests.pipeline.trade import Trade, one_sale, opened

Change = Callable[[Company, str], Any]


def paid_loose(company_of: OpenCompany) -> tuple[Trade, Company, str, str]:
    """A charge of 25.00 without invoice and a sale, both booked; their payout arrives afterwards."""
    trade = opened()
    charge = trade.world.charge(2500, customer=trade.customer)
    trade.sale()
    company = company_of(trade.world)
    company.run_day(2)
    trade.at(6)
    payout = next(iter(trade.world.shelves["payout"]))
    return trade, company, charge["id"], payout["id"]


def change_payment(company: Company, charge: str, **fields: Any) -> None:
    """Change the customer payment by hand."""
    company.by_hand("customerPayment", fields, company.internal_id(charge))


def deposit_by_hand(company: Company, charge: str) -> None:
    """Put the payment on a deposit of its own."""
    line = {"id": str(company.internal_id(charge)), "deposit": True}
    company.by_hand(
        "deposit",
        {"account": {"id": company.account_id("1000")}, "tranDate": "2026-11-04", "payment": {"items": [line]}},
    )


def undo_deposit(company: Company, charge: str) -> None:
    """Delete the deposit that carries the payment."""
    row = company.netsuite.books.row(
        "SELECT deposit FROM sandbox_deposited WHERE payment = ?", (company.internal_id(charge),)
    )
    assert row is not None
    company.delete("deposit", row["deposit"])


def set_voided(company: Company, charge: str, flag: str) -> None:
    """Void the payment, or take that back."""
    with company.netsuite.books.writing():
        company.netsuite.books.execute(
            'UPDATE "transaction" SET voided = ? WHERE id = ?', (flag, company.internal_id(charge))
        )


def delete_payment(company: Company, charge: str) -> None:
    """Delete the payment."""
    company.delete("customerPayment", company.internal_id(charge))


def enter_payment_again(company: Company, charge: str) -> None:
    """Enter the payment once more, under the external id that it had."""
    customer = next(iter(company.world.shelves["customer"]))["id"]
    company.by_hand(
        "customerPayment",
        {
            "externalId": charge,
            "customer": {"id": str(company.internal_id(customer))},
            "account": {"id": company.account_id("1499")},
            "tranDate": "2026-11-02",
            "payment": 25,
        },
    )


def move_to(number: str) -> Change:
    """Move the payment to another account."""
    return lambda company, charge: change_payment(company, charge, account={"id": company.account_id(number)})


CASES: dict[str, tuple[str, Change, Change]] = {
    "deposited by hand": ("already_deposited", deposit_by_hand, undo_deposit),
    "voided": (
        "deleted_netsuite_record",
        lambda company, charge: set_voided(company, charge, "T"),
        lambda company, charge: set_voided(company, charge, "F"),
    ),
    "deleted": ("deleted_netsuite_record", delete_payment, enter_payment_again),
    "amount edited": (
        "unequal_amounts",
        lambda company, charge: change_payment(company, charge, payment=24.99),
        lambda company, charge: change_payment(company, charge, payment=25),
    ),
    "moved to another account": ("undep_funds_account_mismatch", move_to("1500"), move_to("1499")),
    "moved to a bank": ("undep_funds_account_mismatch", move_to("1000"), move_to("1499")),
}


@pytest.mark.parametrize("case", CASES)
def test_a_payout_waits_and_heals(company_of: OpenCompany, case: str) -> None:
    """Found, held without a deposit, repaired by hand, booked without further ado."""
    code, damage, repair = CASES[case]
    _, company, charge, payout = paid_loose(company_of)
    damage(company, charge)
    held = company.run_all()
    assert held.state_of(payout) == "blocked"
    found = company.findings()
    assert set(found) - {"proof_h3_broken", "proof_h6_broken"} == {code}
    assert found[code].finding.stripe_id == charge
    assert found[code].finding.netsuite_id
    assert payout not in company.external_ids()
    repair(company, charge)
    healed = company.run_all()
    assert healed.state_of(payout) == "booked"
    assert company.findings() == {}
    assert healed.proofs == PROVEN
    assert company.differences() == []


def test_two_findings_at_once_are_both_said(company_of: OpenCompany) -> None:
    """A payout with several faults names each of them, not just the first."""
    trade, company, charge, payout = paid_loose(company_of)
    sale = next(one["id"] for one in trade.world.shelves["charge"] if one["id"] != charge)
    change_payment(company, charge, payment=24.99)
    deposit_by_hand(company, sale)
    held = company.run_all()
    assert held.state_of(payout) == "blocked"
    assert set(company.findings()) - {"proof_h3_broken"} == {"unequal_amounts", "already_deposited"}


def test_a_bank_account_that_is_not_mapped_holds_the_payout(company_of: OpenCompany) -> None:
    """F1: the payout's currency needs a bank; mapped, it goes through."""
    _, company, _, payout = paid_loose(company_of)
    banks: dict[str, Any] = {}

    def without_dollars(entities: dict[str, Any]) -> None:
        banks["usd"] = entities["stripe_accounts"][0]["banks"].pop("usd")

    company.edit("entities.yaml", without_dollars)
    assert company.run_all().state_of(payout) == "blocked"
    assert set(company.findings()) == {"payout_currency_account_missing"}
    company.edit("entities.yaml", lambda entities: entities["stripe_accounts"][0]["banks"].update(banks))
    assert company.run_all().state_of(payout) == "booked"
    assert company.findings() == {}
    assert company.differences() == []


def test_a_kind_of_fee_without_an_account_holds_the_payout(company_of: OpenCompany) -> None:
    """F6: network costs wait for their account; mapped, the payout goes through and nothing stays said."""
    trade, _, _ = one_sale()
    for row in trade.world.shelves["balance_transaction"]:
        for detail in row["fee_details"]:
            detail["type"] = "payment_method_passthrough_fee"
    payout = next(iter(trade.world.shelves["payout"]))["id"]
    company = company_of(trade.world)
    account: dict[str, Any] = {}
    company.edit("accounts.yaml", lambda accounts: account.update(network_costs=accounts.pop("network_costs")))
    assert company.run_all().state_of(payout) == "blocked"
    assert set(company.findings()) == {"missing_netsuite_account_mapping"}
    company.edit("accounts.yaml", lambda accounts: accounts.update(account))
    assert company.run_all().state_of(payout) == "booked"
    assert company.findings() == {}
    assert company.differences() == []


def test_a_deposit_that_somebody_deleted_breaks_the_proof(company_of: OpenCompany) -> None:
    """H1: the payout has no deposit any more; that is a critical finding, not an exception."""
    _, company, _, payout = paid_loose(company_of)
    company.run_all()
    company.delete("deposit", company.internal_id(payout))
    result = company.run_all()
    assert result.proofs["H1"] == "broken"
    assert "proof_h1_broken" in company.findings()


def test_a_deposit_that_somebody_changed_breaks_the_proof_until_it_is_right_again(company_of: OpenCompany) -> None:
    """H1: a line added by hand; taken away again, the proof holds and the finding resolves."""
    _, company, _, payout = paid_loose(company_of)
    company.run_all()
    number = company.internal_id(payout)
    before = company.body("deposit", payout)
    extra = {"account": {"id": company.account_id("6190")}, "amount": 1, "memo": "by hand"}
    company.by_hand("deposit", {"other": {"items": [extra]}}, number)
    assert company.run_all().proofs["H1"] == "broken"
    company.by_hand("deposit", {"other": before.get("other") or {"items": []}}, number, replace=("other",))
    assert company.run_all().proofs["H1"] == "ok"
    assert company.findings() == {}
