"""What each proof catches: a change by a person, or a line that got lost, breaks it by name and amount (ACCOUNTING H).

One company; each case changes one thing, proves, takes the change back, and proves again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.stripe.billing.invoice_lines import Line
from stripe_netsuite import pipeline
from stripe_netsuite.staging.proofs import Proof, read_proofs
from tests import databases
from tests.pipeline.company import FIRST_DAY, PROVEN, Company, open_company
from tests.pipeline.trade import one_sale

Undo = Callable[[], object]


@dataclass(frozen=True)
class Books:
    """A paid-out sale of 100.00, its refund with a payout that debits the bank, an open sale, an open invoice."""

    company: Company
    payout: str
    debit: str
    charge: str
    refund: str
    open_charge: str
    open_invoice: str

    def prove(self) -> tuple[dict[str, Any], dict[tuple[str, str], Proof]]:
        """Prove once; what `prove` answers, and the proofs by rule and subject."""
        run = self.company.make_run(FIRST_DAY, datetime(2026, 11, 15, tzinfo=UTC))
        with self.company.services() as services:
            pipeline.begin(services, run)
            answer = pipeline.prove(services, run)
            pipeline.finish(services, run)
        with self.company.engine.connect() as connection:
            return answer, {(one.code, one.subject): one for one in read_proofs(connection, run.run_id)}

    def account(self, number: str) -> dict[str, str]:
        """A reference to a GL account."""
        return {"id": self.company.account_id(number)}

    def sql(self, statement: str, *values: object) -> None:
        """Change the staging database behind the product's back."""
        with self.company.engine.begin() as connection:
            connection.exec_driver_sql(statement, values)


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Books]:
    """The company, booked and proven."""
    trade, _, charge = one_sale()
    refund = trade.world.refund(charge["id"])
    trade.world.pay_out("usd", allow_negative=True)
    trade.at(14, 12)
    open_invoice = trade.world.create_invoice(trade.customer, [Line(price=trade.other_price, quantity=4)])
    _, open_charge = trade.sale()
    payouts = {one["amount"] > 0: one["id"] for one in trade.world.shelves["payout"]}
    folder = tmp_path_factory.mktemp("proofs")
    with ExitStack() as stack:
        url = stack.enter_context(databases.sqlite_database(folder, migrated=True))
        company = stack.enter_context(open_company(url, folder, {"stripe_default": trade.world}))
        assert company.run_all().proofs == PROVEN
        yield Books(
            company, payouts[True], payouts[False], charge["id"], refund["id"], open_charge["id"], open_invoice["id"]
        )


def edit(books: Books, kind: str, external_id: str, change: dict[str, Any], *sublists: str) -> Undo:
    """Change a record by hand; undone by the same fields as they were."""
    before = books.company.body(kind, external_id)
    number = books.company.internal_id(external_id)
    books.company.by_hand(kind, change, number, replace=sublists)
    return lambda: books.company.by_hand(kind, {name: before[name] for name in change}, number, replace=sublists)


def fee_on_another_account(books: Books) -> Undo:
    fee = {"account": books.account("6190"), "amount": 3.2}
    return edit(books, "deposit", books.payout, {"cashback": {"items": [fee]}}, "cashback")


def fee_of_another_amount(books: Books) -> Undo:
    fee = {"account": books.account("6100"), "amount": 3}
    return edit(books, "deposit", books.payout, {"cashback": {"items": [fee]}}, "cashback")


def payment_off_the_deposit(books: Books) -> Undo:
    """The total stays: a person put a line of his own in its place."""
    stand_in = {"account": books.account("1590"), "amount": 100}
    number = books.company.internal_id(books.payout)
    body = {"payment": {"items": []}, "other": {"items": [stand_in]}}
    books.company.by_hand("deposit", body, number, replace=("payment", "other"))
    back = {"payment": {"items": [{"id": str(books.company.internal_id(books.charge)), "deposit": True}]}}
    return lambda: books.company.by_hand(
        "deposit", {**back, "other": {"items": []}}, number, replace=("payment", "other")
    )


def entry_of_another_amount(books: Books) -> Undo:
    lines = [
        {"account": books.account("1500"), "debit": 99},
        {"account": books.account("1000"), "credit": 99},
    ]
    return edit(books, "journalEntry", f"je-{books.debit}", {"line": {"items": lines}}, "line")


def deposit_of_nothing_deleted(books: Books) -> Undo:
    """The bank is right all the same; the refund is on no deposit, and the money lies in transit."""
    body = books.company.body("deposit", books.debit)
    books.company.delete("deposit", books.company.internal_id(books.debit))
    entered: dict[str, Any] = {name: body[name] for name in ("account", "tranDate", "payment", "other") if name in body}
    return lambda: books.company.by_hand("deposit", {**entered, "externalId": books.debit})


def opening_balance(books: Books) -> Undo:
    def set_to(amount: str) -> None:
        def change(content: dict[str, Any]) -> None:
            content["stripe_accounts"][0]["opening_balances"] = {"usd": amount, "eur": "0.00"}

        books.company.edit("entities.yaml", change)

    set_to("1.00")
    return lambda: set_to("0.00")


def balance_at_stripe(books: Books) -> Undo:
    """Stripe says that it holds 5.00 more than its ledger lines add up to."""
    totals = books.company.world.ledger._totals["payments", "usd"]

    def add(minor: int) -> None:
        totals[0] += minor

    add(500)
    return lambda: add(-500)


def ledger_line_lost(books: Books) -> Undo:
    where = "source_id = ? AND type = 'charge'"
    books.sql("CREATE TABLE kept AS SELECT * FROM balance_transaction WHERE source_id = ?", books.charge)
    books.sql(f"DELETE FROM balance_transaction WHERE {where}", books.charge)

    def undo() -> None:
        books.sql("INSERT INTO balance_transaction SELECT * FROM kept WHERE type = 'charge'")
        books.sql("DROP TABLE kept")

    return undo


def payment_in_another_account(books: Books) -> Undo:
    return edit(books, "customerPayment", books.open_charge, {"account": books.account("1000")})


def payment_deposited_by_hand(books: Books) -> Undo:
    line = {"id": str(books.company.internal_id(books.open_charge)), "deposit": True}
    number = books.company.by_hand("deposit", {"account": books.account("1000"), "payment": {"items": [line]}})
    return lambda: books.company.delete("deposit", number)


def invoice_paid_by_hand(books: Books) -> Undo:
    company = books.company
    line = {"doc": {"id": str(company.internal_id(books.open_invoice))}, "apply": True, "amount": 33.32}
    number = company.by_hand(
        "customerPayment",
        {
            "customer": company.body("invoice", books.open_invoice)["entity"],
            "payment": 33.32,
            "account": books.account("1000"),
            "apply": {"items": [line]},
        },
    )
    return lambda: company.delete("customerPayment", number)


def line_of_no_state(books: Books) -> Undo:
    books.sql("UPDATE balance_transaction SET state = 'waiting' WHERE source_id = ?", books.charge)
    return lambda: books.sql("UPDATE balance_transaction SET state = 'booked' WHERE source_id = ?", books.charge)


def entry_into_transit(books: Books) -> Undo:
    lines = [
        {"account": books.account("1500"), "debit": 12.5},
        {"account": books.account("1000"), "credit": 12.5},
    ]
    number = books.company.by_hand("journalEntry", {"subsidiary": {"id": "1"}, "line": {"items": lines}})
    return lambda: books.company.delete("journalEntry", number)


# What is done → the proofs that break: rule, subject (a field of the books where it is one), difference, and words that
# the detail has, with the ids in question.
Broken = tuple[str, str, str | None, str]
CASES: dict[Callable[[Books], Undo], list[Broken]] = {
    fee_on_another_account: [
        ("H1", "payout", "0.00", "(rounding): -3.20, not 0.00"),
        ("H1", "payout", "0.00", "(adjustments, processing_fees): 0.00, not -3.20"),
    ],
    fee_of_another_amount: [("H1", "payout", "0.20", "(adjustments, processing_fees): -3.00, not -3.20")],
    payment_off_the_deposit: [
        ("H1", "payout", "0.00", "not on the deposit: {charge}"),
        ("H3", "USD", "100.00", "[charge] is still there with 100, but its payout [payout] is booked"),
    ],
    entry_of_another_amount: [
        ("H1", "debit", "1.00", "(payouts_in_transit): 1.00, not 0.00"),
        ("H6", "payouts_in_transit USD", "-1.00", "NetSuite: "),
    ],
    deposit_of_nothing_deleted: [
        ("H1", "debit", "0.00", "not on the deposit: {refund}"),
        ("H3", "USD", "-100.00", "[refund] is still there with -100, but its payout [debit] is booked"),
        ("H6", "payouts_in_transit USD", "100.00", "NetSuite: "),
    ],
    opening_balance: [("H2", "USD", "1.00", "ledger to the window's end")],
    balance_at_stripe: [("H2", "USD", "-5.00", "ledger to the window's end")],
    ledger_line_lost: [
        ("H1", "payout", "0.00", "on the deposit and not of this payout: {charge}"),
        ("H2", "USD", "-96.80", "ledger to the window's end"),
    ],
    payment_in_another_account: [("H3", "USD", "-100.00", "[open_charge] is not there (record {open_charge} is in")],
    payment_deposited_by_hand: [("H3", "USD", "-100.00", "[open_charge] is not there (record {open_charge} is on")],
    invoice_paid_by_hand: [("H4", "USD", "-33.32", "[open_invoice] is open with 100.00, not 133.32")],
    line_of_no_state: [
        ("H5", "states", None, "state and payout differ: txn_"),
        ("H3", "USD", "-100.00", "[charge] is not there (record {charge} is on deposit {payout})"),
    ],
    entry_into_transit: [("H6", "payouts_in_transit USD", "12.50", "NetSuite: 0 + ")],
}


def words(books: Books, text: str) -> str:
    """Put in Stripe ids for `[name]`, and NetSuite's internal ids for `{name}`."""
    for name in ("payout", "debit", "charge", "refund", "open_charge", "open_invoice"):
        stripe_id = getattr(books, name)
        text = text.replace(f"[{name}]", stripe_id)
        if f"{{{name}}}" in text:
            text = text.replace(f"{{{name}}}", str(books.company.internal_id(stripe_id)))
    return text


@pytest.mark.parametrize("change", CASES, ids=lambda change: change.__name__)
def test_a_change_breaks_its_proofs_and_no_other_until_it_is_undone(
    books: Books, change: Callable[[Books], Undo]
) -> None:
    """Broken by amount and by ids, a critical finding for each; sound again afterwards, the findings resolved."""
    expected = CASES[change]
    undo = change(books)
    try:
        answer, proofs = books.prove()
        for code, subject, difference, text in expected:
            proof = proofs[code, getattr(books, subject, subject)]
            assert (proof.state, proof.difference) == ("broken", difference), proof
            assert words(books, text) in (proof.detail or "")
        codes = {code for code, *_ in expected}
        assert {code for code, state in answer.items() if state == "broken"} == codes
        assert {f"proof_{code.lower()}_broken" for code in codes} == set(books.company.findings())
    finally:
        undo()
    assert books.prove()[0] == PROVEN
    assert books.company.findings() == {}
