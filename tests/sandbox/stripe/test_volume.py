"""Business of any size: written to a file as it happens, the same for the same seed, and served like any account."""

import json
from collections import Counter
from contextlib import closing
from dataclasses import replace
from itertools import pairwise

import pytest
from stripe_asking import ask, walk

from sandbox.__main__ import main
from sandbox.scenarios.registry import checked, load_accounts
from sandbox.scenarios.volume import Volume, generate
from sandbox.stripe.base.disk_shelf import open_file
from sandbox.stripe.disk_world import SavedWorld
from sandbox.testing import running_stripe

SMALL = Volume(charges=150, days=4)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("volume") / "volume.sqlite"
    return path, generate(path, SMALL)


@pytest.fixture(scope="module")
def served(file):
    with closing(SavedWorld(file[0])) as world, running_stripe(world) as stripe:
        yield stripe


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(file, tmp_path):
    again = generate(tmp_path / "again.sqlite", SMALL)
    assert again == file[1]
    assert (tmp_path / "again.sqlite").read_bytes() == file[0].read_bytes()
    assert generate(tmp_path / "other.sqlite", replace(SMALL, seed=2)).sha256 != file[1].sha256


def test_as_many_charges_succeed_as_were_asked_for(served):
    charges = walk(served, "/v1/charges")
    assert Counter(charge["status"] for charge in charges) == {"succeeded": SMALL.charges}
    assert all(newer["created"] >= older["created"] for newer, older in pairwise(charges))
    assert {charge["currency"] for charge in charges} == {"usd", "eur"}


def test_its_payouts_and_its_balance_add_up(served):
    """Each payout is the sum of its rows; what no payout holds is the balance."""
    rows = walk(served, "/v1/balance_transactions")
    held = 0
    for payout in walk(served, "/v1/payouts"):
        members = walk(served, "/v1/balance_transactions", f"limit=100&payout={payout['id']}")
        assert sum(row["net"] for row in members) == 0
        assert sum(row["net"] for row in members if row["type"] != "payout") == payout["amount"]
        held += len(members)
    balance = ask(served, "/v1/balance").body
    assert sum(row["net"] for row in rows) == sum(
        entry["amount"] for name in ("available", "pending") for entry in balance[name]
    )
    assert 0 < held <= len(rows)


def test_its_objects_lead_to_each_other(served):
    page = ask(served, "/v1/invoice_payments?limit=20&expand[]=data.invoice&expand[]=data.payment.payment_intent").body
    assert len(page["data"]) == 20
    for payment in page["data"]:
        charge = ask(served, f"/v1/charges/{payment['payment']['payment_intent']['latest_charge']}").body
        invoice = payment["invoice"]
        assert charge["amount"] == payment["amount_paid"] == invoice["amount_paid"]
        lines = walk(served, f"/v1/invoices/{invoice['id']}/lines")
        assert sum(line["amount"] for line in lines) == invoice["subtotal"]


def test_metadata_is_written_back_and_the_file_stays_as_it_was(file):
    before = file[0].read_bytes()
    with closing(SavedWorld(file[0])) as world, running_stripe(world) as stripe:
        charge = ask(stripe, "/v1/charges?limit=1").body["data"][0]["id"]
        ask(stripe, f"/v1/charges/{charge}", form="metadata[netsuite_id]=17")
        assert ask(stripe, f"/v1/charges/{charge}").body["metadata"] == {"netsuite_id": "17"}
    assert file[0].read_bytes() == before


def test_a_file_that_was_not_completed_is_refused(tmp_path):
    open_file(tmp_path / "half.sqlite", is_new=True).close()
    with pytest.raises(ValueError, match=r"half\.sqlite was not completed; remove it and make it again"):
        SavedWorld(tmp_path / "half.sqlite")


def test_another_file_is_refused(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("no world at all " * 100, encoding="utf-8")
    with pytest.raises(ValueError, match=r"notes\.txt is not a file that `python -m sandbox generate` made"):
        SavedWorld(path)


@pytest.mark.parametrize("volume", [Volume(charges=0), Volume(charges=5, days=0)])
def test_a_volume_of_nothing_is_refused(tmp_path, volume):
    with pytest.raises(ValueError, match="At least one charge and one day"):
        generate(tmp_path / "none.sqlite", volume)
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_a_file_that_the_server_serves(tmp_path, capsys):
    path = tmp_path / "small.sqlite"
    assert main(["generate", "--charges", "12", "--days", "1", "--out", str(path)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["objects"]["charge"], told["bytes"]) == (12, path.stat().st_size)
    (world,) = load_accounts(checked(str(path)), seed=1, now=SMALL.start)
    with closing(world), running_stripe(world) as stripe:
        assert len(ask(stripe, "/v1/charges?limit=100").body["data"]) == 12
    assert main(["generate", "--charges", "12", "--out", str(path)]) == 2
    assert "small.sqlite exists" in capsys.readouterr().err


def test_events_are_kept_where_they_are_asked_for(tmp_path):
    summary = generate(tmp_path / "events.sqlite", Volume(charges=5, days=1, keeps_events=True))
    assert summary.objects["event"] > 25
    assert "event" not in generate(tmp_path / "quiet.sqlite", Volume(charges=5, days=1)).objects
