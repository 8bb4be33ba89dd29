"""What a person is asked about a payout whose differences are too large to pass by themselves, and the answer (F5).

A question is known by the hash of all it shows: an answer holds for exactly these differences, and for no others.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from stripe_netsuite.domain.identity import content_hash
from stripe_netsuite.domain.money import Money, sum_money

Choice = Literal["approved", "rejected"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What the record of one ledger line does not cover, signed as in Stripe's balance, and what is wrong with it.

    `codes` are those of the findings; `expected` and `found` their words.
    """

    stripe_id: str
    transaction_id: str
    money: Money
    codes: tuple[str, ...]
    expected: str = ""
    found: str = ""
    netsuite_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """May the deposit of this payout be posted with these differences on the suspense account?"""

    payout_id: str
    amount: Money
    bank_account_id: str
    differences: tuple[Difference, ...]

    @property
    def total(self) -> Money:
        """The differences together, whatever their signs."""
        return sum_money((abs(one.money) for one in self.differences), self.amount.currency)

    @property
    def key(self) -> str:
        """The hash of everything that is shown."""
        return content_hash(self.to_json().encode())

    def to_json(self) -> str:
        """Return the question as JSON, always the same for the same question."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Question:
        """Read what `to_json` wrote."""
        content: dict[str, Any] = json.loads(text)
        return cls(
            payout_id=content["payout_id"],
            amount=Money(**content["amount"]),
            bank_account_id=content["bank_account_id"],
            differences=tuple(
                Difference(**{**one, "money": Money(**one["money"]), "codes": tuple(one["codes"])})
                for one in content["differences"]
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Who decided what, when, and why."""

    choice: Choice
    by: str
    at: datetime
    note: str = ""

    def __str__(self) -> str:
        """`approved by Grace on 2026-11-15 01:02 UTC`."""
        return f"{self.choice} by {self.by} on {self.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"

    @property
    def with_note(self) -> str:
        """The same, with the reason that was given."""
        return f"{self}: {self.note}" if self.note else str(self)
