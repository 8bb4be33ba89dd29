"""How two snapshots differ, and what may differ between an order that ran live and one that ran afterwards, by which rule.

Whoever follows an account as it goes has booked what was so at the time. Three rules let that be seen; nothing else may.
"""

from __future__ import annotations

from copy import deepcopy

from tests.orders.snapshot import Snapshot, trial_balance_key

ALLOWED = {
    "B3": "a customer keeps the name that it had at its first sale: the policy of each field is `never`",
    "C1": "a draft was read before it was deleted: it is staged, and booked nowhere",
    "C7": "an invoice was voided after it was booked: it stays in the books, with the finding `invoice_void`",
}
_NAMES = ("companyName", "email", "phone")


def differences(one: Snapshot, other: Snapshot, *, is_live: bool = False) -> list[str]:
    """Return each difference in words; none: the books are the same. `is_live`: one of them saw things as they were."""
    if is_live:
        one, other = (without_allowed(snapshot) for snapshot in (one, other))
    return [
        f"{part} {name}: {one[part].get(name, 'nothing')} against {other[part].get(name, 'nothing')}"
        for part in one
        for name in sorted(one[part].keys() | other[part].keys(), key=str)
        if one[part].get(name) != other[part].get(name)
    ]


def without_allowed(snapshot: Snapshot) -> Snapshot:
    """Leave out of a snapshot what the rules of ALLOWED let differ, and only that."""
    left = deepcopy(snapshot)
    for body in left["customers"].values():
        for name in _NAMES:
            body.pop(name, None)
    for name in [name for name, outcome in left["objects"].items() if str(outcome[1]).startswith("C1: a draft")]:
        del left["objects"][name]
    _take_out_voided(left)
    return left


def _take_out_voided(left: Snapshot) -> None:
    for invoice in left["voided"]:
        left["transactions"].pop(f"CustInvc {invoice}", None)
        left["objects"].pop(f"invoice {invoice}", None)
        for line in left["lines"].pop(invoice, ()):
            left["trial balance"][trial_balance_key(line.subsidiary, line.account)] -= line.amount
    trading = {values["entity"] for values in left["transactions"].values()}
    idle = set(left["voided"].values()) - trading
    for customer in idle:
        left["customers"].pop(f"customer {customer}", None)
        left["objects"].pop(f"customer {customer}", None)
    gone = idle | set(left["voided"])
    left["links"] = {name: link for name, link in left["links"].items() if name.split()[1] not in gone}
    # H4 adds up what is open of all invoices: what does not tie is the same.
    left["proofs"] = {
        name: (state, difference) if name.startswith("H4") else (state, expected, found, difference)
        for name, (state, expected, found, difference) in left["proofs"].items()
    }
