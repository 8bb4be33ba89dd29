"""What a person reads before deciding: everything that counts, and nothing that somebody else could have made of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from stripe_netsuite.domain.approval import Answer, Difference, Question
from stripe_netsuite.domain.money import Money
from stripe_netsuite.pipeline.approval import OpenQuestion
from stripe_netsuite.report.links import netsuite_link, stripe_link


def difference(minor: int = 100, **fields: Any) -> Difference:
    given = {"stripe_id": "ch_1", "transaction_id": "txn_1", "codes": ("unequal_amounts",), **fields}
    return Difference(money=Money(minor, "usd"), **given)


def asked(*differences: Difference, payout_id: str = "po_1", bank: str = "1000 Bank") -> OpenQuestion:
    question = Question(payout_id=payout_id, amount=Money(123450, "usd"), bank_account_id="12", differences=differences)
    return OpenQuestion("acct_1", question, bank, "open")


def body(of: OpenQuestion) -> str:
    from stripe_netsuite_airflow.question import body_of

    return body_of(of, stripe_link, lambda record: netsuite_link("1234567_SB1", None, record))


def rows(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith(("| [", "| `"))]


def test_each_difference_is_a_row_the_largest_first(airflow_home: object) -> None:
    text = body(
        asked(
            difference(100, expected="25.00 USD", found="24 USD", netsuite_id="77"),
            difference(-4900, stripe_id="re_2", codes=("transaction_not_booked",)),
        )
    )
    refund, charge = rows(text)
    assert refund == "| [`re_2`](https://dashboard.stripe.com/re_2) | – | transaction not booked | – | – | -49.00 USD |"
    record = "[`77`](https://1234567-sb1.app.netsuite.com/app/accounting/transactions/transaction.nl?id=77)"
    link = "[`ch_1`](https://dashboard.stripe.com/ch_1)"
    assert charge == f"| {link} | {record} | unequal amounts | 25.00 USD | 24 USD | 1.00 USD |"
    assert "**50.00 USD**" in text
    assert "**1,234.50 USD** to the bank account `1000 Bank` (Stripe account `acct_1`)" in text


def test_what_others_wrote_is_never_markdown(airflow_home: object) -> None:
    """Bars, backticks, HTML, addresses and invisible signs end neither cell nor code span, and link to nowhere."""
    evil = "`|<img src=x onerror=alert(1)>[pay](https://evil.test)\n\u202e**bold** www.evil.test"
    text = body(asked(difference(stripe_id=evil, found=evil, expected=evil), bank=evil))
    (row,) = rows(text)
    shown = "`'¦<img src=x onerror=alert(1)>[pay](https://evil.test) **bold** www.evil.test`"
    assert row == f"| {shown} | – | unequal amounts | {shown} | {shown} | 1.00 USD |"
    assert f"bank account {shown}" in text
    assert text.count("evil.test") == 8


def test_a_headline_is_plain_text(airflow_home: object) -> None:
    from stripe_netsuite_airflow.question import subject_of

    of = asked(difference(), payout_id="po_1](https://evil.test)<b>")
    assert subject_of(of) == "1.00 USD of differences in a payout of 1,234.50 USD: post po_1httpseviltestb?"


def test_a_long_list_is_cut_and_says_so(airflow_home: object) -> None:
    text = body(asked(*(difference(number, stripe_id=f"ch_{number}") for number in range(1, 204))))
    assert len(rows(text)) == 200
    assert "| and 3 smaller ones: see the run report |" in text


def test_a_question_is_the_same_only_if_all_of_it_is(airflow_home: object) -> None:
    """The key changes with anything that is shown; the JSON in staging gives the same question back."""
    one = asked(difference(found="24 USD")).question
    assert Question.from_json(one.to_json()) == one
    others = [
        asked(difference(found="23 USD")).question,
        asked(difference(101, found="24 USD")).question,
        asked(difference(found="24 USD"), payout_id="po_2").question,
        asked(difference(found="24 USD", netsuite_id="5")).question,
    ]
    assert len({one.key, *(other.key for other in others)}) == 5


def test_an_answer_says_who_and_when_and_why() -> None:
    answer = Answer(choice="rejected", by="Grace", at=datetime(2026, 11, 5, 9, 30, tzinfo=UTC), note="ask the bank")
    assert str(answer) == "rejected by Grace on 2026-11-05 09:30 UTC"
    assert answer.with_note == f"{answer}: ask the bank"
