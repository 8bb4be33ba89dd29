"""Links between Stripe objects and NetSuite records."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.engine import Engine

from stripe_netsuite.domain.identity import Role
from stripe_netsuite.domain.netsuite_record import RecordType
from stripe_netsuite.errors import InvariantBroken
from stripe_netsuite.staging.links import links_by_internal_id, read_links, taken_external_keys, write_links
from tests.staging.samples import ACCOUNT, NETSUITE, link_row


def test_links_are_read_back_by_object_and_role(staging_engine: Engine) -> None:
    """A refund has two records: the customer refund and, by role, the credit memo."""
    refund = link_row("re_1", record_type=RecordType.CUSTOMER_REFUND, body_total=None, origin="adopted")
    memo = link_row("re_1", "102", role=Role.CREDIT_MEMO, record_type=RecordType.CREDIT_MEMO, external_id="cm-re_1")
    other = link_row("ch_1", "103", stripe_account="acct_2", external_id="ch_9")
    with staging_engine.begin() as conn:
        write_links(conn, [refund, memo, other])
        found = read_links(conn, NETSUITE, ACCOUNT, ["re_1", "ch_1"])
    assert found == {("re_1", Role.MAIN): refund, ("re_1", Role.CREDIT_MEMO): memo}


def test_writing_a_link_again_replaces_it(staging_engine: Engine) -> None:
    """Also twice within one call: the last one stands."""
    first = link_row()
    last = replace(first, payload_hash="new", run_id="run-2")
    with staging_engine.begin() as conn:
        write_links(conn, [first])
        write_links(conn, [replace(first, payload_hash="between"), last])
        assert read_links(conn, NETSUITE, ACCOUNT, ["ch_1"]) == {("ch_1", Role.MAIN): last}


def test_an_external_id_is_taken_without_regard_to_case_within_its_group(staging_engine: Engine) -> None:
    """NetSuite compares so; a customer and a transaction may share one."""
    with staging_engine.begin() as conn:
        write_links(conn, [link_row("ch_aB"), link_row("cus_1", record_type=RecordType.CUSTOMER, external_id="x")])
        write_links(conn, [link_row("in_1", record_type=RecordType.INVOICE, external_id="X")])
        assert taken_external_keys(conn, NETSUITE, "transaction", ["ch_ab", "x", "free"]) == {
            "ch_ab": "ch_aB",
            "x": "in_1",
        }
        assert taken_external_keys(conn, NETSUITE, "entity", ["x", "ch_ab"]) == {"x": "cus_1"}
        assert taken_external_keys(conn, "other", "entity", ["x"]) == {}
    with pytest.raises(InvariantBroken, match="two Stripe objects"), staging_engine.begin() as conn:
        write_links(conn, [link_row("ch_Ab", "999")])


def test_one_record_may_stand_for_many_objects(staging_engine: Engine) -> None:
    """Mapped records have no external id of ours, so several prices may share one item."""
    item = {"record_type": RecordType.SERVICE_SALE_ITEM, "external_id": None, "origin": "mapped"}
    rows = [link_row("price_1", "7", **item), link_row("price_2", "7", **item), link_row("price_3", "8", **item)]
    with staging_engine.begin() as conn:
        write_links(conn, rows)
        found = links_by_internal_id(conn, NETSUITE, RecordType.SERVICE_SALE_ITEM, ["7", "9"])
    assert found == {"7": rows[:2]}
