"""H4: what is open of each invoice on both sides, and what may explain a difference (ACCOUNTING H4, C7, C8, C10)."""

from __future__ import annotations

import pytest

from stripe_netsuite.domain.money import Money
from stripe_netsuite.reconcile.proof import Verdict
from stripe_netsuite.reconcile.proof_invoice import (
    Explanation,
    InvoiceState,
    InvoiceTally,
    is_explained,
    prove_invoices,
    tally_invoices,
)

OUT_OF_BAND = Explanation("C8 paid out of band", 3000)
CREDITED = Explanation("C10 credit note", 2000)


def proven(*states: InvoiceState) -> list[Verdict]:
    """The verdicts over these invoices."""
    tallies: dict[str, InvoiceTally] = {}
    tally_invoices(states, tallies)
    return prove_invoices(tallies.values())


def invoice(stripe: int, netsuite: int | None, *explanations: Explanation, name: str = "in_1") -> InvoiceState:
    """An invoice in dollars as both sides show it."""
    held = None if netsuite is None else Money(netsuite, "usd")
    return InvoiceState(name, Money(stripe, "usd"), held, explanations)


def test_invoices_tie_by_currency() -> None:
    """Two currencies are two proofs."""
    yen = InvoiceState("in_2", Money(7, "jpy"), Money(7, "jpy"))
    first, second = proven(invoice(1000, 1000), invoice(0, 0, name="in_3"), yen)
    assert (first.subject, first.state, first.expected, first.detail) == ("JPY", "ok", "7", "1 invoices")
    assert (second.subject, second.found, second.difference, second.detail) == ("USD", "10.00", "0.00", "2 invoices")


@pytest.mark.parametrize(
    ("difference", "reason"),
    [
        (3000, "C8 paid out of band"),
        (2000, "C10 credit note"),
        (5000, "C8 paid out of band and C10 credit note"),
    ],
)
def test_a_reason_counts_only_with_its_amount(difference: int, reason: str) -> None:
    """Alone or together; the total difference stays to be seen."""
    state = invoice(0, difference, OUT_OF_BAND, CREDITED)
    (verdict,) = proven(state)
    assert is_explained(state)
    assert (verdict.state, verdict.detail) == (
        "ok",
        f"1 invoices; {difference // 100}.00 USD by rule: {reason} (in_1 {difference // 100}.00)",
    )
    assert verdict.difference == str(Money(difference, "usd").major)


def test_a_difference_that_no_rule_explains_breaks_it() -> None:
    """One cent beside the credit note is enough."""
    state = invoice(0, 2001, OUT_OF_BAND, CREDITED)
    (verdict,) = proven(state)
    assert not is_explained(state)
    assert (verdict.state, verdict.detail) == ("broken", "in_1 is open with 20.01, not 0.00; 1 invoices")


def test_an_invoice_that_is_gone_breaks_it() -> None:
    """Nothing explains that; seven of them are five names and a number."""
    (verdict,) = proven(*(invoice(0, None, name=f"in_{n}") for n in range(7)))
    assert is_explained(invoice(0, None))
    assert verdict.state == "broken"
    assert (verdict.detail or "").count("is not in NetSuite any more") == 5
    assert "and 2 more" in (verdict.detail or "")
