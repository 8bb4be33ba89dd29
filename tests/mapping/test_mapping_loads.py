"""A folder that is right loads, and answers what the stages ask of it."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import ValidationError

from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.netsuite_record import InternalId, RecordType
from stripe_netsuite.domain.stripe_object import (
    Address,
    Charge,
    Coupon,
    Customer,
    Invoice,
    InvoiceLines,
    InvoiceTransitions,
    Price,
)
from stripe_netsuite.errors import MappingError
from stripe_netsuite.mapping import AccountRole, Mapping, custom_fields, load_mapping
from stripe_netsuite.mapping.accounts import Accounts
from stripe_netsuite.settings import mappings_folder
from tests.mapping.good_folder import GOOD, write_folder


@pytest.fixture
def mapping(tmp_path: Path) -> Mapping:
    return load_mapping(write_folder(tmp_path, GOOD))


def test_the_shipped_folder_loads_and_fits_the_sandbox_company() -> None:
    """What the repository ships is complete: every role has an account, and the US account pays out to a USD bank."""
    shipped = load_mapping(mappings_folder({}))
    assert [role for role in AccountRole if shipped.account(role) is None] == []
    bank = shipped.bank("acct_sandbox_us", "usd")
    assert bank is not None
    assert (bank.by, bank.value) == ("number", "1000")


def test_every_role_is_a_key_of_accounts_yaml_and_the_reverse() -> None:
    assert {role.value for role in AccountRole} == set(Accounts.model_fields)


def test_an_account_is_named_by_number_name_or_id_and_numbers_need_no_quotes(mapping: Mapping) -> None:
    named = [mapping.account(role) for role in (AccountRole.UNDEPOSITED_FUNDS, AccountRole.PROCESSING_FEES)]
    named.append(mapping.account(AccountRole.ROUNDING))
    assert [str(selector) for selector in named] == ["number 1499", "name Stripe Fees", "id 119"]
    assert mapping.account(AccountRole.SUSPENSE) is None


@pytest.mark.parametrize(
    ("written", "read"), [("0100", "0100"), ("1000.10", "1000.10"), ("no", "no"), ("1_000", "1_000"), ("1:30", "1:30")]
)
def test_an_unquoted_account_number_is_read_as_it_is_written(tmp_path: Path, written: str, read: str) -> None:
    """YAML 1.1 would make 64, 1000.1, false, 1000 and 90 of these."""
    texts = {**GOOD, "accounts.yaml": GOOD["accounts.yaml"].replace("1499", written)}
    selector = load_mapping(write_folder(tmp_path, texts)).account(AccountRole.UNDEPOSITED_FUNDS)
    assert selector is not None
    assert selector.value == read


def test_a_record_is_named_by_id_or_name(mapping: Mapping) -> None:
    named = [mapping.stripe_account(account).subsidiary for account in ("acct_us", "acct_de")]
    assert [(selector.by, selector.value, str(selector)) for selector in named] == [
        ("name", "Acme Inc", "name Acme Inc"),
        ("id", "2", "id 2"),
    ]


@pytest.mark.parametrize(("written", "minor"), [('"7.10"', 710), ("7.1", 710), ("7", 700), ('"-7"', -700), ("0", 0)])
def test_an_opening_balance_is_exact_with_or_without_quotes(tmp_path: Path, written: str, minor: int) -> None:
    texts = {**GOOD, "entities.yaml": GOOD["entities.yaml"].replace('"12.50"', written)}
    balance = load_mapping(write_folder(tmp_path, texts)).stripe_account("acct_us").opening_balance("usd")
    assert balance == Money(minor, "usd")


def test_stripe_accounts_are_found_by_id_and_by_connection(mapping: Mapping) -> None:
    assert mapping.stripe_account("acct_de").base_currency == "eur"
    assert mapping.account_for_connection("stripe_de").id == "acct_de"
    for question in (mapping.stripe_account, mapping.account_for_connection):
        with pytest.raises(MappingError, match="saw acct_xx"):
            question("acct_xx")


def test_two_stripe_accounts_may_pay_out_to_one_bank_and_be_called_alike(tmp_path: Path) -> None:
    """One bank of one currency; and a connection may bear the name of another Stripe account."""
    text = GOOD["entities.yaml"].replace("{eur: {id: 131}}", '{usd: {number: "1000"}}').replace("stripe_de", "acct_us")
    shared = load_mapping(write_folder(tmp_path, {**GOOD, "entities.yaml": text}))
    assert shared.bank("acct_us", "usd") == shared.bank("acct_de", "usd")
    assert shared.account_for_connection("acct_us").id == "acct_de"


def test_the_sync_start_is_midnight_in_the_accounting_zone(mapping: Mapping) -> None:
    """1 November 2026 starts in summer time in New York, in winter time in Berlin."""
    assert mapping.stripe_account("acct_us").sync_start_utc == datetime(2026, 11, 1, 4, tzinfo=UTC)
    assert mapping.stripe_account("acct_de").sync_start_utc == datetime(2026, 10, 31, 23, tzinfo=UTC)


def test_banks_balances_and_tolerances_go_by_currency(mapping: Mapping) -> None:
    """A currency without an entry has no bank, no opening balance, and the general tolerance."""
    account = mapping.stripe_account("acct_us")
    assert str(mapping.bank("acct_us", "kwd")) == "number 1010"
    assert mapping.bank("acct_us", "gbp") is None
    assert [account.opening_balance(code) for code in ("usd", "kwd", "gbp")] == [
        Money(1250, "usd"),
        Money(125, "kwd"),
        Money(0, "gbp"),
    ]
    assert [mapping.tolerance_minor(code) for code in ("usd", "kwd")] == [2, 10]
    assert (account.segments.class_, account.segments.department, account.segments.location) == ("4", "5", None)


def test_a_link_counts_for_its_own_stripe_account_only(mapping: Mapping) -> None:
    assert mapping.linked_customer("acct_us", "cus_Ada") == InternalId("501")
    assert mapping.linked_customer("acct_de", "cus_Ada") == InternalId("502")
    assert mapping.linked_customer("acct_us", "cus_ada") is None
    item = mapping.linked_item("acct_us", "WELCOME10")
    assert item is not None
    assert (item.record, item.record_type) == (InternalId("702"), RecordType.DISCOUNT_ITEM)
    assert mapping.linked_item("acct_de", "WELCOME10") is None


def test_a_product_without_an_income_account_of_its_own_takes_the_role(mapping: Mapping) -> None:
    products = ("prod_services", "prod_other", None)
    assert [mapping.income_selector(product).value for product in products] == ["4010", "4000", "4000"]


def test_extra_fields_come_from_fields_metadata_and_constants_and_empty_ones_are_left_out(mapping: Mapping) -> None:
    invoice = Invoice(
        id="in_1",
        created=0,
        currency="usd",
        total=0,
        amount_remaining=0,
        status="open",
        lines=InvoiceLines(data=[], has_more=False),
        status_transitions=InvoiceTransitions(),
        metadata={"PO Number": "4711"},
    )
    rules = mapping.fields.invoice
    assert custom_fields(rules, invoice) == (
        ("custbody_stripe_id", "in_1"),
        ("otherRefNum", "4711"),
        ("department", 3),
    )
    lived_in = Customer(id="cus_1", address=Address(city="Ulm"))
    assert custom_fields(mapping.fields.customer, lived_in) == (("custentity_city", "Ulm"),)
    assert custom_fields(mapping.fields.customer, Customer(id="cus_2")) == ()


def test_an_item_field_may_read_prices_and_coupons(tmp_path: Path) -> None:
    """One rule serves both kinds of items; the one that lacks the field leaves it out."""
    texts = {**GOOD, "fields.yaml": "item: {custitem_off: {from: percent_off}, custitem_key: {from: metadata.a.b}}"}
    rules = load_mapping(write_folder(tmp_path, texts)).fields.item
    price = Price(id="price_1", created=0, currency="usd", product="prod_1", metadata={"a.b": "dotted"})
    assert custom_fields(rules, price) == (("custitem_key", "dotted"),)
    assert custom_fields(rules, Coupon(id="c", created=0, percent_off=Decimal("12.5"))) == (
        ("custitem_off", Decimal("12.5")),
    )


def test_a_constant_false_or_zero_is_sent(tmp_path: Path) -> None:
    texts = {**GOOD, "fields.yaml": "customer_payment: {custbody_a: {value: false}, custbody_b: {value: 0}}"}
    rules = load_mapping(write_folder(tmp_path, texts)).fields.customer_payment
    charge = Charge(
        id="ch_1", created=0, currency="usd", amount=1, amount_captured=1, status="succeeded", captured=True
    )
    assert custom_fields(rules, charge) == (("custbody_a", False), ("custbody_b", 0))


def test_two_files_are_enough_and_the_rest_stands_for_its_defaults(tmp_path: Path) -> None:
    """The first value of each choice in the rules is the default."""
    few = {name: GOOD[name] for name in ("accounts.yaml", "entities.yaml")}
    mapping = load_mapping(write_folder(tmp_path, {**few, "policy.yaml": "# nothing chosen\n"}))
    policy = mapping.policy
    assert (mapping.customers.policy, mapping.items.policy, mapping.items.discount) == (
        "create",
        "per_price",
        "non_posting",
    )
    assert (policy.closed_period, policy.refund_partial, policy.fee_lines) == (
        "next_open_period",
        "pro_rata",
        "per_kind",
    )
    assert (policy.look_back_days, policy.retention_days, mapping.tolerance_minor("usd")) == (3, 400, 1)
    assert mapping.customers.global_customer.name == "Stripe Unallocated Charges"


def test_a_mapping_cannot_be_changed(mapping: Mapping) -> None:
    with pytest.raises(ValidationError):
        mapping.policy.look_back_days = 1


def test_the_version_names_the_data_not_its_layout(tmp_path: Path, mapping: Mapping) -> None:
    """Comments, key order, Windows line ends, a byte order mark and the rows' order leave the version alone."""
    other = dict(GOOD)
    other["policy.yaml"] = "# chosen in March\n" + "\n".join(reversed(GOOD["policy.yaml"].splitlines()))
    other["entities.yaml"] = "\ufeff" + GOOD["entities.yaml"].replace("\n", "\r\n")
    header, *rows = GOOD["customers.csv"].splitlines()
    other["customers.csv"] = "\r\n".join([header, *reversed(rows), ""])
    (tmp_path / "laid_out").mkdir()
    assert load_mapping(write_folder(tmp_path / "laid_out", other)).version == mapping.version


@pytest.mark.parametrize("file", sorted(GOOD))
def test_any_changed_value_is_another_version(tmp_path: Path, mapping: Mapping, file: str) -> None:
    changes = {
        "accounts.yaml": ("4000", "4001"),
        "entities.yaml": ("2026-11-01", "2026-11-02"),
        "customers.yaml": ("fill_empty", "overwrite"),
        "items.yaml": ("prod_services", "prod_service"),
        "fields.yaml": ("value: 3", "value: 4"),
        "policy.yaml": ("look_back_days: 5", "look_back_days: 6"),
        "customers.csv": ("501", "503"),
        "items.csv": ("serviceSaleItem", "nonInventorySaleItem"),
    }
    text = GOOD[file].replace(*changes[file])
    assert text != GOOD[file]
    (tmp_path / "changed").mkdir()
    assert load_mapping(write_folder(tmp_path / "changed", {**GOOD, file: text})).version != mapping.version


def test_the_content_gives_every_file_back(mapping: Mapping) -> None:
    assert mapping.content() == GOOD


def test_other_files_in_the_folder_are_no_business_of_the_loader(tmp_path: Path) -> None:
    """README, schemas, and what editors leave behind."""
    write_folder(tmp_path, {**GOOD, "README.md": "x", ".accounts.yaml.swp": "x", "~lock.items.csv": "x"})
    (tmp_path / "schema").mkdir()
    assert load_mapping(tmp_path).content() == GOOD


def test_a_mapping_error_survives_a_process_border(tmp_path: Path) -> None:
    """Airflow carries exceptions between processes; all problems must arrive."""
    write_folder(tmp_path, {**GOOD, "policy.yaml": "look_back_days: 99\nretention: 1\n"})
    with pytest.raises(MappingError) as caught:
        load_mapping(tmp_path)
    copy = pickle.loads(pickle.dumps(caught.value))  # noqa: S301
    assert [str(problem) for problem in copy.problems] == [str(problem) for problem in caught.value.problems]
    assert len(copy.problems) == 2
