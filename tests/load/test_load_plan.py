"""The plan's promises: one action a record, references first, nothing twice, nothing guessed (DESIGN §7, A6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_netsuite.domain.finding import Severity
from stripe_netsuite.domain.identity import Role, collision_key, suffixed
from stripe_netsuite.domain.netsuite_record import InternalId, Link, Record, RecordGroup, record_group
from stripe_netsuite.load.body import payload_hash
from stripe_netsuite.load.plan import (
    Action,
    ActionKind,
    FoundRecord,
    Known,
    KnownLink,
    LoadPlan,
    ResolveLink,
    external_id_candidates,
    plan_load,
    sort_found,
)
from stripe_netsuite.netsuite_api import lookup
from tests.laws import LAW
from tests.load.records import credit_memo, customer, discount_item, each_kind, invoice, item, line, payment, refund

Links = Mapping[tuple[str, Role], KnownLink]
Found = Mapping[tuple[RecordGroup, str], FoundRecord]


def known(
    links: Links | None = None, found: Found | None = None, taken: Mapping[tuple[RecordGroup, str], str] | None = None
) -> Known:
    """What both sides hold: nothing but what is named."""
    return Known(
        stripe_account="acct_1",
        mapping_version="v1",
        links=links or {},
        found_by_external_id=found or {},
        stripe_id_by_external_key=taken or {},
    )


def link_of(record: Record, digest: str | None = None, version: str = "v1") -> Links:
    """The link of a record that was booked before."""
    link = KnownLink(record.record_type.value, "77", digest, version)
    return {(record.stripe_id, record.role): link}


def kinds(plan: LoadPlan) -> list[str]:
    """The actions, in order."""
    return [action.kind.value for action in plan.actions]


def only(records: Sequence[Record], what: Known) -> Action:
    """The action of a plan of one record."""
    (action,) = plan_load(records, what).actions
    return action


def test_new_records_are_created_wave_by_wave() -> None:
    """A record's wave is later than that of everything it refers to."""
    records = [customer(), item(), invoice(), payment(invoices=("in_1",)), credit_memo(), refund()]
    plan = plan_load(records, known())
    assert [(action.kind, action.wave) for action in plan.actions] == [
        (ActionKind.CREATE, wave) for wave in (0, 0, 1, 2, 1, 2)
    ]
    assert plan.counts() == {"create": 6, "update": 0, "adopt": 0, "skip": 0, "wait": 0, "conflict": 0}


def test_references_that_exist_need_no_wave() -> None:
    """What is linked already is there before the first wave."""
    links = {
        ("cus_1", Role.MAIN): KnownLink("customer", "7", None, None),
        ("price_1", Role.MAIN): KnownLink("item", "8", None, None),
    }
    assert (only([invoice()], known(links)).kind, only([invoice()], known(links)).wave) == (ActionKind.CREATE, 0)


def test_what_refers_to_nothing_known_waits() -> None:
    """And so does what refers to that: the reason names the first reference that is missing."""
    plan = plan_load([customer(), invoice(), payment(invoices=("in_1",))], known())
    assert [(a.kind.value, a.reason) for a in plan.actions] == [
        ("create", ""),
        ("wait", "waiting_on price_1"),
        ("wait", "waiting_on in_1"),
    ]


def test_a_reference_by_internal_id_is_there() -> None:
    """Ids that NetSuite gave need no link."""
    lines = (replace(line(), item=InternalId("9")),)
    record = invoice(lines=lines, customer=InternalId("8"))
    assert only([record], known()).kind is ActionKind.CREATE


def test_what_netsuite_holds_under_the_external_id_is_adopted() -> None:
    """A write whose answer was lost is found again and linked, not repeated; what refers to it can go on."""
    found: Found = {("entity", "cus_1"): FoundRecord("CUSTOMER", "123")}
    plan = plan_load([customer(), item(), invoice()], known(found=found))
    assert kinds(plan) == ["adopt", "create", "create"]
    assert (plan.actions[0].internal_id, plan.actions[2].wave) == ("123", 1)


def test_an_external_id_counts_only_within_its_group() -> None:
    """A transaction that carries a customer's external id is none of its business."""
    found: Found = {("transaction", "cus_1"): FoundRecord("invoice", "123")}
    assert only([customer()], known(found=found)).kind is ActionKind.CREATE


def test_another_kind_of_record_under_the_external_id_is_a_conflict() -> None:
    """Nothing is written, dependents wait, and a critical finding names the record in the way."""
    found: Found = {("transaction", "in_1"): FoundRecord("salesOrder", "9")}
    plan = plan_load([customer(), item(), invoice(), payment(invoices=("in_1",))], known(found=found))
    assert kinds(plan) == ["create", "create", "conflict", "wait"]
    finding = plan.actions[2].finding
    assert finding is not None
    assert (finding.code, finding.severity, finding.netsuite_id) == ("external_id_taken", Severity.CRITICAL, "9")
    assert (finding.expected, finding.found) == ("invoice", "salesOrder")


@pytest.mark.parametrize("record", each_kind(), ids=lambda record: record.record_type.value)
def test_what_is_booked_is_skipped(record: Record) -> None:
    """A second run writes nothing."""
    action = only([record], known(link_of(record, payload_hash(record))))
    assert (action.kind, action.internal_id) == (ActionKind.SKIP, "77")


def test_a_changed_object_of_a_booked_record_is_said_and_not_overwritten() -> None:
    """A6: corrections are new records."""
    action = only([invoice()], known({**link_of(invoice(), "as it was"), **link_of(customer()), **link_of(item())}))
    assert action.kind is ActionKind.CONFLICT
    assert action.finding is not None
    assert (action.finding.code, action.finding.severity) == ("booked_object_changed", Severity.WARNING)


def test_a_payment_that_is_applied_elsewhere_now_is_no_changed_object() -> None:
    """E1: people may move a payment; what it is applied to is no part of what was booked."""
    action = only([payment(invoices=("in_1",))], known(link_of(payment(), payload_hash(payment()))))
    assert action.kind is ActionKind.SKIP


def test_what_refers_to_a_changed_record_goes_on() -> None:
    """It is booked all the same: nothing waits for it."""
    links = {**link_of(invoice(), "another"), **link_of(customer())}
    assert kinds(plan_load([invoice(), payment(invoices=("in_1",))], known(links))) == ["conflict", "create"]


@pytest.mark.parametrize(
    ("record", "links"),
    [
        (payment(invoices=("in_1",)), link_of(payment(), payload_hash(payment()), version="v0")),
        (customer(company_name="New Ltd"), link_of(customer(), payload_hash(customer()))),
        (payment(), link_of(payment(), None)),
    ],
    ids=["booked under another mapping", "a customer has no amount", "linked by hand"],
)
def test_what_may_differ_is_skipped(record: Record, links: Links) -> None:
    """A new mapping, a customer's new name, and records that we did not write are no changes of the object."""
    assert only([record], known(links)).kind is ActionKind.SKIP


def test_ids_that_differ_by_case_get_a_suffix() -> None:
    """In one batch, the second; it is told by a hash of its own id."""
    plan = plan_load([customer("cus_aB"), customer("cus_Ab")], known())
    assert [a.record.external_id for a in plan.actions] == ["cus_aB", suffixed("cus_Ab")]


def test_an_id_taken_by_a_neighbour_of_an_earlier_run_gets_a_suffix() -> None:
    """And is found again under it, never under the neighbour's."""
    taken: dict[tuple[RecordGroup, str], str] = {("entity", collision_key("cus_Ab")): "cus_aB"}
    found: Found = {("entity", suffixed("cus_Ab")): FoundRecord("customer", "9")}
    assert only([customer("cus_Ab")], known(taken=taken)).record.external_id == suffixed("cus_Ab")
    assert only([customer("cus_Ab")], known(found=found, taken=taken)).internal_id == "9"
    assert external_id_candidates(customer("cus_Ab")) == ("cus_Ab", suffixed("cus_Ab"))


@pytest.mark.parametrize("stored", ["cus_Ab", "cus_ab", "CUS_AB"])
def test_a_record_under_our_external_id_is_ours_also_where_the_case_was_folded(stored: str) -> None:
    """Staging was lost, and NetSuite answers in one case: linked anew, not written again."""
    ours, others = sort_found("entity", {"cus_Ab": lookup.Found("7", "customer", stored)})
    assert (ours, others) == ({("entity", "cus_Ab"): FoundRecord("customer", "7")}, {})
    assert only([customer("cus_Ab")], known(found=ours, taken=others)).kind is ActionKind.ADOPT


def test_a_record_whose_id_differs_from_ours_by_case_alone_is_not_written_to() -> None:
    """A PUT under our id would change it: ours gets a suffix."""
    ours, others = sort_found("entity", {"cus_Ab": lookup.Found("7", "customer", "cus_aB")})
    action = only([customer("cus_Ab")], known(found=ours, taken=others))
    assert (action.kind, action.record.external_id) == (ActionKind.CREATE, suffixed("cus_Ab"))


def test_a_voided_record_of_ours_is_not_adopted() -> None:
    assert sort_found("transaction", {"ch_1": lookup.Found("7", "customerPayment", "ch_1", is_voided=True)}) == ({}, {})


def test_the_same_id_in_two_groups_needs_no_suffix() -> None:
    """A coupon may be called like a customer."""
    plan = plan_load([customer("same"), discount_item("same")], known())
    assert [a.record.external_id for a in plan.actions] == ["same", "same"]


def test_a_suffix_is_no_change_of_the_object() -> None:
    """Booked with a suffix, planned again while its neighbour is out of sight: the same payload."""
    booked = replace(payment(), external_id=suffixed("ch_1"))
    assert only([payment()], known(link_of(payment(), payload_hash(booked)))).kind is ActionKind.SKIP


def test_a_link_resolves_to_its_internal_id_or_not_at_all() -> None:
    """A plan that refers to what nobody created is broken: it stops."""
    resolve = ResolveLink({Link("cus_1"): "7"})
    assert (resolve(Link("cus_1")), resolve(InternalId("8"))) == ("7", "8")
    with pytest.raises(KeyError):
        resolve(Link("cus_1", Role.CREDIT_MEMO))


IDS = st.sampled_from(["a", "A", "b", "B", "c", "d"])


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Record], Known]:
    """Records in dependency order, and both sides holding any part of them."""
    customers = draw(st.lists(IDS.map(lambda one: f"cus_{one}"), unique=True, max_size=5))
    names = draw(st.lists(IDS, unique=True, max_size=5))
    owners = st.sampled_from([*customers, "cus_missing"])
    bills: list[Record] = [
        invoice(f"in_{name}", lines=(replace(line(), item=InternalId("9")),), customer=Link(draw(owners)))
        for name in names
    ]
    paid = draw(st.lists(st.sampled_from([f"in_{one}" for one in "aAbBcd"]), unique=True, max_size=3))
    payments: list[Record] = [payment(f"ch_{draw(IDS)}", invoices=tuple(paid), customer=Link(draw(owners)))]
    records = [*(customer(one) for one in customers), *bills, *payments]
    links: dict[tuple[str, Role], KnownLink] = {}
    found: dict[tuple[RecordGroup, str], FoundRecord] = {}
    for record in records:
        state = draw(st.sampled_from(["new", "linked", "changed", "found", "foreign"]))
        if state in ("linked", "changed"):
            links |= link_of(record, payload_hash(record) if state == "linked" else "another")
        elif state in ("found", "foreign"):
            kind = record.record_type.value if state == "found" else "vendor"
            found[record_group(record.record_type), record.external_id] = FoundRecord(kind, "5")
    return records, known(links, found)


@LAW
@given(worlds())
def test_every_record_gets_one_action_and_creations_refer_to_what_is_there(world: tuple[list[Record], Known]) -> None:
    """Nothing vanishes from the plan, nothing is created before or without its references, no id is used twice."""
    records, what = world
    plan = plan_load(records, what)
    assert [(a.record.stripe_id, a.record.role) for a in plan.actions] == [(r.stripe_id, r.role) for r in records]
    assert sum(plan.counts().values()) == len(records)
    there = dict.fromkeys(what.links, -1)
    there |= {(a.record.stripe_id, a.record.role): -1 for a in plan.of(ActionKind.ADOPT)}
    created = {(a.record.stripe_id, a.record.role): a.wave for a in plan.of(ActionKind.CREATE)}
    for action in plan.of(ActionKind.CREATE):
        for reference in action.record.references:
            if isinstance(reference, Link):
                assert (there | created)[reference.stripe_id, reference.role] < action.wave
    keys = [
        (record_group(a.record.record_type), collision_key(a.record.external_id)) for a in plan.of(ActionKind.CREATE)
    ]
    assert len(set(keys)) == len(keys)


@LAW
@given(worlds())
def test_planning_again_after_the_writes_creates_nothing(world: tuple[list[Record], Known]) -> None:
    """Once what was created and adopted is linked, the same records are skipped, told, or still waiting."""
    records, what = world
    first = plan_load(records, what)
    links = dict(what.links)
    for action in first.of(ActionKind.CREATE, ActionKind.ADOPT):
        links |= link_of(action.record, action.payload_hash)
    again = plan_load(records, replace(what, links=links))
    assert not again.of(ActionKind.CREATE, ActionKind.ADOPT)
    assert len(again.of(ActionKind.CONFLICT)) == len(first.of(ActionKind.CONFLICT))
