"""What is wrong in a mapping file is refused, with its file and line, the key, what was seen, and what is allowed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from stripe_netsuite.errors import ConfigurationError, MappingError
from stripe_netsuite.mapping import load_mapping
from tests.mapping.good_folder import GOOD, write_folder


@dataclass(frozen=True)
class Bad:
    """`file` with `old` replaced by `new` (appended where `old` is empty); the message must hold every `says`."""

    name: str
    file: str
    old: str
    new: str
    line: int
    says: tuple[str, ...]

    @property
    def text(self) -> str:
        """The spoilt file."""
        text = GOOD[self.file]
        if not self.old:
            return text + self.new
        if self.old not in text:
            raise ValueError(f"{self.name}: nothing to replace")
        return text.replace(self.old, self.new, 1)


ACC, ENT, CUS, ITM, FLD, POL = (
    "accounts.yaml",
    "entities.yaml",
    "customers.yaml",
    "items.yaml",
    "fields.yaml",
    "policy.yaml",
)
CCSV, ICSV = "customers.csv", "items.csv"

TABLE = [
    # keys
    Bad("role missing", ACC, 'rounding: {id: "119"}\n', "", 1, ("`rounding` is missing", "saw nothing")),
    Bad("role misspelt", ACC, "", "discounts: {id: 1}\n", 6, ("`discounts` is unknown", "did you mean `discount`?")),
    Bad("selector key", ACC, "{number: 1499}", "{no: 1499}", 2, ("`undeposited_funds.no` is unknown", "number, name")),
    Bad("two selectors", ACC, "{number: 1499}", "{number: 1499, id: 1}", 2, ("exactly one", "number, id", "one of")),
    Bad("no selector", ACC, "{number: 1499}", "{}", 2, ("`undeposited_funds` needs exactly one", "has none")),
    Bad("bare account", ACC, "{number: 1499}", "1499", 2, ("saw 1499", "a mapping with the keys number, name, id")),
    Bad("null account", ACC, "{number: 1499}", "", 2, ("`undeposited_funds`", "saw nothing", "number, name, id")),
    Bad("wrong id", ACC, '"119"', '"A119"', 4, ("`rounding.id`", "'A119'", "internal id")),
    Bad("date as name", ACC, "Stripe Fees", "2026-11-01", 3, ("`processing_fees.name`", "2026-11-01", "text")),
    Bad("account key list", ACC, "", "[a, b]: 1\n", 6, ("a key is a list",)),
    Bad("shared account", ACC, "1499", "1100", 2, ("names the account of `accounts.yaml accounts_receivable`",)),
    # YAML
    Bad("doubled key", ACC, "", "rounding: {id: 5}\n", 6, ("`rounding` stands twice", "line 4")),
    Bad("anchor", ACC, '{number: "1100"}', "&ar {number: 1100}", 1, ("an anchor (&)", "plain values")),
    Bad("alias", ACC, '{id: "119"}', "*ar", 4, ("an alias (*)", "plain values")),
    Bad("tag", ACC, '"119"', "!!str 119", 4, ("a tag (!)", "plain values")),
    Bad("python tag", ACC, '"119"', "!!python/name:os.system x", 4, ("a tag (!)",)),
    Bad("tab", POL, "look_back_days: 5", "\tlook_back_days: 5", 4, ("is not YAML", "to do:")),
    Bad("unclosed", ACC, 'number: "4000"}', 'number: "4000"', 6, ("is not YAML",)),
    Bad("two documents", POL, "", "---\nlook_back_days: 1\n", 5, ("is not YAML", "document")),
    Bad("control character", POL, "quarantine", "quaran\x07tine", 1, ("a control character", "U+0007")),
    Bad("escaped control", POL, "quarantine", '"a\\x07"', 1, ("`closed_period` holds a control character",)),
    Bad("not a mapping", POL, GOOD["policy.yaml"], "- closed_period\n", 1, ("is not a mapping", "a list of 1")),
    Bad("too deep", POL, "", f"deep: {'[' * 20}{']' * 20}\n", 5, ("nested too deeply", "at most 12")),
    # values
    Bad("policy", CUS, "create", "link", 1, ("`policy`", "'link'", "create or create_always or link_only or global")),
    Bad(
        "unapplied", POL, "", "unapplied_payment: journal\n", 5, ("'journal'", "unapplied or auto_invoice or cash_sale")
    ),
    Bad(
        "not built", POL, "", "payout_mismatch: fail_later\n", 5, ("'fail_later'", "expected fail_closed or fail_open")
    ),
    Bad("match half", CUS, "{stripe: email, netsuite: email}", "{stripe: email}", 2, ("`match.netsuite` is missing",)),
    Bad("match field", CUS, "netsuite: email", "netsuite: phone", 2, ("`match.netsuite`", "email or companyname or")),
    Bad("update field", CUS, "{email:", "{fax:", 3, ("`updates.fax` is unknown", "one of name, email, phone")),
    Bad("update policy", CUS, "fill_empty", "yes", 3, ("`updates.email`", "'yes'", "never or fill_empty or overwrite")),
    Bad("item type", ITM, "", "item_type: inventoryItem\n", 5, ("`item_type`", "serviceSaleItem or")),
    Bad("product with blanks", ITM, "prod_services", '"prod services"', 4, ("income_accounts.prod services` is not",)),
    Bad(
        "nothing to approve",
        POL,
        "",
        "approval: above_threshold\n",
        5,
        ("`approval` needs", "payout_mismatch: fail_closed"),
    ),
    Bad("posting discount", ITM, "non_posting", "posting", 2, ("`discount` needs an account", "in accounts.yaml")),
    Bad("number range", POL, "look_back_days: 5", "look_back_days: 31", 4, ("saw 31", "a whole number from 0 to 30")),
    Bad("fraction", POL, "look_back_days: 5", "look_back_days: 1.5", 4, ("saw 1.5", "whole number from 0 to 30")),
    Bad("quoted number", POL, "look_back_days: 5", 'look_back_days: "5"', 4, ("saw '5'", "whole number")),
    Bad("boolean number", POL, "look_back_days: 5", "look_back_days: true", 4, ("saw true", "whole number")),
    Bad("tolerance", POL, "{kwd: 10}", "{kwd: -1}", 3, ("by_currency.kwd`", "saw -1", "from 0 to 100")),
    Bad("tolerance key", POL, "{kwd: 10}", "{KWD: 10}", 3, ("by_currency.KWD` is not allowed here", "lower-case")),
    # entities.yaml
    Bad(
        "by hand without clearing",
        ENT,
        "    banks: {eur: {id: 131}}",
        "    banks: {eur: {id: 131}}\n    payouts: by_hand",
        17,
        ("`stripe_accounts[1].clearing` lacks a currency", "saw 'none'", "a clearing account for eur"),
    ),
    Bad(
        "clearing account is a bank",
        ENT,
        "    banks: {eur: {id: 131}}",
        "    banks: {eur: {id: 131}}\n    clearing: {eur: {id: 131}}",
        24,
        ("`stripe_accounts[1].clearing.eur`", "an account of its own"),
    ),
    Bad("no accounts", ENT, GOOD["entities.yaml"], "stripe_accounts: []\n", 1, ("`stripe_accounts`", "a list of 0")),
    Bad(
        "stripe id field",
        ENT,
        "    segments",
        "    stripe_id_field: memo\n    segments",
        13,
        ("stripe_id_field`", "custbody_…"),
    ),
    Bad("account id", ENT, "acct_us", "us", 4, ("`stripe_accounts[0].id`", "'us'", "acct_…")),
    Bad(
        "same account", ENT, "acct_de", "acct_us", 17, ("`stripe_accounts[1].id`", "another than stripe_accounts[0].id")
    ),
    Bad("same connection", ENT, "stripe_de\n", "stripe_default\n", 18, ("stripe_accounts[1].connection`", "another")),
    Bad("zone", ENT, "America/New_York", "New York", 8, ("accounting_zone` is no time zone", "America/New_York")),
    Bad("zone folder", ENT, "America/New_York", "America", 8, ("accounting_zone` is no time zone",)),
    Bad("zone path", ENT, "America/New_York", "../../etc/passwd", 8, ("accounting_zone` is no time zone",)),
    Bad("no such date", ENT, "2026-11-01", "2026-02-30", 9, ("sync_start`", "'2026-02-30'", "a date")),
    Bad("quoted date", ENT, "2026-11-01", '"2026-11-01"', 9, ("sync_start`", "without quotes")),
    Bad("upper-case currency", ENT, "usd: {number", "USD: {number", 11, ("banks.USD` is not allowed here", "lower")),
    Bad("base currency", ENT, "base_currency: usd", "base_currency: dollar", 7, ("'dollar'", "three lower-case")),
    Bad("no bank", ENT, "{eur: {id: 131}}", "{}", 23, ("stripe_accounts[1].banks`", "Currency")),
    Bad("bank is UF", ENT, '"1010"', "1499", 12, ("banks.kwd` names the account of `accounts.yaml undeposited",)),
    Bad("bank twice", ENT, '"1010"', '"1000"', 12, ("banks.kwd` names the account of `entities.yaml",)),
    Bad(
        "method field", ENT, "paymentOption", "method", 2, ("`payment_method.field`", "paymentOption or paymentMethod")
    ),
    Bad(
        "segment", ENT, "department: 5", "region: 5", 13, ("segments.region` is unknown", "class, department, location")
    ),
    Bad("balance text", ENT, '"12.50"', '"12,50"', 15, ("opening_balances.usd`", "'12,50'", "exact amount")),
    Bad("balance not a number", ENT, '"12.50"', "true", 15, ("opening_balances.usd`", "saw true", "exact amount")),
    Bad("balance too fine", ENT, '"12.50"', "12.505", 15, ("opening_balances.usd` is too fine", "12.505")),
    # fields.yaml
    Bad("record type", FLD, "invoice:", "invoices:", 3, ("`invoices` is unknown", "did you mean `invoice`?")),
    Bad(
        "standard field", FLD, "otherRefNum", "memo", 5, ("`invoice.memo` is not allowed here", "otherRefNum or terms")
    ),
    Bad("prefix", FLD, "custbody_stripe_id", "custcol_stripe_id", 4, ("is not allowed here", "custbody_…")),
    Bad("path", FLD, "{from: id}", "{from: nubmer}", 4, ("reads `nubmer`, which", "status_transitions.paid_at")),
    Bad("path to a list", FLD, "{from: id}", "{from: lines.data}", 4, ("reads `lines.data`",)),
    Bad(
        "expression", FLD, "{from: id}", '{from: "{{ id }}"}', 4, ("invoice.custbody_stripe_id.from`", "metadata.<key>")
    ),
    Bad("two sources", FLD, "{from: id}", "{from: id, value: x}", 4, ("exactly one", "has both", "from, value")),
    Bad("no source", FLD, "{from: id}", "{}", 4, ("exactly one", "has none")),
    Bad("list constant", FLD, "value: 3", "value: [3]", 6, ("department.value`", "a list of 1", "true or false")),
    # sheets
    Bad("header", CCSV, "stripe_account,", "account,", 1, ("header", "stripe_account,stripe_customer_id,netsuite_int")),
    Bad("semicolons", CCSV, GOOD[CCSV], GOOD[CCSV].replace(",", ";"), 1, ("header", "commas, not semicolons")),
    Bad("empty sheet", CCSV, GOOD[CCSV], "", 1, ("has no header",)),
    Bad("cells", CCSV, "acct_us,cus_Ada,501", "acct_us,cus_Ada", 2, ("wrong number of cells", "saw 2", "expected 3")),
    Bad("internal id", CCSV, "501", "5O1", 2, ("column netsuite_internal_id", "'5O1'", "whole number")),
    Bad("swapped", CCSV, "cus_Ada,501", "501,cus_Ada", 2, ("column netsuite_internal_id", "'cus_Ada'")),
    Bad("no stripe id", CCSV, "cus_Ada,501", ",501", 2, ("column stripe_customer_id is no Stripe id", "''")),
    Bad("same link", CCSV, "", "acct_us,cus_Ada,504\n", 4, ("cus_Ada stands twice", "line 2")),
    Bad(
        "unknown account",
        CCSV,
        "acct_de",
        "acct_fr",
        3,
        ("stripe_account is not in", "'acct_fr'", "acct_us or acct_de"),
    ),
    Bad("quote", CCSV, "cus_Ada,501", '"cus_Ada"x,501', 2, ("is not CSV",)),
    Bad("link type", ICSV, "discountItem", "invoice", 3, ("netsuite_record_type", "'invoice'", "or discountItem")),
    Bad("item account", ICSV, "acct_us,price_1", "us,price_1", 2, ("stripe_account is not in entities.yaml", "'us'")),
]


@pytest.mark.parametrize("bad", TABLE, ids=lambda bad: bad.name)
def test_a_bad_file_names_file_line_key_seen_and_allowed(tmp_path: Path, bad: Bad) -> None:
    """Each row spoils one thing; the first problem of the error is that thing, where it stands."""
    write_folder(tmp_path, {**GOOD, bad.file: bad.text})
    with pytest.raises(MappingError) as caught:
        load_mapping(tmp_path)
    message = str(caught.value)
    assert message.startswith(f"{bad.file}:{bad.line}: "), message
    assert [words for words in bad.says if words not in message] == [], message


def test_all_problems_of_all_files_are_reported_at_once(tmp_path: Path) -> None:
    """Settings before sheets, then by line; the error repeats the first, and its notes tell the rest."""
    texts = dict(GOOD)
    texts["policy.yaml"] = "look_back_days: 99\nretention: 1\n"
    texts["accounts.yaml"] = "{{{"
    texts["customers.csv"] = GOOD["customers.csv"] + "x\n\ny,z,0\n"
    write_folder(tmp_path, texts)
    with pytest.raises(MappingError) as caught:
        load_mapping(tmp_path)
    subjects = [problem.subject for problem in caught.value.problems]
    assert subjects == ["accounts.yaml:1", "policy.yaml:1", "policy.yaml:2", "customers.csv:4", "customers.csv:6"]
    assert "the first of 5 problems" in str(caught.value)
    assert caught.value.__notes__ == [str(problem) for problem in caught.value.problems[1:]]


def test_many_problems_are_counted_and_the_list_is_bounded(tmp_path: Path) -> None:
    """A sheet of 100,000 bad rows must not make an exception of 100,000 lines."""
    write_folder(tmp_path, {**GOOD, "customers.csv": GOOD["customers.csv"] + "bad\n" * 1000})
    with pytest.raises(MappingError, match="the first of 1000 problems") as caught:
        load_mapping(tmp_path)
    assert len(caught.value.problems) == 200


@pytest.mark.parametrize("name", ["accounts.yaml", "entities.yaml"])
def test_a_needed_file_that_is_missing_is_named(tmp_path: Path, name: str) -> None:
    write_folder(tmp_path, {file: text for file, text in GOOD.items() if file != name})
    with pytest.raises(MappingError, match=f"{name}:1: the file is missing"):
        load_mapping(tmp_path)


@pytest.mark.parametrize(("name", "hint"), [("polcy.yaml", "policy.yaml"), ("accounts.yml", "accounts.yaml")])
def test_a_file_that_nobody_would_read_is_refused(tmp_path: Path, name: str, hint: str) -> None:
    """A misspelt file name must not mean that the defaults hold."""
    write_folder(tmp_path, {**GOOD, name: "x: 1"})
    with pytest.raises(MappingError, match=rf"{name}:1: .*did you mean `{hint}`"):
        load_mapping(tmp_path)


def test_a_folder_that_is_not_there_says_where_it_is_set(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="STRIPE_NETSUITE_MAPPINGS"):
        load_mapping(tmp_path / "nowhere")


def test_a_file_in_another_encoding_is_named_with_its_line(tmp_path: Path) -> None:
    write_folder(tmp_path, GOOD)
    (tmp_path / "customers.csv").write_bytes(
        GOOD["customers.csv"].encode() + "acct_us,cus_Müller,503\n".encode("cp1252")
    )
    with pytest.raises(MappingError, match=r"customers.csv:4: is not UTF-8 text; saw byte 0xFC.*CSV UTF-8"):
        load_mapping(tmp_path)


def test_a_folder_in_place_of_a_file_is_named(tmp_path: Path) -> None:
    write_folder(tmp_path, {**GOOD, "policy.yaml": ""})
    (tmp_path / "policy.yaml").unlink()
    (tmp_path / "policy.yaml").mkdir()
    with pytest.raises(MappingError, match=r"policy.yaml:1: cannot be read"):
        load_mapping(tmp_path)


def test_a_huge_file_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    write_folder(tmp_path, {**GOOD, "policy.yaml": "#" * 1_000_001})
    with pytest.raises(MappingError, match=r"policy.yaml:1: is too large"):
        load_mapping(tmp_path)


SECRET = "sk_live_" + "51Secret"


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("entities.yaml", GOOD["entities.yaml"].replace("stripe_default", SECRET)),
        ("policy.yaml", f"{SECRET}: 1\n"),
        ("fields.yaml", f"invoice: {{custbody_key: {{value: {SECRET}}}}}\n"),
        ("customers.csv", GOOD["customers.csv"] + f"acct_us,{SECRET},1\n"),
        ("items.csv", f"{SECRET},{GOOD['items.csv']}"),
        ("policy.yaml", f'look_back_days: "{SECRET}\n'),
    ],
)
def test_a_secret_in_a_mapping_file_is_refused_and_never_shown(tmp_path: Path, file: str, text: str) -> None:
    write_folder(tmp_path, {**GOOD, file: text})
    with pytest.raises(MappingError) as caught:
        load_mapping(tmp_path)
    told = [str(caught.value), repr(caught.value), *(str(problem) for problem in caught.value.problems)]
    told += getattr(caught.value, "__notes__", [])
    assert SECRET not in "\n".join(told)


def test_clearing_for_all_needs_an_account_for_every_bank(tmp_path: Path) -> None:
    """F10: policy asks for it, entities.yaml lacks it, for each Stripe account."""
    write_folder(tmp_path, {**GOOD, POL: GOOD[POL] + "clearing: all\n"})
    with pytest.raises(MappingError) as caught:
        load_mapping(tmp_path)
    said = [str(problem) for problem in caught.value.problems]
    assert [one.partition(": ")[0] for one in said] == ["entities.yaml:4", "entities.yaml:17"]
    assert "a clearing account for kwd, usd" in said[0]


def test_daily_summaries_need_clearing_and_payouts_that_fail_closed(tmp_path: Path) -> None:
    """F12: what one day sold may be paid out by two payouts, and a day is summed up as a whole or not at all."""
    more = "unapplied_payment: daily_summary\npayout_mismatch: fail_open\n"
    write_folder(tmp_path, {**GOOD, POL: GOOD[POL] + more})
    with pytest.raises(MappingError) as caught:
        load_mapping(tmp_path)
    said = [str(problem) for problem in caught.value.problems]
    assert [
        words for words in ("clearing: all", "payout_mismatch: fail_closed") if not any(words in s for s in said)
    ] == []
    assert "acct_us, acct_de" in said[0]


def test_daily_summaries_are_taken_where_every_account_clears(tmp_path: Path) -> None:
    """F12: accounts that pay out by hand clear anyway, and those that another system books sum nothing up."""
    entities = GOOD[ENT].replace("    sync_start", "    mode: reconcile_only\n    sync_start")
    write_folder(tmp_path, {**GOOD, ENT: entities, POL: GOOD[POL] + "unapplied_payment: daily_summary\n"})
    assert load_mapping(tmp_path).policy.unapplied_payment == "daily_summary"
