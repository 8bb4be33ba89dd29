"""Every accounting rule by example: what Stripe says on the left, what is booked on the right, in JSON."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import Literal, get_args, get_origin, get_type_hints

import pytest

from stripe_netsuite.transform.books import Books, CustomerPolicy, ItemPolicy
from stripe_netsuite.transform.item import ITEM_METADATA_KEYS
from tests.golden.case import FOLDER, case_folders, read_json
from tests.golden.play import play
from tests.golden.rules_table import TITLES

FOLDERS = case_folders()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(FOLDER)))
def test_what_is_booked_is_what_the_rule_says(folder: Path) -> None:
    """The records, their REST bodies, the postings and the findings of the case are those of its `out.json`."""
    assert play(folder.parent.name, read_json(folder / "in.json")) == read_json(folder / "out.json")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(FOLDER)))
def test_a_case_says_which_rule_it_shows(folder: Path) -> None:
    """The folder's name starts with the rule that `in.json` names, and one sentence says what the case shows."""
    case = read_json(folder / "in.json")
    assert re.match(r"^[A-H]\d{1,2}$", case["rule"])
    assert folder.name.startswith(f"{case['rule']}_")
    assert case["says"].endswith(".")
    assert set(case) <= {"rule", "says", "books", "stripe", "given"}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(FOLDER)))
def test_debits_equal_credits(folder: Path) -> None:
    """In every case and currency the expected postings balance: a mistake in `out.json` itself would show."""
    balance: defaultdict[str, Decimal] = defaultdict(Decimal)
    for line in read_json(folder / "out.json")["gl"]:
        balance[line["currency"]] += Decimal(line["debit"]) - Decimal(line["credit"])
    assert not any(balance.values())


def test_every_built_rule_has_an_example() -> None:
    """No rule without a case, and no case of a rule that has no title on the rules page."""
    assert {read_json(folder / "in.json")["rule"] for folder in FOLDERS} == set(TITLES)


def _choices() -> list[tuple[str, str, str]]:
    """Every value of every policy that a transform or a deposit asks for: part of the books, policy, value."""
    parts = (("", Books), ("customers", CustomerPolicy), ("items", ItemPolicy))
    choices = [
        (part, one.name, value)
        for part, kind in parts
        for one in fields(kind)
        if get_origin(hint := get_type_hints(kind)[one.name]) is Literal
        for value in get_args(hint)
    ]
    return [*choices, *(("items", "item_type", kind.value) for _, kind in ITEM_METADATA_KEYS)]


@pytest.mark.parametrize(("part", "policy", "value"), _choices())
def test_every_policy_value_has_an_example(part: str, policy: str, value: str) -> None:
    """A case sets the value by name; for a default, any case that leaves the policy alone and books will do."""
    kind = {"": Books, "customers": CustomerPolicy, "items": ItemPolicy}[part]
    default = next(one.default for one in fields(kind) if one.name == policy)
    said: set[str] = set()
    for folder in FOLDERS:
        books = read_json(folder / "in.json").get("books", {})
        said.add((books.get(part, {}) if part else books).get(policy, default))
    assert value in said


@pytest.mark.parametrize("field", ["name", "email", "phone"])
@pytest.mark.parametrize("policy", ["never", "fill_empty", "overwrite"])
def test_every_update_policy_has_an_example(field: str, policy: str) -> None:
    """B3: each of the three fields under each of the three policies."""
    updates = [read_json(folder / "in.json")["given"]["updates"] for folder in FOLDER.glob("customer_update/*")]
    assert policy in {one[field] for one in updates}
