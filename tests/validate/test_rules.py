"""Each rule names exactly the objects that break it, and lets the right ones pass."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from stripe_netsuite.domain.finding import Severity
from stripe_netsuite.domain.stripe_object import BalanceTransaction, FeeDetail
from stripe_netsuite.domain.validation_report import RuleResult, ValidationReport
from stripe_netsuite.staging.database import open_staging
from stripe_netsuite.validate.checkpoint import validate_pending
from stripe_netsuite.validate.rules import ALL_RULES
from tests import databases
from tests.validate import company as c

# Rule → (Stripe id, object) pairs that break it and no other rule, unless ALSO says so.
BAD_OBJECTS: dict[str, list[dict[str, Any]]] = {
    "customer.customer_unnamed": [c.customer("cus_unnamed", name=None, email=None)],
    "customer.customer_email_malformed": [c.customer("cus_mail", email="ada at example")],
    "product.product_name_missing": [c.product("prod_unnamed", name=" ")],
    "price.price_product_not_staged": [c.price("price_orphan", product="prod_nowhere")],
    "price.currency_malformed": [c.price("price_shouting", currency="USD")],
    "coupon.coupon_reduction_unclear": [
        c.coupon("coupon_both", amount_off=5, currency="usd"),
        c.coupon("coupon_neither", percent_off=None),
    ],
    "coupon.coupon_percent_out_of_range": [c.coupon("coupon_101", percent_off=100.01), c.coupon("c0", percent_off=0)],
    "coupon.coupon_currency_missing": [c.coupon("coupon_bare", percent_off=None, amount_off=5)],
    "invoice.currency_malformed": [
        c.invoice("in_shouting", currency="USD", lines={"data": [c.line(currency="USD")], "has_more": False})
    ],
    "invoice.invoice_status_unknown": [c.invoice("in_status", status="dreaming")],
    "invoice.invoice_lines_incomplete": [c.invoice("in_more", total=1, lines={"data": [c.line()], "has_more": True})],
    "invoice.invoice_total_mismatch": [
        c.invoice("in_total", total=991),
        c.invoice("in_inclusive", lines={"data": [c.line(taxes=None)], "has_more": False}),
    ],
    "invoice.invoice_discount_total_mismatch": [
        c.invoice("in_discount", total_discount_amounts=[{"amount": 99, "discount": "di_1"}])
    ],
    "invoice.invoice_line_currency_mismatch": [
        c.invoice("in_mixed", lines={"data": [c.line(currency="eur")], "has_more": False})
    ],
    "invoice.invoice_finalized_at_missing": [c.invoice("in_undated", status_transitions={})],
    "invoice.invoice_customer_not_staged": [c.invoice("in_orphan", customer="cus_nowhere")],
    "invoice.invoice_price_not_staged": [
        c.invoice(
            "in_price",
            lines={
                "data": [c.line(pricing={"price_details": {"price": "price_nowhere", "product": "prod_good"}})],
                "has_more": False,
            },
        )
    ],
    "invoice.invoice_coupon_not_staged": [
        c.invoice("in_coupon", discounts=[{"id": "di_1", "source": {"type": "coupon", "coupon": "coupon_nowhere"}}])
    ],
    "invoice.invoice_remaining_out_of_range": [
        c.invoice("in_over", amount_remaining=991),
        c.invoice("in_under", amount_remaining=-1),
        c.invoice("in_over_due", amount_due=1200, amount_remaining=1201),
    ],
    "invoice.invoice_settled_by_credit": [
        c.invoice("in_balance", starting_balance=-500, ending_balance=0),
        c.invoice("in_note", pre_payment_credit_notes_amount=100),
        c.invoice("in_later_note", post_payment_credit_notes_amount=100),
    ],
    "invoice.invoice_period_reversed": [
        c.invoice("in_period", lines={"data": [c.line(period={"start": c.DAY, "end": c.DAY - 1})], "has_more": False})
    ],
    "invoice_payment.currency_malformed": [c.invoice_payment("inpay_shouting", currency="US1")],
    "invoice_payment.invoice_payment_status_unknown": [c.invoice_payment("inpay_status", status="dreaming")],
    "invoice_payment.invoice_payment_invoice_not_staged": [c.invoice_payment("inpay_orphan", invoice="in_nowhere")],
    "invoice_payment.invoice_payment_currency_mismatch": [c.invoice_payment("inpay_euro", currency="eur")],
    "invoice_payment.invoice_payment_amount_missing": [c.invoice_payment("inpay_amount", amount_paid=None)],
    "invoice_payment.invoice_payment_source_missing": [
        c.invoice_payment("inpay_source", payment={"type": "payment_intent"})
    ],
    "charge.currency_malformed": [c.charge("ch_shouting", currency="usd1", balance_transaction=None)],
    "charge.charge_status_unknown": [c.charge("ch_status", status="dreaming")],
    "charge.charge_amount_negative": [c.charge("ch_negative", amount=-1, amount_captured=-1)],
    "charge.charge_captured_exceeds_amount": [c.charge("ch_over", amount_captured=991)],
    "charge.charge_customer_not_staged": [c.charge("ch_orphan", customer="cus_nowhere")],
    "charge.charge_ledger_line_missing": [c.charge("ch_lineless", balance_transaction=None)],
    "charge.charge_ledger_line_not_staged": [c.charge("ch_unread", balance_transaction="txn_nowhere")],
    "refund.currency_malformed": [c.refund("re_shouting", currency="USD", amount=1)],
    "refund.refund_status_unknown": [c.refund("re_status", status="dreaming", amount=1)],
    "refund.refund_amount_not_positive": [c.refund("re_zero", amount=0)],
    "refund.refund_charge_missing": [c.refund("re_chargeless", charge=None)],
    "refund.refund_charge_not_staged": [c.refund("re_orphan", charge="ch_nowhere")],
    "refund.refund_currency_mismatch": [c.refund("re_euro", currency="eur", amount=1)],
    "refund.refunds_exceed_charge": [c.refund("re_beyond", created=c.DAY + 999, amount=600)],
    "refund.refund_ledger_line_missing": [c.refund("re_lineless", balance_transaction=None)],
    "dispute.currency_malformed": [c.dispute("du_shouting", currency="USD")],
    "dispute.dispute_status_unknown": [c.dispute("du_status", status="dreaming")],
    "dispute.dispute_amount_not_positive": [c.dispute("du_zero", amount=0)],
    "dispute.dispute_charge_not_staged": [c.dispute("du_orphan", charge="ch_nowhere")],
    "dispute.dispute_currency_mismatch": [c.dispute("du_euro", currency="eur")],
    "dispute.dispute_ledger_line_not_staged": [c.dispute("du_unread", balance_transactions=[{"id": "txn_nowhere"}])],
    "payout.currency_malformed": [c.payout("po_shouting", currency="Usd", automatic=False)],
    "payout.payout_status_unknown": [c.payout("po_status", status="dreaming", automatic=False)],
    "payout.payout_net_mismatch": [c.payout("po_off", amount=500)],
    "payout.payout_without_members": [c.payout("po_empty")],
    "payout.payout_arrives_before_creation": [c.payout("po_early", arrival_date=c.DAY - 2 * 86400, automatic=False)],
}

FEE = FeeDetail(amount=59, currency="usd", type="stripe_fee")
BAD_LINES: dict[str, list[BalanceTransaction]] = {
    "balance_transaction.currency_malformed": [
        c.ledger_line("txn_shouting", currency="USD", fee=0, fee_details=[], payout_id=None)
    ],
    "balance_transaction.ledger_net_mismatch": [c.ledger_line("txn_net", net=932, payout_id=None)],
    "balance_transaction.ledger_fee_mismatch": [
        c.ledger_line("txn_fee", fee=60, fee_details=[FEE], payout_id=None),
        c.ledger_line("txn_fee_bare", fee_details=[], payout_id=None),
    ],
    "balance_transaction.ledger_fee_currency_mismatch": [
        c.ledger_line(
            "txn_fee_euro", fee_details=[FeeDetail(amount=59, currency="eur", type="stripe_fee")], payout_id=None
        )
    ],
    "balance_transaction.ledger_sign_wrong": [
        c.ledger_line("txn_sign", amount=-990, payout_id=None),
        c.ledger_line(
            "txn_sign_refund", type="refund", reporting_category="refund", amount=400, source="re_good", payout_id=None
        ),
    ],
    "balance_transaction.ledger_source_missing": [c.ledger_line("txn_sourceless", source=None, payout_id=None)],
    "balance_transaction.ledger_source_not_staged": [c.ledger_line("txn_orphan", source="ch_nowhere", payout_id=None)],
    "balance_transaction.ledger_amount_mismatch": [c.ledger_line("txn_amount", amount=989, payout_id=None)],
    "balance_transaction.ledger_exchange_rate_missing": [
        c.ledger_line("txn_rateless", source="ch_euro", amount=1083, payout_id=None)
    ],
    "balance_transaction.ledger_exchange_rate_off": [
        c.ledger_line("txn_rate", source="ch_euro", amount=1090, exchange_rate=Decimal("1.0825"), payout_id=None)
    ],
    "balance_transaction.ledger_category_unknown": [
        c.ledger_line("txn_category", reporting_category="dreams", source=None, payout_id=None)
    ],
    "balance_transaction.ledger_fee_type_unknown": [
        c.ledger_line(
            "txn_fee_type", fee_details=[FeeDetail(amount=59, currency="usd", type="dream_fee")], payout_id=None
        )
    ],
}

# Objects that cannot be wrong in one respect without being wrong in another.
ALSO: dict[str, set[str]] = {
    "invoice_payment.invoice_payment_currency_mismatch": {"inpay_shouting"},
    "charge.charge_ledger_line_missing": {"ch_shouting"},
    "refund.refund_currency_mismatch": {"re_shouting"},
    "dispute.dispute_currency_mismatch": {"du_shouting"},
    "balance_transaction.ledger_exchange_rate_missing": {"txn_shouting"},
}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ValidationReport]:
    """One validation of the right company with every wrong object beside it."""
    folder: Path = tmp_path_factory.mktemp("rules")
    objects = c.good_objects()
    ledger = c.good_ledger()
    for name, payloads in BAD_OBJECTS.items():
        objects += [(name.partition(".")[0], payload) for payload in payloads]
    for lines in BAD_LINES.values():
        ledger += lines
    # The wrong payout has a member of its own, so that it is not also empty.
    ledger.append(
        c.ledger_line("txn_member", amount=501, fee=0, reporting_category="topup", source=None, payout_id="po_off")
    )
    with databases.sqlite_database(folder, migrated=True) as url:
        engine = open_staging(url)
        c.stage(engine, objects, ledger)
        yield validate_pending(engine, c.ACCOUNT, "run-1", created_before=None, only_ids=None, now=c.NOW)
        engine.dispose()


def _result(report: ValidationReport, name: str) -> RuleResult:
    return next(rule for rule in report.rules if f"{rule.object_type}.{rule.code}" == name)


@pytest.mark.parametrize("name", [rule.name for rule in ALL_RULES])
def test_rule_names_exactly_the_objects_that_break_it(report: ValidationReport, name: str) -> None:
    """The wrong objects are named, nothing else is, and at least one right object was looked at and passed."""
    wrong = {payload["id"] for payload in BAD_OBJECTS.get(name, [])} | {line.id for line in BAD_LINES.get(name, [])}
    assert wrong, "a rule without a failing case"
    result = _result(report, name)
    assert {row.stripe_id for row in result.rows} == wrong | ALSO.get(name, set())
    assert result.failed == len(result.rows)
    assert result.checked > result.failed


def test_there_are_at_least_two_dozen_rules_and_each_is_told_in_one_sentence() -> None:
    """A controller reads the rules: sentences, not codes."""
    assert len(ALL_RULES) >= 24
    for rule in ALL_RULES:
        assert rule.words.endswith(".")
        assert rule.suggestion.endswith(".")
        assert rule.severity in Severity


def test_findings_say_what_was_seen_with_its_currency(report: ValidationReport) -> None:
    """Expected, found and difference are texts in the row's own currency."""
    row = _result(report, "invoice.invoice_total_mismatch").rows[-1]
    assert (row.stripe_id, row.expected, row.found, row.difference) == (
        "in_total",
        "total 9.91 USD",
        "9.90 USD from 1 lines",
        "-0.01 USD",
    )
    rate = _result(report, "balance_transaction.ledger_exchange_rate_off").rows[0]
    assert (rate.expected, rate.found) == ("10.83 USD from 10.00 EUR at 1.0825", "10.90 USD")


def test_totals_count_every_object_once_and_its_amount(report: ValidationReport) -> None:
    """What was checked is what was staged; the quarantined part of it is known by count and amount."""
    staged = len(c.good_objects()) + sum(map(len, BAD_OBJECTS.values()))
    ledger = len(c.good_ledger()) + sum(map(len, BAD_LINES.values())) + 1
    assert report.checked == staged + ledger
    eur = next(total for total in report.totals if (total.object_type, total.currency) == ("refund", "eur"))
    assert (eur.checked, eur.checked_amount, eur.quarantined, eur.quarantined_amount) == (1, 1, 1, 1)
