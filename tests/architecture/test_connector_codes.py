"""Every validation code of Stripe's own connector leads to something of ours, and to a test that raises it."""

from __future__ import annotations

import re
from typing import get_args

from stripe_netsuite import errors
from stripe_netsuite.staging.payouts import PayoutStateName
from tests.architecture.finding_codes import PLUGINS, emitted_findings
from tests.architecture.findings_page import PAGE

# docs.stripe.com/use-stripe-apps/netsuite/error-resolution, in its spelling.
CONNECTOR_CODES = frozenset(
    {
        "already_deposited",
        "bank_deposit_account_missing",
        "deleted_netsuite_record",
        "deposit_search_failed",
        "duplicate_netsuite_record_in_payout",
        "invalid_subsidiary",
        "inventorying_waiting_on_child_records",
        "missing_netsuite_account_mapping",
        "multiple_successful_translations_found",
        "payout_currency_account_missing",
        "subsidary_not_found_likely_permission_issue",
        "subsidary_search_failed",
        "transient_netsuite_error",
        "undep_funds_account_fetch_error",
        "undep_funds_account_mismatch",
        "undep_funds_account_not_found",
        "unequal_amounts",
        "unexpected_breakage_error",
        "unexpected_subsidiary_initialization_error",
        "validating_waiting_on_child_records",
    }
)
_ROW = re.compile(r"^\| `(\w+)` \| (finding|state|error) `(\w+)` \| (\S+) \| (\S+) \|$", re.MULTILINE)
ROWS = _ROW.findall(PAGE.read_text(encoding="utf-8"))
TESTS = PLUGINS.parent / "tests"


def test_no_code_of_the_connector_is_left_out() -> None:
    """The table has each once, and no other."""
    assert sorted(code for code, *_ in ROWS) == sorted(CONNECTOR_CODES)


def test_what_stands_for_a_code_is_raised_where_the_table_says() -> None:
    """A finding that the product emits, a state of payouts, or an error of the tree; named in the module."""
    known = {
        "finding": {one.code for one in emitted_findings()},
        "state": set(get_args(PayoutStateName)),
        "error": set(vars(errors)),
    }
    for _, kind, ours, module, _ in ROWS:
        assert ours in known[kind], ours
        assert ours in (PLUGINS / "stripe_netsuite" / module).read_text(encoding="utf-8"), (ours, module)


def test_each_code_has_a_test_that_raises_it() -> None:
    """A pipeline test by its name, which names the code or finds it in its cases; or a golden case whose answer has it."""
    for _, _, ours, _, shown_by in ROWS:
        path, _, name = shown_by.partition("::")
        if not name:
            assert f"{ours}" in (TESTS / path / "out.json").read_text(encoding="utf-8"), shown_by
            continue
        text = (TESTS / path).read_text(encoding="utf-8")
        assert f"def {name}(" in text, shown_by
        assert ours in text, shown_by
