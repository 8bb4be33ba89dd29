"""Airflow finds the connection types, shows their forms, and masks every secret by its name."""

from __future__ import annotations

import json
from importlib.resources import files

import jsonschema_rs
import pytest

from stripe_netsuite_airflow.provider import get_provider_info

SECRETS = ["webhook_secret", "consumer_key", "consumer_secret", "token_id", "token_secret", "private_key", "client_id"]


def test_the_description_has_airflows_shape(airflow_home: object) -> None:
    schema = json.loads((files("airflow") / "provider_info.schema.json").read_text())
    info = {name: value for name, value in get_provider_info().items() if name != "versions"}
    assert [error.message for error in jsonschema_rs.validator_for(schema).iter_errors(info)] == []


def test_both_forms_reach_the_ui(airflow_home: object) -> None:
    from airflow.providers_manager import ProvidersManager

    manager = ProvidersManager()
    widgets = {
        name: widget
        for name, widget in manager.connection_form_widgets.items()
        if "netsuite" in name or "stripe" in name
    }
    assert {"extra__stripe__webhook_secret", "extra__netsuite__account", "extra__netsuite__private_key"} <= set(widgets)
    assert manager.field_behaviours["stripe"]["relabeling"]["password"] == "Secret or restricted key"
    assert {"stripe", "netsuite"} <= set(manager.hooks)


@pytest.mark.parametrize("name", [*SECRETS, "certificate_id"])
def test_secrets_are_masked_by_name_with_the_setting_that_ships(airflow_home: object, name: str) -> None:
    """`place.settings` has the value of AIRFLOW__CORE__SENSITIVE_VAR_CONN_NAMES of compose file and demo."""
    from airflow.sdk._shared.secrets_masker import _secrets_masker
    from airflow.settings import initialize

    initialize()
    assert _secrets_masker().should_hide_value_for_key(name)


@pytest.mark.parametrize("name", ["account", "concurrency"])
def test_what_is_no_secret_stays_readable(airflow_home: object, name: str) -> None:
    from airflow.sdk._shared.secrets_masker import _secrets_masker

    assert not _secrets_masker().should_hide_value_for_key(name)
