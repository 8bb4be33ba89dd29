"""What a payout's metadata holds back (ACCOUNTING G1); golden cases show the same for its objects."""

from __future__ import annotations

import pytest

from stripe_netsuite.domain.finding import Severity
from stripe_netsuite.transform.control import BLOCK_KEY, blocked_payout
from tests.golden.case import BOOKS


def test_a_payout_that_is_blocked_is_a_finding() -> None:
    """It names the payout and the key."""
    finding = blocked_payout({BLOCK_KEY: " True "}, "po_1", BOOKS)
    assert finding is not None
    assert (finding.code, finding.severity, finding.stripe_id) == ("blocked", Severity.CRITICAL, "po_1")
    assert BLOCK_KEY in finding.message


@pytest.mark.parametrize("metadata", [{}, {BLOCK_KEY: "no"}, {BLOCK_KEY: ""}])
def test_only_the_word_true_blocks(metadata: dict[str, str]) -> None:
    """Whatever else the key says lets it go."""
    assert blocked_payout(metadata, "po_1", BOOKS) is None
