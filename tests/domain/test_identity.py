"""External ids: the same for the same object, another for another one, and always what NetSuite takes in a URL."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from stripe_netsuite.domain.identity import (
    Role,
    collision_key,
    content_hash,
    external_id,
    is_same_external_id,
    movement_id,
    source_of,
    suffixed,
)
from stripe_netsuite.errors import InvariantBroken
from tests.laws import LAW

STRIPE_IDS = st.text("abAB019_-", min_size=1, max_size=60)
ODD_IDS = st.one_of(STRIPE_IDS, st.text(min_size=1, max_size=300))


@LAW
@given(ODD_IDS, st.sampled_from(Role))
def test_the_same_object_has_the_same_id(stripe_id: str, role: Role) -> None:
    """A re-run derives the id that the first run wrote."""
    assert external_id(stripe_id, role) == external_id(stripe_id, role)


@LAW
@given(ODD_IDS, st.sampled_from(Role))
def test_netsuite_takes_it_in_a_url(stripe_id: str, role: Role) -> None:
    """Letters, digits, `_` and `-`, at most 240 of them: no escaping, no guessing."""
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,240}", external_id(stripe_id, role))


@LAW
@given(STRIPE_IDS)
def test_a_plain_stripe_id_is_its_own_external_id(stripe_id: str) -> None:
    """As Stripe's own connector writes it; further records carry the role."""
    assert external_id(stripe_id) == stripe_id
    assert external_id(stripe_id, Role.CREDIT_MEMO) == f"cm-{stripe_id}"


@LAW
@given(ODD_IDS, ODD_IDS)
def test_another_object_has_another_id(one: str, other: str) -> None:
    """Odd characters do not fall together either: a hash of the whole id tells them apart."""
    assume(one != other)
    assert external_id(one) != external_id(other)


@pytest.mark.parametrize(
    ("one", "other"), [("10 % off", "10 & off"), ("été", "ete"), ("a b", "a-b"), ("x" * 241, "x" * 242), ("a\n", "a")]
)
def test_ids_that_people_chose_stay_apart(one: str, other: str) -> None:
    """Coupons and old plans."""
    assert external_id(one) != external_id(other)


@LAW
@given(STRIPE_IDS)
def test_ids_that_differ_by_case_collide_and_the_suffix_parts_them(stripe_id: str) -> None:
    """NetSuite compares without case; the suffix is taken from the exact id."""
    other = stripe_id.swapcase()
    assume(other != stripe_id)
    assert collision_key(stripe_id) == collision_key(other)
    assert collision_key(suffixed(stripe_id)) != collision_key(suffixed(other))


def test_an_empty_id_is_refused() -> None:
    """It would address the whole collection."""
    with pytest.raises(InvariantBroken, match="empty Stripe id"):
        external_id("")


def test_a_payload_s_hash_changes_with_it() -> None:
    """32 hexadecimal digits, by content alone."""
    assert content_hash(b"a") == content_hash(b"a") != content_hash(b"b")
    assert re.fullmatch(r"[0-9a-f]{32}", content_hash(b"a"))


@pytest.mark.parametrize(
    ("stored", "is_ours"), [("ch_3Ab", True), ("ch_3ab", True), ("CH_3AB", True), ("ch_3aB", False), ("ch_3Abc", False)]
)
def test_a_folded_id_is_ours_and_one_in_another_mixture_is_not(stored: str, is_ours: bool) -> None:
    """Some servers answer external ids in one case; two Stripe ids may differ by case alone."""
    assert is_same_external_id("ch_3Ab", stored) is is_ours


@LAW
@given(st.sampled_from(["du_Ab1", "dp_0Z", "re_1", "po_1-2"]), st.integers(1, 40))
def test_a_movement_leads_back_to_its_dispute(stripe_id: str, number: int) -> None:
    """The first one is the dispute's own id; a part deposit's number is none of a dispute's."""
    assert movement_id(stripe_id, 1) == stripe_id
    if stripe_id.startswith("d"):
        assert source_of(movement_id(stripe_id, number)) == stripe_id
    else:
        assert source_of(stripe_id) == stripe_id
