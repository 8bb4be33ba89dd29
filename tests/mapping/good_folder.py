"""A small mapping folder that is right, for tests to spoil; line numbers of the tests refer to these texts."""

from __future__ import annotations

from pathlib import Path

GOOD = {
    "accounts.yaml": """\
accounts_receivable: {number: "1100"}
undeposited_funds: {number: 1499}
processing_fees: {name: Stripe Fees}
rounding: {id: "119"}
item_income: {number: "4000"}
""",
    "entities.yaml": """\
netsuite_connection: netsuite_default
payment_method: {field: paymentOption, id: 7}
stripe_accounts:
  - id: acct_us
    connection: stripe_default
    subsidiary: {name: Acme Inc}
    base_currency: usd
    accounting_zone: America/New_York
    sync_start: 2026-11-01
    banks:
      usd: {number: "1000"}
      kwd: {number: "1010"}
    segments: {class: 4, department: 5}
    opening_balances:
      usd: "12.50"
      kwd: 0.125
  - id: acct_de
    connection: stripe_de
    subsidiary: {id: 2}
    base_currency: eur
    accounting_zone: Europe/Berlin
    sync_start: 2026-11-01
    banks: {eur: {id: 131}}
""",
    "customers.yaml": """\
policy: create
match: {stripe: email, netsuite: email}
updates: {email: fill_empty}
""",
    "items.yaml": """\
policy: per_price
discount: non_posting
income_accounts:
  prod_services: {number: "4010"}
""",
    "fields.yaml": """\
customer:
  custentity_city: {from: address.city}
invoice:
  custbody_stripe_id: {from: id}
  otherRefNum: {from: metadata.PO Number}
  department: {value: 3}
""",
    "policy.yaml": """\
closed_period: quarantine
rounding_tolerance_minor: 2
rounding_tolerance_minor_by_currency: {kwd: 10}
look_back_days: 5
""",
    "customers.csv": """\
stripe_account,stripe_customer_id,netsuite_internal_id
acct_us,cus_Ada,501
acct_de,cus_Ada,502
""",
    "items.csv": """\
stripe_account,stripe_id,netsuite_internal_id,netsuite_record_type
acct_us,price_1,701,serviceSaleItem
acct_us,WELCOME10,702,discountItem
""",
}


def write_folder(folder: Path, texts: dict[str, str]) -> Path:
    """Write the texts into the folder, bytes as given."""
    for name, text in texts.items():
        (folder / name).write_bytes(text.encode())
    return folder
