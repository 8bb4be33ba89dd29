"""A person decides about differences above the threshold (ACCOUNTING F5): asked once, answered, and only then booked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from stripe_netsuite import pipeline
from stripe_netsuite.domain.approval import Answer, Choice
from stripe_netsuite.errors import ConfigurationError
from tests.pipeline.bank import balance
from tests.pipeline.company import ACCOUNT, PROVEN, Company, RunResult
from tests.pipeline.conftest import OpenCompany
from tests.pipeline.trade import Trade, opened

SUSPENSE, FUNDS = "1590", "1499"
NOON = datetime(2026, 11, 15, 12, tzinfo=UTC)
WAITS = "waiting_for_approval"


def edited(company_of: OpenCompany, threshold: str = "0.50", **policy: Any) -> tuple[Trade, Company, str, str]:
    """Two payments are booked, one of them edited from 25.00 to 24.00; their payout arrives. Returns charge and payout."""
    trade = opened()
    charge = trade.world.charge(2500, customer=trade.customer)
    trade.sale()
    company = company_of(trade.world)
    company.run_day(2)
    trade.at(6)
    edit(company, charge["id"], 24)
    change = {
        "payout_mismatch": "fail_open",
        "fail_open_threshold": {"usd": threshold},
        "approval": "above_threshold",
        **policy,
    }
    company.edit("policy.yaml", lambda content: content.update(change))
    return trade, company, charge["id"], next(iter(trade.world.shelves["payout"]))["id"]


def edit(company: Company, charge: str, amount: float) -> None:
    """Change the customer payment by hand."""
    company.by_hand("customerPayment", {"payment": amount}, company.internal_id(charge))


def questions(company: Company) -> list[dict[str, Any]]:
    """What waits for an answer."""
    with company.services() as services:
        return pipeline.open_questions(services, company.make_run(NOON - timedelta(days=1), NOON))


def answer(company: Company, question: dict[str, Any], choice: Choice, by: str = "Grace", note: str = "") -> str:
    """Answer as a person does in Airflow."""
    said = Answer(choice=choice, by=by, at=NOON, note=note)
    with company.services() as services:
        return pipeline.answer_approval(services, ACCOUNT, question["payout_id"], question["key"], said)


def the_question(company: Company) -> dict[str, Any]:
    """The only one."""
    (only,) = questions(company)
    return only


def said(company: Company) -> set[str]:
    """The codes of the findings; that the edited payment lies in Undeposited Funds breaks H3 until it is deposited."""
    return set(company.findings()) - {"proof_h3_broken"}


def assert_settled(company: Company, result: RunResult) -> None:
    """Proofs hold, the books balance, and another run writes nothing."""
    assert result.proofs == PROVEN
    assert company.netsuite.is_balanced()
    before = company.write_requests()
    company.run_all()
    assert company.write_requests() == before


def test_a_payout_waits_is_approved_and_is_booked(company_of: OpenCompany) -> None:
    """Asked once however often it runs; approved, the deposit equals the payout and says on whose word."""
    _, company, charge, payout = edited(company_of)
    first = company.run_all()
    assert first.state_of(payout) == WAITS
    assert payout not in company.external_ids()
    assert said(company) == {"payout_needs_approval", "unequal_amounts"}
    question = the_question(company)
    assert question["label"] == f"{payout} {Decimal(first.payouts[0]['label'].split()[1])} USD, differences 1.00 USD"
    before = company.write_requests()
    assert company.run_all().state_of(payout) == WAITS
    assert questions(company) == [question]
    assert company.write_requests() == before
    assert answer(company, question, "approved") == "approved"
    assert questions(company) == []
    booked = company.run_all()
    assert booked.state_of(payout) == "booked"
    note = "differences of 1.00 USD approved by Grace on 2026-11-15 12:00 UTC"
    assert booked.payouts[0]["reason"] == f"{note}; 1.00 USD of differences in suspense"
    assert company.body("deposit", payout)["memo"].endswith("| Differences approved by Grace on 2026-11-15 12:00 UTC")
    (finding,) = company.findings().values()
    assert finding.finding.message.endswith("It was approved by Grace on 2026-11-15 12:00 UTC.")
    assert (balance(company, SUSPENSE), balance(company, FUNDS)) == (Decimal("-1.00"), Decimal(0))
    assert_settled(company, booked)


def test_a_question_shows_all_that_is_decided(company_of: OpenCompany) -> None:
    """Payout, bank, and of each difference the Stripe id, what is wrong, expected, found and the amount."""
    _, company, charge, payout = edited(company_of)
    company.run_all()
    asked = the_question(company)
    with company.services() as services:
        shown = pipeline.read_question(services, ACCOUNT, payout, asked["key"])
    assert shown is not None
    assert (shown.status, shown.question.payout_id, shown.bank.split()[0]) == ("open", payout, "1000")
    (one,) = shown.question.differences
    assert (one.stripe_id, one.codes, one.expected, one.found) == (
        charge,
        ("unequal_amounts",),
        "25.00 USD",
        "24.00 USD",
    )
    assert (str(one.money), str(shown.question.total)) == ("1.00 USD", "1.00 USD")
    assert one.netsuite_id == str(company.internal_id(charge))


def test_a_rejected_payout_is_blocked_until_it_is_others_that_differ(company_of: OpenCompany) -> None:
    """Rejected: blocked with the reason, and nobody is asked again; corrected, it goes through by itself."""
    _, company, charge, payout = edited(company_of)
    company.run_all()
    assert answer(company, the_question(company), "rejected", note="ask the bank") == "rejected"
    for _ in range(2):
        held = company.run_all()
        assert held.state_of(payout) == "blocked"
        assert held.payouts[0]["reason"].endswith("rejected by Grace on 2026-11-15 12:00 UTC: ask the bank")
        assert questions(company) == []
    assert said(company) == {"payout_approval_rejected", "unequal_amounts"}
    edit(company, charge, 25)
    healed = company.run_all()
    assert healed.state_of(payout) == "booked"
    assert said(company) == set()
    assert balance(company, SUSPENSE) == 0
    assert_settled(company, healed)


def test_an_approval_holds_for_exactly_what_was_shown(company_of: OpenCompany) -> None:
    """The payment is edited once more after the approval: asked anew; the old question cannot be answered any more."""
    _, company, charge, payout = edited(company_of)
    company.run_all()
    first = the_question(company)
    assert answer(company, first, "approved") == "approved"
    edit(company, charge, 23)
    assert company.run_all().state_of(payout) == WAITS
    second = the_question(company)
    assert second["key"] != first["key"]
    edit(company, charge, 22)
    assert company.run_all().state_of(payout) == WAITS
    assert answer(company, second, "approved") == "withdrawn"
    edit(company, charge, 24)
    assert company.run_all().state_of(payout) == "booked"
    assert questions(company) == []
    assert balance(company, SUSPENSE) == Decimal("-1.00")


def test_a_withdrawn_question_that_comes_up_again_is_another(company_of: OpenCompany) -> None:
    """The payment is edited there and back: the same differences, asked at another time, so by another run."""
    _, company, charge, _ = edited(company_of)
    company.run_all()
    first = the_question(company)
    edit(company, charge, 23)
    company.run_all()
    edit(company, charge, 24)
    company.clock.skip(60)
    company.run_all()
    again = the_question(company)
    assert again["key"] == first["key"]
    assert again["asked_at"] > first["asked_at"]


def test_a_question_is_withdrawn_when_the_payout_heals(company_of: OpenCompany) -> None:
    """Corrected before anybody answered: the payout is booked whole, and an answer that comes late changes nothing."""
    _, company, charge, payout = edited(company_of)
    company.run_all()
    asked = the_question(company)
    edit(company, charge, 25)
    assert company.run_all().state_of(payout) == "booked"
    assert questions(company) == []
    assert answer(company, asked, "approved") == "withdrawn"
    with company.services() as services:
        assert pipeline.read_question(services, ACCOUNT, payout, asked["key"]) is None
    assert said(company) == set()
    assert balance(company, SUSPENSE) == 0


def test_an_answer_that_was_used_stays(company_of: OpenCompany) -> None:
    """Once the deposit stands on an approval, nobody can take it back by answering again."""
    _, company, _, payout = edited(company_of)
    company.run_all()
    asked = the_question(company)
    answer(company, asked, "rejected")
    assert answer(company, asked, "approved", by="Ada") == "approved"
    assert company.run_all().state_of(payout) == "booked"
    assert answer(company, asked, "rejected") == "booked"
    with company.services() as services:
        shown = pipeline.read_question(services, ACCOUNT, payout, asked["key"])
    assert shown is not None
    assert shown.status == "booked"


def test_an_answer_has_a_name(company_of: OpenCompany) -> None:
    _, company, _, _ = edited(company_of)
    company.run_all()
    with pytest.raises(ConfigurationError, match="name"):
        answer(company, the_question(company), "approved", by=" ")


def test_within_the_threshold_nobody_is_asked(company_of: OpenCompany) -> None:
    _, company, _, payout = edited(company_of, "1.00")
    assert company.run_all().state_of(payout) == "booked"
    assert questions(company) == []


def test_a_dry_run_asks_nobody(company_of: OpenCompany) -> None:
    """It says what would be asked, and stores no question."""
    _, company, _, payout = edited(company_of, approval="off")
    assert company.run_all().state_of(payout) == "blocked"
    company.edit("policy.yaml", lambda content: content.update(approval="above_threshold"))
    with company.services() as services:
        run = company.make_run(NOON - timedelta(days=1), NOON, dry_run=True)
        assert pipeline.reconcile_payout(services, run, ACCOUNT, payout)["state"] == WAITS
    assert questions(company) == []
