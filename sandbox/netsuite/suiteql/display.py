"""BUILTIN.DF: what a reference column is called on the screen, as SQL that looks the name up."""

from __future__ import annotations

from sandbox.netsuite import errors
from sandbox.netsuite.books.kinds import KIND_BY_CODE
from sandbox.netsuite.suiteql.tokens import Token, operator

_LOOKED_UP: dict[str, tuple[str, str]] = {
    "currency": ("currency", "name"),
    "basecurrency": ("currency", "name"),
    "transactioncurrency": ("currency", "name"),
    "entity": ("entity", "entityid"),
    "account": ("account", "accountsearchdisplayname"),
    "incomeaccount": ("account", "accountsearchdisplayname"),
    "deferralaccount": ("account", "accountsearchdisplayname"),
    "deferredrevenueaccount": ("account", "accountsearchdisplayname"),
    "recognitionaccount": ("account", "accountsearchdisplayname"),
    "parent": ("entity", "entityid"),
    "plannedperiod": ("accountingperiod", "periodname"),
    "revenueplancurrency": ("currency", "name"),
    "postingperiod": ("accountingperiod", "periodname"),
    "subsidiary": ("subsidiary", "name"),
    "item": ("item", "itemid"),
    "transaction": ("transaction", "tranid"),
    "previousdoc": ("transaction", "tranid"),
    "nextdoc": ("transaction", "tranid"),
    "department": ("department", "name"),
    "class": ("classification", "name"),
    "location": ("location", "name"),
    "paymentmethod": ("paymentmethod", "name"),
}
_TYPE_NAMES = {code: kind.label for code, kind in KIND_BY_CODE.items()}
_TYPE_COLUMNS = ("type", "previoustype", "nexttype")


def display_tokens(argument: list[Token]) -> list[Token]:
    """The SQL for BUILTIN.DF of a column (`t.entity` or `entity`). Raises invalid query for anything else."""
    if not argument or argument[-1].kind != "name" or len(argument) not in (1, 3):
        raise errors.invalid_query("Search error occurred: BUILTIN.DF takes a field.")
    column = argument[-1].text.lower()
    if column in _TYPE_COLUMNS:
        return _type_name(argument)
    if column == "status":
        own = [*argument[:-1], Token("name", "sandbox_status")]
        kind = _type_name([*argument[:-1], Token("name", "type")])
        return [operator("("), *kind, operator("|| ' : ' ||"), *own, operator(")")]
    if column not in _LOOKED_UP:
        return argument
    table, label = _LOOKED_UP[column]
    return [
        operator("("),
        operator(f"SELECT [shown].[{label}] FROM [{table}] AS [shown] WHERE [shown].[id] ="),  # noqa: S608 - our names
        *argument,
        operator(")"),
    ]


def _type_name(argument: list[Token]) -> list[Token]:
    cases = " ".join(f"WHEN '{code}' THEN '{name}'" for code, name in _TYPE_NAMES.items())
    return [operator("(CASE"), *argument, operator(f"{cases} END)")]
