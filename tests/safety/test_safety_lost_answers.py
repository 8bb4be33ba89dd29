"""An answer that never came: the record is looked up and adopted, or sent again; never twice, never lost."""

from __future__ import annotations

import pytest

from sandbox.netsuite.protocol.faults import Kind, Rule
from sandbox.stripe.billing.invoice_lines import Line
from stripe_netsuite.errors import NetSuiteUnavailable
from tests.pipeline.company import Company, movements
from tests.pipeline.trade import Trade, opened
from tests.safety.books import RECORD_TYPES, assert_complete, committed, records, run_until_done
from tests.safety.conftest import OpenCompany
from tests.safety.few import few_of_each
from tests.safety.weather import Ambush

KINDS: tuple[Kind, ...] = (
    "drop_after_commit",
    "drop_before",
    "status_500",
    "status_500_after_commit",
    "html_502",
    "html_502_after_commit",
    "html_503",
)


def upserts(kind: Kind, record_type: str, external_id: str = "", times: int = 1) -> Rule:
    """Spoil the next upserts of a record type, or of one record."""
    return Rule(kind, method="PUT", path_contains=f"/{record_type}/eid:{external_id}", times=times)


def order(company: Company, *rules: Rule) -> None:
    """Put faults in force."""
    company.netsuite.faults.set(list(rules))


def ids_by_type(trade: Trade) -> dict[str, list[str]]:
    """The external ids that the books of a world have, by record type; the ids of our own shared records are missing."""
    kinds = {
        "CustInvc": "invoice",
        "CustPymt": "customerPayment",
        "CustCred": "creditMemo",
        "CustRfnd": "customerRefund",
        "Deposit": "deposit",
    }
    shelves = trade.world.shelves
    ids: dict[str, list[str]] = {
        "customer": [one["id"] for one in shelves["customer"]],
        "serviceSaleItem": [one["id"] for one in shelves["price"]],
        "discountItem": [one["id"] for one in shelves["coupon"]],
    }
    for kind, external_id in movements(trade.world):
        ids.setdefault(kinds[kind], []).append(external_id)
    return ids


@pytest.mark.parametrize("kind", KINDS)
def test_one_answer_of_every_record_type_is_lost(company_on: OpenCompany, kind: Kind) -> None:
    """Customer, items, invoice, payment, credit memo, refund, deposit: the same run looks each up and goes on."""
    company = company_on(few_of_each().world, speed=100)
    order(company, *(upserts(kind, record_type) for record_type in RECORD_TYPES))
    result, failures = run_until_done(company)
    assert company.netsuite.faults.left() == 0
    assert failures == []
    assert_complete(company)
    assert committed(company) == records(company)
    assert set(committed(company)) == set(RECORD_TYPES)
    # The deposit is no load step.
    assert result.total("adopted") == (len(RECORD_TYPES) - 1 if kind.endswith("after_commit") else 0)


@pytest.mark.parametrize("kind", ["drop_after_commit", "drop_before"])
def test_the_first_answer_for_every_single_record_is_lost(company_on: OpenCompany, kind: Kind) -> None:
    """Nothing is ever answered at the first attempt; one run does it all the same."""
    trade = few_of_each()
    company = company_on(trade.world, speed=100)
    rules = [upserts(kind, record_type, one) for record_type, ids in ids_by_type(trade).items() for one in ids]
    order(company, *rules)
    _, failures = run_until_done(company)
    assert failures == []
    assert_complete(company)
    assert committed(company) == records(company)
    met = {one.path_contains.rpartition(":")[2] for one in rules if one.times == 0}
    assert met >= {external_id for _, external_id in movements(trade.world)}


def test_two_losses_in_a_row_fail_the_run_and_its_repetition_goes_on(company_on: OpenCompany) -> None:
    """Sent, looked up, sent again, lost again, for one record of each type: a failure that says to run it again."""
    trade = few_of_each()
    company = company_on(trade.world, speed=100)
    ids = ids_by_type(trade)
    order(company, *(upserts("drop_before", record_type, ids[record_type][0], times=2) for record_type in RECORD_TYPES))
    _, failures = run_until_done(company, most=len(RECORD_TYPES) + 1)
    assert company.netsuite.faults.left() == 0
    assert all(isinstance(failure, NetSuiteUnavailable) for failure in failures)
    assert {ids[record_type][0] for record_type in RECORD_TYPES} == {failure.subject for failure in failures}
    assert_complete(company)
    assert committed(company) == records(company)


@pytest.mark.parametrize("record_type", ["customerPayment", "deposit"])
def test_the_answers_are_lost_and_the_look_up_too(company_on: OpenCompany, record_type: str) -> None:
    """The run cannot learn what became of its writes; the next one adopts them, links them and settles the intents."""
    trade = few_of_each()
    company = company_on(trade.world, speed=100)
    side_by_side = 1 if record_type == "deposit" else len(ids_by_type(trade)[record_type])
    lost = upserts("drop_after_commit", record_type, times=side_by_side)
    company.netsuite.account.faults = Ambush(lost, [Rule("drop_before", path_contains="/suiteql", times=5)])
    _, failures = run_until_done(company)
    assert len(failures) == 1
    assert committed(company)[record_type] >= side_by_side
    assert_complete(company)
    assert committed(company) == records(company)


@pytest.mark.parametrize("kind", ["drop_after_commit", "drop_before"])
def test_a_lost_change_of_a_customer_is_made_once(company_on: OpenCompany, kind: Kind) -> None:
    """ACCOUNTING B4: a currency more; the next run sees whether NetSuite has it."""
    trade = opened()
    trade.sale()
    company = company_on(trade.world, speed=100)
    company.run_all()
    trade.sale(Line(price=trade.euro_price), currency="eur")
    order(company, Rule(kind, method="PATCH"))
    with pytest.raises(NetSuiteUnavailable):
        company.run_all()
    company.run_all()
    assert company.committed()["PATCH customer"] == 1
    listed = company.body("customer", trade.customer)["currencyList"]["items"]
    assert len({line["currency"]["id"] for line in listed}) == len(listed) == 2
    assert_complete(company)
