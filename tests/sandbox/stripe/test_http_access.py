"""Who may ask for what: several accounts, connected accounts, restricted keys, and what error messages show of a key."""

from datetime import UTC, datetime

import pytest
from stripe_asking import ask

from sandbox.stripe.api.accounts import Accounts
from sandbox.stripe.api.options import DEFAULT_KEYS, StripeOptions
from sandbox.stripe.world import World
from sandbox.testing import running_stripe

EU = "acct_sandbox_eu"
START = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
OPTIONS = StripeOptions(
    control=True,
    keys=DEFAULT_KEYS | {"rk_test_books"},
    permissions={"rk_test_books": frozenset({"charge_read", "customer_write"})},
)


@pytest.fixture(scope="module")
def two():
    """Two accounts of one seed; each has a customer and a charge."""
    worlds = [World(1, START), World(1, START, account_id=EU, settlement_currencies=("eur",), country="DE")]
    for world in worlds:
        world.charge(1_000, world.settlement_currencies[0], customer=world.create_customer("Ada")["id"])
    with running_stripe(worlds, OPTIONS) as stripe:
        yield stripe, worlds


def ids(stripe, path, **headers):
    return [item["id"] for item in ask(stripe, path, **headers).body["data"]]


def test_each_key_opens_its_own_account(two):
    stripe, worlds = two
    us = ask(stripe, "/v1/account").body["id"]
    eu = ask(stripe, "/v1/account", Authorization="Bearer sk_test_sandbox_eu").body
    assert (us, eu["id"], eu["country"]) == ("acct_sandbox_us", EU, "DE")
    assert ask(stripe, "/v1/account", Authorization="Bearer rk_test_sandbox_us").body["id"] == us


def test_accounts_of_one_seed_share_no_object(two):
    stripe, _ = two
    mine, theirs = ids(stripe, "/v1/charges"), ids(stripe, "/v1/charges", Authorization="Bearer sk_test_sandbox_eu")
    assert (len(mine), len(theirs), set(mine) & set(theirs)) == (1, 1, set())
    assert ask(stripe, f"/v1/charges/{theirs[0]}").status == 404


def test_the_platform_reaches_a_connected_account_by_header(two):
    stripe, worlds = two
    reached = ids(stripe, "/v1/charges", **{"Stripe-Account": EU})
    assert reached == [charge["id"] for charge in worlds[1].shelves["charge"]]
    assert ask(stripe, f"/v1/accounts/{EU}").body["id"] == EU
    assert ids(stripe, "/v1/accounts") == [EU]


@pytest.mark.parametrize("account", ["acct_nobody", "acct_sandbox_us"])
def test_an_account_that_is_not_connected_is_refused(two, account):
    stripe, _ = two
    key = {"Authorization": "Bearer sk_test_sandbox_eu"}
    refused = ask(stripe, "/v1/charges", **key, **{"Stripe-Account": account})
    assert (refused.status, refused.body["error"]["code"]) == (403, "account_invalid")
    assert ask(stripe, f"/v1/accounts/{account}", **key).status == 403


def test_a_restricted_key_may_do_what_it_was_given_and_no_more(two):
    stripe, worlds = two
    key = {"Authorization": "Bearer rk_test_books"}
    customer = next(iter(worlds[0].shelves["customer"]))["id"]
    assert ask(stripe, "/v1/charges", **key).status == 200
    assert ask(stripe, f"/v1/customers/{customer}", **key).status == 200, "write permission implies read"
    assert ask(stripe, f"/v1/customers/{customer}", form="metadata[a]=1", **key).status == 200
    charge = ids(stripe, "/v1/charges")[0]
    for path, form, permission in [
        ("/v1/payouts", None, "rak_payout_read"),
        ("/v1/reporting/report_types", None, "rak_report_runs_and_report_types_read"),
        (f"/v1/charges/{charge}", "metadata[a]=1", "rak_charge_write"),
    ]:
        refused = ask(stripe, path, form=form, **key)
        assert (refused.status, refused.body["error"]["type"]) == (403, "invalid_request_error")
        assert f"'{permission}'" in refused.body["error"]["message"]


@pytest.mark.parametrize(
    "key", ["sk_test_51SECRETSECRETSECRETabcd", "rk_live_SECRETSECRETwxyz", "whatever-SECRET-abcd"]
)
def test_a_refused_key_is_not_told_in_full(two, key):
    stripe, _ = two
    message = ask(stripe, "/v1/charges", Authorization=f"Bearer {key}").body["error"]["message"]
    assert message.startswith("Invalid API Key provided: ")
    assert message.endswith(key[-4:])
    assert "SECRET" not in message


def test_accounts_must_have_ids_of_their_own():
    world = World(1, START)
    with pytest.raises(ValueError, match="account id of its own"):
        Accounts([world, World(2, START)], DEFAULT_KEYS)
    with pytest.raises(ValueError, match="one world or more"):
        Accounts([], DEFAULT_KEYS)
    assert [each.account["id"] for each in Accounts(world, DEFAULT_KEYS)] == ["acct_sandbox_us"]
