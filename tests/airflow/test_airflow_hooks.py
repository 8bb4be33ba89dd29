"""The connection form's Test button: what a person is told, and that it never shows a secret."""

from __future__ import annotations

import pytest

from sandbox.netsuite.testing import running_netsuite
from sandbox.testing import running_stripe
from stripe_netsuite_airflow.hooks.netsuite import NetSuiteHook
from stripe_netsuite_airflow.hooks.stripe import StripeHook
from tests.airflow.company import environment, netsuite_connection, stripe_connection


def test_stripe_tells_the_mode_and_the_currencies(airflow_home: object) -> None:
    with running_stripe() as stripe, environment(AIRFLOW_CONN_STRIPE_ONE=stripe_connection(stripe.url)):
        assert StripeHook("stripe_one").test_connection() == (True, "Stripe answers in test mode; balance in USD")


def test_a_wrong_stripe_key_is_told_without_showing_it(airflow_home: object) -> None:
    with (
        running_stripe() as stripe,
        environment(AIRFLOW_CONN_STRIPE_TWO=stripe_connection(stripe.url, "sk_test_wrong1")),
    ):
        worked, message = StripeHook("stripe_two").test_connection()
    assert not worked
    assert "401" in message or "key" in message.lower()
    assert "sk_test_wrong1" not in message


def test_netsuite_names_its_currencies(airflow_home: object) -> None:
    with running_netsuite() as netsuite, environment(AIRFLOW_CONN_NETSUITE_ONE=netsuite_connection(netsuite.url)):
        worked, message = NetSuiteHook("netsuite_one").test_connection()
    assert worked
    assert message.startswith("NetSuite answers; currencies USD, EUR")


@pytest.mark.parametrize("field", ["consumer_key", "consumer_secret", "token_id", "token_secret"])
def test_a_refused_netsuite_login_says_what_to_check(airflow_home: object, field: str) -> None:
    name = f"netsuite_wrong_{field}"
    with running_netsuite() as netsuite:
        connection = netsuite_connection(netsuite.url, **{field: "not-this-one"})
        with environment(**{f"AIRFLOW_CONN_{name.upper()}": connection}):
            worked, message = NetSuiteHook(name).test_connection()
    assert not worked
    assert "Login Audit Trail" in message
    assert "not-this-one" not in message


def test_a_missing_field_is_named(airflow_home: object) -> None:
    with environment(AIRFLOW_CONN_NETSUITE_BARE='{"conn_type": "netsuite", "extra": {"account": "1234567_SB1"}}'):
        worked, message = NetSuiteHook("netsuite_bare").test_connection()
    assert not worked
    assert "consumer_key" in message


def test_a_server_that_is_away_is_an_answer_too(airflow_home: object) -> None:
    """The button must tell, not crash; nothing listens on the discard port."""
    with environment(AIRFLOW_CONN_STRIPE_AWAY=stripe_connection("http://127.0.0.1:9")):
        worked, message = StripeHook("stripe_away").test_connection()
    assert not worked
    assert message
